/** One direction of a proxy: it sends on one socket what it receives from the other. */

import { ZmqError } from "../errors.ts";
import { WRITABLE } from "../poller/backend.ts";
import { takeBudget } from "../poller/budget.ts";
import type { Handle } from "../socket/handle.ts";
import type { Frame } from "../socket/frame.ts";
import type { MessageLimits } from "../socket/message_limits.ts";
import { skipRest, takeMessage } from "../socket/native_message.ts";
import { allSubscribe, prefixProblem } from "../socket/hazards.ts";
import { finishDropped, MovableMessage, PartBuffer } from "./parts.ts";

/** One of a proxy's sockets, as its relays see it. */
export interface End {
  readonly handle: Handle;
  /** A call on it since the last look, or since it was found empty, may have consumed its descriptor's edge. */
  stale: boolean;
  /** The result of the last look. */
  ready: number;
  /** Looks at the socket's readiness. */
  look(): number;
}

/** Outcome of a relay's turn: there is nothing more to receive. */
export const EMPTY = 0;
/** Outcome: a message waits for `blockedBy`. */
export const BLOCKED = 1;
/** Outcome: the limit was reached. */
export const LIMIT = 2;
/** Outcome: the tick's budget is used up. */
export const LATE = 3;

/** How many receives count as one operation of the tick's budget, since each takes a fraction of an operation's time. */
const OPERATION = 8;

/** What was passed on in one direction. */
export class Count {
  messages = 0;
  bytes = 0;
  dropped = 0;
  undeliverable = 0;
}

/** One direction. */
export abstract class Relay {
  readonly count: Count = new Count();
  /** The outcome of the last turn, and the socket for which a message waits. */
  outcome = LIMIT;
  blockedBy: End | undefined;
  /** The source was found empty since this was last set to false. */
  emptied = false;
  /** The relay receives nothing while this is set. */
  paused = false;
  #left = 0;

  constructor(readonly source: End, readonly target: End, readonly capture: End | undefined) {}

  /** Passes on up to `limit` messages. Returns how many. */
  move(limit: number): number {
    let moved = 0;
    this.blockedBy = undefined;
    while (moved < limit) {
      let outcome: number;
      try {
        outcome = this.step();
      } catch (error) {
        if (!(error instanceof ZmqError) || error.code !== "EHOSTUNREACH") throw error;
        // A mandatory Router's peer has gone; the others still get their messages.
        outcome = this.giveUp();
      }
      if (outcome === LIMIT) {
        moved++;
        continue;
      }
      if (outcome === EMPTY) {
        this.emptied = true;
        this.source.stale = false;
      }
      this.outcome = outcome;
      return moved;
    }
    this.outcome = LIMIT;
    return moved;
  }

  /** Whether a message was received that hasn't been sent yet. */
  abstract readonly holds: boolean;
  /** Passes one message on, and returns `LIMIT`. */
  protected abstract step(): number;
  /** Drops the message that was received. Returns whether it was sent, and only the capture socket couldn't take it. */
  protected abstract forget(): boolean;
  /** Ends it. Returns the message that was received, and wasn't sent. */
  abstract end(): Frame[] | undefined;

  /** Counts a receive. Returns false if the tick's budget is used up. */
  protected mayReceive(): boolean {
    if (--this.#left >= 0) return true;
    if (!takeBudget()) return false;
    this.#left = OPERATION - 1;
    return true;
  }

  /** Drops a message that can't be sent to anyone. */
  protected giveUp(): number {
    if (!this.forget()) this.count.undeliverable++;
    return LIMIT;
  }

  protected refusedBy(end: End): number {
    this.blockedBy = end;
    return BLOCKED;
  }
}

/** Passes native messages on: one call to receive a part, and one to send it. */
export class NativeRelay extends Relay {
  readonly #message = new MovableMessage();
  /** The parts before it, in case all have to be sent again; with a capture socket, the parts for that. */
  readonly #parts = new PartBuffer();
  /** A message was received, and has to be sent: `#parts`, `#message`, and, if `#more` is set, parts still in the socket. */
  #held = false;
  #more = false;
  /** It was sent, and has to go to the capture socket, too. */
  #uncaptured = false;
  #bytes = 0;
  readonly #least: number;
  readonly #most: number;
  /** All parts are received before the first goes out. */
  readonly #whole: boolean;
  /** A part of the message is a subscription that the target must not make. */
  #unsafe = false;

