/**
 * Pauses for timers.
 *
 * Fact: zeromq.js yields after 512 operations, which take it more than a ms, so a short timer is due each time. Programs
 * that were written for it rely on that in a loop over messages. Failure: here 512 operations take a fraction of a ms, and
 * a loop over a few thousand messages could end before any timer. Decision: the first times that a busy program's budget
 * is used up, the operation waits for a timer of its own, and later every now and then. Cost: 2.2 ms each, so some 9 ms for a
 * burst of 2,000 messages or more, and 2 % of a long one's time, in which timers fire between the turns anyway.
 */

import { runtimeTimers, type Timer } from "../poller/runtime_timers.ts";
import { resetBudget } from "../poller/budget.ts";
import type { Attempt } from "./attempt.ts";
import type { DeferredOperation } from "./state.ts";

/** A burst begins with so many pauses. */
const FIRST = 4;
/** One more follows each time that so many ms have gone by. */
const THEN_EVERY = 100;
/** A burst is over when no budget was used up for so many ms. */
const OVER = 10;

let left = FIRST;
let paused = 0;
let asked = 0;

/** Returns whether a pause is due, when a budget is used up. */
export function pauseIsDue(): boolean {
  const now = performance.now();
  if (now - asked > OVER) left = FIRST;
  else if (left === 0 && now - paused > THEN_EVERY) left = 1;
  asked = now;
  return left > 0;
}

/** An operation that makes a pause. It stays out of the engine's queues, where it could be served before. */
export class Pause implements DeferredOperation {
  readonly #attempt: Attempt;
  readonly #timeout: number;
  readonly #timer: Timer;

  /** Afterwards the operation waits in the engine's queue, for `timeout` ms. */
  constructor(attempt: Attempt, timeout: number) {
    left--;
    this.#attempt = attempt;
    this.#timeout = timeout;
    attempt.state.deferred.add(this);
    this.#timer = runtimeTimers.setTimeout(() => {
      attempt.state.deferred.delete(this);
      asked = paused = performance.now();
      resetBudget();
      attempt.wait(timeout);
    }, 0);
  }

  /** Does nothing: a pause doesn't wait for the other direction. */
  retry(): void {}

  hurry(): void {
    this.#stop();
    const { state, direction } = this.#attempt;
    this.#attempt.wait(this.#timeout);
    state[direction]?.hurry?.();
  }

  closed(): void {
    this.#stop();
    this.#attempt.end();
  }

  #stop(): void {
    runtimeTimers.clearTimeout(this.#timer);
    this.#attempt.state.deferred.delete(this);
  }
}
