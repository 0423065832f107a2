/** The timer that bounds a `block` on the isolate's own thread. */

import { CLOCK_MONOTONIC, TFD_CLOEXEC, TFD_NONBLOCK } from "../ffi/constants.ts";
import { check } from "../ffi/errno.ts";
import { addExitCleanup, removeExitCleanup } from "../process/thread_exit.ts";
import { libc, libcOfLinux } from "../ffi/libc.ts";

/** A struct itimerspec of two struct timespec, in nanoseconds: the interval, and the time until it fires; 0 stops it. */
const timeOf = (ms: number) => new BigInt64Array([0n, 0n, 0n, BigInt(ms * 1e6)]);
const NEVER = timeOf(0);

/**
 * A timerfd that fires once a `block` has lasted too long.
 *
 * Fact: for a wait with a short time-out, the kernel sets the processor's timer and cancels it again.
 * Failure: on a virtual machine a round trip over tcp took 56 microseconds so (C, time-outs of 0.2 or 1 ms). A clock that
 * ticked beside the waits saved that (40), but it woke the thread between two messages: at 1,000 messages a second, two
 * ticks for three messages.
 * Decision: a timer that fires once is set again when half of its time is over. So while messages come more often than
 * that it never fires, and it is set for one wait in many. The wait's own time-out is long.
 * Cost: a descriptor; and a `block` for nothing lasts between half of the time and all of it.
 */
export class BlockTimer {
  /** The descriptor, readable from when it has fired until `take`. */
  readonly fd: number = check(
    () => libcOfLinux().timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK),
    "timerfd_create",
  );
  /** When it fires, on the monotonic clock in ms; 0 while it's stopped. */
  #firesAt = 0;
  #time = NEVER;
  #ms = 0;
  readonly #expirations = new Uint8Array(8);

  constructor() {
    addExitCleanup("close", this.fd);
  }

  /** Makes it fire `ms` after `now` at the latest, and not before half of that. */
  start(now: number, ms: number): void {
    if (this.#firesAt - now >= ms / 2) return;
    if (ms !== this.#ms) {
      this.#ms = ms;
      this.#time = timeOf(ms);
    }
    // Where it has fired since the last wait, that is forgotten.
    this.#set(this.#time);
    this.#firesAt = now + ms;
  }

  /** Takes what it has reported. */
  take(): void {
    // Where there is nothing, the read fails, which doesn't matter.
    libc().read(this.fd, this.#expirations, 8n);
    this.#firesAt = 0;
  }

  stop(): void {
    if (this.#firesAt === 0) return;
    this.#set(NEVER);
    this.#firesAt = 0;
  }

  #set(time: BigInt64Array<ArrayBuffer>): void {
    check(() => libcOfLinux().timerfd_settime(this.fd, 0, time, null), "timerfd_settime");
  }

  close(): void {
    removeExitCleanup("close", this.fd);
    libc().close(this.fd);
  }
}
