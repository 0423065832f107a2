/** When the runtime gets its own turn to look at its descriptors. */

import { libc } from "../ffi/libc.ts";
import { usize } from "../ffi/memory.ts";
import { Alarm } from "./alarm.ts";
import type { Backend } from "./backend.ts";
import type { WaitEstimate } from "./wait_estimate.ts";

/** Whether the runtime has something to do is asked this often, in ms. */
const INTERVAL = 1;
/** Where it can't be asked, it gets its turn this often: a pool thread's 60 microseconds each time. */
const INTERVAL_UNWATCHED = 4;
/** A yield that takes longer, in ms, since no thread of the pool is free, isn't waited for. */
const LATE = 4;

/**
 * As long as there is another turn of the event loop to come, the runtime looks at its sockets and threads in each 61st only:
 * an HTTP answer took 12 ms beside 5,000 messages a second. It does so at once where it has nothing to do
 * but to wait for a pool thread.
 */
export class RuntimeYield {
  /** When it last had its turn, or nothing to do there. */
  #last = 0;
  #runtimeReady = false;
  /** It's having it: a call is under way on a thread of the pool. */
  inFlight = false;
  #goOn: (() => void) | undefined;
  readonly #alarm = new Alarm(() => this.#resume());
  readonly #backend: Backend<unknown>;
  readonly #estimate: WaitEstimate;

  /** `estimate` tells whether `backend` knows what the runtime is about. */
  constructor(backend: Backend<unknown>, estimate: WaitEstimate) {
    this.#backend = backend;
    this.#estimate = estimate;
  }

  /** It's known to have something to do. */
  markRuntimeReady(): void {
    this.#runtimeReady = true;
  }

  /** It has had its turn. */
  markYielded(now: number): void {
    this.#last = now;
    this.#runtimeReady = false;
  }

  /** Whether it's to have its turn before anything else is done. */
  isDue(now: number): boolean {
    if (this.#runtimeReady) return true;
    if (now - this.#last < INTERVAL) return false;
    if (!this.#estimate.watchesRuntime) return now - this.#last > INTERVAL_UNWATCHED;
    this.#last = now;
    return this.#backend.runtimeHasWork!();
  }

  /** Gives it, and goes on then, at the latest after `LATE` ms; `afterwards` is called where that was too early. */
  yieldToRuntime(goOn: () => void, afterwards: () => void = () => {}): void {
    this.#goOn = goOn;
    this.#alarm.set(performance.now() + LATE);
    // Where the pool is so busy that the last call hasn't come back, the pause alone is the runtime's turn.
    if (this.inFlight) return;
    this.inFlight = true;
    libc().poll_onPool(null, usize(0), 0).then(() => {
      this.inFlight = false;
      if (this.#goOn === undefined) afterwards();
      else this.#resume();
    });
  }

  #resume(): void {
    this.#alarm.set(Infinity);
    const goOn = this.#goOn;
    if (goOn === undefined) return;
    this.#goOn = undefined;
    // Only now: counted from the beginning, a yield that took longer than the interval would be followed by
    // the next one at once, and nothing else would be done.
    this.markYielded(performance.now());
    goOn();
  }
}
