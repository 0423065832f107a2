/** Opening a socket: the native one, and the handle that its type has. */

import type { ContextCore } from "../context_core.ts";
import { checkPointer, stateError } from "../ffi/errno.ts";
import { has, zmq } from "../ffi/libzmq.ts";
import { loadLibrary } from "../ffi/load.ts";
import { reactor } from "../poller/reactor.ts";
import { Handle } from "./handle.ts";
import { RECEIVING } from "./options_table.ts";
import { addSocketCleanup, intBytes, setBytes } from "./raw_options.ts";
import type { SocketType } from "./types.ts";

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
  const native = zmq().zmq_socket(contextPointer, type.number);
  const pointer = checkPointer(native, "zmq_socket");
  let handle: Handle | undefined;
  try {
    if (!type.receives) liftReceiveMark(pointer);
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
 * Takes the receive high-water mark off a socket that only sends.
 *
 * Fact: in libzmq it has one as well, for what its peers send, such as subscriptions to a PUB. Failure: it had the dangers of
 * a receiver's mark, and no option told of it. Decision: such a socket has none. Cost: what waits takes memory, which
 * subscriptions take in any case.
 */
function liftReceiveMark(pointer: Deno.PointerObject): void {
  setBytes(pointer, RECEIVING.receiveHighWaterMark.number, "receiveHighWaterMark", intBytes(0));
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
