import { deepStrictEqual as assertEquals, match as assertMatch } from "node:assert/strict";
import { Program, run } from "../program.ts";

Deno.test("a process that no supervisor has started is told so, and isn't left to wait", async () => {
  const { code, stderr } = await run(`
    import { supervised } from "$ROOT/supervise/mod.ts";
    await supervised();
  `);
  assertEquals(code, 1);
  assertMatch(stderr, /supervised\(\) is for a process that a Supervisor has started/);
});

Deno.test("a spare whose supervisor had ended printed an uncaught error", async () => {
  await using spare = await Program.start(`
    import { supervised } from "$ROOT/supervise/mod.ts";
    await supervised();
    console.log("begun");
  `);
  await spare.say('{"addresses":[],"fds":[]}');
  await spare.hush();
  assertEquals(await spare.outcome(), { code: 0, signal: null, stdout: "", stderr: "" });
});

Deno.test("a child whose parent had ended before it looked for it served on", async () => {
  await using child = await Program.start(`
    import { supervised } from "$ROOT/supervise/mod.ts";
    const { signal } = await supervised();
    const gone = new Promise((resolve) => signal.addEventListener("abort", resolve));
    setInterval(() => {}, 1000); // it serves
    console.log("begun");
    await gone;
    console.log("alone");
    Deno.exit();
  `);
  await child.say('{"addresses":[],"fds":[]}');
  await child.say("begin");
  assertEquals(await child.line(), "begun");
  await child.hush();
  assertEquals(await child.line(), "alone");
});
