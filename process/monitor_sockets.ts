/** Monitors' sockets in shared contexts, which others close when their isolate was terminated. */

import { DONT_WAIT } from "../ffi/constants.ts";
import { libc } from "../ffi/libc.ts";
import { zmq, zmqTermination } from "../ffi/libzmq.ts";
import { loadLibrary } from "../ffi/load.ts";
import { PinnedBuffer, pointerFromHex, pointerToHex } from "../ffi/memory.ts";
import { EVENTS } from "../ffi/monitoring.ts";
import { isThreadAlive, livenessToken } from "./isolate.ts";
import { readEntry, withProcessLock, writeEntry } from "./process_lock.ts";

/** What is kept of a socket, addresses in hexadecimal digits. */
interface Entry {
  readonly context: string;
  readonly socket: string;
  /** The isolate that reads it. */
  readonly owner: string;
}

/**
 * Adds an entry for a socket of a shared context to which libzmq's threads report: closed before they're done, it would block
 * them. So when this isolate is terminated, others close it, when that can be done.
 */
export function shareMonitorSocket(socket: Deno.PointerObject, context: Deno.PointerObject): void {
  const entry = {
    context: pointerToHex(context),
    socket: pointerToHex(socket),
    owner: livenessToken(),
  };
  withProcessLock(() => writeEntry(entryName(), [...readEntries(), entry]));
}

/** Takes that back. */
export function unshareMonitorSocket(socket: Deno.PointerObject): void {
  const closed = pointerToHex(socket);
  withProcessLock(() =>
    writeEntry(entryName(), readEntries().filter(({ socket }) => socket !== closed))
  );
}

/**
 * Closes what terminated isolates have left, as far as nothing more is reported there; and all of a context that has
 * `ended`. Only under the lock.
 */
export function closeMonitorSockets(ended?: string): void {
  const before = readEntries();
  if (before.length === 0) return;
  // Once a context is shut down, no one waits for a reader any more.
  if (ended !== undefined) zmqTermination().zmq_ctx_shutdown(pointerFromHex(ended));
  const closed = before.filter(({ context, socket, owner }) =>
    context === ended || !isThreadAlive(owner) && monitorStopped(pointerFromHex(socket))
  );
  if (closed.length === 0) return;
  // First out of the list: who is terminated in between leaves a socket open, and no one closes one twice.
  writeEntry(entryName(), before.filter((entry) => !closed.includes(entry)));
  for (const { socket } of closed) zmq().zmq_close(pointerFromHex(socket));
}

function readEntries(): Entry[] {
  return readEntry<Entry[]>(entryName(), []);
}

/** Never of another libzmq: its handle is part of the name. */
function entryName(): string {
  return `monitors.${loadLibrary().handle.toString(16)}`;
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
      // The number of the event, which comes first in both versions of the reports.
      ended = head[0] === EVENTS.end;
    }
    first = zmq_msg_more(message.pointer) === 0;
  }
  zmq_msg_close(message.pointer);
  return ended;
}

/** Into which reports are read. */
let report: PinnedBuffer | undefined;
