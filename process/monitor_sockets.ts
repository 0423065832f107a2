/** Monitors' sockets in shared contexts, which other isolates close after their own was terminated. */

import { DONT_WAIT } from "../ffi/constants.ts";
import { libc } from "../ffi/libc.ts";
import { zmq } from "../ffi/libzmq.ts";
import { loadLibrary, onFirstUse } from "../ffi/load.ts";
import { PinnedBuffer, pointerFromHex, pointerToHex } from "../ffi/memory.ts";
import { EVENTS } from "../ffi/monitoring.ts";
import { isThreadAlive, livenessToken } from "./isolate.ts";
import { readEntry, withProcessLock, writeEntry } from "./process_lock.ts";

/** The entry of a socket, with addresses in hexadecimal digits. */
interface Entry {
  readonly context: string;
  readonly socket: string;
  /** The isolate that reads it. */
  readonly owner: string;
}

/**
 * Adds an entry for a socket of a shared context to which libzmq's threads report.
 *
 * Fact: libzmq's threads block if the reader of their reports closes before the last one. Failure: closing it at its
 * thread's end blocked every socket of the shared context. Decision: it stays open at the thread's end, and another
 * isolate closes it once it has read the last report. Cost: an entry under the process lock for each such socket.
 */
export function shareMonitorSocket(socket: Deno.PointerObject, context: Deno.PointerObject): void {
  const entry = {
    context: pointerToHex(context),
    socket: pointerToHex(socket),
    owner: livenessToken(),
  };
  withProcessLock(() => writeEntry(entryName(), [...readEntries(), entry]));
}

/** Removes that entry. */
export function unshareMonitorSocket(socket: Deno.PointerObject): void {
  const closed = pointerToHex(socket);
  withProcessLock(() =>
    writeEntry(entryName(), readEntries().filter(({ socket }) => socket !== closed))
  );
}

/**
 * Closes the sockets of terminated isolates to which nothing more is reported, and all of a context that has `ended`. To
 * be called only under the lock.
 */
export function closeMonitorSockets(ended?: string): void {
  const before = readEntries();
  if (before.length === 0) return;
  // Once a context is shut down, no thread waits for a reader any more.
  if (ended !== undefined) zmq().zmq_ctx_shutdown(pointerFromHex(ended));
  const closed = before.filter(({ context, socket, owner }) =>
    context === ended || !isThreadAlive(owner) && monitorStopped(pointerFromHex(socket))
  );
  if (closed.length === 0) return;
  // The entry goes first: an isolate that is terminated in between leaves a socket open, and none is closed twice.
  writeEntry(entryName(), before.filter((entry) => !closed.includes(entry)));
  for (const { socket } of closed) zmq().zmq_close(pointerFromHex(socket));
}

function readEntries(): Entry[] {
  return readEntry<Entry[]>(entryName(), []);
}

/** The name has libzmq's handle, so that two libzmqs in one process have separate entries. */
function entryName(): string {
  return `monitors.${loadLibrary().handle.toString(16)}`;
}

/** Reads reports until there are none. Returns whether the last of all was among them. */
function monitorStopped(socket: Deno.PointerObject): boolean {
  const { zmq_msg_init, zmq_msg_recv, zmq_msg_data, zmq_msg_more, zmq_msg_close } = zmq();
  const message = report();
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

/** The message into which reports are read. The module keeps it: V8 may drop a buffer of which only the address is read. */
const report = onFirstUse(() => new PinnedBuffer(64));
