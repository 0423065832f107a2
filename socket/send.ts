/** The sending half of a socket: at once where possible, otherwise pending in the queue. */

import { WRITABLE } from "../poller/backend.ts";
import { takeBudget } from "../poller/budget.ts";
import { waitReadable } from "../poller/wait_readable.ts";
import { reactor } from "../poller/reactor.ts";
import { checkSignal } from "../poller/pending.ts";
import type { Handle } from "./handle.ts";
import {
  keepParts,
  type MessageLike,
  type MessagePart,
  type Part,
  toPart,
  toParts,
} from "./message.ts";
import { closedError, Operation, timeoutError, toTimeout } from "./operation.ts";
import { isPinned, sendAtOnce, sendPart, sendParts, sendPinned } from "./native_send.ts";

const CALL = "zmq_send";
const SENT: Promise<void> = Promise.resolve();
const LATE = "No peer could take the message";
/**
 * After how many ms a blocked send is tried again though its descriptor shows nothing: what the last try has consumed
 * makes no further edge. A worker can be terminated then.
 */
const RETRY = 50;
/** How long, in ms, a send waits for the closing of a Stream's peer. */
const CLOSE_TIMEOUT = 2;

/** A send that waits. */
export class Send extends Operation {
  constructor(
    handle: Handle,
    owner: object,
    /** Copies, since the program may change its buffers meanwhile. */
    readonly parts: readonly Part[],
    readonly resolve: () => void,
    reject: (reason: unknown) => void,
  ) {
    super(handle, owner, handle.senders, reject);
  }

  override enqueue(timeout: number, tried: boolean, signal: AbortSignal | undefined): void {
    super.enqueue(timeout, tried, signal);
    // A refused send may have left commands unread, so the socket is looked at before anything sleeps.
    if (tried) reactor().queueRecheck(this.handle);
  }

  protected override get call(): string {
    return CALL;
  }

  override attempt(): boolean {
    try {
      if (!putParts(this.handle, this.parts)) return false;
    } catch (error) {
      this.fail(error);
      return true;
    }
    this.succeed();
    const { handle } = this;
    if (handle.closesPeers && handle.dependents === 0) awaitStreamClose(handle, this.parts);
    return true;
  }

  succeed(): void {
    this.dequeue();
    this.resolve();
  }

  protected override timedOut(): unknown {
    return timeoutError(CALL, LATE, this.handle.sendTimeout);
  }
}

/** Sends a message, now or later. */
export function send(
  handle: Handle,
  owner: object,
  message: MessageLike,
  signal: AbortSignal | undefined,
): Promise<void> {
  const parts = checkMessage(handle, message);
  if (handle.closed) throw closedError(CALL);
  checkSignal(signal);
  if (signal?.aborted) return Promise.reject(signal.reason);
  const tried = !handle.lent && handle.senders.first === undefined && takeBudget();
  if (tried) {
    // Without a `try` around it, which costs 12 ns of some 80: the checks below find out what keeps the message.
    if (!Array.isArray(parts) && sendAtOnce(handle.pointer, parts as Part)) {
      if (handle.dependents > 0) reactor().markStale(handle);
      return SENT;
    }
    try {
      if (put(handle, parts)) return SENT;
    } catch (error) {
      return Promise.reject(error);
    }
    if (handle.sendTimeout === 0) return Promise.reject(timeoutError(CALL, LATE, 0));
  }
  return sendLater(handle, owner, parts, tried, signal);
}

function sendLater(
  handle: Handle,
  owner: object,
  parts: Part | Part[],
  tried: boolean,
  signal: AbortSignal | undefined,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const kept = keepParts(Array.isArray(parts) ? parts : [parts as Part]);
    new Send(handle, owner, kept, resolve, reject).enqueue(handle.sendTimeout, tried, signal);
  });
}

/** Sends a message if that's possible at once; false where it isn't, or where others wait to send. */
export function trySend(handle: Handle, message: MessageLike): boolean {
  if (isPinned(message) && sendAgain(handle)) return true;
  return trySendParts(handle, checkMessage(handle, message));
}

/** The same for what has been converted and counted. */
export function trySendParts(handle: Handle, parts: Part | readonly Part[]): boolean {
  if (handle.closed) throw closedError(CALL);
  return handle.senders.first === undefined && put(handle, parts, true);
}

