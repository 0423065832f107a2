/** Requests that a handler hasn't decided yet: how many there may be, and for how long. */

import { Alarm } from "../poller/alarm.ts";

/** How long handlers may take, and how many requests may wait for them. */
export interface Limits {
  /** In ms. */
  readonly timeout: number;
  /** How many at once. */
  readonly maxPendingRequests: number;
}

/** A request that waits for its decision. */
interface Undecided {
  readonly expires: number;
  /** Called when the time is over; nothing once it's decided, so that a promise that never settles holds nothing. */
  expire: (() => void) | undefined;
}

/** The requests of one authenticator that wait for their decision. */
export class UndecidedRequests {
  readonly limits: Limits;
  /** In the order in which they expire, since all have the same time. */
  readonly #waiting = new Set<Undecided>();
  readonly #alarm = new Alarm(() => this.#expire());

  constructor(limits: Limits) {
    this.limits = limits;
  }

  /** Whether there may be no further one. */
  get full(): boolean {
    return this.#waiting.size >= this.limits.maxPendingRequests;
  }

  /**
   * Adds one, and returns a function that takes it out: true for the first to decide, false once it's decided or its time
   * is over.
   */
  add(expire: () => void): () => boolean {
    const undecided: Undecided = { expires: performance.now() + this.limits.timeout, expire };
    this.#waiting.add(undecided);
    this.#alarm.setEarlier(undecided.expires);
    return () => this.#take(undecided);
  }

  /** Ends those whose time is over. */
  #expire(): void {
    const now = performance.now();
    for (const undecided of this.#waiting) {
      if (undecided.expires > now) return this.#alarm.setEarlier(undecided.expires);
      const { expire } = undecided;
      if (this.#take(undecided)) expire?.();
    }
  }

  #take(undecided: Undecided): boolean {
    undecided.expire = undefined;
    return this.#waiting.delete(undecided);
  }
}
