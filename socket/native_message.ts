/** Receiving from libzmq: one native message after another, turned into frames or shown in place. */

import { checkExpected, EAGAIN, failedWith, WOULD_BLOCK } from "../ffi/errno.ts";
import { DONT_WAIT } from "../ffi/constants.ts";
import { libc } from "../ffi/libc.ts";
import { zmq, zmqInfo } from "../ffi/libzmq.ts";
import { countBlock, PinnedBuffer, usize } from "../ffi/memory.ts";
import { type Frame, LARGEST_IN_SLAB, newFrame, newLargeFrame, newSmallFrame } from "./frame.ts";
import {
  FLAG_MORE,
  FLAGS,
  inline,
  INLINE_DATA_WORD,
  isSingle,
  STRUCT_SIZE,
  TYPE,
  TYPE_INLINE,
} from "./message_layout.ts";
import type { MessageLimits } from "./message_limits.ts";
import type { PropertyReader } from "./metadata.ts";
import { hasKept, takeKept } from "./prefetched.ts";

/** The result for a size that an int can't hold: a separate call reads it. */
const SIZE_UNKNOWN = 0x7fffffff;

/**
 * A native message, reused from one receive to the next, and never left with a heap buffer in it.
 *
 * A small message is inside the struct, so it needs one foreign call and a few word copies: 80 ns. The public calls take
 * 215 ns, with three calls more; they're made if the layout isn't the known one.
 */
export class NativeMessage extends PinnedBuffer {
  readonly #calls = zmq();

  constructor() {
    super(STRUCT_SIZE);
    this.#calls.zmq_msg_init(this.pointer);
  }

  /** Receives without waiting. Returns the size, or -1 where there is nothing; throws for other failures. */
  receive(socket: Deno.PointerObject): number {
    const size = this.receiveOnce(socket);
    return size >= 0 ? size : this.receiveAfterRefusal(socket, WOULD_BLOCK);
  }

  /** What `receiveOnce` means that has just failed; -1 for one of the errors that are expected. */
  protected receiveAfterRefusal(socket: Deno.PointerObject, expected: readonly number[]): number {
    return checkExpected(() => this.receiveOnce(socket), "zmq_msg_recv", expected);
  }

  /** The same call; the caller reads errno at once. */
  receiveOnce(socket: Deno.PointerObject): number {
    if (hasKept(socket)) return takeKept(this, socket);
    return this.#calls.zmq_msg_recv(this.pointer, socket, DONT_WAIT);
  }

  /** Receives, blocking this thread for as long as the socket's own option says; -1 also where a signal came, and nothing else. */
  receiveBlocking(socket: Deno.PointerObject): number {
    if (hasKept(socket)) return takeKept(this, socket);
    const size = this.#calls.zmq_msg_recv(this.pointer, socket, 0);
    if (size >= 0) return size;
    return failedWith(EAGAIN) ? -1 : this.receive(socket); // which asks again, also where a signal came
  }

  /** Whether another part of the same message follows. */
  get more(): boolean {
    if (inline()) return (this.bytes[FLAGS] & FLAG_MORE) !== 0;
    return zmq().zmq_msg_more(this.pointer) !== 0;
  }

  /** Whether the bytes are in `this.bytes`, from INLINE_DATA on. */
  get small(): boolean {
    return inline() && this.bytes[TYPE] === TYPE_INLINE;
  }

  /** Copies the bytes of a large message into a buffer of that length, and frees what libzmq had allocated. */
  copyTo(
    bufferOf: (length: number) => Uint8Array<ArrayBuffer>,
    size: number,
  ): Uint8Array<ArrayBuffer> {
    try {
      const length = Number(this.lengthOf(size));
      if (length > LARGEST_IN_SLAB) countBlock(length);
      const bytes = bufferOf(length);
      if (length > 0) libc().memcpy(bytes, zmq().zmq_msg_data(this.pointer), usize(length));
      return bytes;
    } finally {
      this.clear();
    }
  }

  /** Returns a large message's memory at once: the next receive may be far away. */
  clear(): void {
    zmq().zmq_msg_close(this.pointer);
    zmq().zmq_msg_init(this.pointer);
  }

  /** The length of a message whose receive has returned `size`. */
  protected lengthOf(size: number): bigint {
    return size === SIZE_UNKNOWN ? zmqInfo().zmq_msg_size(this.pointer) : usize(size);
  }
}

/** A native message that becomes what its program receives, part by part. */
export interface TakenAs<Part> extends NativeMessage {
  /** Takes the bytes of a part whose receive has returned `size`, and frees what libzmq had allocated. */
  toPart(size: number): Part;
}

/** One that becomes frames. */
export class FrameMessage extends NativeMessage implements TakenAs<Frame> {
  toPart(size: number): Frame {
    if (this.small) return newSmallFrame(size, this.words, INLINE_DATA_WORD);
    try {
      const length = this.lengthOf(size);
      if (length > LARGEST_IN_SLAB) {
        return newLargeFrame(zmq().zmq_msg_data(this.pointer)!, Number(length));
      }
      const frame = newFrame(Number(length));
      if (length > 0n) libc().memcpy(frame, zmq().zmq_msg_data(this.pointer), length);
      return frame;
    } finally {
      this.clear();
    }
  }
}

