/** Sending: one operation at a time, as in zeromq.js, in the engine's queues. */

import { WRITABLE } from "../poller/backend.ts";
import { takeBudget } from "../poller/budget.ts";
import { reactor } from "../poller/reactor.ts";
import { bytesOrText, keepParts, type Part } from "../socket/message.ts";
import { checkCount, putParts, Send, trySend, trySendParts } from "../socket/send.ts";
import { EAGAIN, EBUSY, EINVAL, errnoError, translated } from "./errors.ts";
import { Pause, pauseIsDue } from "./pauses.ts";
import type { SocketState } from "./state.ts";
import { isOutOfTurn, OutOfTurn } from "./turns.ts";

type Resolve = () => void;
type Reject = (reason: unknown) => void;

const SENT: Promise<void> = Promise.resolve();

/** Sends a message, now or later. Some draft sockets send to a target, which libzmq gets with the message. */
export function send(state: SocketState, message: unknown, target?: Part): Promise<void> {
  state.assertOpen();
  if (state.sending !== undefined) {
    throw errnoError(EBUSY, {
      message: "Socket is busy writing; only one send operation may be in progress at any time",
    });
  }
  const parts = Array.isArray(message) ? Array.from(message, toPart) : [toPart(message)];
  if (parts.length === 0) return SENT;
  const { handle } = state;
  if (handle.type.threadSafe) {
    // Such messages have one part. In zeromq.js, libzmq refuses others.
    if (parts.length > 1) return Promise.reject(errnoError(EINVAL));
    if (target !== undefined) parts.unshift(target);
  } else if (!handle.takesAnyParts) {
    checkCount(handle, parts); // throws if libzmq would drop the message, with success
  }
  if (!takeBudget()) {
    return new Promise((resolve, reject) => giveWay(state, keepParts(parts), resolve, reject));
  }
  const timeout = handle.sendTimeout;
  let deferred = false;
  try {
    if (parts.length === 1 ? trySend(handle, parts[0]) : trySendParts(handle, parts)) {
      if (state.deferred.size > 0) state.turn();
      return SENT;
    }
  } catch (error) {
    if (timeout === 0 || !maySucceedLater(state, error)) return Promise.reject(translated(error));
    deferred = true;
  }
  if (timeout === 0) return Promise.reject(errnoError(EAGAIN));
  return new Promise((resolve, reject) => {
    if (deferred) defer(state, keepParts(parts), timeout, resolve, reject);
    else wait(state, parts, timeout, true, resolve, reject);
  });
}

/** Lets others go first, since the tick's budget is used up. */
function giveWay(state: SocketState, parts: Part[], resolve: Resolve, reject: Reject): void {
  const timeout = state.handle.sendTimeout;
  if (!pauseIsDue()) return wait(state, parts, timeout, false, resolve, reject);
  state.sending = new Pause(
    state,
    () => wait(state, parts, timeout, false, resolve, reject),
    () => {
      state.sending = undefined;
      sendLast(state, parts, resolve, reject);
    },
  );
}

/** Whether a send fails for a reason for which zeromq.js waits: it's out of turn, or a mandatory Router has no peer. */
function maySucceedLater({ handle }: SocketState, error: unknown): boolean {
  if (isOutOfTurn(error)) return true;
  if ((error as { code?: string }).code !== "EHOSTUNREACH") return false;
  return (handle.ask() & WRITABLE) === 0;
}

/** A pending send. */
class PendingSend extends Send {
  readonly #state: SocketState;
  #ended = false;

  constructor(state: SocketState, parts: readonly Part[], resolve: Resolve, reject: Reject) {
    super(state.handle, state.socket, parts, resolve, reject);
    this.#state = state;
    state.sending = this;
  }

  override succeed(): void {
    this.#end();
    super.succeed();
    if (this.#state.deferred.size > 0) this.#state.turn();
  }

  override fail(reason: unknown): void {
    this.#end();
    if (this.handle.closed || !maySucceedLater(this.#state, reason)) {
      return super.fail(translated(reason));
    }
    const { deadline } = this;
    this.dequeue();
    const left = deadline === Infinity ? -1 : Math.max(0, deadline - performance.now());
    defer(this.#state, this.parts, left, this.resolve, this.reject);
  }

  override expire(): void {
    this.handle.serveAll(this.queue);
    if (!this.#ended) this.closed();
  }

  override closed(): void {
    this.#end();
    this.dequeue();
    sendLast(this.#state, this.parts, this.resolve, this.reject);
  }

  #end(): void {
    this.#ended = true;
    this.#state.sending = undefined;
  }
}

function wait(
  state: SocketState,
  parts: readonly Part[],
  timeout: number,
  tried: boolean,
  resolve: Resolve,
  reject: Reject,
): void {
  const pending = new PendingSend(state, parts, resolve, reject);
  pending.tried = tried;
  pending.enqueue(timeout, undefined);
  // A refused send may have left commands unread, so the socket is looked at before anything waits.
  if (tried) reactor().queueRecheck(state.handle);
  else reactor().postpone(state.handle);
}

/** Waits until the send is in turn, or until the Router has a peer. */
function defer(
  state: SocketState,
  parts: readonly Part[],
  timeout: number,
  resolve: Resolve,
  reject: Reject,
): void {
  const turn = new OutOfTurn(
    state,
    (left) => wait(state, parts, left, false, resolve, reject),
    () => {
      state.sending = undefined;
      sendLast(state, parts, resolve, reject);
    },
  );
  state.sending = turn;
  turn.begin(timeout, state.handle.type.refusesUnready === true);
}

/** Tries for the last time: the time is over, or the socket is being closed. */
function sendLast(
  { handle }: SocketState,
  parts: readonly Part[],
  resolve: Resolve,
  reject: Reject,
): void {
  try {
    const sent = putParts(handle, parts);
    if (!handle.closed) handle.markStale();
    if (sent) resolve();
    else reject(errnoError(EAGAIN));
  } catch (error) {
    reject(translated(error));
  }
}

/** Returns a part as libzmq takes it. A value that is neither text nor bytes is sent as its text. */
function toPart(part: unknown): Part {
  return bytesOrText(part) ?? `${part}`; // unlike String(), this refuses symbols
}
