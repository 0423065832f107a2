/** Whether the isolate's own thread is to wait: an estimate of how long the next wait takes. */

/** Waits that typically take less than so many ms may be the isolate's own thread's. */
const SHORT = 0.2;
/** The same where what else the event loop has to do ends such a wait. */
const SHORT_WITH_RUNTIME = 1.5;
/** What a wait counts for at most, as a multiple: so an idle hour is forgotten within a few quick answers. */
const LONGEST = 4;
/** The part of the newest wait in the figure. */
const NEWEST = 1 / 4;

/**
 * A wait on a pool thread costs 60 microseconds of processor time and delays what it brings by 40 microseconds, but
 * holds up no one. Where messages follow each other so closely that the next one is due within a moment, the
 * isolate's own thread waits for it: for a moment at most, once in a turn of the event loop. Unlike a
 * row of tries it leaves its core to libzmq's I/O thread meanwhile.
 */
export class WaitEstimate {
  #typical = LONGEST * SHORT_WITH_RUNTIME;
  #watchesRuntime: boolean | undefined;
  readonly #watchRuntime: () => boolean;

  /** `watchRuntime` sees to it that the runtime ends such a wait when it has something to do, and tells whether that can be had. */
  constructor(watchRuntime: () => boolean = () => false) {
    this.#watchRuntime = watchRuntime;
  }

  /** Whether it does; asked once, when that first matters. */
  get watchesRuntime(): boolean {
    return this.#watchesRuntime ??= this.#watchRuntime();
  }

  /** Whether the next wait is likely to be so short that this thread may wait itself. */
  get shouldBlock(): boolean {
    return this.#typical < SHORT_WITH_RUNTIME && this.#typical < this.#short;
  }

  /** Learns how many ms a wait took. */
  record(waited: number): void {
    const longest = LONGEST * (this.#watchesRuntime === false ? SHORT : SHORT_WITH_RUNTIME);
    this.#typical += (Math.min(waited, longest) - this.#typical) * NEWEST;
  }

  get #short(): number {
    return this.watchesRuntime ? SHORT_WITH_RUNTIME : SHORT;
  }
}
