/** Linux's way to wait: on the isolate's own thread, for a moment, while messages follow each other closely. */

import { EPOLLIN, EPOLLONESHOT } from "../ffi/constants.ts";
import type { EpollBackend } from "./epoll.ts";
import { isReadable, runtimeSet } from "./runtime_set.ts";
import { Ticker } from "./ticker.ts";
import { WaitEstimate } from "./wait_estimate.ts";
import { type Wait, type WaitStrategy, YIELD_INTERVAL } from "./wait_strategy.ts";

/** A `block` takes up to so many ms where nothing comes, and holds up all else in the event loop as long. */
const BOUND = 1;
/** Where the runtime's own descriptors end it as well, it holds up timers only. */
const BOUND_WITH_RUNTIME = 3;
/** A wait that a tick ends has this time-out, in ms: longer, so that the kernel never sets a timer for it in vain. */
const TICK_TIMEOUT = 20;
/** Whether the runtime has something to do is asked this often, in ms. */
const ASK_INTERVAL = 1;

/**
 * Blocks where waits are short, and parks where they aren't.
 *
 * Fact: a wait on a thread of the pool costs 60 microseconds of processor time, and delays what it brings by 40.
 * Failure: a round trip over tcp took 2.4 times that of C's blocking loop.
 * Decision: where the last waits were short, the isolate's own thread waits first: once a tick, where nothing else is to
 * be done, until a tick of a clock, and in the set together with the runtime's own descriptors, so that these end
 * it too. Unlike a row of tries it leaves its core to libzmq's I/O threads.
 * Cost: a timer of the program may fire up to three milliseconds late; in workers, where the runtime's descriptors can't
 * be had, everything may be up to one late.
 */
export class EpollStrategy implements WaitStrategy {
  readonly #backend: EpollBackend<unknown>;
  readonly #estimate = new WaitEstimate(() => this.watchRuntime());
  #ticker: Ticker | undefined;
  #armed = false;
  /** How many ticks have come within a `block`. */
  #ticks = 0;
  /** The runtime's set as the backend has it registered; and whether it ends a wait. */
  #runtime: { readonly fd: number; readonly id: number } | undefined;
  #runtimeArmed = false;
  /** It was there once, and can't be asked any more. */
  #runtimeLost = false;
  /** It has ended a wait, and had no turn since. */
  #runtimeReady = false;
  /** When the runtime last had its turn, or nothing to do there. */
  #yielded = 0;

  constructor(backend: EpollBackend<unknown>) {
    this.#backend = backend;
  }

  get limit(): number {
    return this.#ticker === undefined ? BOUND : TICK_TIMEOUT;
  }

  get armed(): boolean {
    return this.#armed;
  }

  beforeTick(now: number): Wait {
    if (this.#runtimeReady) return "yield";
    if (now - this.#yielded < ASK_INTERVAL) return "peek";
    if (!this.watchesRuntime) {
      return now - this.#yielded > YIELD_INTERVAL ? "yield" : "peek";
    }
    this.#yielded = now;
    return this.runtimeHasWork() ? "yield" : "peek";
  }

  next(now: number, until: number): Wait {
    if (!this.#estimate.shouldBlock || until < now + this.#bound) return "park";
    this.arm();
    return "block";
  }

  waited(wait: Wait, now: number, ms?: number): void {
    if (wait === "park" || wait === "yield") {
      this.#yielded = now;
      this.#runtimeReady = false;
    }
    if (ms !== undefined) this.#estimate.record(ms);
  }

  /** Sets up what ends a `block`. */
  arm(): void {
    this.#armed = true;
    this.#ticks = 0;
    this.#startTicker();
    if (this.#runtime !== undefined && !this.#runtimeArmed) this.#armRuntime(true);
  }

  disarm(): void {
    if (!this.#armed) return;
    this.#armed = false;
    this.#ticker?.stop();
    // A parked thread would wake for whatever the runtime does.
    if (this.#runtimeArmed) this.#armRuntime(false);
  }

  close(): void {
    this.#ticker?.close();
  }

  /** Has the runtime's descriptors end a `block`. False where that can't be had. */
  protected watchRuntime(): boolean {
    const fd = runtimeSet(this.#backend.fd);
    if (fd === undefined) return false;
    try {
      const id = this.#backend.internals.add(fd, EPOLLONESHOT, {
        onEvent: () => {
          this.#runtimeArmed = false;
          this.#runtimeReady = true;
          return false;
        },
        onLost: () => this.#loseRuntime(),
      });
      this.#runtime = { fd, id };
    } catch {
      return false;
    }
    return true;
  }

  /** Whether they do; found out once, when that first matters. */
  get watchesRuntime(): boolean {
    return this.#estimate.watchesRuntime;
  }

  /** Whether the runtime has something to do, or can't be asked any more. False where it isn't watched. */
  runtimeHasWork(): boolean {
    return this.#runtime === undefined ? this.#runtimeLost : isReadable(this.#runtime.fd);
  }

  get #bound(): number {
    return this.watchesRuntime ? BOUND_WITH_RUNTIME : BOUND;
  }

  #armRuntime(armed: boolean): void {
    const bits = armed ? EPOLLIN | EPOLLONESHOT : EPOLLONESHOT;
    this.#runtimeArmed = armed;
    this.#backend.internals.modify(this.#runtime!.id, bits);
  }

  /** It isn't what it seemed to be, and can't say any more when it has something to do. */
  #loseRuntime(): void {
    this.#runtimeLost = true;
    this.#runtime = undefined;
    this.#runtimeArmed = false;
  }

  #startTicker(): void {
    this.#ticker ??= this.#openTicker();
    this.#ticker?.start(this.#runtime !== undefined);
  }

  /** Undefined where no descriptor is left for it: the wait has a time-out of its own, which costs a little more. */
  #openTicker(): Ticker | undefined {
    let ticker: Ticker | undefined;
    try {
      const opened = ticker = new Ticker();
      this.#backend.internals.add(ticker.fd, EPOLLIN, {
        onEvent: () => {
          opened.take();
          // One that came while nothing waited would end the next wait at once.
          return ++this.#ticks < 2;
        },
        onLost: () => {
          opened.close();
          this.#ticker = undefined;
        },
      });
      return ticker;
    } catch {
      ticker?.close();
      return undefined;
    }
  }
}
