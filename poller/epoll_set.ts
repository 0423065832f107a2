/** The kernel's set of descriptors, with epoll's struct and the memory for events. */

import { ZmqError } from "../errors.ts";
import { EPOLL_CLOEXEC, EPOLL_CTL_DEL } from "../ffi/constants.ts";
import { check, checkWait, stateError } from "../ffi/errno.ts";
import { addExitCleanup, removeExitCleanup } from "../process/thread_exit.ts";
import { libc, libcOfLinux } from "../ffi/libc.ts";
import { allocate, usize } from "../ffi/memory.ts";

// struct epoll_event is packed on x86_64: events, then data, 12 bytes. Elsewhere data is aligned to 8.
const PACKED = Deno.build.arch === "x86_64";
const WORDS = PACKED ? 3 : 4;
/** The word of the slot's index; the generation follows. */
const DATA = PACKED ? 1 : 2;
/** How many events one wait may return. What is ready beyond that comes with the next. */
const CAPACITY = 512;

/** A set whose events each carry the index of a slot and a generation. */
export class EpollSet {
  #fd = create();
  readonly #events = new Int32Array(WORDS * CAPACITY);
  readonly #event = new Int32Array(WORDS);
  /** The pool thread's memory for events. */
  #poolBuffer: Deno.PointerValue = null;

  /** The set's descriptor. */
  get fd(): number {
    return this.#fd;
  }

  /** The bits of an event of the last wait. */
  bits(event: number): number {
    return this.#events[WORDS * event];
  }

  /** Its slot. */
  index(event: number): number {
    return this.#events[WORDS * event + DATA];
  }

  /** Its generation, as a 32-bit integer. */
  generation(event: number): number {
    return this.#events[WORDS * event + DATA + 1];
  }

  /** Adds or modifies a descriptor, by epoll's operation. */
  control(operation: number, fd: number, bits: number, index: number, generation: number): void {
    this.#event[0] = bits;
    this.#event[DATA] = index;
    this.#event[DATA + 1] = generation;
    check(libcOfLinux().epoll_ctl(this.#fd, operation, fd, this.#event), "epoll_ctl");
  }

  /** The error of an ADD that Linux's limit has refused, in words that a program can act upon. */
  nameLimit(error: unknown, fd: number): unknown {
    // A set that is added to itself is EINVAL as well.
    if (!isAboutPaths(error) || error.code !== "EINVAL" || fd === this.#fd) return error;
    return stateError("EINVAL", "epoll_ctl", TOO_MANY_PATHS);
  }

  /** Takes a descriptor out; false where it wasn't in, or was closed. */
  delete(fd: number): boolean {
    return libcOfLinux().epoll_ctl(this.#fd, EPOLL_CTL_DEL, fd, this.#event) === 0;
  }

  /** Waits on this thread, and returns the number of events. */
  wait(limit: number): number {
    const found = libcOfLinux().epoll_wait(this.#fd, this.#events, CAPACITY, limit);
    return checkWait(found, "epoll_wait");
  }

  /** Waits on a pool thread. Its events are to be had by `take`, with the result. */
  waitOnPool(limit: number): Promise<number> {
    // The thread writes into memory that only we free: a buffer would go when a worker is terminated.
    this.#poolBuffer ??= allocate(4 * WORDS * CAPACITY);
    return libcOfLinux().epoll_wait_onPool(this.#fd, this.#poolBuffer, CAPACITY, limit);
  }

  /** Makes the events of a wait on the pool thread the last wait's, and returns their number. */
  take(found: number): number {
    // Another thread's errno can't be read, so a failure is repeated on this one.
    if (found < 0) return this.wait(0);
    if (found > 0) libc().memcpy(this.#events, this.#poolBuffer, usize(4 * WORDS * found));
    return found;
  }

  /** Gives the descriptor up for a new, empty set. */
  rebuild(): void {
    const fresh = create();
    closeSet(this.#fd);
    this.#fd = fresh;
  }

  /** Gives everything back. */
  close(): void {
    closeSet(this.#fd);
    libc().free(this.#poolBuffer);
    this.#poolBuffer = null;
  }
}

function create(): number {
  const fd = check(libcOfLinux().epoll_create1(EPOLL_CLOEXEC), "epoll_create1");
  addExitCleanup("close", fd);
  return fd;
}

function closeSet(fd: number): void {
  removeExitCleanup("close", fd);
  libc().close(fd);
}

const TOO_MANY_PATHS =
  "At most 500 Pollers that share a socket, or another descriptor, can wait at the same time: that is " +
  "Linux's limit (epoll_ctl: EINVAL). Have fewer of them wait at once, or make some with another " +
  'backend, such as "poll".';

/** Whether the kernel has refused an ADD for the sets that the file is in already. */
export function isAboutPaths(error: unknown): error is ZmqError {
  return error instanceof ZmqError && (error.code === "EINVAL" || error.code === "ELOOP");
}
