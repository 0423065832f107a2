/** What an import of the library costs, where that isn't a matter of the machine. */

import { deepStrictEqual as assertEquals, ok as assert } from "node:assert/strict";
import { ROOT } from "./files.ts";
import { graphOf } from "./graph.ts";
import { listOf, LISTS } from "./write_modules.ts";
import { run } from "./program.ts";

const FLAGS = ["-A", "--v8-flags=--trace-gc"];

Deno.test("an import ends before the collector's third run", async () => {
  const source = 'import "$MOD";';
  await run(source, { flags: FLAGS }); // V8's compiled code is kept for the next start
  const { code, stdout } = await run(source, { flags: FLAGS });
  const runs = (text: string) => [...text.matchAll(/Scavenge|Mark-Compact/g)].length;
  assertEquals([code, runs(stdout) < 3], [0, true], stdout);
  const control = await run("for (let i = 0; i < 1e7; i++) Object(i);", { flags: FLAGS });
  assert(runs(control.stdout) > 2);
});

// V8 takes a source with another character in it as a copy, of one or even two bytes a character.
Deno.test("the modules that a program imports are plain ASCII", async () => {
  const files = (await graphOf(new URL("mod.ts", ROOT)))
    .map(({ specifier }) => specifier)
    .filter((specifier) => specifier.startsWith("file:"));
  assertEquals(files.length > 50, true);
  const others = files.filter((file) => /[^\0-\x7f]/.test(Deno.readTextFileSync(new URL(file))));
  assertEquals(others, []);
});

// The first one takes Deno 0.8 ms, which would be part of each start, sockets or none.
Deno.test("an import binds no function that Deno compiles a fast way to", async () => {
  const { stdout } = await run(`
    const { dlopen } = Deno;
    let compiled = [], count = 0;
    Deno.dlopen = (path, table) => {
      for (const [name, { parameters, result, nonblocking }] of Object.entries(table)) {
        count++;
        if (!nonblocking && !JSON.stringify([parameters, result]).includes("struct")) {
          compiled.push(name);
        }
      }
      return dlopen(path, table);
    };
    const { Pull } = await import("$MOD");
    console.log(compiled.join() || "none", "of", count > 0 ? "some" : "none");
    new Pull().close();
    console.log(compiled.includes("zmq_socket"));
  `);
  assertEquals(stdout, "none of some\ntrue\n");
});

for (const [list, entry] of LISTS) {
  Deno.test(`${list} lists the modules behind ${entry}: if not, run tests/write_modules.ts`, async () => {
    assertEquals(Deno.readTextFileSync(new URL(list, ROOT)), await listOf(list, entry));
  });
}
