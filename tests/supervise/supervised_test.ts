import { deepStrictEqual as assertEquals, match as assertMatch } from "node:assert/strict";
import { run } from "../program.ts";

Deno.test("a process that no supervisor has started is told so, and isn't left to wait", async () => {
  const { code, stderr } = await run(`
    import { supervised } from "$ROOT/supervise/mod.ts";
    await supervised();
  `);
  assertEquals(code, 1);
  assertMatch(stderr, /supervised\(\) is for a process that a Supervisor has started/);
});
