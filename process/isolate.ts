/** What this isolate is, and whether another isolate's thread is alive. */

import { allocate, pointerFromHex, pointerToHex } from "../ffi/memory.ts";
import { MUTEX_SIZE } from "../ffi/pthread.ts";
import { initMutex, tryLock, unlock } from "./robust_mutex.ts";

let worker: boolean | undefined;
let liveness: string | undefined;

/** Whether this isolate is a worker. (A node worker has no WorkerGlobalScope.) */
export function inWorker(): boolean {
  return worker ??= Object.prototype.toString.call(globalThis) !== "[object Window]";
}

/** Returns this isolate's token for {@linkcode isThreadAlive}: the address of a robust mutex that its thread always holds. */
export function livenessToken(): string {
  if (liveness === undefined) {
    const mutex = allocate(MUTEX_SIZE);
    initMutex(mutex);
    tryLock(mutex);
    liveness = pointerToHex(mutex);
  }
  return liveness;
}

/** Whether the thread of an isolate is alive. If not, the destructors of its thread-specific values have run. */
export function isThreadAlive(token: string): boolean {
  if (token === liveness) return true;
  const mutex = pointerFromHex(token);
  const locked = tryLock(mutex);
  // Unlocked again, so that the next caller finds the same.
  if (locked) unlock(mutex);
  return locked === false;
}
