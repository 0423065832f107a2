/** How the reactor's next wait is made. */

/**
 * - `park`: a pool thread waits, for as long as it takes. It costs 60 microseconds of processor time, reports what it
 *   finds 40 microseconds late, and holds up nothing (measured over tcp on two cores).
 * - `block`: the isolate's own thread waits, for a bounded time. It costs a system call, and holds up the event loop.
 * - `peek`: nothing waits, since more is to be done. The descriptors are only polled.
 * - `yield`: the runtime looks at its own descriptors first.
 */
export type Wait = "park" | "block" | "peek" | "yield";

/** Chooses the next wait. The reactor asks it before each, and reports to it how each has ended. */
export interface WaitStrategy {
  /** The time-out of a `block`, in ms. */
  readonly limit: number;
  /** Something is set up to end a `block`, until `disarm`. */
  readonly armed: boolean;
  /** What comes before a tick: `yield` or `peek`. Not asked after a yield, so that something is dispatched between two. */
  beforeTick(now: number): Wait;
  /** Returns how the next wait is made when all is done: `block` or `park`. The earliest deadline is at `until`. */
  next(now: number, until: number): Wait;
  /** Records that a wait has ended at `now`; after `ms`, if that is known and nothing cut it short. */
  waited(wait: Wait, now: number, ms?: number): void;
  /** Undoes what is set up for a `block`, since none follows now. */
  disarm(): void;
  close(): void;
}

/** Where the runtime can't be asked whether it has work, it gets a yield this often, in ms. */
const YIELD_INTERVAL = 4;

/** The plain strategy: a pool thread makes each wait, and the runtime gets a yield every few milliseconds. */
export class AlwaysPark implements WaitStrategy {
  limit = 0;
  armed = false;
  /** When the runtime last polled its descriptors. */
  protected yielded = 0;

  beforeTick(now: number): Wait {
    return now - this.yielded > YIELD_INTERVAL ? "yield" : "peek";
  }

  next(_now: number, _until: number): Wait {
    return "park";
  }

  waited(wait: Wait, now: number, _ms?: number): void {
    // While a pool thread waits, the runtime polls its descriptors.
    if (wait === "park" || wait === "yield") this.yielded = now;
  }

  disarm(): void {}
  close(): void {}
}