  constructor(source: End, target: End, capture: End | undefined) {
    super(source, target, capture);
    [this.#least, this.#most] = target.handle.partsLimits;
    const { tearsMessages } = source.handle.type;
    this.#whole = this.#most < Infinity || tearsMessages === true || this.#subscribes;
  }

  override get holds(): boolean {
    return this.#held || this.#uncaptured;
  }

  protected override step(): number {
    const message = this.#message;
    const { target } = this;
    if (this.#uncaptured) return this.#toCapture();
    if (this.#held) return this.#retry();
    const { handle } = this.source;
    if (handle.midMessage) return EMPTY;
    if (!this.mayReceive()) return LATE;
    const { limits } = handle;
    if (limits !== undefined && !limits.goOn(message, handle.pointer)) return LATE;
    const size = message.receive(handle.pointer);
    if (size < 0) return EMPTY;
    this.#held = true;
    this.#more = message.more;
    this.#bytes = size;
    target.stale = true;
    if (this.#subscribes) this.#unsafe = this.#isUnsafe(size, true);
    if (this.#more) return this.#whole || limits !== undefined ? this.#collect() : this.#go();
    if (this.#least > 1 || this.#unsafe) return this.giveUp();
    if (this.capture !== undefined) return this.#go();
    if (!this.#send(false, true)) return this.refusedBy(target);
    this.#held = false;
    this.count.messages++;
    this.count.bytes += size;
    return LIMIT;
  }

  protected override forget(): boolean {
    const { handle } = this.source;
    const wasSent = this.#uncaptured;
    this.#held = this.#uncaptured = handle.midMessage = false;
    this.#message.drop();
    this.#parts.clear();
    if (this.#more) skipRest(this.#message, handle.pointer);
    return wasSent;
  }

  override end(): Frame[] | undefined {
    const { handle } = this.source;
    const held = this.#held;
    if (held) handle.midMessage = false;
    this.#held = this.#uncaptured = false;
    if (!held) this.#parts.clear();
    if (!held) return undefined;
    const frames = [...this.#parts.takeFrames(), this.#message.takeFrame()];
    if (!this.#more || handle.closed) return frames;
    try {
      frames.push(...takeMessage(handle.pointer) ?? []);
    } catch {
      // The context was shut down, so the rest can't be received. The proxy's promise has that error already.
    }
    return frames;
  }

  /** Sends the part that was received, and those that follow it. */
  #go(): number {
    const message = this.#message;
    const parts = this.#parts;
    const { source: { handle }, target, capture } = this;
    for (;;) {
      const more = this.#more;
      const first = parts.length === 0;
      if (more || capture !== undefined) parts.add(message);
      if (!this.#send(more, first)) {
        if (more || capture !== undefined) parts.pop();
        if (more && !first) finishDropped(target.handle.pointer);
        handle.midMessage = more;
        return this.refusedBy(target);
      }
      if (!more) break;
      const size = message.receive(handle.pointer);
      if (size < 0) { // never seen; without this, the next message would continue this one
        finishDropped(target.handle.pointer);
        break;
      }
      this.#bytes += size;
      this.#more = message.more;
    }
    this.#held = false;
    this.count.messages++;
    this.count.bytes += this.#bytes;
    if (capture !== undefined) return this.#toCapture();
    parts.clear();
    return LIMIT;
  }

  /**
   * Receives a whole message before its first part goes out: where its parts have to be counted, by either socket, and from an XPUB, of which
   * a receive can find nothing in the middle of a message. The part before was its last one then.
   */
  #collect(): number {
    const message = this.#message;
    const parts = this.#parts;
    const { limits } = this.source.handle;
    const first = this.#subscribes && message.firstByte <= 1;
    while (this.#more) {
      parts.add(message);
      message.drop();
      const size = message.receive(this.source.handle.pointer);
      if (size < 0) {
        parts.takeLast(message);
        break;
      }
      this.#bytes += size;
      this.#more = message.more;
      if (this.#subscribes && this.#isUnsafe(size, first)) this.#unsafe = true;
      if (limits?.exceeds(parts.length + 1, this.#bytes)) return this.#drop(limits);
    }
    this.#more = false;
    const count = parts.length + 1;
    if (count < this.#least || count > this.#most || this.#unsafe) return this.giveUp();
    return this.#retry();
  }

  /** What goes to the target are subscriptions. */
  get #subscribes(): boolean {
    return this.target.handle.type.subscribes === true;
  }

  /** Whether the part that was received is a subscription that the target must not make. */
  #isUnsafe(size: number, firstSubscribes: boolean): boolean {
    if (prefixProblem(size - 1) === undefined || this.#message.firstByte > 1) return false;
    return allSubscribe(this.target.handle, firstSubscribes);
  }

  /** Drops a message that is larger than the source's limits allow. What is left of it goes with the next steps. */
  #drop(limits: MessageLimits): number {
    limits.drop(this.#message, this.#parts.length + 1, this.#more);
    this.#held = false;
    this.#parts.clear();
    return LIMIT;
  }

  /** Sends the message from its first part on. */
  #retry(): number {
    const parts = this.#parts;
    const { target } = this;
    target.stale = true;
    if (parts.length > 0 && !this.#sendParts()) return this.refusedBy(target);
    this.source.handle.midMessage = false;
    return this.#go();
  }

  #sendParts(): boolean {
    const { target } = this;
    if (this.#parts.send(target.handle.pointer, true)) return true;
    return (target.look() & WRITABLE) !== 0 && this.#parts.send(target.handle.pointer, true);
  }

  #send(more: boolean, first: boolean): boolean {
    const { target } = this;
    if (this.#message.send(target.handle.pointer, more)) return true;
    // A refused send needn't have run the socket's commands, one of which may report room. This isn't true of a part
    // behind others: its refusal means that their peer has gone, and they're lost.
    return first && (target.look() & WRITABLE) !== 0 &&
      this.#message.send(target.handle.pointer, more);
  }

  #toCapture(): number {
    const capture = this.capture!;
    capture.stale = true;
    this.#uncaptured = true;
    if (!this.#parts.send(capture.handle.pointer, false)) {
      if ((capture.look() & WRITABLE) === 0 || !this.#parts.send(capture.handle.pointer, false)) {
        return this.refusedBy(capture);
      }
    }
    this.#uncaptured = false;
    this.#parts.clear();
    return LIMIT;
  }
}
