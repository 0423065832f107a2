/** One direction of a proxy with a filter: messages become frames, and go on as the filter says. */

import { ZmqError } from "../errors.ts";
import { WRITABLE } from "../poller/backend.ts";
import { takeBudget } from "../poller/budget.ts";
import { Frame } from "../socket/frame.ts";
import { type MessagePart, toParts } from "../socket/message.ts";
import { takeMessage } from "../socket/native_message.ts";
import { subscriptionProblem } from "../socket/hazards.ts";
import { putParts } from "../socket/send.ts";
import { EMPTY, type End, LATE, LIMIT, Relay } from "./relay.ts";

/** Which way a message goes: from the front end to the back end, or from the back end to the front end. */
export type ProxyDirection = "toBack" | "toFront";

/**
 * Decides how a message goes on: with the returned parts, or, for `undefined`, not at all. A message between Routers,
 * Dealers and the like has its envelope before its body, which has to be passed on as well.
 */
export type ProxyFilter = (
  message: Frame[],
  direction: ProxyDirection,
) => readonly MessagePart[] | undefined;

const encoder = new TextEncoder();

/** Passes on what a filter returns for each message. */
export class FilteredRelay extends Relay {
  /** The received message, while the filter has it. */
  #frames: Frame[] | undefined;
  /** What the filter has returned for it, until that is sent; where it has to wait, a copy. */
  #message: readonly Uint8Array[] | undefined;
  #kept = false;
  #uncaptured = false;
  #ended = false;

  constructor(
    source: End,
    target: End,
    capture: End | undefined,
    readonly filter: ProxyFilter,
    readonly direction: ProxyDirection,
  ) {
    super(source, target, capture);
  }

  override get holds(): boolean {
    return this.#message !== undefined;
  }

  protected override step(): number {
    const { source: { handle }, target, capture, count } = this;
    if (this.#message === undefined) {
      if (this.paused || handle.midMessage) return EMPTY; // the filter may have paused it
      if (!takeBudget()) return LATE;
      this.#frames = inTurn(() => takeMessage(handle.pointer, handle.metadata, handle.limits));
      if (this.#frames === undefined) return handle.unfinished ? LATE : EMPTY;
      const answer = this.filter(this.#frames, this.direction);
      const message = answer === undefined ? undefined : toBytes(answer);
      // The filter, or what its answer is, may have ended the proxy, or closed one of its sockets.
      if (this.#ended) return EMPTY;
      this.#message = message;
      this.#kept = false;
      this.#frames = undefined;
      if (this.#message === undefined) {
        count.dropped++;
        return LIMIT;
      }
    }
    const message = this.#message;
    if (!this.#uncaptured) {
      const [least, most] = target.handle.partsLimits;
      if (message.length < least || message.length > most) return this.giveUp();
      const { handle } = target;
      if (handle.type.subscribes && subscriptionProblem(handle, message)) return this.giveUp();
      if (!put(target, message)) return this.#wait(target, message);
      count.messages++;
      for (const part of message) count.bytes += part.byteLength;
    }
    if (capture !== undefined) {
      this.#uncaptured = true;
      if (!put(capture, message)) return this.#wait(capture, message);
      this.#uncaptured = false;
    }
    this.#message = undefined;
    return LIMIT;
  }

  /** The program may change its buffers meanwhile. */
  #wait(end: End, message: readonly Uint8Array[]): number {
    if (!this.#kept) this.#message = message.map((part) => new Uint8Array(part));
    this.#kept = true;
    return this.refusedBy(end);
  }

  protected override forget(): boolean {
    const wasSent = this.#uncaptured;
    this.#message = undefined;
    this.#uncaptured = false;
    return wasSent;
  }

  override end(): Frame[] | undefined {
    this.#ended = true;
    const message = this.#uncaptured ? undefined : this.#message;
    this.#message = undefined;
    return this.#frames ?? message?.map(toFrame);
  }
}

function put(end: End, message: readonly Uint8Array[]): boolean {
  const { handle } = end;
  end.stale = true;
  return inTurn(() => {
    if (putParts(handle, message)) return true;
    // A refused send needn't have run the socket's commands, one of which may report room.
    return (end.look() & WRITABLE) !== 0 && putParts(handle, message);
  }) ?? false;
}

/** Runs an action; undefined if a Request or a Reply is out of turn. */
function inTurn<T>(action: () => T): T | undefined {
  try {
    return action();
  } catch (error) {
    if (!(error instanceof ZmqError) || error.code !== "EFSM") throw error;
    return undefined;
  }
}

function toBytes(answer: readonly MessagePart[]): readonly Uint8Array[] {
  if (!Array.isArray(answer)) {
    throw new TypeError(
      "A filter returns an array of parts, or undefined for a message to be dropped",
    );
  }
  return toParts(answer).map((part) => typeof part === "string" ? encoder.encode(part) : part);
}

function toFrame(part: Uint8Array): Frame {
  const frame = new Frame(part.byteLength);
  frame.set(part);
  return frame;
}
