/** The demonstration that the README names. */

import { deepStrictEqual as assertEquals, match as assertMatch } from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { withFolder } from "../util.ts";
import { randomBytes, Running, sha256 } from "./support.ts";

const DEMO = fileURLToPath(new URL("../../examples/demo.ts", import.meta.url));

function demo(...args: string[]): Running {
  return new Running([Deno.execPath(), "run", "-A", DEMO, ...args]);
}

Deno.test("the demo carries a file, finds all hashes equal, and shows a loop over three kinds of source", () =>
  withFolder(async (folder) => {
    const bytes = randomBytes(1_000_000);
    await Deno.writeFile(`${folder}/original`, bytes);
    await using running = demo(`${folder}/original`);
    await running.write("typed");
    await running.end();
    const shown = new TextDecoder().decode(await running.output());
    assertEquals(await running.ended(), { status: 0, errors: "" });
    const hashes = shown.match(/[0-9a-f]{64}/g);
    assertEquals(hashes, Array(4).fill(sha256(bytes)));
    assertMatch(shown, /[\d.]+ MB\/s/);
    assertMatch(shown, /stdin +5 bytes\n/);
    assertMatch(shown, /stdin +at its end\n/);
    for (let i = 1; i <= 5; i++) assertMatch(shown, new RegExp(`socket +"number ${i}"\n`));
    assertMatch(shown, /time-out +nothing for 400 ms\n/);
  }));

Deno.test("the demo fails where its file can't be read", async () => {
  await using running = demo("/nowhere");
  const { status, errors } = await running.ended();
  assertEquals(status, 1);
  assertMatch(errors, /^demo: .*\/nowhere/);
});
