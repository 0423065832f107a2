/** The kernel's epoll set: its calls, its struct and the memory for events. */

import { ZmqError } from "../errors.ts";
import { EPOLL_CLOEXEC, EPOLL_CTL_DEL } from "../ffi/constants.ts";
import { check, checkWait, stateError } from "../ffi/errno.ts";
import { addExitCleanup, removeExitCleanup } from "../process/thread_exit.ts";
import { libc, libcOfLinux } from "../ffi/libc.ts";
import { allocate, usize } from "../ffi/memory.ts";

// struct epoll_event is packed on x86_64: events, then data, 12 bytes. Elsewhere data is aligned to 8 bytes.
const PACKED = Deno.build.arch === "x86_64";
const WORDS = PACKED ? 3 : 4;
/** The word with the slot's index; the next one has the generation. */
const DATA = PACKED ? 1 : 2;
/** How many events one wait can return. The next wait returns the rest. */
const CAPACITY = 512;
/**
 * How many a wait on a pool thread can return before this thread asks for the rest.
 *
 * Fact: what that thread writes to can't be freed when a worker is terminated, since the wait goes on. Failure: room for
 * 512 events stayed behind with each worker, 6 KB. Cost: one more call when so many are ready at once.
 */
const POOL_CAPACITY = 8;

/** A set whose events each carry the index of a slot and a generation. */
export class EpollSet {
  /** The set's descriptor. */
  fd: number = create();
  readonly #events = new Int32Array(WORDS * CAPACITY);
  readonly #event = new Int32Array(WORDS);
  /** The pool thread's memory for events. */
  #poolBuffer: Deno.PointerValue = null;

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
    const { epoll_ctl } = libcOfLinux();
    check(() => epoll_ctl(this.fd, operation, fd, this.#event), "epoll_ctl");
  }

  /** Returns the error of an ADD, in words that a program can act upon if it's Linux's limit. */
  nameLimit(error: unknown, fd: number): unknown {
    // Adding a set to itself is EINVAL as well.
    if (!isAboutPaths(error) || error.code !== "EINVAL" || fd === this.fd) return error;
    return stateError("EINVAL", "epoll_ctl", TOO_MANY_PATHS);
  }

  /** Removes a descriptor; returns false if it wasn't in the set, or was closed. */
  delete(fd: number): boolean {
    return libcOfLinux().epoll_ctl(this.fd, EPOLL_CTL_DEL, fd, this.#event) === 0;
  }

  /** Waits on this thread, and returns the number of events. */
  wait(limit: number): number {
    const { epoll_wait } = libcOfLinux();
    const found = epoll_wait(this.fd, this.#events, CAPACITY, limit);
    if (found >= 0) return found;
    return checkWait(() => epoll_wait(this.fd, this.#events, CAPACITY, 0), "epoll_wait");
  }

  /** Waits on a pool thread. `take` gets its events, from its result. */
  waitOnPool(limit: number): Promise<number> {
    // From malloc: a buffer is freed when its worker is terminated, and the thread may still write.
    this.#poolBuffer ??= allocate(4 * WORDS * POOL_CAPACITY);
    return libcOfLinux().epoll_wait_onPool(this.fd, this.#poolBuffer, POOL_CAPACITY, limit);
  }

  /** Copies the events of a wait on a pool thread, and returns their number. */
  take(found: number): number {
    // Another thread's errno can't be read, so the call is repeated on this thread.
    if (found < 0) return this.wait(0);
    if (found > 0) libc().memcpy(this.#events, this.#poolBuffer, usize(4 * WORDS * found));
    return found < POOL_CAPACITY ? found : this.#addRest(found);
  }

  /** Adds what else is ready to `found` events, each descriptor once, and returns how many there are then. */
  #addRest(found: number): number {
    const events = this.#events;
    const { epoll_wait } = libcOfLinux();
    const rest = events.subarray(WORDS * found);
    const find = () => epoll_wait(this.fd, rest, CAPACITY - found, 0);
    const end = found + check(find, "epoll_wait");
    let count = found;
    for (let event = found; event < end; event++) {
      const known = this.#find(this.index(event), this.generation(event), found);
      // What isn't edge-triggered is told again, and any descriptor may have become ready in the other direction.
      if (known !== -1) events[WORDS * known] |= this.bits(event);
      else events.copyWithin(WORDS * count++, WORDS * event, WORDS * (event + 1));
    }
    return count;
  }

  /** Returns the event of the same descriptor among the first ones; -1 if there is none. */
  #find(index: number, generation: number, count: number): number {
    for (let event = 0; event < count; event++) {
      if (this.index(event) === index && this.generation(event) === generation) return event;
    }
    return -1;
  }

  /** Replaces the kernel's set by a new, empty one. */
  rebuild(): void {
    const fresh = create();
    closeSet(this.fd);
    this.fd = fresh;
  }

  /** Closes the set, and frees its memory. */
  close(): void {
    closeSet(this.fd);
    libc().free(this.#poolBuffer);
    this.#poolBuffer = null;
  }
}

function create(): number {
  const fd = check(() => libcOfLinux().epoll_create1(EPOLL_CLOEXEC), "epoll_create1");
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

/** Whether the kernel has refused an ADD because of the sets that the file is in already. */
export function isAboutPaths(error: unknown): error is ZmqError {
  return error instanceof ZmqError && (error.code === "EINVAL" || error.code === "ELOOP");
}
