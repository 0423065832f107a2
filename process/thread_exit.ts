/**
 * Thread-exit cleanups: they give back what a terminated worker has, when its thread ends.
 *
 * Fact: a worker that is terminated, or closes itself, runs no JavaScript any more; but its thread ends, and calls the
 * destructors of its thread-specific values. Failure: its contexts stayed, each with 11 descriptors and 3 threads.
 * Decision: each socket, descriptor and context is such a value, whose destructor is a C function with one argument, such
 * as `zmq_close`. The system calls them in the order of their keys, and `zmq_ctx_term` waits for the context's sockets,
 * so its keys come after theirs. Cost: a value is set when something is opened, and removed when it's closed.
 *
 * Keys belong to the process, which has 1,024 at most, and each thread has its own values for all of them. So all
 * isolates use the same keys.
 */

import { loadLibrary, onFirstUse } from "../ffi/load.ts";
import { toCString } from "../ffi/memory.ts";
import { pthreadKeys } from "../ffi/pthread.ts";
import { HAS_LINUX_CALLS } from "../ffi/system.ts";
import { inWorker, isThreadAlive, livenessToken } from "./isolate.ts";
import { readEntry, withProcessLock, writeEntry } from "./process_lock.ts";

/**
 * The destructors in their order, and for each how many keys there are, which is how many values a thread can have.
 *
 * Fact: the process has 1,024 keys, and deleting one removes its value from every thread. Failure: keys that were made
 * as they were needed, without a limit, used up the process's for good. Decision: the first worker makes 290 at once.
 * Cost: what one worker has beyond that stays behind.
 */
const DESTRUCTORS = {
  // So that no signal interrupts zmq_ctx_term, which would leave the context behind. musl lacks it.
  sigblock: 1,
  // These two are for sockets that a native proxy's thread uses, one of the runtime's 32: it leaves them a moment after
  // their context is shut down.
  zmq_ctx_shutdown: 32,
  usleep: 1,
  zmq_poller_destroy: 32,
  zmq_close: 128,
  close: 64,
  zmq_ctx_term: 32,
} as const;
/** A function that is called at the thread's end. */
export type Destructor = keyof typeof DESTRUCTORS;
const NAMES = Object.keys(DESTRUCTORS) as Destructor[];
/** If the process hasn't got so many keys left (musl has 128 in all), a half of them is tried, a quarter, an eighth. */
const PARTS = [1, 2, 4, 8];
/** All signals but the real-time ones, for which sigblock's argument has no bits. */
const ALL_SIGNALS = 0xffffffff;
/** How many keys at most are lost if a worker is terminated while it makes them. */
const UNNOTED = 16;

/** A destructor's argument: an address, or the number of a descriptor. */
type Value = Deno.PointerObject | number;

/** A value's cleanup. */
interface Cleanup {
  /** How often the value was added: native proxies have the same context, and the same time to leave its sockets. */
  times: number;
  /** Its key; undefined while there is none for it: then it isn't covered, and would stay behind. */
  key: number | undefined;
  /** A socket's context. */
  readonly context: Value | undefined;
}

/** Keys by their destructors. */
type Keys = Partial<Record<Destructor, number[]>>;

/** The process-wide entry of the keys. */
interface Notes {
  /** The isolates that use them. */
  users: string[];
  keys: Keys;
  /** Whether all have been made. */
  complete: boolean;
}

const NO_KEYS: Notes = { users: [], keys: {}, complete: false };

const cleanups = onFirstUse(() => HAS_LINUX_CALLS && inWorker() ? makeCleanups() : undefined);

/**
 * Makes the end of this thread call a function with a value, as far as there are keys. While a socket isn't covered, its
 * `context` isn't terminated at the thread's end either. Does nothing outside of workers.
 */
export function addExitCleanup(
  destructor: Destructor,
  value: Value,
  context?: Deno.PointerObject,
): void {
  cleanups()?.add(destructor, value, context);
}

/** Undoes that; to be called before the value is closed in the ordinary way. */
export function removeExitCleanup(destructor: Destructor, value: Value): void {
  cleanups()?.remove(destructor, value);
}

/** Whether this thread has exit cleanups. */
export function hasExitCleanup(): boolean {
  return cleanups() !== undefined;
}

/** Deletes the keys if no isolate that uses them is alive. Only under the lock. */
export function giveBackKeys(): void {
  const name = nameOf(handleOfLibrary());
  const { users, keys } = readEntry(name, NO_KEYS);
  if (!users.some(isThreadAlive)) deleteNoted(name, keys);
}

