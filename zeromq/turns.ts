/**
 * Operations out of turn, such as a Request's receive before its send.
 *
 * zeromq.js checks whether a socket is readable or writable before it tries, so an operation out of turn waits for its
 * turn. Here an operation is tried at once. If libzmq refuses a receive as out of turn, it waits until a send has succeeded,
 * and not in the engine's queue, which would fail it. A send waits in the engine's queue for as long as the socket isn't
 * writable; where that tries it out of turn all the same, it waits here. A mandatory Router without any peer is the same:
 * it isn't writable, and its send waits until it is.
 */

import { Operation } from "../socket/operation.ts";
import { WRITABLE } from "../poller/backend.ts";
import { runtimeTimers } from "../poller/runtime_timers.ts";
import type { Listener } from "../poller/source.ts";
import { Queue } from "../poller/queue.ts";
import { nameOf } from "../socket/wait_errors.ts";
import type { Attempt } from "./attempt.ts";
import { EFSM } from "./errors.ts";
import type { DeferredOperation } from "./state.ts";

/** Holds every such operation, and thereby its socket, which its program may have dropped. */
const all = new Set<OutOfTurn>();

/** An operation that waits for its turn, or for the socket to be writable. */
export class OutOfTurn extends Operation implements DeferredOperation, Listener {
  readonly #attempt: Attempt;
  #listening = false;
  #left = false;

  constructor(attempt: Attempt) {
    super(attempt.state.handle, attempt.state.socket, new Queue(), attempt.reject);
    this.#attempt = attempt;
  }

  /** Begins to wait. */
  begin(timeout: number, untilWritable: boolean): void {
    this.#attempt.state.deferred.add(this);
    all.add(this);
    this.enqueue(timeout, true, undefined);
    this.#listening = untilWritable;
    if (untilWritable) this.handle.addListener(this);
  }

  retry(): void {
    if (this.#left || this.#listening) return;
    this.#begin();
  }

  /** Called after each look at the socket. */
  onReady(ready: number): void {
    // Not at once, which would be in the middle of the look.
    if ((ready & WRITABLE) !== 0) {
      runtimeTimers.queueMicrotask(() => this.#left || this.#begin());
    }
  }

  /** Does nothing: the socket's close ends the operation as well. */
  onClosed(): void {}

  onFailed(): void {
    this.closed();
  }

  override get what(): string {
    return `${this.#attempt.direction === "sending" ? "send" : "receive"}: ${nameOf(this.handle)}`;
  }

  protected override get call(): string {
    return ""; // never read: see closed
  }

  override attempt(): boolean {
    return false; // never called: no socket serves its queue
  }

  override expire(): void {
    this.closed();
  }

  override closed(): void {
    this.#end();
    this.#attempt.end();
  }

  override fail(): void {
    this.closed();
  }

  protected override timedOut(): unknown {
    return undefined; // never read: see expire
  }

  #begin(): void {
    this.#end();
    this.#attempt.wait(timeLeft(this.deadline));
  }

  #end(): void {
    if (this.#left) return;
    this.#left = true;
    if (this.#listening) this.handle.removeListener(this);
    this.#attempt.state.deferred.delete(this);
    all.delete(this);
    this.dequeue();
  }
}

/** How many ms are left until a deadline, as a time-out of the engine's; -1 where there is none. */
export function timeLeft(deadline: number): number {
  return deadline === Infinity ? -1 : Math.max(0, deadline - performance.now());
}

/** Whether an error means that it isn't the operation's turn. */
export function isOutOfTurn(error: unknown): boolean {
  return error instanceof Error && (error as { errno?: unknown }).errno === EFSM;
}
