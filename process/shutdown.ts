/**
 * The end: terminating contexts on threads of their own, since `zmq_ctx_term` blocks for as long as messages linger, and
 * doing that when the process ends.
 */

import { checkPointer, checkUninterrupted } from "../ffi/errno.ts";
import { zmqTermination } from "../ffi/libzmq.ts";
import { loadLibrary } from "../ffi/load.ts";
import { inWorker } from "./process_lock.ts";

/** An int, said to be a struct, which comes back in the same register: binding costs a tenth then, and start-up counts. */
const INT = { struct: ["usize"] } as const;

const THREADS = {
  // void *dlsym(void *handle, const char *symbol)
  dlsym: { parameters: ["usize", "buffer"], result: "pointer" },
  // int pthread_sigmask(int how, const sigset_t *set, sigset_t *oldset)
  pthread_sigmask: { parameters: ["i32", "buffer", "buffer"], result: INT },
  // int pthread_create(pthread_t *thread, const pthread_attr_t *attr, void *(*start)(void *), void *arg)
  pthread_create: { parameters: ["buffer", "pointer", "pointer", "pointer"], result: INT },
  // int pthread_getcpuclockid(pthread_t thread, clockid_t *clock)
  pthread_getcpuclockid: { parameters: ["usize", "buffer"], result: INT },
  // int pthread_detach(pthread_t thread)
  pthread_detach: { parameters: ["usize"], result: INT },
  // int clock_gettime(clockid_t clock, struct timespec *time)
  clock_gettime: { parameters: ["i32", "buffer"], result: INT },
  // int usleep(useconds_t microseconds)
  usleep: { parameters: ["u32"], result: INT },
} as const;

const SIG_SETMASK = 2;
/** A `sigset_t`'s size. */
const SIGSET_SIZE = 128;
/** The clock of thread 0, which stands for the thread that asks. */
const OWN_CLOCK = -2;

let threads: Deno.StaticForeignLibraryInterface<typeof THREADS> | undefined;
/** The clocks of the threads that terminate contexts. */
const running = new Set<number>();

/**
 * Terminates a context whose sockets are closed, without waiting for it. {@linkcode joinTerminations} waits for the thread that
 * does it; without that the end of the process cuts it short.
 */
export function terminate(context: Deno.PointerObject): void {
  threads ??= bindThreads();
  forgetEnded();
  if (threads !== undefined && startTerminating(threads, context)) return;
  // There is no thread to be had, or no way to wait for one: the call blocks, bounded by the sockets' lingers.
  checkUninterrupted(() => zmqTermination().zmq_ctx_term(context), "zmq_ctx_term");
}

function bindThreads(): typeof threads {
  return Deno.build.os === "linux" ? loadLibrary().open(THREADS) : undefined;
}

/**
 * Starts a thread that calls `zmq_ctx_term`. Returns false where the system has no thread for it.
 *
 * Signals. Fact: the kernel may deliver a signal to any thread that doesn't block it, and `zmq_ctx_term` then fails with
 * EINTR. Failure: the context stayed, and what had been sent was lost. Decision: a thread inherits its creator's mask,
 * so this thread blocks all signals while it creates the other one, and then restores its own mask. Cost: a signal
 * to this thread comes some microseconds late.
 *
 * Its end. Fact: a thread that is joined keeps its stack (8 MB of addresses) until then. Failure: a worker that had closed
 * its context was terminated, and its thread was never joined; neither was, for a long time, the last of many contexts.
 * Decision: the thread is detached, and known by the clock of its processor time, which exists for as long as the thread
 * does. Cost: a thread that comes later may have the same number, and so the same clock. That takes as many new
 * threads as the system has numbers, since the last context was closed; the end then waits for `exitLinger`.
 */
function startTerminating(
  { dlsym, pthread_sigmask, pthread_create, pthread_getcpuclockid, pthread_detach }: NonNullable<
    typeof threads
  >,
  context: Deno.PointerObject,
): boolean {
  const name = new TextEncoder().encode("zmq_ctx_term\0");
  const address = checkPointer(dlsym(loadLibrary().handle, name), "dlsym");
  const thread = new BigUint64Array(1);
  const clock = new Int32Array(1);
  const before = new Uint8Array(SIGSET_SIZE);
  pthread_sigmask(SIG_SETMASK, new Uint8Array(SIGSET_SIZE).fill(0xff), before);
  const failed = intOf(pthread_create(thread, null, address, context)) !== 0;
  pthread_sigmask(SIG_SETMASK, before, new Uint8Array(SIGSET_SIZE));
  if (failed) return false;
  // Until it's detached, it may be asked for even if it has ended: it has no number then, and no clock of its own.
  const known = intOf(pthread_getcpuclockid(thread[0], clock)) === 0;
  pthread_detach(thread[0]);
  if (known && clock[0] !== OWN_CLOCK) running.add(clock[0]);
  return true;
}

function intOf(struct: Uint8Array<ArrayBuffer>): number {
  return new Int32Array(struct.buffer)[0];
}

