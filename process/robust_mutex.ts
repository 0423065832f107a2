/** Robust mutexes: the system takes one back when the thread that holds it has ended, however that came about. */

import { EBUSY, EOWNERDEAD } from "../ffi/errno.ts";
import { MUTEX_SIZE, PTHREAD_MUTEX_ROBUST, pthreadMutexes } from "../ffi/pthread.ts";

/** Whether the system has them. */
export function hasRobustMutexes(): boolean {
  const { pthread_mutexattr_setrobust, pthread_mutex_consistent } = pthreadMutexes();
  return pthread_mutexattr_setrobust !== null && pthread_mutex_consistent !== null;
}

/** Makes one of the `MUTEX_SIZE` bytes at a pointer. */
export function initMutex(at: Deno.PointerObject): void {
  const { pthread_mutexattr_init, pthread_mutexattr_setrobust, pthread_mutex_init } =
    pthreadMutexes();
  const attributes = new Uint8Array(MUTEX_SIZE);
  pthread_mutexattr_init(attributes);
  pthread_mutexattr_setrobust!(attributes, PTHREAD_MUTEX_ROBUST);
  pthread_mutex_init(at, attributes);
}

/** Locks it, where no living thread has it. False where one has; undefined where it can't be had at all. */
export function tryLock(mutex: Deno.PointerObject): boolean | undefined {
  const rc = pthreadMutexes().pthread_mutex_trylock(mutex);
  // Else it would be had once more only.
  if (rc === EOWNERDEAD) pthreadMutexes().pthread_mutex_consistent!(mutex);
  return rc === EBUSY ? false : rc === 0 || rc === EOWNERDEAD ? true : undefined;
}

/** Gives it back. */
export function unlock(mutex: Deno.PointerObject): void {
  pthreadMutexes().pthread_mutex_unlock(mutex);
}
