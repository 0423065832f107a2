/**
 * The sockets of a thread that may be terminated: closed at its end, with a linger that ends.
 *
 * What a terminated worker has sent would keep its context, threads and descriptors alive for as long as its sockets'
 * linger says, and by default that's indefinitely. No linger can be set any more at that time; so libzmq is told a short
 * one while a socket is open, and the program's own just before a connection or the socket is closed.
 */

import { ZMQ_LINGER } from "../ffi/constants.ts";
import { addExitCleanup, hasExitCleanup, removeExitCleanup } from "../ffi/thread_exit.ts";
import { check } from "../ffi/errno.ts";
import { zmq } from "../ffi/libzmq.ts";
import { shareMonitorSocket, unshareMonitorSocket } from "../ffi/shared_contexts.ts";
import { Source } from "../poller/source.ts";

/** How long a terminated worker's messages may take, in ms. */
const LONGEST = 1000;

/** What the program has set, of the sockets of a thread with exit cleanups. */
const lingers = new Map<Deno.PointerObject, number>();

/** Whether it's said here what a socket's linger is. */
function managesLinger(socket: Deno.PointerObject): boolean {
  return lingers.size > 0 && lingers.has(socket);
}

/** Adds the exit cleanup of a socket that was opened just now. */
export function addSocketCleanup(
  socket: Deno.PointerObject,
  context: Deno.PointerObject,
  linger: () => number,
): void {
  if (!hasExitCleanup()) return;
  addExitCleanup("zmq_close", socket, context);
  const value = linger();
  lingers.set(socket, value);
  set(socket, bounded(value));
}

function removeSocketCleanup(socket: Deno.PointerObject): void {
  if (!managesLinger(socket)) return;
  set(socket, lingers.get(socket)!);
  lingers.delete(socket);
  removeExitCleanup("zmq_close", socket);
}

/** What the program has set. */
export function lingerOf(socket: Deno.PointerObject): number | undefined {
  return lingers.size > 0 ? lingers.get(socket) : undefined;
}

/** Notes what the program sets, and returns what libzmq is to be told. */
export function effectiveLinger(
  socket: Deno.PointerObject,
  bytes: Uint8Array | null,
): Uint8Array | null {
  if (bytes?.length !== 4 || !managesLinger(socket)) return bytes; // libzmq refuses what isn't an int
  const value = new Int32Array(bytes.slice().buffer)[0];
  if (value < -1) return bytes;
  lingers.set(socket, value);
  return bytesOf(bounded(value));
}

/** Does what ends a connection, for which the program's own linger counts. */
export function withLinger<T>(socket: Deno.PointerObject, action: () => T): T {
  if (!managesLinger(socket)) return action();
  const linger = lingers.get(socket)!;
  set(socket, linger);
  try {
    return action();
  } finally {
    set(socket, bounded(linger));
  }
}

function bounded(linger: number): number {
  return linger < 0 ? LONGEST : Math.min(linger, LONGEST);
}

function set(socket: Deno.PointerObject, linger: number): void {
  // Nothing to be told where it fails: the context was shut down, and nothing lingers any more.
  zmq().zmq_setsockopt(socket, ZMQ_LINGER, bytesOf(linger), 4n);
}

function bytesOf(value: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(new Int32Array([value]).buffer);
}

/** What a handle has of it. */
export abstract class CleanedUpSource extends Source {
  abstract readonly pointer: Deno.PointerObject;
  abstract readonly context: {
    readonly isShared: boolean;
    pointer(call: string): Deno.PointerObject;
  };
  /** libzmq's threads report to it, and would block if it were closed before they're done. */
  #isMonitorSocket = false;
  #monitorSocketIsShared = false;

  abstract getInt(option: number, name: string): number;
  abstract markStale(): void;

  get linger(): number {
    return this.getInt(ZMQ_LINGER, "linger");
  }
  set linger(value: number) {
    const { pointer } = this;
    const bytes = effectiveLinger(pointer, bytesOf(value)) as Uint8Array<ArrayBuffer>;
    check(zmq().zmq_setsockopt(pointer, ZMQ_LINGER, bytes, 4n), "zmq_setsockopt", {
      option: "linger",
    });
    this.markStale();
  }

  /** Says that libzmq's threads report to this socket. */
  markMonitorSocket(): void {
    this.#isMonitorSocket = true;
    if (this.context.isShared) this.onShared();
  }

  /** Other isolates may use its context from now on. */
  onShared(): void {
    if (!this.#isMonitorSocket || !managesLinger(this.pointer)) return;
    // At this thread's end, libzmq may still have something to report.
    shareMonitorSocket(this.pointer, this.context.pointer("zmq_socket"));
    removeExitCleanup("zmq_close", this.pointer);
    this.#monitorSocketIsShared = true;
  }

  /** It's going to be closed. */
  removeCleanup(): void {
    if (this.#monitorSocketIsShared) {
      unshareMonitorSocket(this.pointer, this.context.pointer("zmq_close"));
    }
    removeSocketCleanup(this.pointer);
  }
}
