/**
 * What the isolates of a process have in common: process-wide entries, under a lock, and whether a thread still lives.
 *
 * Isolates have no memory in common, but the C library has things of the whole process. The directory
 * of a message catalogue, under a name of our own, is a string that any thread can set and read, and child
 * processes don't inherit it. Everything else begins there. macOS has no catalogues in its C library: what is
 * built on this can't be had there.
 */

import { bindExtra, libc } from "../ffi/libc.ts";
import { allocate, cString, toCString } from "../ffi/memory.ts";

/** Made when it's needed, which a main isolate may never do. */
const table = () => ({
  // char *bindtextdomain(const char *domainname, const char *dirname)
  bindtextdomain: { parameters: ["buffer", "buffer"], result: "pointer", optional: true },
  // int ftrylockfile(FILE *filehandle), void funlockfile(FILE *filehandle)
  ftrylockfile: { parameters: ["usize"], result: "i32", optional: true },
  funlockfile: { parameters: ["usize"], result: "void", optional: true },
  // void *dlsym(void *handle, const char *symbol)
  dlsym: { parameters: ["usize", "buffer"], result: "pointer" },
  // int pthread_mutexattr_init(pthread_mutexattr_t *attr)
  pthread_mutexattr_init: { parameters: ["buffer"], result: "i32" },
  // int pthread_mutexattr_setrobust(pthread_mutexattr_t *attr, int robustness)
  pthread_mutexattr_setrobust: { parameters: ["buffer", "i32"], result: "i32", optional: true },
  // int pthread_mutex_init(pthread_mutex_t *mutex, const pthread_mutexattr_t *attr)
  pthread_mutex_init: { parameters: ["pointer", "buffer"], result: "i32" },
  // int pthread_mutex_trylock(pthread_mutex_t *mutex)
  pthread_mutex_trylock: { parameters: ["pointer"], result: "i32" },
  // int pthread_mutex_consistent(pthread_mutex_t *mutex)
  pthread_mutex_consistent: { parameters: ["pointer"], result: "i32", optional: true },
  // int pthread_mutex_unlock(pthread_mutex_t *mutex)
  pthread_mutex_unlock: { parameters: ["pointer"], result: "i32" },
  // memcpy with length 0: an address as a number, and the reverse
  number_of: { name: "memcpy", parameters: ["pointer", "pointer", "usize"], result: "usize" },
  address_at: { name: "memcpy", parameters: ["usize", "usize", "usize"], result: "pointer" },
} as const);

type Functions = {
  [Name in keyof ReturnType<typeof table>]: NonNullable<
    Deno.StaticForeignLibraryInterface<ReturnType<typeof table>>[Name]
  >;
};

/** What begins our names, with the version of what is kept under them. */
const PREFIX = "deno-zmq.3";
/** After so many ms the lock is given up. */
const LOCK_TIMEOUT = 1000;
/** More than a `pthread_mutex_t` has anywhere. */
const MUTEX_SIZE = 128;
const PTHREAD_MUTEX_ROBUST = 1;
const EBUSY = 16;
const EOWNERDEAD = 130;

let functions: Functions | undefined;
let mutex: Deno.PointerObject | undefined;
let liveness: string | undefined;

/** Whether this isolate is a worker. (A node worker has no WorkerGlobalScope.) */
export function inWorker(): boolean {
  return worker ??= Object.prototype.toString.call(globalThis) !== "[object Window]";
}

let worker: boolean | undefined;

/** The address of a function, as the loader knows it; null for one that isn't there. */
export function addressOf(handle: bigint, name: string): Deno.PointerValue {
  return bound().dlsym(handle, toCString(name, "A symbol"));
}

/** An address in hexadecimal digits. */
export function pointerToHex(pointer: Deno.PointerValue): string {
  return bound().number_of(pointer, pointer, 0n).toString(16);
}

/** The address that digits stand for. */
export function pointerFromHex(hex: string): Deno.PointerObject {
  const address = BigInt(`0x${hex}`);
  return bound().address_at(address, address, 0n)!;
}

/**
 * Does something while no other thread does. Undefined where the lock can't be had: not in time, or not on this
 * system. Not to be nested.
 *
 * A worker may be terminated within `action`. The lock is a robust mutex, which the system then takes back.
 */
