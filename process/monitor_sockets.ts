/** Monitors' sockets in shared contexts, which others close when their isolate was terminated. */

import { DONT_WAIT } from "../ffi/constants.ts";
import { libc } from "../ffi/libc.ts";
import { zmq, zmqTermination } from "../ffi/libzmq.ts";
import { loadLibrary } from "../ffi/load.ts";
import { PinnedBuffer } from "../ffi/memory.ts";
import {
  isThreadAlive,
  livenessToken,
  pointerFromHex,
  pointerToHex,
  readEntry,
  withProcessLock,
  writeEntry,
} from "./process_lock.ts";

/**
 * Adds an entry for a socket of a shared context to which libzmq's threads report: closed before they're done, it would block
 * them. So when this isolate is terminated, others close it, when that can be done.
 */
export function shareMonitorSocket(socket: Deno.PointerObject, context: Deno.PointerObject): void {
  withProcessLock(() =>
    writeEntry(monitorSockets(), readEntry(monitorSockets()) + monitorSocketEntry(socket, context))
  );
}

/** Takes that back. */
export function unshareMonitorSocket(
  socket: Deno.PointerObject,
  context: Deno.PointerObject,
): void {
  const entry = monitorSocketEntry(socket, context);
  withProcessLock(() =>
    writeEntry(monitorSockets(), readEntry(monitorSockets()).replace(entry, ""))
  );
}

function monitorSocketEntry(socket: Deno.PointerObject, context: Deno.PointerObject): string {
  return `${pointerToHex(context)} ${pointerToHex(socket)} ${livenessToken()};`;
}

/** Closes what terminated isolates have left to others, as far as nothing more is reported there. Only under the lock. */
export function closeMonitorSockets(ended?: string): void {
  const before = readEntry(monitorSockets());
  if (before === "") return;
  // Once a context is shut down, no one waits for a reader any more.
  if (ended !== undefined) zmqTermination().zmq_ctx_shutdown(pointerFromHex(ended));
  const after = before.split(";").filter((entry) => {
    const [context, socket, owner] = entry.split(" ");
    if (entry === "") return true;
    if (context !== ended && (isThreadAlive(owner) || !monitorStopped(pointerFromHex(socket)))) {
      return true;
    }
    zmq().zmq_close(pointerFromHex(socket));
    return false;
  }).join(";");
  if (after !== before) writeEntry(monitorSockets(), after);
}

/** Reads reports until there are none. Whether the last of all was among them. */
function monitorStopped(socket: Deno.PointerObject): boolean {
  const { zmq_msg_init, zmq_msg_recv, zmq_msg_data, zmq_msg_more, zmq_msg_close } = zmq();
  // In a variable of the module: V8 may drop a buffer of which only the address is read.
  const message = report ??= new PinnedBuffer(64);
  const head = new Uint16Array(1);
  zmq_msg_init(message.pointer);
  let first = true;
  let ended = false;
  while (!ended) {
    const size = zmq_msg_recv(message.pointer, socket, DONT_WAIT);
    if (size < 0) break;
    if (first && size >= 2) {
      libc().memcpy(head, zmq_msg_data(message.pointer), 2n);
      ended = head[0] === MONITOR_STOPPED;
    }
    first = zmq_msg_more(message.pointer) === 0;
  }
  zmq_msg_close(message.pointer);
  return ended;
}

/** Into which reports are read. */
let report: PinnedBuffer | undefined;

/** The last event, whose number comes first in both versions of the reports. */
const MONITOR_STOPPED = 0x0400;

function monitorSockets(): string {
  return `reports.${loadLibrary().handle.toString(16)}`;
}
