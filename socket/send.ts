/** The sending half of a socket: at once where possible, otherwise pending in the queue. */

import { WRITABLE } from "../poller/backend.ts";
import { takeBudget } from "../poller/budget.ts";
import { blockUntilReadable } from "../poller/fd.ts";
import { waitReadable } from "../poller/blocked.ts";
import { reactor } from "../poller/reactor.ts";
import {
  checkWait,
  type Signature,
  type SyncWaitOptions,
  type WaitOptions,
  waitProblem,
} from "../poller/wait_options.ts";
import type { Handle } from "./handle.ts";
import {
  keepParts,
  type MessageLike,
  type MessagePart,
  type Part,
  toPart,
  toParts,
} from "./message.ts";
import { limitOf, Operation } from "./operation.ts";
import { isPinned, sendAtOnce, sendPart, sendParts, sendPinned } from "./native_send.ts";
import { subscriptionProblem } from "./hazards.ts";
import { rejectInTurn } from "./rejections.ts";
import {
  closedError,
  foreignError,
  namedError,
  sendClosedError,
  timeoutError,
  tooManySendsError,
} from "./wait_errors.ts";

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
    this.handle.pendingSends++;
    super.enqueue(timeout, tried, signal);
    // A refused send may have left commands unread, so the socket is looked at before anything sleeps.
    if (tried) reactor().queueRecheck(this.handle);
  }

  override dequeue(): void {
    this.handle.pendingSends--;
    super.dequeue();
  }

  override closed(): void {
    this.dequeue();
    rejectInTurn(this.reject, sendClosedError(this.handle, CALL));
  }

  protected override get call(): string {
    return CALL;
  }

  override attempt(): boolean {
    try {
      if (!putParts(this.handle, this.parts)) return false;
    } catch (error) {
      this.fail(namedError(this.handle, error));
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
    return timeoutError(this.handle, CALL, LATE, this.timeout);
  }
}

/** What `send` takes, and those of sockets whose messages go to a peer or a group. */
export function sendSignature(name: string, ...options: string[]): Signature {
  const [target] = options;
  const hint = target === undefined || target === "timeout"
    ? `${name} takes one message: several parts are an array, ${name}(["a", "b"])`
    : `${name} takes one message of one part, and an object of options, such as { ${target} }`;
  return { name, options, example: "{ timeout: 50 }", hint };
}
const SEND = sendSignature("send", "timeout", "signal");
const SEND_SYNC = sendSignature("sendSync", "timeout");
const TRY_SEND = sendSignature("trySend");
const TRY_SEND_HINT = "trySend takes no options, since it never waits: send and sendSync do";

/** Sends a message, now or later. Whatever is wrong, its promise rejects. */
export function send(
  handle: Handle | undefined,
  owner: object,
  message: MessageLike,
  options: WaitOptions | undefined,
  extra: unknown,
  signature: Signature = SEND,
): Promise<void> {
  if (handle === undefined) return Promise.reject(foreignError("send"));
  if (options === undefined && extra === undefined) {
    if (isPinned(message) && !handle.lent && takeBudget() && sendAgain(handle)) return SENT;
  } else {
    const problem = waitProblem(signature, options, extra);
    if (problem !== undefined) return Promise.reject(problem);
  }
  // What most programs send isn't looked at further, which takes 4 ns of some 80.
  const isPlain = handle.takesAnyParts && ArrayBuffer.isView(message) &&
    message instanceof Uint8Array && message.length > 0;
  const parts = isPlain ? message as Part : checkedMessage(handle, message);
  if (parts === undefined) return Promise.reject(refusal);
  const aborted = options?.signal?.aborted; // before the next check: reading it may close the socket
  if (handle.closed) return Promise.reject(closedError(handle, CALL));
  if (aborted) return Promise.reject(options!.signal!.reason);
  const tried = !handle.lent && handle.senders.first === undefined && takeBudget();
  if (tried) {
    handle.beforeSend();
    // Without a `try` around it, which costs 12 ns of some 80: the checks below find out what keeps the message.
    if (!Array.isArray(parts) && sendAtOnce(handle.pointer, parts as Part, true)) {
      if (handle.dependents > 0) reactor().markStale(handle);
      return SENT;
    }
    try {
      if (put(handle, parts)) return SENT;
    } catch (error) {
      return Promise.reject(namedError(handle, error));
    }
  }
  return sendLater(handle, owner, parts, tried, options);
}

function sendLater(
  handle: Handle,
  owner: object,
  parts: Part | Part[],
  tried: boolean,
  { timeout, signal }: WaitOptions = {},
): Promise<void> {
  if (handle.closed) return Promise.reject(closedError(handle, CALL)); // by what has read the options
  const limit = limitOf(timeout, handle.sendTimeout);
  if (tried && limit === 0) return Promise.reject(timeoutError(handle, CALL, LATE, 0));
  if (handle.pendingSends >= handle.maxPendingSends) {
    const error = tooManySendsError(handle, CALL);
    return new Promise((_, reject) => rejectInTurn(reject, error));
  }
  return new Promise((resolve, reject) => {
    const kept = keepParts(Array.isArray(parts) ? parts : [parts as Part]);
    new Send(handle, owner, kept, resolve, reject).enqueue(limit, tried, signal);
  });
}

