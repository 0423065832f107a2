/** The kernel's queue: its calls, its struct, its changes and the memory for events. */

import {
  EV_ADD,
  EV_CLEAR,
  EV_DELETE,
  EV_EOF,
  EV_ERROR,
  EV_ONESHOT,
  EV_RECEIPT,
  EVFILT_READ,
  EVFILT_USER,
  EVFILT_WRITE,
  NOTE_LOWAT,
  NOTE_TRIGGER,
} from "../ffi/constants.ts";
import { check, checkWait, errorOf } from "../ffi/errno.ts";
import { libc, libcForKqueue } from "../ffi/libc.ts";
import { allocate, usize } from "../ffi/memory.ts";
import { EDGE, ERROR, HANGUP, READABLE, WRITABLE } from "./backend.ts";
import type { FileType } from "./fd.ts";

/** A struct kevent: a change of what is watched, its receipt, or an event. */
export interface Kevent {
  /** A descriptor; 0 for the queue's own signal. */
  ident: number;
  filter: number;
  flags: number;
  fflags: number;
  /** How much there is to read, or room to write; for an error or a receipt, the error's number. */
  data: number;
  /** Comes back with each event: a registration's generation. */
  tag: number;
}

// ident (8 bytes), filter and flags (2 each), fflags (4), data (8), udata (8). Since version 12, FreeBSD has four more
// words of 8 bytes.
/** The size of a struct kevent in words of 4 bytes. */
export const WORDS = Deno.build.os === "freebsd" ? 16 : 8;

/** Writes structs one after another. */
export function pack(structs: readonly Kevent[], words: Int32Array): void {
  words.fill(0, 0, WORDS * structs.length);
  for (const [index, { ident, filter, flags, fflags, data, tag }] of structs.entries()) {
    const at = WORDS * index;
    words[at] = ident;
    words[at + 2] = (filter & 0xffff) | (flags << 16);
    words[at + 3] = fflags;
    words[at + 4] = data;
    words[at + 6] = tag;
  }
}

/** Reads the struct at an index. */
export function unpack(words: Int32Array, index: number): Kevent {
  const at = WORDS * index;
  return {
    ident: words[at],
    filter: (words[at + 2] << 16) >> 16,
    flags: words[at + 2] >>> 16,
    fflags: words[at + 3] >>> 0,
    data: (words[at + 4] >>> 0) + words[at + 5] * 2 ** 32,
    tag: words[at + 6],
  };
}

/** The changes that begin to watch an interest. */
export function additions(fd: number, interest: number, type: FileType, tag: number): Kevent[] {
  const flags = EV_ADD | ((interest & EDGE) === 0 ? 0 : EV_CLEAR);
  // macOS watches most devices (/dev/tty, /dev/null) only with a low-water mark of 1.
  const device = type === "other" && Deno.build.os === "darwin";
  const [fflags, data] = device ? [NOTE_LOWAT, 1] : [0, 0];
  return filtersOf(interest).map((filter) => ({ ident: fd, filter, flags, fflags, data, tag }));
}

/** The changes that end it. */
export function deletions(fd: number, interest: number): Kevent[] {
  return filtersOf(interest).map((filter) => change(fd, filter, EV_DELETE));
}

/** The changes that watch another queue until it's found ready. */
export function once(fd: number, tag: number): Kevent[] {
  return [change(fd, EVFILT_READ, EV_ADD | EV_ONESHOT, 0, tag)];
}

/** The changes that make a queue's own signal, which has no file. */
export function signalSource(): Kevent[] {
  return [change(0, EVFILT_USER, EV_ADD | EV_CLEAR)];
}

/** The changes that trigger that signal. */
export function signal(): Kevent[] {
  return [change(0, EVFILT_USER, 0, NOTE_TRIGGER)];
}

function change(ident: number, filter: number, flags: number, fflags = 0, tag = 0): Kevent {
  return { ident, filter, flags, fflags, data: 0, tag };
}

function filtersOf(interest: number): number[] {
  const filters: number[] = [];
  if ((interest & READABLE) !== 0) filters.push(EVFILT_READ);
  if ((interest & WRITABLE) !== 0) filters.push(EVFILT_WRITE);
  return filters;
}

/**
 * What an event says about its descriptor, in the terms of poll(2) on Linux.
 *
 * Fact: kqueue reports every end by one flag, EV_EOF, whichever side has gone. For a pipe its meaning depends on which
 * end we hold; for a socket, EVFILT_READ has it also if the other side has ended only its sending, which the caller
 * has to find out.
 */
export function readinessOf(
  { filter, flags, fflags, data }: Pick<Kevent, "filter" | "flags" | "fflags" | "data">,
  type: FileType,
): number {
  if ((flags & EV_ERROR) !== 0) return ERROR;
  const ready = filter === EVFILT_READ ? READABLE : WRITABLE;
  if ((flags & EV_EOF) === 0) return ready;
  // With EV_EOF, fflags has a socket's pending error.
  if (type === "socket") return ready | HANGUP | (fflags === 0 ? 0 : ERROR);
  if (filter === EVFILT_WRITE) return endOfWriting(type);
  if (type === "other") return READABLE | HANGUP;
  if (type === "write end") return ERROR;
  return (data > 0 ? READABLE : 0) | HANGUP;
}

