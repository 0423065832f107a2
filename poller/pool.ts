/** The pool of threads on which the runtime makes nonblocking calls. */

import { libc } from "../ffi/libc.ts";
import { usize } from "../ffi/memory.ts";
import { Alarm } from "./alarm.ts";

/** When a wait has lasted so many ms, the pool is probed for whether it has begun. */
const FIRST = 100;
/** The same so many ms after a wait's deadline: its thread should be back by then. */
const LATE = 5;
/** While the pool takes no call, the reactor looks itself every so many ms. */
const INTERVAL = 8;
/** A yield lasts so many ms at most. */
const YIELD = 4;

/**
 * Fact: the pool has 32 threads. The program's own calls (files, names, its own foreign functions) may occupy all of
 * them; a further call then waits in a queue, and nothing reports that.
 * Failure: beside 40 calls of two seconds, a receive with a time-out of 100 ms ended after two seconds, and messages
 * that had arrived weren't received.
 * Decision: a call that does nothing follows a wait that lasts. The pool begins calls in their order, so its return
 * shows that the wait has begun. Until then the reactor looks itself.
 * Cost: a timer, and one call for each wait that lasts; while the pool is busy, a look at everything that waits.
 */
export class Pool {
  readonly #look: (atAll: boolean) => void;
  /** How many waits are in the pool, in its queue or on a thread. */
  #parked = 0;
  /** How many waits the pool was given, and how many of them are known to have begun. */
  #waits = 0;
  #begun = 0;
  /** When the first of those that aren't was given. */
  #since = 0;
  /** When the last of them ends at the latest. */
  #until = Infinity;
  readonly #watch = new Alarm(() => this.#askAfter());
  #asking = false;
  #resume: (() => void) | undefined;
  readonly #overtake = new Alarm(() => this.#resumeNow());
  #yielding = false;

  /** `look` is called when a wait is late, and every `INTERVAL`, for a look at everything that waits, while it can't begin. */
  constructor(look: (atAll: boolean) => void) {
    this.#look = look;
  }

  /** A call other than a wait is under way. */
  get busy(): boolean {
    return this.#asking || this.#yielding;
  }

  /**
   * The pool was given a wait that lasts until `until` at most. One that continues another, which has just ended with
   * nothing, is asked after only where it's late: in a quiet worker each second's wait would otherwise take two more wakes.
   */
  parked(now: number, until: number, continues: boolean): void {
    if (this.#begun === this.#waits) this.#since = now;
    this.#waits++;
    if (this.#parked++ === 0) this.#until = Infinity;
    if (!continues) this.#watch.setEarlier(now + FIRST);
    // The alarm that was set for the last one would ring, and ask after this one.
    else if (this.#parked === 1 && !this.#asking) this.#watch.stop();
    this.expect(until);
  }

  /** A wait in the pool is to end by `deadline`, which may have become earlier since the pool was given it. */
  expect(deadline: number): void {
    this.#until = Math.min(this.#until, deadline);
    this.#watch.setEarlier(deadline + LATE);
  }

  /** A wait on a thread of the pool has ended. */
  unparked(): void {
    if (--this.#parked === 0) this.#begun = this.#waits;
  }

  /**
   * Makes the runtime look at its descriptors, and then calls `resume`.
   *
   * Fact: while a next tick is queued, the runtime polls its sockets and threads in each 61st tick only. It polls at
   * once when it has nothing to do but wait for a pool thread.
   * Failure: an HTTP answer took 12 ms beside 5,000 messages a second.
   * Decision: a call that does nothing. If no thread is free for it, a timer calls `resume` instead.
   * Cost: 60 microseconds of processor time.
   */
  yieldToRuntime(resume: () => void): void {
    this.#resume = resume;
    this.#overtake.set(performance.now() + YIELD);
    // While the last call is still in the pool's queue, the pause alone lets the runtime poll.
    if (this.#yielding) return;
    this.#yielding = true;
    call().then(() => {
      this.#yielding = false;
      if (this.#resume === undefined) this.#look(false);
      else this.#resumeNow();
    });
  }

  #resumeNow(): void {
    const resume = this.#resume;
    this.#resume = undefined;
    resume?.();
  }

  #askAfter(): void {
    if (this.#begun === this.#waits) return;
    const now = performance.now();
    const unanswered = this.#asking;
    if (!unanswered) {
      // The wait for which the alarm was set may have ended, and this be a later one.
      const due = Math.min(this.#since + FIRST, this.#until + LATE);
      if (now < due) return this.#watch.set(due);
      this.#asking = true;
      const waits = this.#waits;
      call().then(() => {
        this.#asking = false;
        this.#begun = Math.max(this.#begun, waits);
        this.#since = performance.now();
        this.#look(false);
      });
    }
    this.#watch.set(now + INTERVAL);
    if (unanswered || now >= this.#until) this.#look(unanswered);
  }
}

/** Makes a call on the pool that does nothing. */
function call(): Promise<unknown> {
  return libc().poll_onPool(null, usize(0), 0);
}
