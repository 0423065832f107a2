/** A wait set: a backend in use, its pending operations and its parked thread. */

import { inWorker } from "../process/isolate.ts";
import type { Backend } from "./backend.ts";
import { type Pending, PendingOperations } from "./pending.ts";
import type { Pool } from "./pool.ts";
import type { Source } from "./source.ts";

/** A set that takes part in a wait of the reactor's: a waiting Poller's own. */
export interface NestedSet {
  /** The set of its own descriptors. */
  readonly backend: Backend<unknown>;
  /** Called when something in it may be ready: it looks for itself, and its wait ends or goes on. */
  gather(): void;
  /** Called when its wait can't go on. */
  fail(error: unknown): void;
}

/**
 * The longest wait on a pool thread in a worker, in ms.
 *
 * Fact: a thread that waits in its set holds it, and after `worker.terminate()` nothing can wake it.
 * Failure: the thread and the set stayed for as long as the process.
 * Decision: the thread returns once a second. Cost: one wake-up a second in a worker that waits.
 */
const WORKERS_INTERVAL = 1000;

/** One of the reactor's backends. */
export class WaitSet {
  readonly backend: Backend<Source | NestedSet>;
  /** The pending operations that wait here. */
  readonly pending = new PendingOperations();
  /** Its thread waits. */
  parked = false;
  /** When that wait times out. */
  until = 0;
  #since = 0;
  #wakeSent = false;
  #continues = false;
  readonly #pool: Pool;
  readonly #onReturn: (set: WaitSet, now: number, ms: number | undefined) => void;

  /** `onReturn` is called when its thread has returned, with the time: after `ms`, unless a `wake` made it. */
  constructor(
    backend: Backend<Source | NestedSet>,
    pool: Pool,
    onReturn: (set: WaitSet, now: number, ms: number | undefined) => void,
  ) {
    this.backend = backend;
    this.#pool = pool;
    this.#onReturn = onReturn;
    // Opens the wakeup descriptor now. A program can handle that its socket can't be opened because no descriptor is
    // left; it can't handle that a later wait doesn't begin.
    try {
      backend.wake();
      backend.waitSync(0, () => {});
    } catch (error) {
      backend.close();
      throw error;
    }
  }

  /** Parks a thread until `until`. The wait began at `since`, which may have been on the isolate's own thread. */
  park(until: number, since: number): void {
    let timeout = until === Infinity ? -1 : Math.max(0, until - performance.now());
    if ((timeout === -1 || timeout > WORKERS_INTERVAL) && inWorker()) {
      timeout = WORKERS_INTERVAL;
    }
    const waited = this.backend.wait(timeout);
    this.parked = true;
    this.until = until;
    this.#since = since;
    this.#wakeSent = false;
    waited.then(() => this.#returned(), (error) => {
      this.fail(error);
      this.#returned();
    });
    const end = timeout === -1 ? Infinity : since + timeout;
    this.#pool.parked(since, end, this.#continues);
    this.#continues = false;
  }

  #returned(): void {
    this.parked = false;
    this.#pool.unparked();
    const now = performance.now();
    this.#onReturn(this, now, this.#wakeSent ? undefined : now - this.#since);
  }

  /** The wait that has ended brought nothing, and the next one continues it. */
  foundNothing(): void {
    this.#continues = !this.#wakeSent;
  }

  /** Makes the thread return. */
  unpark(): void {
    if (!this.parked || this.#wakeSent) return;
    this.attempt(() => {
      this.backend.wake();
      this.#wakeSent = true;
    });
  }

  /** Has the thread return by `deadline`, where it would wait for longer. */
  returnBy(deadline: number): void {
    if (!this.parked || deadline >= this.until) return;
    this.unpark();
    // Where no thread was free for the wait, the wake ends nothing.
    this.#pool.expect(deadline);
  }

  /** Runs an action on the backend. Its error ends everything that waits here. */
  attempt(action: () => void): void {
    try {
      action();
    } catch (error) {
      this.fail(error);
    }
  }

  /** Ends every wait here with the error: the set can't be waited in. */
  fail(error: unknown): void {
    for (const pending of this.pending) failPending(pending, error);
  }
}

/** Ends a pending operation with an error. */
export function failPending(pending: Pending, error: unknown): void {
  try {
    pending.abort(error);
  } catch (second) {
    reportError(second);
  }
}
