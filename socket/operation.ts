/** What receives and sends that wait have in common: their place in a queue, and how they end. */

import { stateError } from "../ffi/errno.ts";
import { reactor } from "../poller/reactor.ts";
import { type Queue, QueuedOperation } from "../poller/queue.ts";
import type { Handle } from "./handle.ts";

/** How long a call may take, and what may end it. */
export interface WaitLimits {
  /** Ends the wait when aborted; the promise then rejects with the signal's reason. */
  signal?: AbortSignal;
}

/** How long a synchronous call may block. */
export interface SyncLimits {
  /** At most this many ms; 0 only tries. Default: the socket's receive or send time-out. */
  timeout?: number;
}

/** A receive or a send that waits. */
export abstract class Operation extends QueuedOperation {
  #ended = false;
  /**
   * It was tried, and refused. One that wasn't is tried whatever the socket is ready for: an
   * operation out of turn, or to a peer that isn't there, fails only when it's tried.
   */
  tried = false;

  constructor(
    readonly handle: Handle,
    /** The socket itself, which could otherwise be collected while its program awaits the operation. */
    readonly owner: object,
    /** The queue in which it waits. */
    readonly queue: Queue<Operation>,
    readonly reject: (reason: unknown) => void,
  ) {
    super();
  }

  /** The call by which its errors are named. */
  protected abstract get call(): string;
  /** Tries it once. False where it was refused, and goes on waiting. */
  abstract attempt(): boolean;
  /** The error of its time-out. */
  protected abstract timedOut(): unknown;

  /** Ends it without success. */
  fail(reason: unknown): void {
    this.dequeue();
    this.reject(reason);
  }

  /** Ends it because its socket was closed. */
  closed(): void {
    this.fail(closedError(this.call));
  }

  /** Begins to wait, behind those that wait already. One that wasn't tried is tried in the next turn. */
  enqueue(timeout: number, tried: boolean, signal: AbortSignal | undefined): void {
    this.tried = tried;
    if (timeout >= 0) this.deadline = performance.now() + timeout;
    this.signal = signal;
    this.queue.push(this);
    this.handle.dependents++;
    reactor().addPending(this);
    if (!tried) reactor().postpone(this.handle);
  }

  /** Stops waiting. */
  dequeue(): void {
    this.#ended = true;
    this.queue.remove(this);
    this.handle.dependents--;
    reactor().removePending(this);
  }

  override expire(): void {
    // What can be done in the same moment still counts, also where this turn's budget is used up.
    this.handle.serveAll(this.queue);
    if (!this.#ended) this.fail(this.timedOut());
  }

  override abort(reason: unknown): void {
    this.fail(reason);
  }
}

/** The error of a call on a closed socket. */
export function closedError(call: string): Error {
  return stateError("EBADF", call, "The socket is closed");
}

/** The error of a time-out. */
export function timeoutError(call: string, what: string, timeout: number): Error {
  return stateError("EAGAIN", call, `${what} within ${timeout} ms`);
}

/** A synchronous wait is cut into slices of this many ms, so that a worker can be terminated in it. */
export const SLICE = 100;

/** Checks a time-out in ms; `fallback`, an option's value, counts -1 as no limit. */
export function toTimeout(timeout: number | undefined, fallback: number): number {
  if (timeout === undefined) return fallback < 0 ? Infinity : fallback;
  if (typeof timeout !== "number" || Number.isNaN(timeout)) {
    throw new TypeError("A timeout is a number of milliseconds");
  }
  if (timeout < 0) {
    throw new RangeError("A timeout is 0 or more milliseconds; Infinity for no limit");
  }
  return timeout;
}
