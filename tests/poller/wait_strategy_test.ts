/** The plain strategy. */

import { deepStrictEqual as assertEquals } from "node:assert/strict";
import { AlwaysPark, type WaitStrategy } from "../../poller/wait_strategy.ts";

Deno.test("the plain strategy parks for each wait", () => {
  const strategy = new AlwaysPark() as WaitStrategy;
  for (let i = 0; i < 100; i++) strategy.waited("park", i / 100, 0.01);
  assertEquals(strategy.next(1, Infinity), "park");
});

Deno.test("the plain strategy yields every few milliseconds while tick follows tick", () => {
  const strategy = new AlwaysPark() as WaitStrategy;
  strategy.waited("yield", 0);
  const found = Array.from({ length: 12 }, (_, i) => i + 1).filter((now) => {
    const yields = strategy.beforeTick(now) === "yield";
    if (yields) strategy.waited("yield", now);
    return yields;
  });
  assertEquals(found, [5, 10]);
});

Deno.test("the plain strategy doesn't yield where a thread has waited just before", () => {
  const strategy = new AlwaysPark() as WaitStrategy;
  strategy.waited("yield", 0);
  strategy.waited("park", 6, 1);
  assertEquals([strategy.beforeTick(7), strategy.beforeTick(11)], ["peek", "yield"]);
});
