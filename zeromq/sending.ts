/** Sending: one operation at a time, as in zeromq.js, in the engine's queues. */

import { WRITABLE } from "../poller/backend.ts";
import { bytesOrText, keepParts, type Part } from "../socket/message.ts";
import { checkParts, putNow, putParts, Send } from "../socket/send.ts";
import { Attempt } from "./attempt.ts";
import { EAGAIN, EBUSY, EINVAL, errnoError, translated } from "./errors.ts";
import { afterOthers, mayGoOn } from "./pauses.ts";
import type { SocketState } from "./state.ts";
import { isOutOfTurn, timeLeft } from "./turns.ts";

/** What a send returns that was done at once. */
export const SENT: Promise<void> = Promise.resolve();

/**
 * Sends a message, now or later. Some draft sockets send to a target, which libzmq gets with the message. Where the tick's
 * budget is used up, the promise of one that was sent is put off, unless it's `eager`.
 */
export function send(
  state: SocketState,
  message: unknown,
  target?: Part,
  eager = false,
): Promise<void> {
  state.assertOpen();
  if (state.sending !== undefined) {
    throw errnoError(EBUSY, {
      message: "Socket is busy writing; only one send operation may be in progress at any time",
    });
  }
  let parts = Array.isArray(message) ? toParts(message) : toPart(message);
  if (Array.isArray(parts) && parts.length === 0) return SENT;
  const { handle } = state;
  if (handle.closed) state.assertOpen(); // a value's toString may have closed it
  if (handle.type.threadSafe) {
    // Such messages have one part. In zeromq.js, libzmq refuses others.
    if (Array.isArray(parts) && parts.length > 1) return Promise.reject(errnoError(EINVAL));
    if (target !== undefined) parts = [target, ...listOf(parts)];
  } else if (!handle.takesAnyParts) {
    checkParts(handle, parts); // throws if libzmq would drop the message, with success
  }
  const inOrder = state.putOff === 0;
  const goesOn = mayGoOn() || eager;
  const sent = put(state, parts);
  // One that waits lets others have their turn anyway.
  return inOrder && (goesOn || state.sending !== undefined) ? sent : afterOthers(state, sent);
}

/** Sends what has been converted and counted, now or later. */
function put(state: SocketState, parts: Part | readonly Part[]): Promise<void> {
  const timeout = state.handle.sendTimeout;
  try {
    if (putNow(state.handle, parts)) {
      state.turn();
      return SENT;
    }
  } catch (error) {
    if (timeout === 0 || !maySucceedLater(state, error)) return Promise.reject(translated(error));
  }
  if (timeout === 0) return Promise.reject(errnoError(EAGAIN));
  return new Promise((resolve, reject) => {
    new Sending(state, keepParts(listOf(parts)), resolve, reject).wait(timeout, true);
  });
}

/** Whether a send fails for a reason for which zeromq.js waits: it's out of turn, or a mandatory Router has no peer. */
function maySucceedLater({ handle }: SocketState, error: unknown): boolean {
  if (isOutOfTurn(error)) return true;
  if ((error as { code?: string }).code !== "EHOSTUNREACH") return false;
  return (handle.ask() & WRITABLE) === 0;
}

/** A send that can't be done at once. */
class Sending extends Attempt {
  constructor(
    state: SocketState,
    /** Copies, since the program may change its buffers meanwhile. */
    readonly parts: readonly Part[],
    readonly resolve: () => void,
    reject: (reason: unknown) => void,
  ) {
    super(state, "sending", reject);
  }

  override wait(timeout: number, tried = false): void {
    const pending = this.state.sending = new PendingSend(this);
    pending.enqueue(timeout, tried, undefined);
  }

  override defer(timeout: number): void {
    super.defer(timeout, this.state.handle.type.refusesUnready);
  }

  protected override tryLast(): void {
    const { handle } = this.state;
    try {
      if (putParts(handle, this.parts)) this.resolve();
      else this.reject(errnoError(EAGAIN));
    } catch (error) {
      this.reject(translated(error));
    } finally {
      if (!handle.closed) handle.markStale();
    }
  }
}

/** A send in the engine's queue. */
class PendingSend extends Send {
  #ended = false;

  constructor(readonly sending: Sending) {
    const { state: { handle, socket }, parts, resolve, reject } = sending;
    super(handle, socket, parts, resolve, reject);
  }

  override succeed(): void {
    this.#end();
    this.resolve();
    this.sending.state.turn();
  }

  override fail(reason: unknown): void {
    this.#end();
    const { sending } = this;
    if (this.handle.closed || !maySucceedLater(sending.state, reason)) {
      this.reject(translated(reason));
    } else {
      sending.defer(timeLeft(this.deadline));
    }
  }

  override expire(): void {
    this.handle.serveAll(this.queue);
    if (!this.#ended) this.closed();
  }

  override closed(): void {
    this.#end();
    this.sending.end();
  }

  #end(): void {
    this.#ended = true;
    this.sending.state.sending = undefined;
    this.dequeue();
  }
}

/** Returns a part as libzmq takes it. A value that is neither text nor bytes is sent as its text. */
function toPart(part: unknown): Part {
  return bytesOrText(part) ?? `${part}`; // unlike String(), this refuses symbols
}

/** Every part of a message; `undefined` where an array has a hole. */
function toParts(message: readonly unknown[]): Part[] {
  const parts = new Array<Part>(message.length);
  for (let i = 0; i < parts.length; i++) parts[i] = toPart(message[i]);
  return parts;
}

function listOf(parts: Part | readonly Part[]): readonly Part[] {
  return Array.isArray(parts) ? parts : [parts as Part];
}