/** A class within a function, so that a main isolate, which has little room to spare at its start, doesn't make it. */
function makeCleanups() {
  return new class {
    readonly #functions = pthreadKeys();
    #learnt = false;
    /** The keys under which this thread has no value. */
    readonly #free = new Map(NAMES.map((name) => [name, [] as number[]]));
    readonly #cleanups = new Map(NAMES.map((name) => [name, new Map<Value, Cleanup>()]));

    add(destructor: Destructor, value: Value, context?: Value): void {
      const known = this.#cleanups.get(destructor)!.get(value);
      if (known !== undefined) {
        known.times++;
        return;
      }
      if (!this.#learnt) this.#learn();
      const cleanup: Cleanup = { times: 1, key: undefined, context };
      this.#cleanups.get(destructor)!.set(value, cleanup);
      this.#cover(destructor, value, cleanup);
      if (cleanup.key !== undefined || context === undefined) return;
      const ofContext = this.#cleanups.get("zmq_ctx_term")!.get(context);
      if (ofContext !== undefined) this.#uncover("zmq_ctx_term", ofContext);
    }

    remove(destructor: Destructor, value: Value): void {
      const cleanups = this.#cleanups.get(destructor)!;
      const cleanup = cleanups.get(value);
      if (cleanup === undefined || --cleanup.times > 0) return;
      cleanups.delete(value);
      this.#uncover(destructor, cleanup);
    }

    /** Sets the value, if that is safe and there is a key. */
    #cover(destructor: Destructor, value: Value, cleanup: Cleanup): void {
      // zmq_ctx_term would wait indefinitely for a socket that nothing closes.
      if (destructor === "zmq_ctx_term" && this.#hasUncoveredSocket(value)) return;
      const key = cleanup.key = this.#takeKey(destructor);
      if (key === undefined) return;
      if (typeof value === "number") this.#functions.set_number(key, BigInt(value));
      else this.#functions.pthread_setspecific(key, value);
    }

    #hasUncoveredSocket(context: Value): boolean {
      const sockets = this.#cleanups.get("zmq_close")!.values();
      return sockets.some((socket) => socket.context === context && socket.key === undefined);
    }

    /** Takes a key under which this thread has no value: another copy of the library in this isolate uses the same keys. */
    #takeKey(destructor: Destructor): number | undefined {
      const free = this.#free.get(destructor)!;
      const at = free.findLastIndex((key) => this.#functions.pthread_getspecific(key) === null);
      return at === -1 ? undefined : free.splice(at, 1)[0];
    }

    /** Removes the value, if it is set, and then covers others in the order in which they came, as far as there are keys. */
    #uncover(destructor: Destructor, cleanup: Cleanup): void {
      if (cleanup.key !== undefined) {
        this.#functions.pthread_setspecific(cleanup.key, null);
        this.#free.get(destructor)!.push(cleanup.key);
        cleanup.key = undefined;
      }
      // Sockets before their contexts, as in the table.
      for (const [name, cleanups] of this.#cleanups) {
        const free = this.#free.get(name)!;
        for (const [value, other] of cleanups) {
          if (free.length === 0) break;
          if (other.key === undefined) this.#cover(name, value, other);
        }
      }
    }

    /** Reads the process's keys, makes them if there are none, and notes that this isolate uses them. */
    #learn(): void {
      const handle = handleOfLibrary();
      withProcessLock(() => {
        const name = nameOf(handle);
        const notes: Notes = { ...readEntry(name, NO_KEYS) };
        notes.users = notes.users.filter(isThreadAlive);
        if (!notes.complete) {
          // The worker that began to make them was terminated before it had all.
          deleteNoted(name, notes.keys);
          notes.keys = makeKeys(handle, (keys) => writeEntry(name, { ...notes, keys }));
          notes.complete = true;
        }
        notes.users.push(livenessToken());
        writeEntry(name, notes);
        for (const name of NAMES) this.#free.get(name)!.push(...notes.keys[name] ?? []);
        this.#learnt = true;
      });
      if (this.#learnt) this.add("sigblock", ALL_SIGNALS);
    }
  }();
}

/** Makes as many keys of each destructor as the process has left, and calls `note` with those that there are so far. */
function makeKeys(handle: bigint, note: (keys: Keys) => void): Keys {
  for (const part of PARTS) {
    const wanted = NAMES.flatMap((name) => {
      const address = pthreadKeys().dlsym(handle, toCString(name, "A symbol"));
      // libzmq alone has some, or a build of it.
      const count = address === null ? 0 : Math.ceil(DESTRUCTORS[name] / part);
      return Array.from({ length: count }, () => ({ name, address }));
    });
    const keys = makeInOrder(wanted, note);
    if (keys !== undefined) return keys;
  }
  return {};
}

/** Makes a key for each, with ascending numbers. Undefined if the process hasn't got as many. */
function makeInOrder(
  wanted: readonly { name: Destructor; address: Deno.PointerValue }[],
  note: (keys: Keys) => void,
): Keys | undefined {
  const { pthread_key_create, pthread_key_delete } = pthreadKeys();
  const key = new Uint32Array(1);
  let made: number[] = [];
  /** Kept until the end, so that the next keys have other numbers. */
  const unordered: number[] = [];
  const keys = () => Object.groupBy(made, (_, at) => wanted[at].name);
  while (
    made.length < wanted.length && pthread_key_create(key, wanted[made.length].address) === 0
  ) {
    if (key[0] < (made.at(-1) ?? 0)) {
      // Another thread has deleted a key, or the system has begun again with the lowest number.
      unordered.push(...made, key[0]);
      made = [];
      continue;
    }
    made.push(key[0]);
    if (made.length % UNNOTED === 0) note(keys());
  }
  const complete = made.length === wanted.length;
  if (!complete) {
    note({});
    unordered.push(...made);
  }
  for (const key of unordered) pthread_key_delete(key);
  return complete ? keys() : undefined;
}

/**
 * Deletes keys. No thread may have a value of theirs, since it would lose the call of its destructor. They leave the entry
 * first, since their numbers may belong to other code after the deletion.
 */
function deleteNoted(name: string, keys: Keys): void {
  const numbers = Object.values(keys).flat();
  if (numbers.length === 0) return;
  writeEntry(name, undefined);
  for (const key of numbers) pthreadKeys().pthread_key_delete(key);
}

function nameOf(handle: bigint): string {
  return `keys.${handle.toString(16)}`;
}

/** libzmq's handle, or 0, for all that's loaded, if the Poller is used without libzmq. */
function handleOfLibrary(): bigint {
  try {
    return loadLibrary().handle;
  } catch {
    return 0n;
  }
}
