/** Terminating contexts on threads of their own, since `zmq_ctx_term` blocks for as long as messages linger. */

import { checkPointer } from "./errno.ts";
import { zmqEnding } from "./libzmq.ts";
import { loadLibrary } from "./load.ts";

const THREADS = {
  // void *dlsym(void *handle, const char *symbol)
  dlsym: { parameters: ["pointer", "buffer"], result: "pointer" },
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
  if (Deno.build.os !== "linux") {
    // No join with a time-out there: the call blocks, bounded by the sockets' lingers.
    zmqEnding().zmq_ctx_term(context);
    return;
  }
  threads ??= loadLibrary().open(THREADS);
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
export function seedRandom(): void {
  zmqEnding().srand(crypto.getRandomValues(new Uint32Array(1))[0]);
}
