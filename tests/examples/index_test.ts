/** What all examples have in common. */

import { deepStrictEqual as assertEquals } from "node:assert/strict";
import { filesBelow, ROOT } from "../files.ts";

const read = (path: string) => Deno.readTextFile(new URL(path, ROOT));

/** The examples that are programs: the others are imported by them. */
async function programs(): Promise<string[]> {
  const files = await filesBelow("examples/", ".ts");
  const parts = new Set<string>();
  for (const path of files) {
    for (const [, target] of (await read(path)).matchAll(/ from "(\.{1,2}\/[^"]*)"/g)) {
      parts.add(new URL(target, new URL(path, ROOT)).pathname.slice(ROOT.pathname.length));
    }
  }
  return files.filter((path) => !parts.has(path));
}

Deno.test("the index of the examples links to each of them", async () => {
  const index = await read("examples/README.md");
  const linked = (path: string) => index.includes(`](${path.slice("examples/".length)})`);
  assertEquals((await programs()).filter((path) => !linked(path)), []);
});

Deno.test("the header of each example has a command that runs it", async () => {
  const without: string[] = [];
  for (const path of await programs()) {
    const [header] = (await read(path)).split("*/", 1);
    if (!/deno run .*examples\//.test(header)) without.push(path);
  }
  assertEquals(without, []);
});
