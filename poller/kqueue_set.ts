/** The kernel's own queue: kqueue's descriptor, its changes, and the memory for events. */

import { EV_RECEIPT, EVFILT_USER } from "../ffi/constants.ts";
import { check, checkUninterrupted, errorOf } from "../ffi/errno.ts";
import { libc, libcForKqueue } from "../ffi/libc.ts";
import { allocate, usize } from "../ffi/memory.ts";
import { type Kevent, pack, signal, signalSource, unpack, WORDS } from "./kevent.ts";
import { checkWait } from "./system.ts";

/** How many events one wait may give. What is ready beyond that comes with the next. */
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
  #aside: Deno.PointerValue = null;
  #timeAside: Deno.PointerValue = null;
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
   * Makes changes, and gives how each went: 0, or its error's number. A change that fails keeps none of
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

  /** Waits on this thread, and gives the number of events. */
  wait(limit: number): number {
    const time = this.#setTime(limit) ? this.#time : null;
    const { kevent } = libcForKqueue();
    return checkWait(kevent(this.fd, null, 0, this.#events, CAPACITY, time), "kevent");
  }

  /** Waits on a pool thread. Its events are to be had by `take`, with the result. */
  waitAside(limit: number): Promise<number> {
    // The thread writes into memory that only we free: a buffer would go when a worker is terminated.
    this.#aside ??= allocate(this.#events.byteLength);
    this.#timeAside ??= allocate(this.#time.byteLength);
    const limited = this.#setTime(limit);
    libc().memcpy_out(this.#timeAside, this.#time, usize(this.#time.byteLength));
    const time = limited ? this.#timeAside : null;
    return libcForKqueue().kevent_aside(this.fd, null, 0, this.#aside, CAPACITY, time);
  }

  /** Makes the events of a wait on the pool thread the last wait's, and gives their number. */
  take(found: number): number {
    // Another thread's errno can't be read, so a failure is repeated on this one.
    if (found < 0) return this.wait(0);
    if (found > 0) libc().memcpy(this.#events, this.#aside, usize(4 * WORDS * found));
    return found;
  }

  /** Gives everything back. */
  close(): void {
    libc().close(this.fd);
    libc().free(this.#aside);
    libc().free(this.#timeAside);
    this.#aside = this.#timeAside = null;
  }

  /** Whether there is a limit; if so, in a struct timespec. */
  #setTime(limit: number): boolean {
    if (limit < 0) return false;
    this.#time[0] = BigInt(Math.floor(limit / 1000));
    this.#time[1] = BigInt((limit % 1000) * 1_000_000);
    return true;
  }
}
