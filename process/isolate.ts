/** What this isolate is, and whether another isolate's thread is alive. */

import { onFirstUse } from "../ffi/load.ts";
import { allocate, pointerFromHex, pointerToHex } from "../ffi/memory.ts";
import { MUTEX_SIZE } from "../ffi/pthread.ts";
import { initMutex, tryLock, unlock } from "./robust_mutex.ts";

/** Whether this isolate is a worker. (A node worker has no WorkerGlobalScope.) */
export const inWorker = onFirstUse(() =>
  Object.prototype.toString.call(globalThis) !== "[object Window]"
);

/** Returns this isolate's token for {@linkcode isThreadAlive}: the address of a robust mutex that its thread always holds. */
export const livenessToken = onFirstUse(() => {
  const mutex = allocate(MUTEX_SIZE);
  initMutex(mutex);
  tryLock(mutex);
  return pointerToHex(mutex);
});

/** Whether the thread of an isolate is alive. If not, the destructors of its thread-specific values have run. */
export function isThreadAlive(token: string): boolean {
  const mutex = pointerFromHex(token);
  // Of this thread's own mutex, too, another lock is refused.
  if (!tryLock(mutex)) return true;
  // Unlocked again, so that the next caller finds the same.
  unlock(mutex);
  return false;
}
