/**
 * How a native context is made and terminated: with `rand()` seeded, and on a thread of its own, since `zmq_ctx_term`
 * blocks for as long as messages linger.
 */

import { checkPointer, checkUninterrupted } from "../ffi/errno.ts";
import { zmq } from "../ffi/libzmq.ts";
import { loadLibrary } from "../ffi/load.ts";
import { toCString } from "../ffi/memory.ts";
import { blockSignals, pthreads } from "../ffi/pthread.ts";

/** The clock of thread 0, which means the calling thread. */
const OWN_CLOCK = -2;

let seeded = false;

const LINUX = Deno.build.os === "linux";
/** Whether {@linkcode terminate} blocks this thread, as it does where the system isn't Linux. */
export const TERMINATION_BLOCKS: boolean = !LINUX;

/**
 * Makes a context.
 *
 * Fact: libzmq draws automatic routing ids from the C library's `rand()`, and never seeds it. Failure: a peer that guesses
 * the next one can claim it first, which ends a ROUTER's or REP's process. Decision: the first context seeds it.
 */
export function newNativeContext(): Deno.PointerObject {
  if (!seeded) zmq().srand(crypto.getRandomValues(new Uint32Array(1))[0]);
  seeded = true;
  return checkPointer(zmq().zmq_ctx_new(), "zmq_ctx_new");
}

/** Binds what terminating a context takes besides the common table. At its end, a program may have revoked the permission. */
export function prepareTermination(): void {
  if (LINUX) pthreads();
}

/**
 * Terminates a context whose sockets are closed, without waiting for it. Returns a function that tells whether it's
 * terminated. The end of the process cuts the thread that does it short.
 */
export function terminate(context: Deno.PointerObject): () => boolean {
  const hasEnded = LINUX ? startTerminating(context) : undefined;
  if (hasEnded !== undefined) return hasEnded;
  // The system has no thread for it, or isn't Linux: the call blocks this thread, bounded by the sockets' lingers.
  checkUninterrupted(() => zmq().zmq_ctx_term(context), "zmq_ctx_term");
  return () => true;
}

/**
 * Starts a thread that calls `zmq_ctx_term`. Returns whether it has ended, or undefined if the system has no thread for it.
 *
 * Signals. Fact: the kernel may deliver a signal to any thread that doesn't block it, and `zmq_ctx_term` then fails with
 * EINTR. Failure: the context stayed, and what had been sent was lost. Decision: a thread inherits its creator's mask,
 * so this thread blocks all signals while it creates the other one, and then restores its own mask. Cost: a signal
 * to this thread comes some microseconds late.
 *
 * Its end. Fact: a joinable thread keeps its stack (8 MB of addresses) until it's joined. Failure: the thread of a worker
 * that closed its context and was then terminated was never joined; of many contexts that ended at one time, all kept
 * theirs. Decision: the thread is detached, and the clock of its processor time, which exists for as long as the thread
 * does, shows whether it still runs. Cost: a later thread may have the same number, and so the same clock. That takes
 * as many new threads as the system has numbers; the exit then waits for `exitLinger`.
 */
function startTerminating(context: Deno.PointerObject): (() => boolean) | undefined {
  const { dlsym, pthread_create, pthread_getcpuclockid, pthread_detach } = pthreads();
  const name = toCString("zmq_ctx_term", "A symbol");
  const address = checkPointer(dlsym(loadLibrary().handle, name), "dlsym");
  const thread = new BigUint64Array(1);
  const clock = new Int32Array(1);
  const restoreSignals = blockSignals();
  const failed = pthread_create(thread, null, address, context) !== 0;
  restoreSignals();
  if (failed) return undefined;
  // Before the detach, the handle is valid even if the thread has ended; it then has no number, and no clock of its own.
  const known = pthread_getcpuclockid(thread[0], clock) === 0;
  pthread_detach(thread[0]);
  let ended = !known || clock[0] === OWN_CLOCK;
  return () => ended ||= !isRunning(clock[0]);
}

/** Whether the thread that has this clock runs. */
function isRunning(clock: number): boolean {
  return pthreads().clock_gettime(clock, new Uint8Array(16)) === 0;
}
