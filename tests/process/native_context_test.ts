/** A native context's beginning. (How it's terminated is the end's matter: see shutdown_test.ts.) */

import { strictEqual as assertEquals } from "node:assert/strict";
import { run } from "../program.ts";

/** What the C library's generator, from which libzmq draws routing ids, returns next. */
async function random(before: string): Promise<string> {
  const { stdout, stderr } = await run(`
    import { libraryPath, Pull } from "$MOD";
    ${before}
    const { rand } = Deno.dlopen(libraryPath, { rand: { parameters: [], result: "i32" } }).symbols;
    console.log(rand());`);
  assertEquals(stderr, "");
  return stdout;
}

Deno.test("what libzmq draws routing ids from can't be foreseen once there is a context", async () => {
  const socket = "new Pull();";
  assertEquals(await random("") === await random(""), true);
  assertEquals(await random(socket) === await random(socket), false);
});
