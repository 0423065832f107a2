/** Sending through libzmq: all parts of a message, or none. */

import { EAGAIN, EINTR, errorOf } from "../ffi/errno.ts";
import { ZMQ_DONTWAIT, ZMQ_SNDMORE } from "../ffi/constants.ts";
import { libc } from "../ffi/libc.ts";
import { zmq } from "../ffi/libzmq.ts";
import { Kept, usize } from "../ffi/memory.ts";
import type { Part } from "./message.ts";

const encoder = new TextEncoder();

/** Text up to this many UTF-16 units is encoded into memory that is kept: at most three bytes each. */
const SHORT_TEXT = 2048;
let textBuffer: Kept | undefined;

/** Sends a message of one part without waiting. False where it can't go now. */
export function sendPart(socket: Deno.PointerObject, part: Part): boolean {
  return send(socket, part, ZMQ_DONTWAIT);
}

/** Sends a message of several parts without waiting. False where it can't go now. */
export function sendParts(socket: Deno.PointerObject, parts: readonly Part[]): boolean {
  const last = parts.length - 1;
  for (let i = 0; i < last; i++) {
    if (send(socket, parts[i], ZMQ_DONTWAIT | ZMQ_SNDMORE)) continue;
    // The peer went away between two parts, and libzmq now drops, with success, whatever comes until
    // a last part has come. To try this part again would report a message as sent that is lost: so
    // end the message there, and let the whole begin again later.
    if (i > 0) send(socket, "", ZMQ_DONTWAIT);
    return false;
  }
  return send(socket, parts[last], ZMQ_DONTWAIT);
}

function send(socket: Deno.PointerObject, part: Part, flags: number): boolean {
  for (;;) {
    const rc = typeof part === "string"
      ? sendText(socket, part, flags)
      : zmq().zmq_send(socket, part as Uint8Array<ArrayBuffer>, usize(part.byteLength), flags);
    if (rc >= 0) return true;
    const errno = libc().errno();
    if (errno === EAGAIN) return false;
    if (errno !== EINTR) throw errorOf(errno, "zmq_send");
  }
}

function sendText(socket: Deno.PointerObject, text: string, flags: number): number {
  if (text.length > SHORT_TEXT) {
    const bytes = encoder.encode(text);
    return zmq().zmq_send(socket, bytes, usize(bytes.length), flags);
  }
  const buffer = textBuffer ??= new Kept(3 * SHORT_TEXT);
  const { written } = encoder.encodeInto(text, buffer.bytes);
  return zmq().zmq_send_kept(socket, buffer.pointer, usize(written), flags);
}
