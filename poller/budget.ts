/** How much may be done in one turn of the event loop: one count for the isolate. */

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
