/**
 * A turn of the event loop: how much may be done in it, one count for the isolate, and when the runtime gets its own to look
 * at its descriptors.
 */

import { libc } from "../ffi/libc.ts";
import { usize } from "../ffi/memory.ts";
import { Alarm } from "./alarm.ts";
import type { Backend } from "./backend.ts";
import type { WaitEstimate } from "./wait_estimate.ts";

const OPERATIONS = 512;
const MILLISECONDS = 2;
/** The clock takes 39 ns to read (`performance.now()` 80), so it's read once in so many operations, */
const CLOCK_EVERY = 16;
/** and each time in a turn where so many took a millisecond, until this many were quick again. */
const QUICK = 256;

let left = OPERATIONS;
/** The clock is read when so many are left. */
let next = OPERATIONS - CLOCK_EVERY;
let every = CLOCK_EVERY;
let started = 0;
let read = 0;

/**
 * Counts one operation. False where the turn is used up: what was to be done now is then put off by
 * `setImmediate`, because promises that resolve at once are microtasks, and an endless row of those
 * starves every timer and every other descriptor (300,000 receives let a 1 ms timer fire not once).
 */
export function takeBudget(): boolean {
  return --left > next || readClock();
}

function readClock(): boolean {
  if (left < 0) return false;
  const now = Date.now();
  if (now > read) every = 1;
  else if (left < OPERATIONS - QUICK) every = CLOCK_EVERY;
  read = now;
  next = Math.max(left - every, -1);
  // A clock that was set back makes the turn longer: until its operations are used up.
  if (now - started < MILLISECONDS) return true;
  left = 0;
  return false;
}

/** Begins a new turn of the event loop. */
export function resetBudget(): void {
  left = OPERATIONS;
  next = left - every;
  started = read = Date.now();
}

/** Whether the runtime has something to do is asked this often, in ms. */
const INTERVAL = 1;
/** Where it can't be asked, it gets its turn this often: a pool thread's 60 microseconds each time. */
const INTERVAL_UNWATCHED = 4;
/** A yield that takes longer, in ms, since no thread of the pool is free, isn't waited for. */
const LATE = 4;

/**
 * As long as there is another turn of the event loop to come, the runtime looks at its sockets and threads in each 61st only:
 * an HTTP answer took 12 ms beside 5,000 messages a second. It does so at once where it has nothing to do
 * but to wait for a pool thread.
 */
export class RuntimeYield {
  /** When it last had its turn, or nothing to do there. */
  #last = 0;
  #runtimeReady = false;
  /** It's having it: a call is under way on a thread of the pool. */
  inFlight = false;
  #goOn: (() => void) | undefined;
  readonly #alarm = new Alarm(() => this.#resume());
  readonly #backend: Backend<unknown>;
  readonly #estimate: WaitEstimate;

  /** `estimate` tells whether `backend` knows what the runtime is about. */
  constructor(backend: Backend<unknown>, estimate: WaitEstimate) {
    this.#backend = backend;
    this.#estimate = estimate;
  }

  /** It's known to have something to do. */
  markRuntimeReady(): void {
    this.#runtimeReady = true;
  }

  /** It has had its turn. */
  markYielded(now: number): void {
    this.#last = now;
    this.#runtimeReady = false;
  }

  /** Whether it's to have its turn before anything else is done. */
  isDue(now: number): boolean {
    if (this.#runtimeReady) return true;
    if (now - this.#last < INTERVAL) return false;
    if (!this.#estimate.watchesRuntime) return now - this.#last > INTERVAL_UNWATCHED;
    this.#last = now;
    return this.#backend.runtimeHasWork!();
  }

  /** Gives it, and goes on then, at the latest after `LATE` ms; `afterwards` is called where that was too early. */
  yieldToRuntime(goOn: () => void, afterwards: () => void = () => {}): void {
    this.#goOn = goOn;
    this.#alarm.set(performance.now() + LATE);
    // Where the pool is so busy that the last call hasn't come back, the pause alone is the runtime's turn.
    if (this.inFlight) return;
    this.inFlight = true;
    libc().poll_onPool(null, usize(0), 0).then(() => {
      this.inFlight = false;
      if (this.#goOn === undefined) afterwards();
      else this.#resume();
    });
  }

  #resume(): void {
    this.#alarm.set(Infinity);
    const goOn = this.#goOn;
    if (goOn === undefined) return;
    this.#goOn = undefined;
    // Only now: counted from the beginning, a yield that took longer than the interval would be followed by
    // the next one at once, and nothing else would be done.
    this.markYielded(performance.now());
    goOn();
  }
}