/**
 * Sends the buffer that is pinned, without looking at it further: 40 ns instead of 50.
 * False whenever it can't go; the usual way then finds out why.
 */
function sendAgain(handle: Handle): boolean {
  if (handle.closed || !handle.takesAnyParts || handle.senders.first !== undefined) return false;
  if (!sendPinned(handle.pointer)) return false;
  if (handle.dependents > 0) reactor().markStale(handle);
  return true;
}

/** Sends a message, blocking this thread until that's possible. */
export function sendSync(handle: Handle, message: MessageLike, limit: number | undefined): void {
  if (isPinned(message) && limit === undefined && sendAgain(handle)) return;
  const parts = checkMessage(handle, message);
  if (handle.closed) throw closedError(CALL);
  const timeout = toTimeout(limit, handle.sendTimeout);
  let deadline: number | undefined;
  for (;;) {
    if (handle.senders.first !== undefined) handle.serveAll(handle.senders);
    if (handle.senders.first === undefined && put(handle, parts, true)) return;
    // Not before the first try, which mostly succeeds: reading the clock takes longer than sending.
    deadline ??= performance.now() + timeout;
    const left = deadline - performance.now();
    if (left <= 0) throw timeoutError(CALL, LATE, timeout);
    waitReadable(handle.fd, Math.min(left, RETRY));
  }
}

function checkMessage(handle: Handle, message: MessageLike): Part | Part[] {
  if (!handle.takesAnyParts) checkCount(handle, message);
  return Array.isArray(message) ? toParts(message) : toPart(message as MessagePart);
}

/** What libzmq would drop, with success: a message without the parts that its type of socket wants. */
export function checkCount(handle: Handle, message: MessageLike): void {
  const { type: { name, addressedBy, beside }, partsLimits: [least, most] } = handle;
  // A routing id or a group was put before those that have one.
  const count = (Array.isArray(message) ? message.length : 1) - (beside === undefined ? 0 : 1);
  // A Stream's parts are taken by turns for an id and for bytes, whatever a message is: one too few or
  // too many, and every later message would be lost. A raw Router leaves out what follows the second.
  if (count >= least && count <= most) return;
  const whose = handle.isRaw ? `${name} in raw mode` : name;
  if (addressedBy === undefined) throw new TypeError(`A message of a ${whose} has one part`);
  throw new TypeError(
    `A message of a ${whose} has two parts${most === 2 ? "" : " or more"}: ` +
      `the peer's ${addressedBy}, and ${most === 2 ? "bytes" : "the message"} for it`,
  );
}

function put(handle: Handle, parts: Part | readonly Part[], inLoop = false): boolean {
  let sent = putOnce(handle, parts, inLoop);
  // A refused send needn't have run the socket's commands, one of which may report room.
  if (!sent && (handle.look() & WRITABLE) !== 0) sent = putOnce(handle, parts, inLoop);
  if (handle.dependents > 0) reactor().markStale(handle);
  else if (sent && handle.closesPeers) awaitStreamClose(handle, parts as readonly Part[]);
  return sent;
}

/**
 * Waits for libzmq's answer to an empty part, which closes a Stream's peer.
 *
 * Fact: libzmq closes the connection only when its thread has answered and the socket is called again. Failure: while
 * nothing waits, that was the next look at idle sockets, up to a second later. Decision: the answer is awaited here. Cost:
 * some 35 microseconds; 2 ms if the peer still has bytes to take. Its connection then closes at that look, after them.
 */
function awaitStreamClose(handle: Handle, [, bytes]: readonly Part[]): void {
  if (bytes.length > 0) return;
  waitReadable(handle.fd, CLOSE_TIMEOUT);
  handle.look();
}

function putOnce(handle: Handle, parts: Part | readonly Part[], inLoop: boolean): boolean {
  if (Array.isArray(parts)) return putParts(handle, parts);
  return sendPart(handle.pointer, parts as Part, inLoop);
}

/** Sends the parts of a message without waiting. False where it can't go now. */
export function putParts(handle: Handle, parts: readonly Part[]): boolean {
  if (handle.sendTogether !== undefined) return handle.sendTogether(parts);
  return sendParts(handle.pointer, parts);
}
