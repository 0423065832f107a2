/** Waiting until a message can be received or sent, without doing either. */

import type { Listener } from "../poller/source.ts";
import { READABLE, WRITABLE } from "../poller/backend.ts";
import { takeBudget } from "../poller/budget.ts";
import { reactor } from "../poller/reactor.ts";
import { Pending } from "../poller/pending.ts";
import type { Interest } from "../poller/poller.ts";
import {
  checkWait,
  type Signature,
  type SyncWaitOptions,
  type WaitOptions,
  waitProblem,
} from "../poller/wait_options.ts";
import type { Handle } from "./handle.ts";
import { serveInBetween, SLICE, waitReadable } from "../poller/blocked.ts";
import { closedError, foreignError, nameOf } from "./wait_errors.ts";

const CALL = "zmq_getsockopt";

/** A wait for a socket to become ready. */
class PendingReadiness extends Pending implements Listener {
  #left = false;

  constructor(
    readonly handle: Handle,
    /** The socket itself, which could otherwise be collected meanwhile. */
    readonly owner: object,
    readonly wanted: number,
    readonly resolve: (ready: boolean) => void,
    readonly reject: (reason: unknown) => void,
  ) {
    super();
  }

  begin(timeout: number, signal: AbortSignal | undefined): void {
    if (timeout !== Infinity) this.deadline = performance.now() + timeout;
    this.signal = signal;
    this.handle.addListener(this);
    reactor().addPending(this);
  }

  override get what(): string {
    return `wait: ${nameOf(this.handle)}`;
  }

  onReady(ready: number): void {
    if ((forOthers(this.handle, ready) & this.wanted) === 0) return;
    this.#end();
    this.resolve(true);
  }

  onClosed(): void {
    this.abort(closedError(this.handle, CALL));
  }

  onFailed(error: unknown): void {
    this.abort(error);
  }

  override expire(): void {
    // What has come in the same moment still counts, and the look reports it.
    if (isReady(this.handle, this.wanted)) return;
    this.#end();
    this.resolve(false);
  }

  override abort(reason: unknown): void {
    this.#end();
    this.reject(reason);
  }

  /** Once: a look may end the wait in the middle of `expire`, and a second look find nothing any more. */
  #end(): void {
    if (this.#left) return;
    this.#left = true;
    this.handle.removeListener(this);
    reactor().removePending(this);
  }
}

const NO_OPTIONS: WaitOptions = {};
const WAIT: Signature = {
  name: "wait",
  options: ["timeout", "signal", "readable", "writable"],
  example: "{ timeout: 50 }",
};
const WAIT_SYNC: Signature = {
  name: "waitSync",
  options: ["timeout", "readable", "writable"],
  example: "{ timeout: 50 }",
};

/** Waits until a socket is ready; false when the time is over. Whatever is wrong, its promise rejects. */
export function waitReady(
  handle: Handle | undefined,
  owner: object,
  options?: WaitOptions & Interest,
  extra?: unknown,
): Promise<boolean> {
  if (handle === undefined) return Promise.reject(foreignError("wait"));
  if (options !== undefined || extra !== undefined) {
    const problem = waitProblem(WAIT, options, extra);
    if (problem !== undefined) return Promise.reject(problem);
  }
  const wanted = wantedOf(handle, options);
  if (wanted === 0) return Promise.reject(directionProblem(handle, WAIT, options));
  const { timeout = Infinity, signal } = options ?? NO_OPTIONS;
  const aborted = signal?.aborted; // before the next check: reading it may close the socket
  if (handle.closed) return Promise.reject(closedError(handle, CALL));
  if (aborted) return Promise.reject(signal!.reason);
  // A loop that finds the socket ready each time mustn't keep everything else from its turn.
  const looked = takeBudget();
  if (looked) {
    if (isReady(handle, wanted)) return Promise.resolve(true);
    if (timeout === 0) return Promise.resolve(false);
  }
  return beginWait(handle, owner, wanted, looked, timeout, signal);
}

// A separate function: one that contains a closure is slower at each call, even if it isn't made.
function beginWait(
  handle: Handle,
  owner: object,
  wanted: number,
  looked: boolean,
  timeout: number,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  return new Promise((resolve, reject) => {
    new PendingReadiness(handle, owner, wanted, resolve, reject).begin(timeout, signal);
    if (!looked) reactor().postpone(handle);
  });
}

/** The same, blocking this thread. */
export function waitReadySync(
  handle: Handle,
  options?: SyncWaitOptions & Interest,
  extra?: unknown,
): boolean {
  checkWait(WAIT_SYNC, options, extra);
  const wanted = wantedOf(handle, options);
  if (wanted === 0) throw directionProblem(handle, WAIT_SYNC, options);
  const limit = options?.timeout ?? Infinity;
  serveInBetween();
  if (handle.closed) throw closedError(handle, CALL);
  let deadline: number | undefined;
  for (;;) {
    if (isReady(handle, wanted)) return true;
    const left = (deadline ??= performance.now() + limit) - performance.now();
    if (left <= 0) return false;
    waitReadable(handle.fd, Math.min(left, SLICE));
  }
}

/** Looks, after the pending receives and sends have had their turn. */
function isReady(handle: Handle, wanted: number): boolean {
  const { receivers, senders } = handle;
  if (receivers.first !== undefined) handle.serveAll(receivers);
  if (senders.first !== undefined) handle.serveAll(senders);
  return (forOthers(handle, handle.ask()) & wanted) !== 0;
}

/** What a socket is ready for, without what the pending operations will use up. */
function forOthers({ receivers, senders }: Handle, ready: number): number {
  if (receivers.first !== undefined) ready &= ~READABLE;
  if (senders.first !== undefined) ready &= ~WRITABLE;
  return ready;
}

/** The directions to wait for; 0 where something is wrong with them. */
function wantedOf({ type: { receives, sends } }: Handle, options: Interest = {}): number {
  const { readable = false, writable = false } = options;
  if (options.readable === undefined && options.writable === undefined) {
    return receives ? READABLE : WRITABLE;
  }
  if ((readable !== false && readable !== receives) || (writable !== false && writable !== sends)) {
    return 0;
  }
  return (readable ? READABLE : 0) | (writable ? WRITABLE : 0);
}

/** Why there are no directions to wait for. */
function directionProblem(
  { type: { name, receives, sends } }: Handle,
  { name: method }: Signature,
  { readable = false, writable = false }: Interest = {},
): TypeError {
  if (typeof readable !== "boolean" || typeof writable !== "boolean") {
    return new TypeError(`${method} takes readable and writable as true or false`);
  }
  if (readable && !receives) {
    return new TypeError(`A ${name} never becomes readable, since it can't receive`);
  }
  if (writable && !sends) {
    return new TypeError(`A ${name} never becomes writable, since it can't send`);
  }
  return new TypeError("There is nothing to wait for: neither readable nor writable");
}
