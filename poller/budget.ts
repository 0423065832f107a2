/** The budget of one tick of the event loop: one count for the isolate. */

/** With 512, small messages took 9 % longer by `await receive` and 6 % by `for await`: a tick has its cost. */
const OPERATIONS = 2048;
const MILLISECONDS = 2;
/** The clock is read once in so many operations: reading it takes 39 ns (`performance.now()` 80). */
const CLOCK_EVERY = 16;
/** After `CLOCK_EVERY` operations took a millisecond, the clock is read at each, until so many were quick again. */
const QUICK = 256;

let left = OPERATIONS;
/** The clock is read when so many operations are left. */
let next = OPERATIONS - CLOCK_EVERY;
let every = CLOCK_EVERY;
let started = 0;
let read = 0;

/**
 * Counts one operation. Returns false if the tick's budget is used up; the caller then goes on in the next tick.
 *
 * Fact: promises that resolve at once are microtasks, and the event loop runs all of them before anything else.
 * Failure: during 300,000 receives in a row, a timer of 1 ms never fired.
 * Decision: a budget for each tick; what is beyond it waits for `setImmediate`.
 * Cost: a decrement for each operation, and a read of the clock in each 16th.
 */
export function takeBudget(): boolean {
  return --left > next || readClock();
}

/** The same for who takes at most so many operations of a tick. */
export function takeBudgetUpTo(most: number): boolean {
  return takeBudget() && OPERATIONS - left <= most;
}

function readClock(): boolean {
  if (left < 0) return false;
  const now = Date.now();
  if (now > read) every = 1;
  else if (left < OPERATIONS - QUICK) every = CLOCK_EVERY;
  read = now;
  next = Math.max(left - every, -1);
  // A clock that was set back makes the tick longer, until its operations are used up.
  if (now - started < MILLISECONDS) return true;
  left = 0;
  return false;
}

/** Begins a new tick. */
export function resetBudget(): void {
  left = OPERATIONS;
  next = left - every;
  started = read = Date.now();
}
