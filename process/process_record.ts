/**
 * The process record: one block of memory, which every isolate of the process finds.
 *
 * Fact: isolates have no memory in common. But the C library keeps the folder of a message catalogue (`bindtextdomain`)
 * for the whole process: any thread can set and read it, and child processes don't inherit it. Decision: under a
 * name of ours, that folder is the address of the record, in hexadecimal digits, and the record has everything that
 * isolates share. Cost: macOS has no catalogues in its C library, so nothing can be shared there.
 *
 * Fact: two copies of the library may be in a process, of different versions. Failure: one would read by its own layout
 * what the other has written by another, and follow invalid addresses. Decision: the name, and the record's first 16
 * bytes, are the same in every version; the rest is touched only if they say that the layout is this one. Cost: two
 * versions with different layouts share nothing, and the one that comes second can't share at all.
 */

import { libc, libcForRecord } from "../ffi/libc.ts";
import { onFirstUse } from "../ffi/load.ts";
import { addressOf, allocate, cString, pointerAt, pointerToHex, toCString } from "../ffi/memory.ts";
import { MUTEX_SIZE } from "../ffi/pthread.ts";
import { HAS_LINUX_CALLS } from "../ffi/system.ts";
import { initMutex } from "./robust_mutex.ts";
import { waitUntil } from "./wait.ts";

/** The name, with which each record begins as well, in every version. */
const NAME = "deno-zmq";
/** The version of the record's layout and of its text's; to be raised with each change of either. */
const LAYOUT = 5;
// The name (8 bytes), the layout's version (4), the size (4); then, in this layout: the text's address (8), the mutex.
const HEADER_SIZE = 16;
const TEXT_AT = 16n;
const MUTEX_AT = 24n;
const SIZE = Number(MUTEX_AT) + MUTEX_SIZE;

/** How long, in ms, a thread waits for another one at most. */
export const LOCK_TIMEOUT = 1000;

let reason: string; // once there was none

/** Returns the record, and makes it if there is none yet. Undefined if there can't be one: see {@linkcode whyNoRecord}. */
export const processRecord = onFirstUse((): ProcessRecord | undefined => {
  if (!HAS_LINUX_CALLS) {
    reason = "that takes what the C library of Linux has";
    return undefined;
  }
  const published = publishedText() ?? publishRecord();
  return published === undefined ? undefined : openRecord(published);
});

/** Why there was no record, as the end of a sentence. */
export function whyNoRecord(): string {
  return reason;
}

/** Returns what is published under the name; undefined if nothing is. */
function publishedText(): string | undefined {
  // If no folder was set, glibc returns the one of all messages, and musl null.
  const text = cString(libcForRecord().bindtextdomain(toCString(NAME, "A name"), null));
  return text.startsWith("=") ? text.slice(1) : undefined;
}

/** Publishes a new record, unless another thread does so first, and returns what is published then. */
function publishRecord(): string | undefined {
  const { bindtextdomain, ftrylockfile, funlockfile } = libcForRecord();
  // Made before the lock is taken, to hold that briefly: it isn't robust, and a terminated worker would keep it.
  const made = newRecord();
  // Fact: two threads may publish at one time, and have nothing in common yet. Decision: they use a lock that every
  // thread of the process can find, that of the C library's standard input, which nothing in Deno uses.
  const stdin = standardInput();
  if (!waitUntil(() => ftrylockfile(stdin) === 0, LOCK_TIMEOUT)) {
    reason = "another thread keeps the C library's standard input locked";
    libc().free(made);
    return undefined;
  }
  try {
    let published = publishedText();
    if (published === undefined) {
      published = pointerToHex(made);
      const kept = bindtextdomain(toCString(NAME, "A name"), toCString(`=${published}`, "A text"));
      if (kept !== null) return published;
      reason = "the C library has no memory for it";
    }
    libc().free(made);
    return published;
  } finally {
    funlockfile(stdin);
  }
}

/** The `FILE *` of the C library's standard input. */
function standardInput(): Deno.PointerObject {
  const variable = libcForRecord().dlsym(0n, toCString("stdin", "A symbol"));
  return pointerAt(wordAt(variable!))!;
}

function newRecord(): Deno.PointerObject {
  const made = allocate(SIZE);
  const bytes = new Uint8Array(SIZE);
  new TextEncoder().encodeInto(NAME, bytes);
  new Uint32Array(bytes.buffer).set([LAYOUT, SIZE], 2);
  libc().memcpy_out(made, bytes, BigInt(SIZE));
  initMutex(pointerAt(addressOf(made) + MUTEX_AT)!);
  return made;
}

/** Opens what is published, if it has this layout. Touches nothing behind the first 16 bytes before that's known. */
function openRecord(published: string): ProcessRecord | undefined {
  const address = /^[0-9a-f]{1,16}$/.test(published) ? BigInt(`0x${published}`) : 0n;
  const header = new Uint8Array(HEADER_SIZE);
  if (address !== 0n) libc().memcpy(header, pointerAt(address), BigInt(HEADER_SIZE));
  if (new TextDecoder().decode(header.subarray(0, NAME.length)) !== NAME) {
    reason = "something else in this process has taken the name under which deno-zmq would do so";
    return undefined;
  }
  const [layout, size] = new Uint32Array(header.buffer, NAME.length);
  if (layout !== LAYOUT || size !== SIZE) {
    reason = "another version of deno-zmq is in this process and came first: what isolates share " +
      `is laid out there in version ${layout} (${size} bytes), and here in version ${LAYOUT} ` +
      `(${SIZE} bytes)`;
    return undefined;
  }
  return new ProcessRecord(address);
}

/**
 * A record with this layout, and its text.
 *
 * Fact: a worker may be terminated between any two foreign calls, also while it has the mutex. Failure: a half-written
 * text would be useless to every isolate. Decision: a text never changes; a new one is written elsewhere, and one call
 * replaces the address of the old one. Cost: a copy of the text, and the memory of one text if a worker is terminated
 * just before or after that call.
 */
class ProcessRecord {
  /** Guards the text. */
  readonly mutex: Deno.PointerObject;
  readonly #textAt: Deno.PointerObject;

  constructor(address: bigint) {
    this.mutex = pointerAt(address + MUTEX_AT)!;
    this.#textAt = pointerAt(address + TEXT_AT)!;
  }

  /** Returns the text; empty at first. Only under the mutex. */
  read(): string {
    return cString(pointerAt(wordAt(this.#textAt)));
  }

  /** Replaces the text. Only under the mutex. */
  write(text: string): void {
    const before = pointerAt(wordAt(this.#textAt));
    const bytes = toCString(text, "A text");
    const after = allocate(bytes.length);
    libc().memcpy_out(after, bytes, BigInt(bytes.length));
    libc().memcpy_out(this.#textAt, new Uint8Array(BigUint64Array.of(addressOf(after)).buffer), 8n);
    libc().free(before);
  }
}

const word = new BigUint64Array(1);
const wordBytes = new Uint8Array(word.buffer);

/** The 8 bytes at a pointer, as a number. */
function wordAt(pointer: Deno.PointerObject): bigint {
  libc().memcpy(wordBytes, pointer, 8n);
  return word[0];
}
