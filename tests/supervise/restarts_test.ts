import { deepStrictEqual as assertEquals } from "node:assert/strict";
import { Restarts } from "../../supervise/restarts.ts";

Deno.test("a process that has worked is started again at once, and so is one that hasn't, the first time", () => {
  const restarts = new Restarts(Infinity, 1000);
  assertEquals([5000, 1000, 0].map((uptime) => restarts.delayAfter(uptime)), [0, 0, 0]);
});

Deno.test("a process that ends again and again before a second is over waits longer each time, up to a second", () => {
  const restarts = new Restarts(Infinity, 1000);
  const delays = Array.from({ length: 8 }, () => restarts.delayAfter(999));
  assertEquals(delays, [0, 50, 100, 200, 400, 800, 1000, 1000]);
  assertEquals([restarts.delayAfter(1000), restarts.delayAfter(0), restarts.delayAfter(0)], [
    0,
    0,
    50,
  ]);
});

Deno.test("there are so many starts within a time, and no more", () => {
  const restarts = new Restarts(2, 1000);
  const allowed = [0, 500, 999, 1000, 1001, 1500].map((now) => restarts.mayStart(now));
  assertEquals(allowed, [true, true, false, true, false, true]);
});
