/**
 * A native context that all isolates of the process share without having been told of it.
 *
 * Isolates have no memory in common, but the C library has things of the whole process. The directory
 * of a message catalogue, under a name of our own, is a string that any thread can set and read: it
 * holds the context's address, and that of a counter of the isolates that use it. Whoever finds none
 * makes one, under a lock, and so does whoever leaves as the last take it down. Where any of this
 * can't be had (macOS has no catalogues in its C library), there is nothing to share.
 */

import { libc } from "./libc.ts";
import { loadLibrary } from "./load.ts";
import { cString, toCString } from "./memory.ts";

const SHARED = {
  // char *bindtextdomain(const char *domainname, const char *dirname)
  bindtextdomain: { parameters: ["buffer", "buffer"], result: "pointer", optional: true },
  // int ftrylockfile(FILE *filehandle)
  ftrylockfile: { parameters: ["usize"], result: "i32", optional: true },
  // void funlockfile(FILE *filehandle)
  funlockfile: { parameters: ["usize"], result: "void", optional: true },
  // void *dlsym(void *handle, const char *symbol)
  dlsym: { parameters: ["pointer", "buffer"], result: "pointer" },
  // void *zmq_atomic_counter_new(void)
  zmq_atomic_counter_new: { parameters: [], result: "pointer" },
  // int zmq_atomic_counter_inc(void *counter)
  zmq_atomic_counter_inc: { parameters: ["pointer"], result: "i32" },
  // int zmq_atomic_counter_dec(void *counter): whether anything is left
  zmq_atomic_counter_dec: { parameters: ["pointer"], result: "i32" },
  // int zmq_atomic_counter_value(void *counter)
  zmq_atomic_counter_value: { parameters: ["pointer"], result: "i32" },
  // memcpy with length 0: an address as a number, and the reverse
  number_of: {
    name: "memcpy",
    parameters: ["pointer", "pointer", "usize"],
    result: "usize",
  },
  address_at: { name: "memcpy", parameters: ["usize", "usize", "usize"], result: "pointer" },
} as const;

/** A context in common. */
export interface Shared {
  readonly pointer: Deno.PointerObject;
  /** Whether other isolates use it as well. */
  others(): boolean;
  /** Stops using it. True where nobody does any more: it's the caller's to terminate. */
  leave(): boolean;
}

/** What begins a record of ours, with the version of its form. */
const MAGIC = "deno-zmq 1";
/** A thread may have ended in the middle: after so many ms the lock is given up. */
const PATIENCE = 1000;

let functions: Deno.StaticForeignLibraryInterface<typeof SHARED> | undefined;
let lock: bigint | undefined;

/**
 * Uses the context of a name, which is made where no isolate has done so yet. Undefined where nothing can
 * be shared. Never one of another libzmq: its handle is part of the name.
 */
export function joinShared(
  name: string,
  make: () => Deno.PointerObject,
): Shared | undefined {
  functions ??= loadLibrary().open(SHARED);
  const { bindtextdomain } = functions;
  if (bindtextdomain === null || !findLock()) return undefined;
  const { handle } = loadLibrary();
  const domain = toCString(`deno-zmq.${name}.${hexOf(handle)}`, "A name");
  const find = () =>
    /^deno-zmq 1 ([0-9a-f]+) ([0-9a-f]+)$/.exec(cString(bindtextdomain(domain, null)));

  return locked(() => {
    const found = find();
    const pointer = found === null ? make() : addressAt(found[1]);
    const counter = found === null ? functions!.zmq_atomic_counter_new()! : addressAt(found[2]);
    if (found === null) {
      const record = `${MAGIC} ${hexOf(pointer)} ${hexOf(counter)}`;
      bindtextdomain(domain, toCString(record, "A record"));
    }
    functions!.zmq_atomic_counter_inc(counter);
    return {
      pointer,
      others: () => functions!.zmq_atomic_counter_value(counter) > 1,
      leave: () =>
        locked(() => {
          const left = functions!.zmq_atomic_counter_dec(counter) !== 0;
          if (!left) bindtextdomain(domain, toCString(MAGIC, "A record"));
          return !left;
        }) ?? false,
    };
  });
}

/** Does something while no other thread does. Undefined where the lock can't be had in time. */
function locked<T>(action: () => T): T | undefined {
  const { ftrylockfile, funlockfile } = functions!;
  const deadline = performance.now() + PATIENCE;
  while (ftrylockfile!(lock!) !== 0) {
    if (performance.now() > deadline) return undefined;
    libc().poll(new Uint8Array(8), 0n, 1);
  }
  try {
    return action();
  } finally {
    funlockfile!(lock!);
  }
}

/** The lock of the C library's standard input, which nobody here reads, and every thread can find. */
function findLock(): boolean {
  if (lock !== undefined) return true;
  const { dlsym, ftrylockfile, funlockfile } = functions!;
  if (ftrylockfile === null || funlockfile === null) return false;
  const variable = dlsym(loadLibrary().handle, toCString("stdin", "A symbol"));
  if (variable === null) return false;
  const value = new BigUint64Array(1);
  libc().memcpy(new Uint8Array(value.buffer), variable, 8n);
  lock = value[0];
  return true;
}

function hexOf(pointer: Deno.PointerValue): string {
  return functions!.number_of(pointer, pointer, 0n).toString(16);
}

function addressAt(hex: string): Deno.PointerObject {
  const address = BigInt(`0x${hex}`);
  return functions!.address_at(address, address, 0n)!;
}
