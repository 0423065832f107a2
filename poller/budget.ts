/** How much may be done at once before the event loop gets its turn: one count for the isolate. */

const OPERATIONS = 512;
const MILLISECONDS = 2;
/** The clock takes 85 ns to read, so it's read once in so many operations, */
const CLOCK_EVERY = 16;
/** but each time where an operation, with what the program does in between, takes more ms than this. */
const SLOW = 0.1;

let left = OPERATIONS;
let started = 0;
let every = CLOCK_EVERY;
let read = 0;

/**
 * Counts one operation. False where the turn is used up: what was to be done now is then put off by
 * `setImmediate`, because promises that resolve at once are microtasks, and an endless row of those
 * starves every timer and every other descriptor (300,000 receives let a 1 ms timer fire not once).
 */
export function spend(): boolean {
  if (--left < 0) return false;
  if (left % every === 0) {
    const now = performance.now();
    every = now - read > SLOW * every ? 1 : CLOCK_EVERY;
    read = now;
    if (now - started > MILLISECONDS) {
      left = 0;
      return false;
    }
  }
  return true;
}

/** Begins a new turn of the event loop. */
export function refill(): void {
  left = OPERATIONS;
  started = performance.now();
}
