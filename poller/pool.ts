/** The pool of threads on which the runtime makes nonblocking calls. */

import { libc } from "../ffi/libc.ts";
import { usize } from "../ffi/memory.ts";
import { Alarm } from "./alarm.ts";

/** A wait that has lasted so many ms on a thread of the pool is asked after. */
const FIRST = 100;
/** After its deadline, a wait is asked after in so many ms: its thread should be back by then. */
const LATE = 5;
/** While the pool takes no call, the reactor looks for itself every so many ms. */
const INTERVAL = 8;
/** A yield takes so many ms at most. */
const YIELD = 4;

/**
 * Fact: the pool has 32 threads, which the program's own calls (files, names, its own foreign functions) may all keep;
 * a call then waits in a queue, and doesn't say so.
 * Failure: beside 40 calls of two seconds, a receive with a time-out of 100 ms ended after two seconds, and messages
 * that were there weren't received.
 * Decision: a wait that lasts is asked after, by a call that does nothing: the pool takes up one call after
 * another, so when that is back, the wait has begun. Until then the reactor looks for itself.
 * Cost: a timer, and a call for each wait that lasts; while the pool is busy, a look at all that waits.
 */
export class Pool {
  readonly #look: (atAll: boolean) => void;
  /** How many waits are on their way to a thread, or there. */
  #parked = 0;
  /** The waits that were handed to the pool, and how many of them are known to have begun. */
  #waits = 0;
  #begun = 0;
  /** When the last of them ends at the latest. */
  #until = Infinity;
  readonly #watch = new Alarm(() => this.#askAfter());
  #asking = false;
  #resume: (() => void) | undefined;
  readonly #overtake = new Alarm(() => this.#resumeNow());
  #yielding = false;

  /** `look` is called where a wait is late, and again and again, for a look at all that waits, while it can't begin. */
  constructor(look: (atAll: boolean) => void) {
    this.#look = look;
  }

  /** A call other than a wait is under way. */
  get busy(): boolean {
    return this.#asking || this.#yielding;
  }

  /**
   * A wait was handed to the pool, until `until` at the latest. One that continues another, which has just ended with
   * nothing, is asked after only where it's late: in a quiet worker each second's wait would otherwise take two more wakes.
   */
  parked(now: number, until: number, continues: boolean): void {
    this.#waits++;
    this.#parked++;
    this.#until = until;
    this.#watch.setEarlier(Math.min(continues ? Infinity : now + FIRST, until + LATE));
  }

  /** A wait on a thread of the pool has ended. */
  unparked(): void {
    this.#parked--;
  }

  /**
   * Has the runtime look at its descriptors, and goes on then.
   *
   * Fact: as long as there is another tick to come, the runtime looks at its sockets and threads in each 61st only. It
   * does so at once where it has nothing to do but to wait for a thread of the pool.
   * Failure: an HTTP answer took 12 ms beside 5,000 messages a second.
   * Decision: a call that does nothing. Where no thread is free for it, a timer goes on instead.
   * Cost: 60 microseconds of processor time.
   */
  yieldToRuntime(resume: () => void): void {
    this.#resume = resume;
    this.#overtake.set(performance.now() + YIELD);
    // Where the last call hasn't come back, the pause alone is the runtime's turn.
    if (this.#yielding) return;
    this.#yielding = true;
    call().then(() => {
      this.#yielding = false;
      if (this.#resume === undefined) this.#look(false);
      else this.#resumeNow();
    });
  }

  #resumeNow(): void {
    this.#overtake.set(Infinity);
    const resume = this.#resume;
    this.#resume = undefined;
    resume?.();
  }

  #askAfter(): void {
    if (this.#parked === 0 || this.#begun === this.#waits) return;
    const unanswered = this.#asking;
    if (!unanswered) {
      this.#asking = true;
      const waits = this.#waits;
      call().then(() => {
        this.#asking = false;
        this.#begun = waits;
        this.#look(false);
      });
    }
    const now = performance.now();
    this.#watch.set(now + INTERVAL);
    if (unanswered || now >= this.#until) this.#look(unanswered);
  }
}

/** A call on the pool that does nothing. */
function call(): Promise<unknown> {
  return libc().poll_onPool(null, usize(0), 0);
}
