/** Opening a socket: the native one, and the handle that its type has. */

import type { ContextCore } from "../context_core.ts";
import { checkPointer, stateError } from "../ffi/errno.ts";
import { has, zmq } from "../ffi/libzmq.ts";
import { loadLibrary } from "../ffi/load.ts";
import { assertDescriptors } from "../poller/fd.ts";
import { reactor } from "../poller/reactor.ts";
import { Handle } from "./handle.ts";
import { RECEIVING, SENDING } from "./options_table.ts";
import { addSocketCleanup, intBytes, setBytes } from "./raw_options.ts";
import type { SocketType } from "./types.ts";

const MARKS = {
  receiveHighWaterMark: RECEIVING.receiveHighWaterMark,
  sendHighWaterMark: SENDING.sendHighWaterMark,
} as const;

let draftHandleOf: ((type: SocketType) => typeof Handle) | undefined;

/** Says what the handles of draft types are, once there is a module of them. */
export function useDrafts(handleOf: (type: SocketType) => typeof Handle): void {
  draftHandleOf = handleOf;
}

/** Opens a socket of a type in a context. */
export function open(context: ContextCore, type: SocketType): Handle {
  if (type.draft) assertDrafts();
  const HandleClass = type.draft ? draftHandleOf?.(type) ?? Handle : Handle;
  const contextPointer = context.pointer("zmq_socket");
  context.assertDescriptors("zmq_socket");
  // For a draft, zmq_poller_add opens one, and closing it as well.
  if (type.draft) assertDescriptors(1, "zmq_socket");
  const open = () => zmq().zmq_socket(contextPointer, type.number);
  const pointer = checkPointer(open, "zmq_socket");
  let handle: Handle | undefined;
  try {
    if (!type.receives) liftMark(pointer, "receiveHighWaterMark");
    if (!type.sends || type.subscribes) liftMark(pointer, "sendHighWaterMark");
    handle = new HandleClass(pointer, type, context);
    reactor().register(handle);
  } catch (error) {
    handle?.release();
    zmq().zmq_close(pointer);
    throw error;
  }
  context.add(handle);
  addSocketCleanup(pointer, contextPointer);
  return handle;
}

/**
 * Takes a high-water mark off a socket.
 *
 * Fact: in libzmq a socket that only sends has a receive mark as well, for what its peers send, such as subscriptions to a
 * PUB, and one that only receives a send mark, for its subscriptions. Failure: the one had the dangers of a receiver's mark,
 * and no option told of it; at the other, all subscriptions of a SUB after the first thousand were dropped silently.
 * Decision: such a socket has none, and an XSUB none unless it's set. Cost: what waits takes memory, which subscriptions
 * take in any case.
 */
function liftMark(pointer: Deno.PointerObject, name: keyof typeof MARKS): void {
  setBytes(pointer, MARKS[name].number, name, intBytes(0));
}

/**
 * Throws if the libzmq in use was built without drafts: it opens draft sockets all the same, and then ends the whole
 * process at the first handshake.
 */
function assertDrafts(): void {
  if (has("draft")) return;
  throw stateError(
    "ENOTSUP",
    "zmq_socket",
    `Draft sockets need a libzmq that was built with its draft API, and this one (${loadLibrary().version}) ` +
      "wasn't. The one within npm's zeromq was: name its file by LIBZMQ_PATH",
  );
}
