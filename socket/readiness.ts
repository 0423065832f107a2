/** Waiting until a message can be received or sent, without doing either. */

import type { Listener } from "../poller/source.ts";
import { waitReadable } from "../poller/wait_readable.ts";
import { READABLE, WRITABLE } from "../poller/backend.ts";
import { takeBudget } from "../poller/budget.ts";
import { bitsOf, type Interest } from "../poller/poller.ts";
import { reactor } from "../poller/reactor.ts";
import { checkSignal, Pending } from "../poller/pending.ts";
import type { Handle } from "./handle.ts";
import { closedError, SLICE, toTimeout } from "./operation.ts";

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

  onReady(ready: number): void {
    if ((forOthers(this.handle, ready) & this.wanted) === 0) return;
    this.#end();
    this.resolve(true);
  }

  onClosed(): void {
    this.abort(closedError(CALL));
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

/** Waits until a socket is ready; false when the time is over. */
export function waitReady(
  handle: Handle,
  owner: object,
  interest: Interest,
  timeout: number | undefined,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const wanted = wantedOf(interest);
  const limit = toTimeout(timeout, -1);
  if (handle.closed) throw closedError(CALL);
  checkSignal(signal);
  if (signal?.aborted) return Promise.reject(signal.reason);
  // A loop that finds the socket ready each time mustn't keep everything else from its turn.
  const looked = takeBudget();
  if (looked) {
    if (isReady(handle, wanted)) return Promise.resolve(true);
    if (limit === 0) return Promise.resolve(false);
  }
  return new Promise((resolve, reject) => {
    new PendingReadiness(handle, owner, wanted, resolve, reject).begin(limit, signal);
    if (!looked) reactor().postpone(handle);
  });
}

/** The same, blocking this thread. */
export function waitReadySync(
  handle: Handle,
  interest: Interest,
  timeout: number | undefined,
): boolean {
  const wanted = wantedOf(interest);
  const limit = toTimeout(timeout, -1);
  if (handle.closed) throw closedError(CALL);
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

function wantedOf(interest: Interest): number {
  const wanted = bitsOf(interest);
  if (wanted === 0) {
    throw new TypeError("There is nothing to wait for: neither readable nor writable");
  }
  return wanted;
}
