/**
 * The end: terminating contexts on threads of their own, since `zmq_ctx_term` blocks for as long as messages linger, and
 * doing that when the process ends.
 */

import { checkPointer } from "./errno.ts";
import { zmqEnding } from "./libzmq.ts";
import { loadLibrary } from "./load.ts";
import { inWorker } from "./process.ts";

const THREADS = {
  // void *dlsym(void *handle, const char *symbol)
  dlsym: { parameters: ["usize", "buffer"], result: "pointer" },
  // int pthread_create(pthread_t *thread, const pthread_attr_t *attr, void *(*start)(void *), void *arg)
  pthread_create: { parameters: ["buffer", "pointer", "pointer", "pointer"], result: "i32" },
  // int pthread_timedjoin_np(pthread_t thread, void **retval, const struct timespec *abstime)
  pthread_timedjoin_np: { parameters: ["u64", "pointer", "buffer"], result: "i32" },
} as const;

let threads: Deno.StaticForeignLibraryInterface<typeof THREADS> | undefined;
const running = new Set<bigint>();

/**
 * Terminates a context whose sockets are closed, without waiting for it. The thread that does it is
 * awaited by {@linkcode joinEnding}; without that the end of the process cuts it short.
 */
export function terminate(context: Deno.PointerObject): void {
  threads ??= bindThreads();
  if (threads === undefined) {
    // No join with a time-out there: the call blocks, bounded by the sockets' lingers.
    zmqEnding().zmq_ctx_term(context);
    return;
  }
  joinEnding(0); // what has ended in the meantime gives its thread's memory back
  const name = new TextEncoder().encode("zmq_ctx_term\0");
  const address = checkPointer(threads.dlsym(loadLibrary().handle, name), "dlsym");
  const thread = new BigUint64Array(1);
  if (threads.pthread_create(thread, null, address, context) !== 0) {
    zmqEnding().zmq_ctx_term(context); // no thread to be had: then here
    return;
  }
  running.add(thread[0]);
}

function bindThreads(): typeof threads {
  return Deno.build.os === "linux" ? loadLibrary().open(THREADS) : undefined;
}

/** Waits up to `milliseconds` for the contexts that are being terminated. True where all are done. */
export function joinEnding(milliseconds: number): boolean {
  const deadline = Date.now() + milliseconds;
  const timespec = new BigInt64Array([
    BigInt(Math.floor(deadline / 1000)),
    BigInt((deadline % 1000) * 1_000_000),
  ]);
  for (const thread of running) {
    if (threads!.pthread_timedjoin_np(thread, null, timespec) === 0) running.delete(thread);
  }
  return running.size === 0;
}

/**
 * Seeds the C library's `rand()`, from which libzmq draws automatic routing ids without ever seeding
 * it: whoever guesses the next one can claim it first, which ends a ROUTER's or REP's process.
 */
function seedRandom(): void {
  zmqEnding().srand(crypto.getRandomValues(new Uint32Array(1))[0]);
}

// The end of the process. Every context is terminated, which delivers what was sent and not yet
// delivered; the library itself stays in memory.

/** Something that is closed at the end. */
interface Ending {
  close(): void;
}

/** After so many ms the end says why it waits. */
export const WARN_AFTER = 500;
const alive = new Set<Ending>();
/** How long the end waits for the contexts that were closed, whose messages may still be going out. */
let longestLinger = 0;
let notice: string | undefined;
let watched = false;
let ending = false;

/** Has a context closed at the end. */
export function closeAtEnd(context: Ending): void {
  watchTheEnd();
  alive.add(context);
}

/** It was closed. */
export function isClosed(context: Ending): void {
  alive.delete(context);
}

/** Whether the end has come. */
export function isEnding(): boolean {
  return ending;
}

/** How long the end may wait for the messages of a context that is being terminated, and what it says then. */
export function allow(milliseconds: number, saying: string | undefined): void {
  longestLinger = Math.max(longestLinger, milliseconds);
  notice = saying ?? notice;
}

/** Our own words. */
export function noticeOf(milliseconds: number): string {
  return `deno-zmq: waiting up to ${milliseconds} ms for messages that are still to be sent. ` +
    "See the linger of sockets, and exitLinger of their context.";
}

/** A moment that comes after `unload`. */
export interface Later {
  /** Nothing is left to do: the end may follow. */
  idle(): void;
  /** Calls then. False if that moment won't come. */
  postpone(end: () => void): boolean;
}

let later: Later | undefined;

/** Has the end come at a moment after `unload`, where there is such a moment. */
export function endLater(moment: Later): void {
  later = moment;
}

function watchTheEnd(): void {
  if (watched) return;
  watched = true;
  seedRandom();
  // Now, since by the end a program may have revoked the permission to bind anything.
  threads = bindThreads();
  addEventListener("unload", unloaded);
  // To be the last of its listeners, since a program's own may still send. Deno.exit fires no
  // beforeunload: there the order is that in which the listeners were added.
  addEventListener("beforeunload", () => {
    removeEventListener("unload", unloaded);
    addEventListener("unload", unloaded);
    later?.idle();
  });
  // A node worker that ends by itself fires only its process's event. In the main thread that event
  // is one too many, and touching `process` there costs 11 ms of start-up. (A node worker doesn't have
  // WorkerGlobalScope, and node:worker_threads takes a Web Worker for the main thread.)
  if (inWorker()) endOnExit((globalThis as unknown as { process?: NodeProcess }).process);
}

interface NodeProcess {
  on?(event: "exit", listener: () => void): void;
  on?(event: "newListener", listener: (event: unknown, listener: unknown) => void): void;
  off(event: "exit", listener: () => void): void;
}

/** Ends as the last of the listeners of a process's `exit`: the program's own may still send. */
function endOnExit(process: NodeProcess | undefined): void {
  if (process?.on === undefined) return;
  process.on("exit", end);
  process.on("newListener", (event, listener) => {
    if (event !== "exit" || listener === end) return;
    queueMicrotask(() => {
      process.off("exit", end);
      process.on!("exit", end);
    });
  });
}

function unloaded(): void {
  if (!later?.postpone(end)) end();
}

function end(): void {
  ending = true;
  for (const context of [...alive]) context.close();
  if (joinEnding(Math.min(WARN_AFTER, longestLinger)) || longestLinger <= WARN_AFTER) return;
  console.error(notice ?? noticeOf(longestLinger));
  joinEnding(longestLinger - WARN_AFTER);
}
