/** How the reactor's next wait is made. */

/**
 * - `park`: a thread of the pool waits, for as long as it takes. It costs 60 microseconds of processor time, brings what it
 *   finds 40 microseconds late, and holds up nothing.
 * - `block`: the isolate's own thread waits, for a bounded time. It costs a system call, and holds up the event loop.
 * - `peek`: nothing waits, since more is to be done: the descriptors are only asked.
 * - `yield`: the runtime looks at its own descriptors first.
 */
export type Wait = "park" | "block" | "peek" | "yield";

/** Decides between them. The reactor asks it before each wait, and tells it what came of it. */
export interface WaitStrategy {
  /** The time-out of a `block`, in ms. */
  readonly limit: number;
  /** Something is set up for a `block`, until `disarm`. */
  readonly armed: boolean;
  /** What comes before a tick: `yield` or `peek`. */
  beforeTick(now: number): Wait;
  /** How the next wait is made where all is done: `block` or `park`. The earliest deadline is at `until`. */
  next(now: number, until: number): Wait;
  /** A wait has ended at `now`, by itself: after `ms`, where that is known. */
  waited(wait: Wait, now: number, ms?: number): void;
  /** No `block` follows for the time being. */
  disarm(): void;
  close(): void;
}

/** Where the runtime can't be asked whether it has something to do, it gets its turn this often, in ms. */
export const YIELD_INTERVAL = 4;

/** The plain strategy: each wait is a thread's, and the runtime has its turn every few milliseconds. */
export class AlwaysPark implements WaitStrategy {
  readonly limit = 0;
  readonly armed = false;
  /** When the runtime last had its turn. */
  #yielded = 0;

  beforeTick(now: number): Wait {
    return now - this.#yielded > YIELD_INTERVAL ? "yield" : "peek";
  }

  next(): Wait {
    return "park";
  }

  waited(wait: Wait, now: number): void {
    // While a thread waits, the runtime looks at its descriptors.
    if (wait === "park" || wait === "yield") this.#yielded = now;
  }

  disarm(): void {}
  close(): void {}
}
