/** What receives and sends that wait have in common: their place in a queue, and how they end. */

import { reactor } from "../poller/reactor.ts";
import { type Queue, QueuedOperation } from "../poller/queue.ts";
import type { Handle } from "./handle.ts";
import { closedError, nameOf } from "./wait_errors.ts";

/** A receive or a send that waits. */
export abstract class Operation extends QueuedOperation {
  #ended = false;
  /**
   * It was tried, and refused. One that wasn't is tried whatever the socket is ready for: an
   * operation out of turn, or to a peer that isn't there, fails only when it's tried.
   */
  tried = false;
  /** How long it may wait, in ms; below 0 indefinitely. */
  timeout = -1;

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

  override get what(): string {
    return `${this.call === "zmq_send" ? "send" : "receive"}: ${nameOf(this.handle)}`;
  }

  /** Ends it without success. */
  fail(reason: unknown): void {
    this.dequeue();
    this.reject(reason);
  }

  /** Ends it because its socket was closed. */
  closed(): void {
    this.fail(closedError(this.handle, this.call));
  }

  /**
   * Begins to wait, behind those that wait already. One that wasn't tried, or not to its end, is tried in the next tick. Without `ref`, it
   * doesn't keep the process alive.
   */
  enqueue(timeout: number, tried: boolean, signal: AbortSignal | undefined, ref = true): void {
    this.tried = tried;
    this.timeout = timeout;
    if (timeout >= 0 && timeout !== Infinity) this.deadline = performance.now() + timeout;
    this.signal = signal;
    this.ref = ref;
    this.queue.push(this);
    this.handle.dependents++;
    if (!ref) reactor().addBackground(this.handle);
    reactor().addPending(this);
    if (!tried || this.handle.unfinished) reactor().postpone(this.handle);
  }

  /** Stops waiting. */
  dequeue(): void {
    this.#ended = true;
    this.queue.remove(this);
    this.handle.dependents--;
    if (!this.ref) reactor().removeBackground(this.handle);
    reactor().removePending(this);
  }

  override expire(): void {
    // What can be done in the same moment still counts, also where this tick's budget is used up.
    this.handle.serveAll(this.queue);
    if (!this.#ended) this.fail(this.timedOut());
  }

  override abort(reason: unknown): void {
    this.fail(reason);
  }
}

/** How long a wait may last, in ms: what the program says or else the socket's own, where -1 is no limit. */
export function limitOf(timeout: number | undefined, own: number): number {
  return timeout ?? (own < 0 ? Infinity : own);
}
