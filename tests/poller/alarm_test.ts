/** The library's own timer. */

import "../util.ts";
import { deepStrictEqual as assertEquals, ok as assert } from "node:assert/strict";
import { Alarm } from "../../poller/alarm.ts";
import { run } from "../program.ts";
import { replaced } from "../replacing.ts";
import { pause, soon } from "../waiting.ts";
import { StoppedClock } from "./clock.ts";

/** An alarm, and a promise of its ringing. */
function alarm(): { alarm: Alarm; rings: number[]; rung: Promise<void> } {
  const rings: number[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  const alarm = new Alarm(() => {
    rings.push(performance.now());
    resolve();
  });
  return { alarm, rings, rung: promise };
}

Deno.test("an alarm rings once, and not before its time", async () => {
  const { alarm: one, rings, rung } = alarm();
  const at = performance.now() + 20;
  one.set(at);
  const keep = setTimeout(() => {}, 10_000);
  await rung;
  await pause(30);
  clearTimeout(keep);
  assertEquals(rings.length, 1);
  assert(rings[0] >= at, `${at - rings[0]} ms early`);
});

Deno.test("an alarm rings at its time, and not only behind it", async () => {
  using clock = new StoppedClock();
  const { alarm: one, rings, rung } = alarm();
  one.set(performance.now() + 5);
  clock.pass(5);
  await soon(rung);
  assertEquals(rings, [performance.now()]);
});

Deno.test("an alarm that is set to a later time rings then", async () => {
  const { alarm: one, rings, rung } = alarm();
  one.set(performance.now() + 5);
  const at = performance.now() + 40;
  one.set(at);
  const keep = setTimeout(() => {}, 10_000);
  await rung;
  clearTimeout(keep);
  assert(rings[0] >= at, `${at - rings[0]} ms early`);
});

Deno.test("an alarm that is set to an earlier time rings then, and no second time", async () => {
  const { alarm: one, rings, rung } = alarm();
  one.set(performance.now() + 60);
  one.setEarlier(performance.now() + 5);
  const keep = setTimeout(() => {}, 10_000);
  await rung;
  await pause(80);
  clearTimeout(keep);
  assertEquals(rings.length, 1);
});

Deno.test("setEarlier leaves an earlier time as it is", async () => {
  const { alarm: one, rings, rung } = alarm();
  one.set(performance.now() + 5);
  one.setEarlier(performance.now() + 60_000);
  const keep = setTimeout(() => {}, 10_000);
  await rung;
  clearTimeout(keep);
  assertEquals(rings.length, 1);
});

Deno.test("an alarm that is stopped doesn't ring, and can be set again", async () => {
  const { alarm: one, rings, rung } = alarm();
  one.set(performance.now() + 5);
  one.stop();
  await pause(20);
  assertEquals(rings.length, 0);
  one.set(performance.now() + 5);
  const keep = setTimeout(() => {}, 10_000);
  await rung;
  clearTimeout(keep);
});

Deno.test("an alarm keeps no program from its end", async () => {
  const source = `
    import { Alarm } from "$MOD/../poller/alarm.ts";
    new Alarm(() => console.log("rang")).set(performance.now() + 60_000);
  `;
  assertEquals(await run(source), { code: 0, signal: null, stdout: "", stderr: "" });
});

Deno.test("an alarm rings where a program has replaced setTimeout and setInterval", async () => {
  const source = `
    const { setTimeout } = globalThis;
    const { Alarm } = await import("$MOD/../poller/alarm.ts");
    globalThis.setTimeout = globalThis.setInterval = () => 1;
    setTimeout(() => {}, 10_000);
    new Alarm(() => { console.log("rang"); Deno.exit(); }).set(performance.now() + 5);
  `;
  assertEquals((await run(source)).stdout, "rang\n");
});

Deno.test("an alarm that is stopped leaves nothing armed", async () => {
  const woken: number[] = [];
  const { notify } = Atomics;
  const told = (cell: Int32Array, index: number) => {
    woken.push(notify(cell, index));
    return woken.at(-1)!;
  };
  using _ = replaced(Atomics, "notify", told as typeof notify);
  // A module of its own, which takes that function.
  const specifier = "../../poller/alarm.ts?stopped";
  const watched = new (await import(specifier) as { Alarm: typeof Alarm }).Alarm(() => {});
  watched.stop();
  watched.set(performance.now() + 60_000);
  watched.stop();
  assertEquals(woken, [1]);
});
