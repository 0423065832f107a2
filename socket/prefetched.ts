/** Messages that libzmq has begun to take off a connection which is ended: kept here until they're received. */

import { DONT_WAIT, EVENT_IN } from "../ffi/constants.ts";
import { checkExpected, WOULD_BLOCK } from "../ffi/errno.ts";
import { zmq } from "../ffi/libzmq.ts";
import { PinnedBuffer } from "../ffi/memory.ts";
import { STRUCT_SIZE } from "./message_layout.ts";
import { OPTION_NUMBERS } from "./options_table.ts";
import { getInt } from "./raw_options.ts";

/** A part of such a message, with what its receive has returned. */
interface Part {
  readonly message: PinnedBuffer;
  readonly size: number;
}

const kept = new Map<Deno.PointerObject, Part[]>();
/** How many sockets have such messages: mostly none, which each receive asks. */
let count = 0;

/**
 * Receives the message that a socket has prefetched, if there is one, or what is left of one whose first parts were received,
 * since a connection is about to be ended.
 *
 * Fact: asked for ZMQ_EVENTS, a SUB, XSUB, ROUTER or REP takes the first part of a message off its queue, and
 * `zmq_disconnect` drops the queue with the other parts. Failure: the next receive took the first part, found no second one,
 * and an assertion ended the process; a socket's events are read whenever something waits in the isolate. Decision: the
 * whole message is received before, and kept here for the next receive. Cost: a system call or two for each disconnect of such a
 * socket, and a comparison for each receive.
 */
export function keepPrefetched(socket: Deno.PointerObject): void {
  if ((getInt(socket, OPTION_NUMBERS.events) & EVENT_IN) === 0) return;
  const parts: Part[] = [];
  try {
    takeAll(socket, parts);
  } catch (error) {
    freeAll(parts);
    throw error;
  }
  if (parts.length === 0) return;
  const earlier = kept.get(socket);
  if (earlier === undefined) kept.set(socket, parts);
  else earlier.push(...parts);
  count = kept.size;
}

/** Receives the parts of a message. */
function takeAll(socket: Deno.PointerObject, parts: Part[]): void {
  for (let more = true; more;) {
    const message = new PinnedBuffer(STRUCT_SIZE);
    const { pointer } = message;
    zmq().zmq_msg_init(pointer);
    const receive = () => zmq().zmq_msg_recv(pointer, socket, DONT_WAIT);
    const first = receive();
    const size = first >= 0 ? first : checkExpected(receive, "zmq_msg_recv", WOULD_BLOCK);
    if (size < 0) break;
    parts.push({ message, size });
    more = zmq().zmq_msg_more(pointer) !== 0;
  }
}

function freeAll(parts: readonly Part[]): void {
  for (const { message } of parts) zmq().zmq_msg_close(message.pointer);
}

/** Whether a socket has such a message. */
export function hasKept(socket: Deno.PointerObject): boolean {
  return count > 0 && kept.has(socket);
}

/** Moves the next part of such a message into an initialized native message. Returns what its receive has returned. */
export function takeKept(into: PinnedBuffer, socket: Deno.PointerObject): number {
  const parts = kept.get(socket)!;
  const { message, size } = parts.shift()!;
  zmq().zmq_msg_close(into.pointer);
  // As zmq_msg_move does it, which would be one more function to bind.
  into.bytes.set(message.bytes);
  if (parts.length === 0) forget(socket);
  return size;
}

/** Frees what a socket that is closed has of them. */
export function dropKept(socket: Deno.PointerObject): void {
  if (!hasKept(socket)) return;
  freeAll(kept.get(socket)!);
  forget(socket);
}

function forget(socket: Deno.PointerObject): void {
  kept.delete(socket);
  count = kept.size;
}