/** Sends a message if that's possible at once; false where it isn't, or where others wait to send. */
export function trySend(handle: Handle, message: MessageLike, extra?: unknown): boolean {
  if (extra !== undefined) throw trySendProblem(extra);
  if (isPinned(message) && sendAgain(handle)) return true;
  return trySendParts(handle, checkMessage(handle, message));
}

function trySendProblem(extra: unknown): Error {
  const isBag = extra !== null && Object.getPrototypeOf(extra) === Object.prototype;
  return isBag ? new TypeError(TRY_SEND_HINT) : waitProblem(TRY_SEND, undefined, extra)!;
}

/** Sends what has been converted and counted, on an open socket for which no send is pending; false where it can't go now. */
export function putNow(handle: Handle, parts: Part | readonly Part[]): boolean {
  handle.beforeSend();
  if (Array.isArray(parts) || !sendAtOnce(handle.pointer, parts as Part)) return put(handle, parts);
  if (handle.dependents > 0) reactor().markStale(handle);
  return true;
}

/** The same for what has been converted and counted. */
function trySendParts(handle: Handle, parts: Part | readonly Part[]): boolean {
  if (handle.closed) throw closedError(handle, CALL);
  if (handle.senders.first !== undefined) return false;
  handle.beforeSend();
  return put(handle, parts, true);
}

/**
 * Sends the buffer that is pinned, without looking at it further: 40 ns instead of 50.
 * False whenever it can't go; the usual way then finds out why.
 */
function sendAgain(handle: Handle): boolean {
  if (handle.closed || !handle.takesAnyParts || handle.senders.first !== undefined) return false;
  handle.beforeSend();
  if (!sendPinned(handle.pointer)) return false;
  if (handle.dependents > 0) reactor().markStale(handle);
  return true;
}

/** Sends a message, blocking this thread until that's possible. */
export function sendSync(
  handle: Handle,
  message: MessageLike,
  options: SyncWaitOptions | undefined,
  extra: unknown,
  signature: Signature = SEND_SYNC,
): void {
  if (options !== undefined || extra !== undefined) checkWait(signature, options, extra);
  if (isPinned(message) && sendAgain(handle)) return;
  const parts = checkMessage(handle, message);
  const timeout = limitOf(options?.timeout, handle.sendTimeout);
  if (handle.closed) throw closedError(handle, CALL);
  handle.beforeSend();
  let deadline: number | undefined;
  for (;;) {
    if (handle.senders.first !== undefined) handle.serveAll(handle.senders);
    if (handle.senders.first === undefined && put(handle, parts, true)) return;
    // Not before the first try, which mostly succeeds: reading the clock takes longer than sending.
    deadline ??= performance.now() + timeout;
    const left = deadline - performance.now();
    if (left <= 0) throw timeoutError(handle, CALL, LATE, timeout);
    waitReadable(handle.fd, Math.min(left, RETRY));
  }
}

function checkMessage(handle: Handle, message: MessageLike): Part | Part[] {
  const parts = Array.isArray(message) ? toParts(message) : toPart(message as MessagePart);
  if (!handle.takesAnyParts) checkParts(handle, parts);
  return parts;
}

/** What was wrong with the last message that {@linkcode checkedMessage} refused. */
let refusal: unknown;

/** The same; undefined for a message that is refused. Its error is a variable, since `instanceof` takes 2 ns. */
function checkedMessage(handle: Handle, message: MessageLike): Part | Part[] | undefined {
  try {
    return checkMessage(handle, message);
  } catch (error) {
    refusal = error;
    return undefined;
  }
}

/** Refuses what libzmq would drop, with success, since it lacks the parts that its type of socket wants, or what does harm. */
export function checkParts(handle: Handle, message: Part | readonly Part[]): void {
  const { type: { name, addressedBy, beside, subscribes }, partsLimits: [least, most] } = handle;
  const problem = subscribes ? subscriptionProblem(handle, message) : undefined;
  if (problem !== undefined) throw problem;
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
  if (handle.dependents > 0) return putWatched(handle, parts, inLoop);
  const sent = putTwice(handle, parts, inLoop);
  if (sent && handle.closesPeers) awaitStreamClose(handle, parts as readonly Part[]);
  return sent;
}

/** The same where something waits for the socket. A send that throws may have consumed the edge, too. */
function putWatched(handle: Handle, parts: Part | readonly Part[], inLoop: boolean): boolean {
  try {
    return putTwice(handle, parts, inLoop);
  } finally {
    reactor().markStale(handle);
  }
}

function putTwice(handle: Handle, parts: Part | readonly Part[], inLoop: boolean): boolean {
  if (putOnce(handle, parts, inLoop)) return true;
  // A refused send needn't have run the socket's commands, one of which may report room.
  return (handle.look() & WRITABLE) !== 0 && putOnce(handle, parts, inLoop);
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
  blockUntilReadable(handle.fd, CLOSE_TIMEOUT);
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
