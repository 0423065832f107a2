/** Robust mutexes, which the system unlocks when the thread that holds one ends, in whatever way. Linux only. */

import { EOWNERDEAD } from "../ffi/errno.ts";
import { MUTEX_SIZE, PTHREAD_MUTEX_ROBUST, pthreadMutexes } from "../ffi/pthread.ts";

/** Makes a robust mutex of the `MUTEX_SIZE` bytes at a pointer. */
export function initMutex(at: Deno.PointerObject): void {
  const { pthread_mutexattr_init, pthread_mutexattr_setrobust, pthread_mutex_init } =
    pthreadMutexes();
  const attributes = new Uint8Array(MUTEX_SIZE);
  pthread_mutexattr_init(attributes);
  pthread_mutexattr_setrobust(attributes, PTHREAD_MUTEX_ROBUST);
  pthread_mutex_init(at, attributes);
}

/** Locks it if no living thread holds it. Returns whether it did. */
export function tryLock(mutex: Deno.PointerObject): boolean {
  const rc = pthreadMutexes().pthread_mutex_trylock(mutex);
  // EOWNERDEAD: its holder's thread has ended. Without this, no thread could lock it after the next unlock.
  if (rc === EOWNERDEAD) pthreadMutexes().pthread_mutex_consistent(mutex);
  return rc === 0 || rc === EOWNERDEAD;
}

/** Unlocks it. */
export function unlock(mutex: Deno.PointerObject): void {
  pthreadMutexes().pthread_mutex_unlock(mutex);
}
