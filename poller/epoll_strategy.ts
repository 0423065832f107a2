/** Linux's strategy: the isolate's own thread waits, for a bounded time, while messages follow each other closely. */

import { EPOLLIN, EPOLLONESHOT, POLLIN } from "../ffi/constants.ts";
import type { EpollBackend } from "./epoll.ts";
import { BlockTimer } from "./block_timer.ts";
import { pollNow } from "./fd.ts";
import { runtimeSet } from "./runtime_set.ts";
import { WaitEstimate } from "./wait_estimate.ts";
import { AlwaysPark, type Wait } from "./wait_strategy.ts";

/** A `block` lasts up to so many ms if nothing comes, and holds up everything else in the event loop. */
const BOUND = 1;
/**
 * The same where the runtime's own descriptors end it as well, so that it holds up timers only. With a half, 1,000
 * messages a second, some of which then outlast it, took 8.4 % of a core instead of 5.0; with twice as much no less
 * than with this, and timers are late by twice as much (medians of four interleaved rounds on two loaded cores).
 */
const BOUND_WITH_RUNTIME = 3;
/** The time-out, in ms, of a `block` that the timer ends: too long for the kernel to set the processor's own for it. */
const TIMER_TIMEOUT = 20;
/** How often, in ms, the runtime is asked whether it has work. */
const ASK_INTERVAL = 1;

/**
 * Blocks where waits are short, and parks where they aren't.
 *
 * Fact: a wait on a pool thread costs 60 microseconds of processor time, and delays its result by 40.
 * Failure: a round trip over tcp took 2.4 times as long as C's blocking loop.
 * Decision: where the last waits were short, the isolate's own thread waits first: once a tick, when nothing else is to
 * be done, bounded by a timer. The runtime's own epoll is in the set then, so that the runtime's work ends the
 * wait too. Unlike a spinning loop, that leaves the core to libzmq's I/O threads.
 * Cost: a timer of the program may fire up to three milliseconds late. In workers, where the runtime's epoll can't be
 * found, everything may be up to one millisecond late. Without the runtime's epoll, 1,000 messages a second took 9.3 % of
 * a core instead of 6.2, and a round trip over tcp 53 microseconds instead of 47 (ten rounds, two cores).
 */
export class EpollStrategy extends AlwaysPark {
  override limit = BOUND;
  readonly #backend: EpollBackend<unknown>;
  readonly #estimate = new WaitEstimate(() => this.watchRuntime());
  #timer: BlockTimer | undefined;
  /** The runtime's set, if it's watched. */
  #runtime: number | undefined;
  /** It ends a wait. */
  #runtimeArmed = false;
  /** It was watched once, and can't be asked any more. */
  #runtimeLost = false;
  /** It has ended a wait, and got no yield since. */
  #runtimeReady = false;

  constructor(backend: EpollBackend<unknown>) {
    super();
    this.#backend = backend;
  }

  override beforeTick(now: number): Wait {
    if (this.#runtimeReady) return "yield";
    if (now - this.yielded < ASK_INTERVAL) return "peek";
    if (!this.watchesRuntime) return super.beforeTick(now);
    this.yielded = now;
    return this.runtimeHasWork() ? "yield" : "peek";
  }

  override next(now: number, until: number): Wait {
    if (!this.#estimate.shouldBlock || until < now + this.#bound) return "park";
    this.arm(now);
    return "block";
  }

  override waited(wait: Wait, now: number, ms?: number): void {
    super.waited(wait, now);
    if (wait === "park" || wait === "yield") this.#runtimeReady = false;
    if (ms !== undefined) this.#estimate.record(ms);
  }

  /** How long a `block` lasts at most. */
  get #bound(): number {
    return this.#runtime === undefined ? BOUND : BOUND_WITH_RUNTIME;
  }

  /** Starts the timer and arms the runtime's set, which end a `block`. */
  arm(now: number): void {
    this.armed = true;
    if (this.#timer === undefined) this.#openTimer();
    this.#timer?.start(now, this.#bound);
    if (!this.#runtimeArmed) this.#armRuntime(true);
  }

  override disarm(): void {
    if (!this.armed) return;
    this.armed = false;
    this.#timer?.stop();
    // Armed, it would wake a parked thread for each piece of the runtime's work.
    if (this.#runtimeArmed) this.#armRuntime(false);
  }

  override close(): void {
    this.#timer?.close();
  }

  /** Makes the runtime's work end a `block`. Returns false if that isn't possible. */
  protected watchRuntime(): boolean {
    const fd = runtimeSet(this.#backend.fd);
    if (fd === undefined) return false;
    this.#runtime = fd;
    this.#backend.internals.add(fd, EPOLLONESHOT, {
      onEvent: () => {
        this.#runtimeArmed = false;
        this.#runtimeReady = true;
        return false;
      },
      // The guess was wrong, or the runtime's set was closed. From now on the clock says when to yield.
      onLost: () => {
        this.#runtime = undefined;
        this.#runtimeArmed = false;
        this.#runtimeLost = true;
      },
    });
    return this.#runtime !== undefined;
  }

  /** Whether the runtime's work ends a `block`; arranged once, when that first matters. */
  get watchesRuntime(): boolean {
    return this.#estimate.watchesRuntime;
  }

  /** Whether the runtime has work, or can't be asked any more. False if it was never watched. */
  runtimeHasWork(): boolean {
    return this.#runtime === undefined ? this.#runtimeLost : pollNow(this.#runtime, POLLIN) !== 0;
  }

  #armRuntime(armed: boolean): void {
    if (this.#runtime === undefined) return;
    this.#runtimeArmed = armed;
    const bits = armed ? EPOLLIN | EPOLLONESHOT : EPOLLONESHOT;
    this.#backend.internals.modify(this.#runtime, bits);
  }

  /** Where no descriptor is left for it, the wait has a time-out of its own, which costs a little more. */
  #openTimer(): void {
    let timer: BlockTimer;
    try {
      timer = this.#timer = new BlockTimer();
    } catch {
      return;
    }
    this.limit = TIMER_TIMEOUT;
    this.#backend.internals.add(timer.fd, EPOLLIN, {
      onEvent: () => {
        timer.take();
        return false;
      },
      onLost: () => {
        timer.close();
        this.#timer = undefined;
        this.limit = BOUND;
      },
    });
  }
}
