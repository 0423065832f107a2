/** How much may be done in one turn of the event loop. */

import { deepStrictEqual as assertEquals } from "node:assert/strict";
import { refill, spend } from "../../poller/budget.ts";

/** Runs with a clock of our own, of which each reading takes so many ms. */
function withClock(step: number, body: () => void): void {
  const { now } = performance;
  let time = 1000;
  performance.now = () => time += step;
  try {
    body();
  } finally {
    performance.now = now;
    refill();
  }
}

/** How many operations are granted. */
function granted(): number {
  let number = 0;
  while (number < 10_000 && spend()) number++;
  return number;
}

Deno.test("budget: 512 operations a turn, and then none until the next", () => {
  withClock(0, () => {
    refill();
    assertEquals(granted(), 512);
    assertEquals([granted(), spend(), spend()], [0, false, false]);
    refill();
    assertEquals(granted(), 512);
  });
});

Deno.test("budget: whatever was spent before, a new turn begins with all of it", () => {
  withClock(0, () => {
    refill();
    for (let i = 0; i < 100; i++) spend();
    refill();
    assertEquals(granted(), 512);
  });
});

Deno.test("budget: 2 ms a turn, at 16 operations between two readings of the clock", () => {
  withClock(0.5, () => {
    refill();
    // Readings at 0.5, 1, 1.5, 2 and 2.5 ms: the fifth is the first beyond 2.
    assertEquals(granted(), 5 * 16 - 1);
    assertEquals(spend(), false);
    refill();
    assertEquals(granted(), 5 * 16 - 1);
  });
});

Deno.test("budget: operations that take long are few", () => {
  withClock(50, () => {
    refill();
    assertEquals(granted(), 15);
  });
});
