/** Whether the isolate's own thread is to wait: for messages that follow each other closely. */

import { deepStrictEqual as assertEquals } from "node:assert/strict";
import { WaitEstimate } from "../../poller/wait_estimate.ts";

/** Whether an estimate says to block after so many waits more, of so many ms each. */
function after(estimate: WaitEstimate, times: number, wait: number): boolean {
  for (let i = 0; i < times; i++) estimate.record(wait);
  return estimate.shouldBlock;
}

Deno.test("the estimate says to block after some short waits, and a long one ends that", () => {
  const estimate = new WaitEstimate();
  assertEquals(estimate.shouldBlock, false);
  assertEquals(after(estimate, 4, 0.05), false);
  assertEquals(after(estimate, 16, 0.05), true);
  assertEquals(after(estimate, 1, 3600_000), false);
  assertEquals(after(estimate, 8, 0.05), true);
});

Deno.test("where the runtime is watched, the estimate says to block after waits of a millisecond, too", () => {
  const notWatching = new WaitEstimate(() => false);
  const watching = new WaitEstimate(() => true);
  assertEquals([after(notWatching, 20, 1), after(watching, 20, 1)], [false, true]);
  assertEquals(after(watching, 1, 3600_000), false);
});

Deno.test("an estimate asks once whether the runtime can be watched, and not while waits are long", () => {
  let asked = 0;
  const estimate = new WaitEstimate(() => {
    asked++;
    return true;
  });
  after(estimate, 20, 5);
  const early = asked;
  after(estimate, 20, 1);
  after(estimate, 20, 5);
  after(estimate, 20, 0.1);
  assertEquals([early, asked], [0, 1]);
});

Deno.test("waits that are short and long by turns don't make the estimate say to block", () => {
  const estimate = new WaitEstimate();
  let blocking = 0;
  for (let i = 0; i < 100; i++) {
    estimate.record(0.05);
    estimate.record(1);
    if (estimate.shouldBlock) blocking++;
  }
  assertEquals(blocking, 0);
});

Deno.test("an estimate begins with long waits, of which five short ones make short ones", () => {
  const estimate = new WaitEstimate(() => true);
  assertEquals([after(estimate, 4, 0.05), after(estimate, 1, 0.05)], [false, true]);
});

Deno.test("waits that are just too long, however many, aren't short", () => {
  assertEquals(after(new WaitEstimate(() => true), 1000, 1.5), false);
  assertEquals(after(new WaitEstimate(() => false), 1000, 0.2), false);
});
