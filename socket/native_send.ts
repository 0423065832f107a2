/** Sending through libzmq: all parts of a message, or none. */

import { checkExpected, WOULD_BLOCK } from "../ffi/errno.ts";
import { DONT_WAIT, SEND_MORE } from "../ffi/constants.ts";
import { libc } from "../ffi/libc.ts";
import { zmq } from "../ffi/libzmq.ts";
import { bufferOf, byteLengthOf, PinnedBuffer, usize } from "../ffi/memory.ts";
import type { Part } from "./message.ts";

const encoder = new TextEncoder();

/** Text up to this many UTF-16 units is encoded into a pinned buffer: at most three bytes each. */
const SHORT_TEXT = 2048;
let textBuffer: PinnedBuffer | undefined;

/**
 * Sends a message of one part without waiting. False where it can't go now. `inLoop` says that the call may be one of
 * many in a row, so that the next one may send the same buffer.
 */
export function sendPart(socket: Deno.PointerObject, part: Part, inLoop = false): boolean {
  return send(socket, part, DONT_WAIT, inLoop);
}

/** The same, once, whatever keeps it from going: nothing is thrown. */
export function sendAtOnce(socket: Deno.PointerObject, part: Part, inLoop = false): boolean {
  return sendOnce(socket, part, DONT_WAIT, inLoop) >= 0;
}

/** Sends the parts of a message without waiting. False where it can't go now. */
export function sendParts(socket: Deno.PointerObject, parts: readonly Part[]): boolean {
  const last = parts.length - 1;
  for (let i = 0; i < last; i++) {
    if (send(socket, parts[i], DONT_WAIT | SEND_MORE)) continue;
    // Fact: the peer has gone between two parts, and libzmq now drops, with success, everything up to the next last
    // part. Failure: trying this part again reported a lost message as sent. Decision: an empty last part ends the
    // message here, and the whole is sent again later.
    if (i > 0) send(socket, "", DONT_WAIT);
    return false;
  }
  return send(socket, parts[last], DONT_WAIT);
}

function send(
  socket: Deno.PointerObject,
  part: Part,
  flags: number,
  inLoop = false,
): boolean {
  return sendOnce(socket, part, flags, inLoop) >= 0 || sendAfterRefusal(socket, part, flags);
}

function sendOnce(
  socket: Deno.PointerObject,
  part: Part,
  flags: number,
  inLoop: boolean,
): number {
  if (typeof part === "string") return sendText(socket, part, flags);
  return inLoop
    ? sendBytes(socket, part as Uint8Array<ArrayBuffer>, flags)
    : zmq().zmq_send(socket, part as Uint8Array<ArrayBuffer>, usize(byteLengthOf(part)), flags);
}

/** Not within the function above, which would make room for this one's variables at each call. */
function sendAfterRefusal(socket: Deno.PointerObject, part: Part, flags: number): boolean {
  return checkExpected(() => sendOnce(socket, part, flags, false), "zmq_send", WOULD_BLOCK) >= 0;
}

/** One in so many buffers is pinned, in the place of the one before. */
const PIN_EVERY = 16;
let untilNext = PIN_EVERY;
/**
 * How much memory, in bytes, a pinned buffer may keep from being collected until another one is pinned. What is larger is
 * unpinned when the code that is running now has ended: before a program that awaits its sends sends the next one.
 */
const MOST_KEPT = 4096;
let unpinQueued = false;
const NONE = new Uint8Array(0);
/** That buffer, and what it takes to send it again: in one object, which takes a nanosecond less to read than variables. */
class ReusedBuffer {
  buffer = NONE;
  /** -1 until its address is known, which is when it was sent a second time. */
  length = -1;
  address: Deno.PointerValue = null;
  /** The length and the call as they're wanted. */
  size = 0n;
  send!: ReturnType<typeof zmq>["zmq_send_pinned"];
}
const pinned = new ReusedBuffer();

/**
 * Sends a program's buffer, which may be the next one as well.
 *
 * A call with an address takes 9 ns less than one with a buffer, whose address the runtime has to look up: a fifth of a
 * small message's cost, and much more if libzmq's thread catches up with this one and falls asleep. So if a loop fills
 * and sends the same buffer, its address is looked up once. A transfer shows in the buffer's length; nothing else moves the
 * memory of a buffer that can't be resized, once its `buffer` was read.
 */
function sendBytes(
  socket: Deno.PointerObject,
  part: Uint8Array<ArrayBuffer>,
  flags: number,
): number {
  if (part === pinned.buffer) {
    const length = byteLengthOf(part);
    const { resizable } = bufferOf(part) as ArrayBuffer;
    pinned.length = length === 0 || resizable ? -1 : length;
    pinned.address = libc().address_of(part, part, 0n);
    pinned.size = usize(length);
    pinned.send = zmq().zmq_send_pinned;
  } else if (--untilNext === 0) {
    untilNext = PIN_EVERY;
    pinned.buffer = part;
    pinned.length = -1;
    if (!unpinQueued && bufferOf(part).byteLength > MOST_KEPT) {
      unpinQueued = true;
      queueMicrotask(unpin);
    }
  }
  return zmq().zmq_send(socket, part, usize(byteLengthOf(part)), flags);
}

/** Whether something to send is the buffer that is pinned, and its address is known. */
export function isPinned(message: unknown): boolean {
  return message === pinned.buffer && byteLengthOf(message as Uint8Array) === pinned.length;
}

/** Sends that buffer, once, without waiting. False for whatever keeps it from going. */
export function sendPinned(socket: Deno.PointerObject): boolean {
  return pinned.send(socket, pinned.address, pinned.size, DONT_WAIT) >= 0;
}

function unpin(): void {
  unpinQueued = false;
  pinned.buffer = NONE;
  pinned.length = -1;
}

function sendText(socket: Deno.PointerObject, text: string, flags: number): number {
  if (text.length > SHORT_TEXT) {
    const bytes = encoder.encode(text);
    return zmq().zmq_send(socket, bytes, usize(byteLengthOf(bytes)), flags);
  }
  const buffer = textBuffer ??= new PinnedBuffer(3 * SHORT_TEXT);
  const { written } = encoder.encodeInto(text, buffer.bytes);
  return zmq().zmq_send_pinned(socket, buffer.pointer, usize(written), flags);
}
