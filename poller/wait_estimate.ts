/** The estimate of how long the next wait takes, which decides whether the isolate's own thread blocks for it. */

/**
 * The isolate's own thread may block if waits typically take less than so many ms.
 *
 * Everything else in the event loop is late by as much, so it's low: with twice as much, 3,000 messages a second may take
 * less processor time (11 % of a core instead of 16, in ranges that overlap, on two loaded cores). A round trip over tcp
 * doesn't differ, nor with a half.
 */
const SHORT = 0.2;
/**
 * The same where the runtime's own descriptors end a `block` as well. More than a millisecond, so that 1,000 messages a
 * second are among the short waits: with a half, these took 7.9 % of a core instead of 5.0 (medians of four interleaved
 * rounds on two loaded cores); with twice as much, no less than with this.
 */
const SHORT_WITH_RUNTIME = 1.5;
/** A wait counts at most this multiple of the limit, so that a few quick answers outweigh an idle hour. */
const LONGEST = 4;
/** The weight of the newest wait in the moving average. */
const NEWEST = 1 / 4;

/**
 * An exponentially weighted moving average of how long waits take.
 *
 * A wait on a pool thread costs 60 microseconds of processor time and delays its result by 40, but holds up nothing.
 * Where messages follow each other closely, the isolate's own thread blocks for the next one instead: for a bounded
 * time, once in a tick. Unlike a spinning loop, that leaves its core to libzmq's I/O thread meanwhile.
 */
export class WaitEstimate {
  #typical = LONGEST * SHORT_WITH_RUNTIME;
  #watchesRuntime: boolean | undefined;
  readonly #watchRuntime: () => boolean;

  /** `watchRuntime` arranges that the runtime's work ends a `block`, and returns whether that is possible. */
  constructor(watchRuntime: () => boolean = () => false) {
    this.#watchRuntime = watchRuntime;
  }

  /** Whether the runtime's work ends a `block`; arranged once, when that first matters. */
  get watchesRuntime(): boolean {
    return this.#watchesRuntime ??= this.#watchRuntime();
  }

  /** Whether the next wait is likely to be so short that this thread may block for it. */
  get shouldBlock(): boolean {
    return this.#typical < SHORT_WITH_RUNTIME && (this.watchesRuntime || this.#typical < SHORT);
  }

  /** Records how many ms a wait took. */
  record(waited: number): void {
    const longest = LONGEST * (this.#watchesRuntime === false ? SHORT : SHORT_WITH_RUNTIME);
    this.#typical += (Math.min(waited, longest) - this.#typical) * NEWEST;
  }
}
