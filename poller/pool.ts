/** The pool of threads on which the runtime makes nonblocking calls: whether it's taking any. */

import { libc } from "../ffi/libc.ts";
import { usize } from "../ffi/memory.ts";
import { Alarm } from "./alarm.ts";

/** A wait that has lasted so many ms on a thread of the pool is asked after. */
const FIRST = 100;
/** After its deadline, a wait is asked after in so many ms: its thread should be back by then. */
const LATE = 5;
/** While the pool takes no call, the reactor looks for itself every so many ms. */
const INTERVAL = 8;

/**
 * Fact: the pool has 32 threads, which the program's own calls (files, names, its own foreign functions) may all keep;
 * a call then waits in a queue, and doesn't say so.
 * Failure: beside 40 calls of two seconds, a receive with a time-out of 100 ms ended after two seconds, and messages
 * that were there weren't received.
 * Decision: a wait that lasts is asked after, by a call that does nothing: the pool takes up one call after
 * another, so when that is back, the wait has begun. Until then the reactor looks for itself.
 * Cost: a timer, and a call for each wait that lasts; while the pool is busy, a look at all that waits.
 */
export class PoolWatch {
  readonly #look: (atAll: boolean) => void;
  readonly #alarm = new Alarm(() => this.#ring());
  /** How many waits are on their way to a thread, or there. */
  #parked = 0;
  /** The waits that were handed to the pool, and how many of them are known to have begun. */
  #waits = 0;
  #begun = 0;
  /** A call is under way. */
  asking = false;

  /** `look` is called where a wait is late, and again and again, for a look at all that waits, while it can't begin. */
  constructor(look: (atAll: boolean) => void) {
    this.#look = look;
  }

  /** A wait was handed to the pool, until `until` at the latest. */
  parked(now: number, until: number): void {
    this.#waits++;
    this.#parked++;
    this.#alarm.setEarlier(Math.min(now + FIRST, until + LATE));
  }

  /** A wait on a thread of the pool has ended. */
  unparked(): void {
    this.#parked--;
  }

  /** Nothing waits, and nothing stays armed. */
  stop(): void {
    this.#alarm.stop();
  }

  #ring(): void {
    if (this.#parked === 0 || this.#begun === this.#waits) return;
    const unanswered = this.asking;
    if (!unanswered) {
      this.asking = true;
      const waits = this.#waits;
      libc().poll_onPool(null, usize(0), 0).then(() => {
        this.asking = false;
        this.#begun = waits;
        this.#look(false);
      });
    }
    this.#alarm.set(performance.now() + INTERVAL);
    this.#look(unanswered);
  }
}
