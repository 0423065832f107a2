/** What this isolate is, and whether another one's thread is still there. */

import { allocate, pointerFromHex, pointerToHex } from "../ffi/memory.ts";
import { MUTEX_SIZE } from "../ffi/pthread.ts";
import { initMutex, tryLock, unlock } from "./robust_mutex.ts";

let worker: boolean | undefined;
let liveness: string | undefined;

/** Whether this isolate is a worker. (A node worker has no WorkerGlobalScope.) */
export function inWorker(): boolean {
  return worker ??= Object.prototype.toString.call(globalThis) !== "[object Window]";
}

/** Names this isolate for {@linkcode isThreadAlive}: a robust mutex that its thread holds, and never gives back. */
export function livenessToken(): string {
  if (liveness === undefined) {
    const mutex = allocate(MUTEX_SIZE);
    initMutex(mutex);
    tryLock(mutex);
    liveness = pointerToHex(mutex);
  }
  return liveness;
}

/** Whether the thread of an isolate is still there. Destructors of what it has left have run where not. */
export function isThreadAlive(token: string): boolean {
  if (token === liveness) return true;
  const mutex = pointerFromHex(token);
  const locked = tryLock(mutex);
  // Given back, so that the next one who asks is told as well.
  if (locked) unlock(mutex);
  return locked === false;
}