export function withProcessLock<T>(action: () => T): T | undefined {
  mutex ??= processMutex();
  if (mutex === undefined) return undefined;
  const { pthread_mutex_trylock, pthread_mutex_consistent, pthread_mutex_unlock } = bound();
  // pthread_mutex_timedlock goes by the wall clock, and a step of that would cut the wait short, or prolong it.
  const deadline = performance.now() + LOCK_TIMEOUT;
  let rc: number;
  while ((rc = pthread_mutex_trylock(mutex)) === EBUSY) {
    if (performance.now() > deadline) return undefined;
    libc().poll(new Uint8Array(8), 0n, 1);
  }
  if (rc === EOWNERDEAD) pthread_mutex_consistent(mutex);
  else if (rc !== 0) return undefined;
  try {
    return action();
  } finally {
    pthread_mutex_unlock(mutex);
  }
}

/** Reads an entry, empty where there is none yet. Only under the lock. */
export function readEntry(name: string): string {
  // One that wasn't set is the C library's own, the folder of all messages.
  const entry = cString(bound().bindtextdomain(domain(name), null));
  return entry.startsWith("=") ? entry.slice(1) : "";
}

/**
 * Sets an entry, in one step: who is terminated before hasn't changed it. Only under the lock. Throws `RangeError` where
 * the C library doesn't take it, and the text stays what it was.
 */
export function writeEntry(name: string, entry: string): void {
  const kept = bound().bindtextdomain(domain(name), toCString(`=${entry}`, "A text"));
  // No memory; musl also keeps none of PATH_MAX bytes, 4,096.
  if (kept === null) throw new RangeError(`The C library keeps no text of ${entry.length} bytes`);
}

/**
 * Names this isolate for {@linkcode isThreadAlive}: a robust mutex that its thread holds, and never gives back. When the
 * thread has ended, however that came about, the system says so to anyone who tries to lock it.
 */
export function livenessToken(): string {
  if (liveness === undefined) {
    const mutex = newMutex();
    bound().pthread_mutex_trylock(mutex);
    liveness = pointerToHex(mutex);
  }
  return liveness;
}

/** Whether the thread of an isolate is still there. Destructors of what it has left have run where not. */
export function isThreadAlive(other: string): boolean {
  if (other === liveness) return true;
  const { pthread_mutex_trylock, pthread_mutex_consistent, pthread_mutex_unlock } = bound();
  const mutex = pointerFromHex(other);
  const rc = pthread_mutex_trylock(mutex);
  if (rc === EOWNERDEAD) pthread_mutex_consistent(mutex);
  // Given back, so that the next one who asks is told as well.
  if (rc === EOWNERDEAD || rc === 0) pthread_mutex_unlock(mutex);
  return rc === EBUSY;
}

function bound(): Functions {
  return functions ??= bindExtra(table()) as Functions;
}

function domain(name: string): Uint8Array<ArrayBuffer> {
  return toCString(`${PREFIX}.${name}`, "A name");
}

/** The one mutex of the process. Undefined where the system lacks anything that it takes. */
function processMutex(): Deno.PointerObject | undefined {
  const {
    bindtextdomain,
    ftrylockfile,
    funlockfile,
    pthread_mutexattr_setrobust,
    pthread_mutex_consistent,
  } = bound() as Partial<Functions>;
  if (
    !bindtextdomain || !ftrylockfile || !funlockfile || !pthread_mutexattr_setrobust ||
    !pthread_mutex_consistent
  ) return undefined;
  const find = () => {
    const address = readEntry("lock");
    return address === "" ? undefined : pointerFromHex(address);
  };
  const found = find();
  if (found !== undefined) return found;

  // Anyone who makes it first has to be found out under a lock that every thread can find without being told of
  // it: that of the C library's standard input, which no one here reads.
  const variable = addressOf(0n, "stdin");
  if (variable === null) return undefined;
  const value = new BigUint64Array(1);
  libc().memcpy(new Uint8Array(value.buffer), variable, 8n);
  const [stdin] = value;
  const deadline = performance.now() + LOCK_TIMEOUT;
  while (ftrylockfile(stdin) !== 0) {
    if (performance.now() > deadline) return undefined;
    libc().poll(new Uint8Array(8), 0n, 1);
  }
  try {
    const found = find();
    if (found !== undefined) return found;
    const made = newMutex();
    writeEntry("lock", pointerToHex(made));
    return made;
  } finally {
    funlockfile(stdin);
  }
}

function newMutex(): Deno.PointerObject {
  const { pthread_mutexattr_init, pthread_mutexattr_setrobust, pthread_mutex_init } = bound();
  const attributes = new Uint8Array(MUTEX_SIZE);
  pthread_mutexattr_init(attributes);
  pthread_mutexattr_setrobust(attributes, PTHREAD_MUTEX_ROBUST);
  const mutex = allocate(MUTEX_SIZE);
  pthread_mutex_init(mutex, attributes);
  return mutex;
}
