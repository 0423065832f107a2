/** Robust mutexes, which the system unlocks when the thread that holds one ends, in whatever way. */

import { EBUSY, EOWNERDEAD } from "../ffi/errno.ts";
import { MUTEX_SIZE, PTHREAD_MUTEX_ROBUST, pthreadMutexes } from "../ffi/pthread.ts";

/** Whether the system has them. */
export function hasRobustMutexes(): boolean {
  const { pthread_mutexattr_setrobust, pthread_mutex_consistent } = pthreadMutexes();
  return pthread_mutexattr_setrobust !== null && pthread_mutex_consistent !== null;
}

/** Makes a robust mutex of the `MUTEX_SIZE` bytes at a pointer. */
export function initMutex(at: Deno.PointerObject): void {
  const { pthread_mutexattr_init, pthread_mutexattr_setrobust, pthread_mutex_init } =
    pthreadMutexes();
  const attributes = new Uint8Array(MUTEX_SIZE);
  pthread_mutexattr_init(attributes);
  pthread_mutexattr_setrobust!(attributes, PTHREAD_MUTEX_ROBUST);
  pthread_mutex_init(at, attributes);
}

/** Locks it if no living thread holds it. Returns false if one does, and undefined if it can't be locked any more. */
export function tryLock(mutex: Deno.PointerObject): boolean | undefined {
  const rc = pthreadMutexes().pthread_mutex_trylock(mutex);
  // EOWNERDEAD: its holder's thread has ended. Without this, no thread could lock it after the next unlock.
  if (rc === EOWNERDEAD) pthreadMutexes().pthread_mutex_consistent!(mutex);
  return rc === EBUSY ? false : rc === 0 || rc === EOWNERDEAD ? true : undefined;
}

/** Unlocks it. */
export function unlock(mutex: Deno.PointerObject): void {
  pthreadMutexes().pthread_mutex_unlock(mutex);
}
