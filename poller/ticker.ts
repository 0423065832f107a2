/** The clock that bounds waits on the isolate's own thread. */

import { CLOCK_MONOTONIC, TFD_CLOEXEC, TFD_NONBLOCK } from "../ffi/constants.ts";
import { check } from "../ffi/errno.ts";
import { addExitCleanup, removeExitCleanup } from "../process/thread_exit.ts";
import { libc, libcOfLinux } from "../ffi/libc.ts";

/** Nanoseconds from one tick to the next, */
const INTERVAL = 500_000n;
/** and where something else may end a wait: a turn of the event loop for each tick would cost as much as a thread. */
const INTERVAL_WITH_RUNTIME = 1_500_000n;
/** Two of struct timespec: the interval, and the time to the first tick. */
const every = (interval: bigint) => new BigInt64Array([0n, interval, 0n, interval]);

/**
 * Fires every half millisecond, or every one and a half, while it runs. A short wait with a time-out of its own makes the kernel set
 * the processor's timer, and take it back, at each wait: a round trip over tcp took 56 microseconds so, on a virtual
 * machine, and 40 with a clock that ticks meanwhile.
 */
export class Ticker {
  /** The descriptor, readable from a tick until it's taken. */
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

  /** Takes a tick: until then, no other follows. */
  take(): void {
    // That there is none any more is no failure: a clock that was set again has forgotten it.
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
