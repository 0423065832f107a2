/** How large messages of several parts may be: one that is larger is dropped, part by part, and no receive sees it. */

import { type Metadata, MetadataNames, type PropertyReader } from "./metadata.ts";
import type { Frame } from "./frame.ts";
import {
  type FrameMessage,
  type NativeMessage,
  type TakenAs,
  takePart,
  takeReceived,
} from "./native_message.ts";

/** The options behind it. */
export type LimitName = "maxMessageParts" | "maxMultipartSize";

/** What was dropped. */
export interface DroppedMessage {
  /** The limit that was exceeded. */
  readonly limit: LimitName;
  /** What is known of the connection by which it came. */
  readonly metadata: Metadata;
}

/** How many parts are dropped before others have their turn: less than a ms. */
const SLICE = 4096;
/** How many messages one try drops, likewise. */
const MOST_DROPS = 16;

/** Reads whose message was dropped. */
let sender: MetadataNames | undefined;

/**
 * The limits of one socket.
 *
 * Fact: libzmq queues the parts of a message until it has the last one, whatever the receive high-water mark, and then the
 * whole can be received. Failure: a message of a million empty parts held the thread for as long as it took to make
 * frames of them. Decision: the parts beyond a limit are taken and dropped, a slice at a time, between which others have
 * their turn. Cost: none for messages of one part. What libzmq has queued is in memory all the same.
 */
export class MessageLimits {
  maxParts = Infinity;
  maxSize = Infinity;
  /** How many messages were dropped. */
  dropped = 0;
  /** The last try ended before it knew whether there is a message: another one has to follow. */
  unfinished = false;
  /** Parts of a message that is being dropped may still be in the socket. */
  #dropping = false;
  readonly #report: (dropped: DroppedMessage) => void;

  constructor(report: (dropped: DroppedMessage) => void) {
    this.#report = report;
  }

  /** Receives the next message that is within the limits, without waiting; undefined if there is none, or if it's unfinished. */
  take(
    native: FrameMessage,
    socket: Deno.PointerObject,
    names: PropertyReader | undefined,
  ): Frame[] | undefined {
    for (let drops = 0; drops < MOST_DROPS; drops++) {
      if (!this.goOn(native, socket)) return undefined;
      const size = native.receive(socket);
      if (size < 0) return undefined;
      const frames = takeReceived(native, socket, size, names, this);
      if (frames !== undefined) return frames;
    }
    this.unfinished = true;
    return undefined;
  }

  /** Goes on dropping. True once the next part to be received is the first of a message. */
  goOn(native: NativeMessage, socket: Deno.PointerObject): boolean {
    this.unfinished = false;
    for (let left = SLICE; this.#dropping; left--) {
      if (left === 0) {
        this.unfinished = true;
        return false;
      }
      // Nothing within a message: an XPUB met a subscription that a peer had sent as a later part.
      if (native.receive(socket) < 0) {
        this.#dropping = false;
        break;
      }
      this.#dropping = native.more;
      if (!native.small) native.clear();
    }
    return true;
  }

  /** Drops all that is left of a message that is being dropped. */
  finish(native: NativeMessage, socket: Deno.PointerObject): void {
    while (!this.goOn(native, socket));
  }

  /** Takes a message, of which the first part was received, and its other parts; undefined if it's dropped. */
  takeRest<Part>(
    native: TakenAs<Part>,
    socket: Deno.PointerObject,
    first: number,
    atSecond?: () => void,
  ): Part[] | undefined {
    let { more } = native;
    let bytes = first;
    const parts = [takePart(native, socket, first, more)];
    while (more) {
      const size = native.receive(socket);
      if (size < 0) break; // as in takeRest
      more = native.more;
      bytes += size;
      if (this.exceeds(parts.length + 1, bytes)) {
        this.drop(native, parts.length + 1, more);
        this.goOn(native, socket);
        return undefined;
      }
      if (atSecond !== undefined && parts.length === 1) atSecond();
      parts.push(takePart(native, socket, size, more));
    }
    return parts;
  }

  /** Whether there is a limit, or something of a message that exceeded one is still to be dropped. */
  get matters(): boolean {
    return this.maxParts < Infinity || this.maxSize < Infinity || this.unfinished;
  }

  /** Whether so many parts, or so many bytes in them, are too many. */
  exceeds(parts: number, bytes: number): boolean {
    return parts > this.maxParts || bytes > this.maxSize;
  }

  /** Begins to drop a message, of which so many parts were received. */
  drop(native: NativeMessage, parts: number, more: boolean): void {
    this.dropped++;
    this.#dropping = this.unfinished = more;
    sender ??= new MetadataNames(["Peer-Address", "User-Id"]);
    const metadata = sender.read(native.pointer);
    if (!native.small) native.clear();
    this.#report({
      limit: parts > this.maxParts ? "maxMessageParts" : "maxMultipartSize",
      metadata,
    });
  }
}
