/** POSIX threads: functions that make one, thread-specific keys, and mutexes; each group bound on first use. */

import { bindExtra } from "./libc.ts";
import { onFirstUse } from "./load.ts";

/** The functions that make a thread, and the clock that shows whether it runs. macOS has no such clocks. */
export const pthreads = onFirstUse(() =>
  bindExtra({
    // int pthread_sigmask(int how, const sigset_t *set, sigset_t *oldset)
    pthread_sigmask: { parameters: ["i32", "buffer", "buffer"], result: "i32" },
    // int pthread_create(pthread_t *thread, const pthread_attr_t *attr, void *(*start)(void *), void *arg)
    pthread_create: { parameters: ["buffer", "pointer", "pointer", "pointer"], result: "i32" },
    // int pthread_getcpuclockid(pthread_t thread, clockid_t *clock)
    pthread_getcpuclockid: { parameters: ["usize", "buffer"], result: "i32" },
    // int pthread_detach(pthread_t thread)
    pthread_detach: { parameters: ["usize"], result: "i32" },
    // int clock_gettime(clockid_t clock, struct timespec *time)
    clock_gettime: { parameters: ["i32", "buffer"], result: "i32" },
    // void *dlsym(void *handle, const char *symbol): for the function that the thread calls
    dlsym: { parameters: ["usize", "buffer"], result: "pointer" },
  })
);

/** The functions of thread-specific keys and their values. */
export const pthreadKeys = onFirstUse(() =>
  bindExtra({
    // int pthread_key_create(pthread_key_t *key, void (*destructor)(void *))
    pthread_key_create: { parameters: ["buffer", "pointer"], result: "i32" },
    // int pthread_key_delete(pthread_key_t key)
    pthread_key_delete: { parameters: ["u32"], result: "i32" },
    // void *pthread_getspecific(pthread_key_t key)
    pthread_getspecific: { parameters: ["u32"], result: "pointer" },
    // int pthread_setspecific(pthread_key_t key, const void *value): for an address, and for a number
    pthread_setspecific: { parameters: ["u32", "pointer"], result: "i32" },
    set_number: { name: "pthread_setspecific", parameters: ["u32", "usize"], result: "i32" },
    // void *dlsym(void *handle, const char *symbol): for the destructors
    dlsym: { parameters: ["usize", "buffer"], result: "pointer" },
  })
);

/** The functions of robust mutexes. Linux only. */
export const pthreadMutexes = onFirstUse(() =>
  bindExtra({
    // int pthread_mutexattr_init(pthread_mutexattr_t *attr)
    pthread_mutexattr_init: { parameters: ["buffer"], result: "i32" },
    // int pthread_mutexattr_setrobust(pthread_mutexattr_t *attr, int robustness)
    pthread_mutexattr_setrobust: { parameters: ["buffer", "i32"], result: "i32" },
    // int pthread_mutex_init(pthread_mutex_t *mutex, const pthread_mutexattr_t *attr)
    pthread_mutex_init: { parameters: ["pointer", "buffer"], result: "i32" },
    // int pthread_mutex_trylock(pthread_mutex_t *mutex)
    pthread_mutex_trylock: { parameters: ["pointer"], result: "i32" },
    // int pthread_mutex_consistent(pthread_mutex_t *mutex)
    pthread_mutex_consistent: { parameters: ["pointer"], result: "i32" },
    // int pthread_mutex_unlock(pthread_mutex_t *mutex)
    pthread_mutex_unlock: { parameters: ["pointer"], result: "i32" },
  })
);

/** For `pthread_sigmask`: sets the mask. */
const SIG_SETMASK = Deno.build.os === "linux" ? 2 : 3;
/** A `sigset_t`'s size. */
const SIGSET_SIZE = 128;
/** For `pthread_mutexattr_setrobust`. */
export const PTHREAD_MUTEX_ROBUST = 1;
/** At least the size of a `pthread_mutex_t`. */
export const MUTEX_SIZE = 128;

/** Blocks all signals in this thread. Returns what restores its mask. */
export function blockSignals(): () => void {
  const { pthread_sigmask } = pthreads();
  const before = new Uint8Array(SIGSET_SIZE);
  pthread_sigmask(SIG_SETMASK, new Uint8Array(SIGSET_SIZE).fill(0xff), before);
  return () => void pthread_sigmask(SIG_SETMASK, before, new Uint8Array(SIGSET_SIZE));
}