/** Forgets the threads that have ended. */
function forgetEnded(): void {
  const time = new Uint8Array(16);
  for (const clock of running) {
    if (intOf(threads!.clock_gettime(clock, time)) !== 0) running.delete(clock);
  }
}

/** Waits up to `milliseconds` for the contexts that are being terminated. Returns true where all are done. */
export function joinTerminations(milliseconds: number): boolean {
  // Never the wall clock: a program's computer may set it while the program ends.
  const started = performance.now();
  for (;;) {
    forgetEnded();
    const waited = performance.now() - started;
    if (running.size === 0 || waited >= milliseconds) return running.size === 0;
    // An eighth longer at most than it takes, and never more than 10 ms.
    const slice = Math.min(Math.max(waited / 8, 0.05), 10, milliseconds - waited);
    threads!.usleep(Math.ceil(slice * 1000));
  }
}

/**
 * Seeds the C library's `rand()`, from which libzmq draws automatic routing ids without ever seeding
 * it: anyone who guesses the next one can claim it first, which ends a ROUTER's or REP's process.
 */
function seedRandom(): void {
  zmqTermination().srand(crypto.getRandomValues(new Uint32Array(1))[0]);
}

// The end of the process. Every context is terminated, which delivers what was sent and not yet
// delivered; the library itself stays in memory.

/** Something that is closed at the end. */
interface ClosedAtExit {
  close(): void;
}

/** After so many ms the end says why it waits. */
export const WARN_AFTER = 500;
const registered = new Set<ClosedAtExit>();
/** How long the end waits for the contexts that were closed, whose messages may still be going out. */
let longestLinger = 0;
let exitMessage: string | undefined;
let installed = false;
let shuttingDown = false;

/** Has a context closed at the end. */
export function registerAtExit(context: ClosedAtExit): void {
  installExitHooks();
  registered.add(context);
}

/** It was closed. */
export function unregisterAtExit(context: ClosedAtExit): void {
  registered.delete(context);
}

/** Whether the end has come. */
export function isShuttingDown(): boolean {
  return shuttingDown;
}

/** How long the end may wait for the messages of a context that is being terminated, and what it says then. */
export function extendExitLinger(milliseconds: number, message: string | undefined): void {
  longestLinger = Math.max(longestLinger, milliseconds);
  exitMessage = message ?? exitMessage;
}

/** Our own words. */
export function exitMessageFor(milliseconds: number): string {
  return `deno-zmq: waiting up to ${milliseconds} ms for messages that are still to be sent. ` +
    "See the linger of sockets, and exitLinger of their context.";
}

/** A moment that comes after `unload`. */
export interface ExitHook {
  /** Nothing is left to do: the end may follow. */
  onIdle(): void;
  /** Calls then. False if that moment won't come. */
  defer(shutDown: () => void): boolean;
}

let exitHook: ExitHook | undefined;

/** Has the end come at a moment after `unload`, where there is such a moment. */
export function setExitHook(hook: ExitHook): void {
  exitHook = hook;
}

function installExitHooks(): void {
  if (installed) return;
  installed = true;
  seedRandom();
  // Now, since by the end a program may have revoked the permission to bind anything.
  threads = bindThreads();
  addEventListener("unload", onUnload);
  // To be the last of its listeners, since a program's own may still send. Deno.exit fires no
  // beforeunload: there the order is that in which the listeners were added.
  addEventListener("beforeunload", () => {
    removeEventListener("unload", onUnload);
    addEventListener("unload", onUnload);
    exitHook?.onIdle();
  });
  // A node worker that ends by itself fires only its process's event. In the main thread that event
  // is one too many, and touching `process` there costs 11 ms of start-up. (A node worker doesn't have
  // WorkerGlobalScope, and node:worker_threads takes a Web Worker for the main thread.)
  if (inWorker()) shutDownOnExit((globalThis as unknown as { process?: NodeProcess }).process);
}

interface NodeProcess {
  on?(event: "exit", listener: () => void): void;
  on?(event: "newListener", listener: (event: unknown, listener: unknown) => void): void;
  off(event: "exit", listener: () => void): void;
}

/** Ends as the last of the listeners of a process's `exit`: the program's own may still send. */
function shutDownOnExit(process: NodeProcess | undefined): void {
  if (process?.on === undefined) return;
  process.on("exit", shutDown);
  process.on("newListener", (event, listener) => {
    if (event !== "exit" || listener === shutDown) return;
    queueMicrotask(() => {
      process.off("exit", shutDown);
      process.on!("exit", shutDown);
    });
  });
}

function onUnload(): void {
  if (!exitHook?.defer(shutDown)) shutDown();
}

function shutDown(): void {
  shuttingDown = true;
  for (const context of [...registered]) context.close();
  if (joinTerminations(Math.min(WARN_AFTER, longestLinger)) || longestLinger <= WARN_AFTER) return;
  console.error(exitMessage ?? exitMessageFor(longestLinger));
  joinTerminations(longestLinger - WARN_AFTER);
}