/** What a writer is ready for that has no reader any more. */
export function endOfWriting(type: FileType): number {
  if (type === "read end") return HANGUP;
  return WRITABLE | (type === "write end" || type === "both ends" ? ERROR : HANGUP);
}

/** How many events one wait can return. The next wait returns the rest. */
const CAPACITY = 512;
/** The most changes in one call: two filters removed, two added. */
const CHANGES = 4;

/** A struct timespec of zero. */
const AT_ONCE = new BigInt64Array(2);

/** A queue of events, with an event of our own that ends a wait. */
export class KqueueSet {
  /** The queue's descriptor. Children don't inherit it, so it needs no close-on-exec. */
  readonly fd: number = check(() => libcForKqueue().kqueue(), "kqueue");
  readonly #events = new Int32Array(WORDS * CAPACITY);
  readonly #changes = new Int32Array(WORDS * CHANGES);
  readonly #receipts = new Int32Array(WORDS * CHANGES);
  readonly #time = new BigInt64Array(2);
  /** The pool thread's memory for events and for the time-out. */
  #poolBuffer: Deno.PointerValue = null;
  #poolTime: Deno.PointerValue = null;
  #signalled = false;

  constructor() {
    try {
      this.change(signalSource());
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /**
   * Makes changes, and returns the result of each: 0, or its error's number. A change that fails doesn't keep the others
   * from being made.
   */
  attempt(changes: readonly Kevent[]): number[] {
    const { length } = changes;
    if (length === 0) return [];
    pack(changes.map((change) => ({ ...change, flags: change.flags | EV_RECEIPT })), this.#changes);
    const { kevent } = libcForKqueue();
    check(
      () => kevent(this.fd, this.#changes, length, this.#receipts, length, AT_ONCE),
      "kevent",
    );
    return Array.from({ length }, (_, index) => unpack(this.#receipts, index).data);
  }

  /** Makes changes, and throws if one of them fails. */
  change(changes: readonly Kevent[]): void {
    const failure = this.attempt(changes).find((errno) => errno !== 0);
    if (failure !== undefined) throw errorOf(failure, "kevent");
  }

  /** Ends the outstanding wait, or the next one if none is. Free if a signal is pending already. */
  signal(): void {
    if (this.#signalled) return;
    this.change(signal());
    this.#signalled = true;
  }

  /** An event of the last wait. */
  event(index: number): Kevent {
    const event = unpack(this.#events, index);
    // This event takes the signal; one between its arrival and now was for this wait, too.
    if (event.filter === EVFILT_USER) this.#signalled = false;
    return event;
  }

  /** Waits on this thread, and returns the number of events. */
  wait(limit: number): number {
    const time = this.#setTime(limit) ? this.#time : null;
    const found = this.#wait(time);
    return found >= 0 ? found : checkWait(() => this.#wait(AT_ONCE), "kevent");
  }

  #wait(time: BigInt64Array<ArrayBuffer> | null): number {
    return libcForKqueue().kevent(this.fd, null, 0, this.#events, CAPACITY, time);
  }

  /** Waits on a pool thread. `take` gets its events, from its result. */
  waitOnPool(limit: number): Promise<number> {
    // From malloc: a buffer is freed when its worker is terminated, and the thread may still write.
    this.#poolBuffer ??= allocate(this.#events.byteLength);
    this.#poolTime ??= allocate(this.#time.byteLength);
    const limited = this.#setTime(limit);
    libc().memcpy_out(this.#poolTime, this.#time, usize(this.#time.byteLength));
    const time = limited ? this.#poolTime : null;
    return libcForKqueue().kevent_onPool(this.fd, null, 0, this.#poolBuffer, CAPACITY, time);
  }

  /** Copies the events of a wait on a pool thread, and returns their number. */
  take(found: number): number {
    // Another thread's errno can't be read, so the call is repeated on this thread.
    if (found < 0) return this.wait(0);
    if (found > 0) libc().memcpy(this.#events, this.#poolBuffer, usize(4 * WORDS * found));
    return found;
  }

  /** Closes the queue, and frees its memory. */
  close(): void {
    libc().close(this.fd);
    libc().free(this.#poolBuffer);
    libc().free(this.#poolTime);
    this.#poolBuffer = this.#poolTime = null;
  }

  /** Writes a limit into the struct timespec. Returns false if there is none. */
  #setTime(limit: number): boolean {
    if (limit < 0) return false;
    this.#time[0] = BigInt(Math.floor(limit / 1000));
    this.#time[1] = BigInt((limit % 1000) * 1_000_000);
    return true;
  }
}
