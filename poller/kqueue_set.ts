/** The kernel's own queue: its struct and words, its descriptor, its changes, and the memory for events. */

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
import { check, checkUninterrupted, checkWait, errorOf } from "../ffi/errno.ts";
import { libc, libcForKqueue } from "../ffi/libc.ts";
import { allocate, usize } from "../ffi/memory.ts";
import { EDGE, ERROR, HANGUP, READABLE, WRITABLE } from "./backend.ts";
import type { FileType } from "./fd.ts";

/** A struct kevent: a change of what is watched, its receipt, or an event. */
export interface Kevent {
  /** A descriptor; of the queue's own signal, 0. */
  ident: number;
  filter: number;
  flags: number;
  fflags: number;
  /** How much there is to read, or room to write; of an error or a receipt, the error's number. */
  data: number;
  /** Comes back with each event: a registration's generation. */
  tag: number;
}

// ident (8 bytes), filter and flags (2 each), fflags (4), data (8), udata (8). FreeBSD has four more words
// of 8 bytes since its version 12.
/** The size of a struct kevent in words of 4 bytes. */
export const WORDS = Deno.build.os === "freebsd" ? 16 : 8;

/** Writes structs one behind the other. */
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

/** What has an interest watched. */
export function additions(fd: number, interest: number, type: FileType, tag: number): Kevent[] {
  const flags = EV_ADD | ((interest & EDGE) === 0 ? 0 : EV_CLEAR);
  // macOS watches most devices (/dev/tty, /dev/null) only for anyone who asks for no more than "some data".
  const device = type === "other" && Deno.build.os === "darwin";
  const [fflags, data] = device ? [NOTE_LOWAT, 1] : [0, 0];
  return filtersOf(interest).map((filter) => ({ ident: fd, filter, flags, fflags, data, tag }));
}

/** What ends that. */
export function deletions(fd: number, interest: number): Kevent[] {
  return filtersOf(interest).map((filter) => change(fd, filter, EV_DELETE));
}

/** What has another queue watched until it's found ready. */
export function once(fd: number, tag: number): Kevent[] {
  return [change(fd, EVFILT_READ, EV_ADD | EV_ONESHOT, 0, tag)];
}

/** What makes a queue's own signal, which no file stands behind. */
export function signalSource(): Kevent[] {
  return [change(0, EVFILT_USER, EV_ADD | EV_CLEAR)];
}

/** What gives that signal. */
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
 * What an event says about its descriptor, in the terms of poll(2) on Linux. kqueue tells every end by
 * one flag, whichever side has gone: of a pipe it depends on which end we hold. A socket's other side may
 * also have ended only its sending when EVFILT_READ tells the end; that remains to be found out.
 */
export function readinessOf(
  { filter, flags, fflags, data }: Pick<Kevent, "filter" | "flags" | "fflags" | "data">,
  type: FileType,
): number {
  if ((flags & EV_ERROR) !== 0) return ERROR;
  const ready = filter === EVFILT_READ ? READABLE : WRITABLE;
  if ((flags & EV_EOF) === 0) return ready;
  // With the end, a socket's pending error stands in fflags.
  if (type === "socket") return ready | HANGUP | (fflags === 0 ? 0 : ERROR);
  if (filter === EVFILT_WRITE) return endOfWriting(type);
  if (type === "other") return READABLE | HANGUP;
  if (type === "write end") return ERROR;
  return (data > 0 ? READABLE : 0) | HANGUP;
}

/** What is ready where no one can read any more what would be written. */
export function endOfWriting(type: FileType): number {
  if (type === "read end") return HANGUP;
  return WRITABLE | (type === "write end" || type === "both ends" ? ERROR : HANGUP);
}

/** How many events one wait may return. What is ready beyond that comes with the next. */
const CAPACITY = 512;
/** The most changes made at once: two filters left, two entered. */
const CHANGES = 4;

/** A struct timespec of no time. */
const AT_ONCE = new BigInt64Array(2);

/** A queue of events, and an event of our own in it, to end a wait. */
export class KqueueSet {
  /** The queue's descriptor. Children don't inherit it, so it needs no close-on-exec. */
  readonly fd: number = check(libcForKqueue().kqueue(), "kqueue");
  readonly #events = new Int32Array(WORDS * CAPACITY);
  readonly #changes = new Int32Array(WORDS * CHANGES);
  readonly #receipts = new Int32Array(WORDS * CHANGES);
  readonly #time = new BigInt64Array(2);
  /** The pool thread's memory for events and for the time. */
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
   * Makes changes, and returns how each went: 0, or its error's number. A change that fails keeps none of
   * the others from being made.
   */
  attempt(changes: readonly Kevent[]): number[] {
    const { length } = changes;
    if (length === 0) return [];
    pack(changes.map((change) => ({ ...change, flags: change.flags | EV_RECEIPT })), this.#changes);
    const { kevent } = libcForKqueue();
    checkUninterrupted(
      () => kevent(this.fd, this.#changes, length, this.#receipts, length, AT_ONCE),
      "kevent",
    );
    return Array.from({ length }, (_, index) => unpack(this.#receipts, index).data);
  }

  /** Makes changes, none of which may fail. */
  change(changes: readonly Kevent[]): void {
    const failure = this.attempt(changes).find((errno) => errno !== 0);
    if (failure !== undefined) throw errorOf(failure, "kevent");
  }

  /** Ends the outstanding wait, or else the next one. Costs nothing where that was said already. */
  signal(): void {
    if (this.#signalled) return;
    this.change(signal());
    this.#signalled = true;
  }

  /** An event of the last wait. */
  event(index: number): Kevent {
    const event = unpack(this.#events, index);
    // With this event it's over; a signal between its arrival and now was for this wait, too.
    if (event.filter === EVFILT_USER) this.#signalled = false;
    return event;
  }

  /** Waits on this thread, and returns the number of events. */
  wait(limit: number): number {
    const time = this.#setTime(limit) ? this.#time : null;
    const { kevent } = libcForKqueue();
    return checkWait(kevent(this.fd, null, 0, this.#events, CAPACITY, time), "kevent");
  }

  /** Waits on a pool thread. Its events are to be had by `take`, with the result. */
  waitOnPool(limit: number): Promise<number> {
    // The thread writes into memory that only we free: a buffer would go when a worker is terminated.
    this.#poolBuffer ??= allocate(this.#events.byteLength);
    this.#poolTime ??= allocate(this.#time.byteLength);
    const limited = this.#setTime(limit);
    libc().memcpy_out(this.#poolTime, this.#time, usize(this.#time.byteLength));
    const time = limited ? this.#poolTime : null;
    return libcForKqueue().kevent_onPool(this.fd, null, 0, this.#poolBuffer, CAPACITY, time);
  }

  /** Makes the events of a wait on the pool thread the last wait's, and returns their number. */
  take(found: number): number {
    // Another thread's errno can't be read, so a failure is repeated on this one.
    if (found < 0) return this.wait(0);
    if (found > 0) libc().memcpy(this.#events, this.#poolBuffer, usize(4 * WORDS * found));
    return found;
  }

  /** Gives everything back. */
  close(): void {
    libc().close(this.fd);
    libc().free(this.#poolBuffer);
    libc().free(this.#poolTime);
    this.#poolBuffer = this.#poolTime = null;
  }

  /** Whether there is a limit; if so, in a struct timespec. */
  #setTime(limit: number): boolean {
    if (limit < 0) return false;
    this.#time[0] = BigInt(Math.floor(limit / 1000));
    this.#time[1] = BigInt((limit % 1000) * 1_000_000);
    return true;
  }
}
