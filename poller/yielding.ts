/** The runtime's own turn: when it's to look at its descriptors, and how it's brought to do so. */

import type { Backend } from "./backend.ts";
import type { Pace } from "./brief.ts";
import { libc } from "../ffi/libc.ts";
import { usize } from "../ffi/memory.ts";

/** Whether the runtime has something to do is asked this often, in ms. */
const INTERVAL = 1;
/** Where it can't be asked, it gets its turn this often: a pool thread's 60 microseconds each time. */
const INTERVAL_UNASKED = 4;

/**
 * As long as there is another turn of the event loop to come, the runtime looks at its sockets and threads in each 61st only:
 * an HTTP answer took 12 ms beside 5,000 messages a second. It does so at once where it has nothing to do
 * but to wait for a pool thread.
 */
export class Yielding {
  /** When it last had its turn, or nothing to do there. */
  #last = 0;
  #stirred = false;
  /** It's having it: a call is under way on a thread of the pool. */
  underWay = false;
  readonly #backend: Backend<unknown>;
  readonly #pace: Pace;

  /** `pace` tells whether `backend` knows what the runtime is about. */
  constructor(backend: Backend<unknown>, pace: Pace) {
    this.#backend = backend;
    this.#pace = pace;
  }

  /** It's known to have something to do. */
  stir(): void {
    this.#stirred = true;
  }

  /** It has had its turn. */
  had(now: number): void {
    this.#last = now;
    this.#stirred = false;
  }

  /** Whether it's to have its turn before anything else is done. */
  isDue(now: number): boolean {
    if (this.#stirred) return true;
    if (now - this.#last < INTERVAL) return false;
    if (!this.#pace.heedful) return now - this.#last > INTERVAL_UNASKED;
    this.#last = now;
    return this.#backend.stirred!();
  }

  /** Gives it, and goes on then. */
  give(now: number, goOn: () => void): void {
    this.had(now);
    this.underWay = true;
    libc().poll_aside(null, usize(0), 0).then(() => {
      this.underWay = false;
      goOn();
    });
  }
}
