/**
 * Pauses for timers.
 *
 * Programs written for zeromq.js count on it that a loop over messages that are there lets timers fire.
 * zeromq.js gives way after 512 operations, which take it more than a ms, so that a short timer is due
 * each time. Here they take a fraction of that: a loop over a few thousand messages could be over before
 * any timer. So the first times that a busy program's turn is used up, the operation waits for a timer
 * of its own, and later on every now and then. The cost is some 4 ms for each burst of 2,000 messages or
 * more, and 4 % of a long one's time.
 */

import { runtimeTimers, type Timer } from "../poller/runtime_timers.ts";
import { resetBudget } from "../poller/budget.ts";
import type { DeferredOperation, SocketState } from "./state.ts";

/** So many pauses a burst begins with, */
const FIRST = 4;
/** one follows after so many ms each, */
const THEN_EVERY = 25;
/** and a burst is over when there was no need to give way for so many ms. */
const OVER = 10;

let left = FIRST;
let paused = 0;
let asked = 0;

/** Whether it's time for a pause, where a turn is used up. */
export function pauseIsDue(): boolean {
  const now = performance.now();
  if (now - asked > OVER) left = FIRST;
  else if (left === 0 && now - paused > THEN_EVERY) left = 1;
  asked = now;
  return left > 0;
}

/** An operation that makes a pause. It stays out of the engine's queues, where it could be served before. */
export class Pause implements DeferredOperation {
  readonly #state: SocketState;
  readonly #lastly: () => void;
  readonly #timer: Timer;

  /** `again` begins again afterwards, and `lastly` tries once and ends. */
  constructor(state: SocketState, again: () => void, lastly: () => void) {
    left--;
    this.#state = state;
    this.#lastly = lastly;
    state.deferred.add(this);
    this.#timer = runtimeTimers.setTimeout(() => {
      state.deferred.delete(this);
      asked = paused = performance.now();
      resetBudget();
      again();
    }, 0);
  }

  /** The turn of others is no matter of its. */
  retry(): void {}

  closed(): void {
    runtimeTimers.clearTimeout(this.#timer);
    this.#state.deferred.delete(this);
    this.#lastly();
  }
}
