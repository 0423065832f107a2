/** How much may be done in one tick of the event loop. */

import { deepStrictEqual as assertEquals } from "node:assert/strict";
import { resetBudget, takeBudget } from "../../poller/budget.ts";

/** Turns on a clock of our own, in which each operation takes so many ms. */
class Turns {
  #time = 1000;
  /** How often the clock was read. */
  read = 0;

  /** A new turn: how many operations are granted. */
  turn(milliseconds: number): number {
    resetBudget();
    this.read = 0;
    return this.more(milliseconds);
  }

  /** More of the same turn. */
  more(milliseconds: number): number {
    let granted = 0;
    while (granted < 10_000 && takeBudget()) {
      granted++;
      this.#time += milliseconds;
    }
    return granted;
  }

  [Symbol.dispose](): void {
    Date.now = this.#now;
    resetBudget();
  }

  readonly #now = Date.now;

  constructor() {
    Date.now = () => {
      this.read++;
      return Math.floor(this.#time);
    };
    // Whatever the library did before: two quick turns, and the clock is read seldom.
    this.turn(0);
    this.turn(0);
  }
}

Deno.test("budget: 2,048 operations a tick, and then none until the next", () => {
  using turns = new Turns();
  assertEquals([turns.turn(0), turns.more(0), turns.more(0)], [2048, 0, 0]);
  assertEquals(turns.turn(0), 2048);
});

Deno.test("budget: whatever was used before, a new tick begins with all of it", () => {
  using turns = new Turns();
  resetBudget();
  for (let i = 0; i < 100; i++) takeBudget();
  assertEquals(turns.turn(0), 2048);
});

Deno.test("budget: 2 ms a tick", () => {
  using turns = new Turns();
  assertEquals(turns.turn(1 / 16), 32);
  assertEquals(turns.more(0), 0);
  assertEquals(turns.turn(1 / 16), 32);
});

Deno.test("budget: slow operations are noticed after 16 of them, and in the next tick at once", () => {
  using turns = new Turns();
  assertEquals([turns.turn(50), turns.turn(50), turns.turn(50)], [15, 1, 1]);
});

Deno.test("budget: the clock is read once in 16 operations, again so after a slow tick", () => {
  using turns = new Turns();
  turns.turn(0);
  const seldom = turns.read;
  turns.turn(50);
  turns.turn(0);
  turns.turn(0);
  assertEquals([seldom, turns.read], [128, 128]);
});
