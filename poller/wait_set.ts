/** A wait set: a backend in use, what waits in it, and its parked thread. */

import { hasExitCleanup } from "../process/thread_exit.ts";
import type { Backend } from "./backend.ts";
import type { Pending } from "./pending.ts";
import type { Pool } from "./pool.ts";
import type { Source } from "./source.ts";

/** A set that takes part in a wait of the reactor's: that of a Poller that waits. */
export interface NestedSet {
  /** Its own descriptors. */
  readonly backend: Backend<unknown>;
  /** Something in it may be ready, or it was told so: it looks for itself, and its wait ends or goes on. */
  gather(): void;
  /** Its wait can't go on. */
  fail(error: unknown): void;
}

/**
 * A worker's thread of the pool comes back this often, in ms, for nothing: no one can wake it after the worker was
 * terminated.
 */
const WORKERS_INTERVAL = 1000;

/** One backend of the reactor's. */
export class WaitSet {
  readonly backend: Backend<Source | NestedSet>;
  /** What waits here. */
  readonly pending: Set<Pending> = new Set();
  /** Its thread waits. */
  parked = false;
  /** Until when it does, at the latest. */
  until = 0;
  #since = 0;
  #wakeSent = false;
  #continues = false;
  readonly #pool: Pool;
  readonly #onReturn: (set: WaitSet, ms: number | undefined) => void;

  /** `onReturn` is called when its thread has returned: after `ms`, where no `wake` had made it. */
  constructor(
    backend: Backend<Source | NestedSet>,
    pool: Pool,
    onReturn: (set: WaitSet, ms: number | undefined) => void,
  ) {
    this.backend = backend;
    this.#pool = pool;
    this.#onReturn = onReturn;
    // Opens the wakeup descriptor now. Where none is left, a program can handle that its socket
    // can't be opened; it couldn't handle that a later wait can't begin.
    try {
      backend.wake();
      backend.waitSync(0, () => {});
    } catch (error) {
      backend.close();
      throw error;
    }
  }

  /** Has a thread wait until `until`. The wait has begun at `since`, on the isolate's own thread if that was before. */
  park(until: number, since: number): void {
    let timeout = until === Infinity ? -1 : Math.max(0, until - performance.now());
    if ((timeout === -1 || timeout > WORKERS_INTERVAL) && hasExitCleanup()) {
      timeout = WORKERS_INTERVAL;
    }
    const waited = this.backend.wait(timeout);
    this.parked = true;
    this.until = until;
    this.#since = since;
    this.#wakeSent = false;
    const end = timeout === -1 ? Infinity : since + timeout;
    this.#pool.parked(since, end, this.#continues);
    this.#continues = false;
    waited.then(() => this.#returned(), (error) => {
      this.fail(error);
      this.#returned();
    });
  }

  #returned(): void {
    this.parked = false;
    this.#pool.unparked();
    this.#onReturn(this, this.#wakeSent ? undefined : performance.now() - this.#since);
  }

  /** The wait that has ended brought nothing, and the next one continues it. */
  foundNothing(): void {
    this.#continues = !this.#wakeSent;
  }

  /** Has the thread return. */
  unpark(): void {
    if (!this.parked || this.#wakeSent) return;
    this.#wakeSent = true;
    this.backend.wake();
  }

  /** Does something with the backend. An error of it belongs to all that waits here. */
  attempt(action: () => void): void {
    try {
      action();
    } catch (error) {
      this.fail(error);
    }
  }

  /** Ends every wait: the set can't be waited in. */
  fail(error: unknown): void {
    for (const pending of [...this.pending]) failPending(pending, error);
  }
}

/** Ends what waits, with an error. */
export function failPending(pending: Pending, error: unknown): void {
  try {
    pending.abort(error);
  } catch (second) {
    reportError(second);
  }
}
