/** The clock that bounds a `block` on the isolate's own thread. */

import { CLOCK_MONOTONIC, TFD_CLOEXEC, TFD_NONBLOCK } from "../ffi/constants.ts";
import { check } from "../ffi/errno.ts";
import { addExitCleanup, removeExitCleanup } from "../process/thread_exit.ts";
import { libc, libcOfLinux } from "../ffi/libc.ts";

/** Nanoseconds from one tick to the next. */
const INTERVAL = 500_000n;
/** The same where the runtime's work ends a `block` as well: a tick for each would cost as much as parking. */
const INTERVAL_WITH_RUNTIME = 1_500_000n;
/** A struct itimerspec: two of struct timespec, the interval and the time to the first tick. */
const every = (interval: bigint) => new BigInt64Array([0n, interval, 0n, interval]);

/**
 * A timerfd that fires every half millisecond, or every one and a half, while it runs.
 *
 * Fact: for a wait with a short time-out, the kernel sets the processor's timer and cancels it again.
 * Failure: on a virtual machine a round trip over tcp took 56 microseconds so (C, time-outs of 0.2 or 1 ms).
 * Decision: a clock that ticks meanwhile ends the wait, and the wait's own time-out is long: 40 microseconds.
 * Cost: a descriptor; the clock stops by itself when nothing takes its tick.
 */
export class Ticker {
  /** The descriptor, readable from a tick until `take`. */
  readonly fd: number = check(
    libcOfLinux().timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK),
    "timerfd_create",
  );
  #running = false;

  constructor() {
    addExitCleanup("close", this.fd);
  }

  readonly #ticks = new Uint8Array(8);

  start(watchesRuntime: boolean): void {
    if (this.#running) return;
    const times = every(watchesRuntime ? INTERVAL_WITH_RUNTIME : INTERVAL);
    check(libcOfLinux().timerfd_settime(this.fd, 0, times, null), "timerfd_settime");
    this.#running = true;
  }

  /** Takes a tick. Until then, no other follows. */
  take(): void {
    // Without a tick the read fails, which doesn't matter: setting the clock again discards a tick.
    libc().read(this.fd, this.#ticks, 8n);
  }

  stop(): void {
    if (!this.#running) return;
    check(libcOfLinux().timerfd_settime(this.fd, 0, every(0n), null), "timerfd_settime");
    this.#running = false;
  }

  close(): void {
    removeExitCleanup("close", this.fd);
    libc().close(this.fd);
  }
}