let message: FrameMessage | undefined;

/** Receives one whole message without waiting; undefined if there is none, or if the limits' try is unfinished. */
export function takeMessage(
  socket: Deno.PointerObject,
  names?: PropertyReader,
  limits?: MessageLimits,
): Frame[] | undefined {
  const native = message ??= new FrameMessage();
  if (limits !== undefined && limits.unfinished) return limits.take(native, socket, names);
  const size = native.receive(socket);
  if (size < 0) return undefined;
  return takeReceived(native, socket, size, names, limits) ??
    takeNext(native, socket, names, limits!);
}

/** Why no message could be taken: for those whose failures become rejections. */
export class Failure {
  constructor(readonly reason: unknown) {}
}

/** The same, without an exception: a `try` around the call costs 12 ns, a tenth of what `for await` does. */
export function takeMessageOrFailure(
  socket: Deno.PointerObject,
  names?: PropertyReader,
  limits?: MessageLimits,
): Frame[] | Failure | undefined {
  const native = message ??= new FrameMessage();
  if (limits !== undefined && limits.unfinished) return takeAgain(socket, names, limits);
  const size = native.receiveOnce(socket);
  if (size < 0) return failedWith(EAGAIN) ? undefined : takeAgain(socket, names, limits);
  if (names === undefined && isSingle(native.words)) {
    return [newSmallFrame(size, native.words, INLINE_DATA_WORD)];
  }
  return takeReceivedOrFailure(native, socket, size, names, limits);
}

function takeAgain(
  socket: Deno.PointerObject,
  names: PropertyReader | undefined,
  limits: MessageLimits | undefined,
) {
  try {
    return takeMessage(socket, names, limits);
  } catch (error) {
    return new Failure(error);
  }
}

function takeReceivedOrFailure(
  native: FrameMessage,
  socket: Deno.PointerObject,
  size: number,
  names: PropertyReader | undefined,
  limits: MessageLimits | undefined,
): Frame[] | Failure | undefined {
  try {
    return takeReceived(native, socket, size, names, limits) ??
      takeNext(native, socket, names, limits!);
  } catch (error) {
    return new Failure(error);
  }
}

/** The same, blocking this thread. Undefined also where a message was dropped. */
export function takeMessageBlocking(
  socket: Deno.PointerObject,
  names?: PropertyReader,
  limits?: MessageLimits,
): Frame[] | undefined {
  const native = message ??= new FrameMessage();
  const size = native.receiveBlocking(socket);
  return size < 0 ? undefined : takeReceived(native, socket, size, names, limits);
}

/** Takes a message, of which the first part was received; undefined if the limits have it dropped. */
export function takeReceived(
  native: FrameMessage,
  socket: Deno.PointerObject,
  size: number,
  names: PropertyReader | undefined,
  limits: MessageLimits | undefined,
): Frame[] | undefined {
  if (names === undefined) {
    if (isSingle(native.words)) return [newSmallFrame(size, native.words, INLINE_DATA_WORD)];
    if (limits !== undefined) return limits.takeRest(native, socket, size);
    return takeRest(native, socket, size);
  }
  let value = names.read(native.pointer);
  const atSecond = () => {
    value = names.readLater?.(native.pointer, value) ?? value;
  };
  const frames = limits === undefined
    ? takeRest(native, socket, size, atSecond)
    : limits.takeRest(native, socket, size, atSecond);
  if (frames !== undefined) names.attach(frames, value);
  return frames;
}

/** Takes the message behind one that was dropped. */
function takeNext(
  native: FrameMessage,
  socket: Deno.PointerObject,
  names: PropertyReader | undefined,
  limits: MessageLimits,
): Frame[] | undefined {
  return limits.unfinished ? undefined : limits.take(native, socket, names);
}

/** Takes a message, of which the first part was received, and its other parts. */
export function takeRest<Part>(
  native: TakenAs<Part>,
  socket: Deno.PointerObject,
  size: number,
  atSecond?: () => void,
): Part[] {
  let more = native.more;
  const parts = [takePart(native, socket, size, more)];
  while (more) {
    const size = native.receive(socket);
    // EAGAIN within a message: an XPUB met a subscription that a peer had sent as a later part. What
    // has come is all there will be; waiting for more would glue the next message to it.
    if (size < 0) break;
    more = native.more;
    if (atSecond !== undefined && parts.length === 1) atSecond();
    parts.push(takePart(native, socket, size, more));
  }
  return parts;
}

/** Takes one part. */
export function takePart<Part>(
  native: TakenAs<Part>,
  socket: Deno.PointerObject,
  size: number,
  more: boolean,
): Part {
  try {
    return native.toPart(size);
  } catch (error) {
    // No memory for it. The rest of the message goes too, or it would pass for the next one.
    if (more) skipRest(native, socket);
    throw error;
  }
}

/** Receives and drops the rest of a message. */
export function skipRest(native: NativeMessage, socket: Deno.PointerObject): void {
  for (let more = true; more;) {
    if (native.receive(socket) < 0) return;
    more = native.more;
    if (!native.small) native.clear();
  }
}
