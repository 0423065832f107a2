/**
 * How a native context is made and terminated: with `rand()` seeded, and on a thread of its own, since `zmq_ctx_term`
 * blocks for as long as messages linger.
 */

import { dispatch, DISPATCH_TIME_NOW } from "../ffi/dispatch.ts";
import { checkPointer } from "../ffi/errno.ts";
import { zmq } from "../ffi/libzmq.ts";
import { loadLibrary } from "../ffi/load.ts";
import { toCString } from "../ffi/memory.ts";
import { blockSignals, pthreads } from "../ffi/pthread.ts";
import { HAS_DISPATCH } from "../ffi/system.ts";

/** On Linux, the clock of thread 0, which means the calling thread. */
const OWN_CLOCK = -2;

let seeded = false;

/**
 * Makes a context.
 *
 * Fact: libzmq draws automatic routing ids from the C library's `rand()`, and never seeds it. Failure: a peer that guesses
 * the next one can claim it first, which ends a ROUTER's or REP's process. Decision: the first context seeds it.
 */
export function newNativeContext(): Deno.PointerObject {
  if (!seeded) zmq().srand(crypto.getRandomValues(new Uint32Array(1))[0]);
  seeded = true;
  return checkPointer(zmq().zmq_ctx_new, "zmq_ctx_new");
}

/** Binds what terminating a context takes besides the common table. At its end, a program may have revoked the permission. */
export function prepareTermination(): void {
  if (HAS_DISPATCH) dispatch();
  else pthreads();
}

/**
 * Terminates a context whose sockets are closed, without waiting for it. Returns a function that tells whether it's
 * terminated. The end of the process cuts the thread that does it short.
 *
 * Fact: the system may have no thread left. Failure: the call was made on this thread, and blocked it for as long as
 * messages lingered, which may be without end. Decision: it's tried again each time that the function is called, as the
 * end of the program does. Cost: until then, the context stays.
 */
export function terminate(context: Deno.PointerObject): () => boolean {
  const start = HAS_DISPATCH ? startInGroup : startThread;
  let hasEnded = start(context);
  return () => (hasEnded ??= start(context))?.() ?? false;
}

/** The address of `zmq_ctx_term`, for a thread to call. */
function addressOfTerm(
  dlsym: (handle: bigint, symbol: Uint8Array<ArrayBuffer>) => Deno.PointerValue,
): Deno.PointerObject {
  const name = toCString("zmq_ctx_term", "A symbol");
  return checkPointer(() => dlsym(loadLibrary().handle, name), "dlsym");
}

/**
 * Has a thread of the system's call `zmq_ctx_term`. Returns whether it has done so.
 *
 * Fact: macOS tells of no thread whether it has ended, but of a dispatch group whether its work is done. Decision: the call
 * is a group's work. Of the threads that do such work, 64 at most come from the queues that all share, and the call may
 * last; so each has a serial queue of its own, which isn't counted among these. They block signals, so none interrupts
 * the call. Cost: an object of the C library's for each context, until it's seen that its work is done.
 */
function startInGroup(context: Deno.PointerObject): () => boolean {
  const functions = dispatch();
  const { dispatch_queue_create, dispatch_group_create, dispatch_group_async_f } = functions;
  const { dispatch_group_wait, dispatch_release, dlsym } = functions;
  const term = addressOfTerm(dlsym);
  const queue = dispatch_queue_create(toCString("deno-zmq", "A name"), null);
  const group = dispatch_group_create();
  dispatch_group_async_f(group, queue, context, term);
  // The work that is under way keeps it.
  dispatch_release(queue);
  let ended = false;
  return () => {
    if (ended || dispatch_group_wait(group, DISPATCH_TIME_NOW) !== 0n) return ended;
    ended = true;
    dispatch_release(group);
    return true;
  };
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
function startThread(context: Deno.PointerObject): (() => boolean) | undefined {
  const { dlsym, pthread_create, pthread_getcpuclockid, pthread_detach } = pthreads();
  const term = addressOfTerm(dlsym);
  const thread = new BigUint64Array(1);
  const clock = new Int32Array(1);
  const restoreSignals = blockSignals();
  const failed = pthread_create(thread, null, term, context) !== 0;
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
