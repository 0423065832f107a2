/** Requests that a handler hasn't decided yet: how many there may be, and for how long. */

import { Alarm } from "../poller/alarm.ts";

/** How long handlers may take, and how many requests may wait for them. */
export interface Limits {
  /** In ms. */
  readonly timeout: number;
  /** How many at once. */
  readonly maxPendingRequests: number;
}

/** Called with a `TimeoutError` when a request's time is over, and with an `AbortError` when no one answers it any more. */
type OnEnd = (reason: DOMException) => void;

/** A request that waits for its decision. */
interface Undecided {
  readonly expires: number;
  /** Called with the reason where it ends undecided; nothing after that, so that a promise that never settles holds nothing. */
  onEnd: OnEnd | undefined;
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
   * Adds one, and returns a function that takes it out: true for the first to decide, false once it's decided or has ended.
   */
  add(onEnd: OnEnd): () => boolean {
    const undecided: Undecided = { expires: performance.now() + this.limits.timeout, onEnd };
    this.#waiting.add(undecided);
    this.#alarm.setEarlier(undecided.expires);
    return () => this.#take(undecided);
  }

  /** Ends all. */
  end(): void {
    this.#alarm.stop();
    const reason = new DOMException("The authenticator was closed", "AbortError");
    for (const undecided of this.#waiting) this.#end(undecided, reason);
  }

  /** Ends those whose time is over. */
  #expire(): void {
    const now = performance.now();
    const message = `The authenticator's handler hasn't decided within ${this.limits.timeout} ms`;
    for (const undecided of this.#waiting) {
      if (undecided.expires > now) return this.#alarm.setEarlier(undecided.expires);
      this.#end(undecided, new DOMException(message, "TimeoutError"));
    }
  }

  #end(undecided: Undecided, reason: DOMException): void {
    const { onEnd } = undecided;
    if (this.#take(undecided)) onEnd?.(reason);
  }

  #take(undecided: Undecided): boolean {
    undecided.onEnd = undefined;
    return this.#waiting.delete(undecided);
  }
}
