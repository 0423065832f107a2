/** Short waits on the isolate's own thread: when they're worth it, and the clock that bounds them. */

import { CLOCK_MONOTONIC, TFD_CLOEXEC, TFD_NONBLOCK } from "../ffi/constants.ts";
import { check } from "../ffi/errno.ts";
import { guard, unguard } from "../ffi/guard.ts";
import { libc, libcOfLinux } from "../ffi/libc.ts";

/** Waits that typically take less than so many ms may be the isolate's own thread's. */
const SHORT = 0.2;
/** Such a wait takes up to so many ms, and all else in the event loop is held up as long. */
export const BRIEF = 1;
/** What a wait counts for at the most, so that an idle hour is forgotten within a few quick answers. */
const LONGEST = 4 * SHORT;
/** The part of the newest wait in the figure. */
const NEWEST = 1 / 4;

/**
 * A wait on a pool thread costs 30 microseconds of processor time and delays what it brings by 40 microseconds, but holds up
 * nobody. Where messages follow each other so closely that the next one is due within a moment, the
 * isolate's own thread waits for it: for a moment at the most, once in a turn of the event loop. Unlike a
 * row of tries it leaves its core to libzmq's I/O thread meanwhile.
 */
export class Pace {
  #typical = LONGEST;

  /** Whether the next wait is likely to be so short that this thread may wait itself. */
  get brisk(): boolean {
    return this.#typical < SHORT;
  }

  /** Learns how many ms a wait took. */
  note(waited: number): void {
    this.#typical += (Math.min(waited, LONGEST) - this.#typical) * NEWEST;
  }
}

/** Nanoseconds from one tick to the next. */
const INTERVAL = 500_000n;
/** Two of struct timespec each: the interval, and the time to the first tick. */
const TICKING = new BigInt64Array([0n, INTERVAL, 0n, INTERVAL]);
const STOPPED = new BigInt64Array(4);

/**
 * Fires every half millisecond while it runs. A short wait with a time-out of its own makes the kernel set
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
    guard("close", this.fd);
  }

  readonly #ticks = new Uint8Array(8);

  start(): void {
    if (this.#running) return;
    check(libcOfLinux().timerfd_settime(this.fd, 0, TICKING, null), "timerfd_settime");
    this.#running = true;
  }

  /** Takes a tick: until then, no other follows. */
  take(): void {
    // That there is none any more is no failure: a clock that was set anew has forgotten it.
    libc().read(this.fd, this.#ticks, 8n);
  }

  stop(): void {
    if (!this.#running) return;
    check(libcOfLinux().timerfd_settime(this.fd, 0, STOPPED, null), "timerfd_settime");
    this.#running = false;
  }

  close(): void {
    unguard("close", this.fd);
    libc().close(this.fd);
  }
}
