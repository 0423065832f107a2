/**
 * Pauses for timers.
 *
 * Fact: zeromq.js yields after 512 operations, which take it more than a ms, so a short timer is due each time. Programs
 * that were written for it rely on that in a loop over messages. Failure: here 512 operations take a fraction of a ms, and
 * a loop over a few thousand messages could end before any timer. Decision: the first times that a busy program's budget
 * is used up, the operation's promise waits for a timer of its own, and later every now and then. Cost: 2.2 ms each, so
 * some 9 ms for a burst of 2,000 messages or more, and 2 % of a long one's time, in which timers fire between the turns
 * anyway.
 */

import { resetBudget, takeBudgetUpTo } from "../poller/budget.ts";
import { reactor } from "../poller/reactor.ts";
import { runtimeTimers } from "../poller/runtime_timers.ts";
import type { SocketState } from "./state.ts";

/** So many operations zeromq.js does before it yields. */
const OPERATIONS = 512;
/** A burst begins with so many pauses. */
const FIRST = 4;
/** One more follows each time that so many ms have gone by. */
const THEN_EVERY = 100;
/** A burst is over when no budget was used up for so many ms. */
const OVER = 10;

let left = FIRST;
let paused = 0;
let asked = 0;

/** Counts one operation. Returns false if others have their turn before its promise settles. */
export function mayGoOn(): boolean {
  return takeBudgetUpTo(OPERATIONS);
}

/** What is put off until the same pause is over, in its order. */
let putOff: (() => void)[] = [];

/**
 * Settles as a promise has settled, but after others had their turn: for what was done when the tick's budget was used up.
 *
 * Fact: zeromq.js does at once what can be done, and programs that were written for it don't await it each time. Failure:
 * while the operation itself was put off, a receive or send beside it failed with EBUSY, a disconnect came before it, and the
 * end of the program lost it; and of a program that sends now and then, each 16th message went out 2.3 ms late, since the
 * clock, which is read then, said that the tick had begun long ago. Decision: only the promise is put off, which stops loops
 * that await it; and while one of a socket's is, so are the ones behind it, since promises settle in the order of their
 * operations. Cost: a loop that awaits nothing isn't stopped.
 */
export function afterOthers<T>(state: SocketState, settled: Promise<T>): Promise<T> {
  state.putOff++;
  return new Promise((resolve, reject) => {
    // What has settled until then is passed on in one microtask. A promise takes three, in which an operation that is begun
    // on the socket would come before this one.
    let finish = () => resolve(settled);
    settled.then(
      (value) => finish = () => resolve(value),
      (error) => finish = () => reject(error),
    );
    const settle = () => {
      state.putOff--;
      finish();
    };
    if (putOff.push(settle) === 1) pause();
  });
}

function pause(): void {
  // The reactor's tick: after `setImmediate` alone, the runtime seldom looks at its own descriptors (see docs/internals.md).
  if (!pauseIsDue()) return reactor().putOff(settleAll);
  left--;
  runtimeTimers.setTimeout(() => {
    asked = paused = performance.now();
    settleAll();
  }, 0);
}

function settleAll(): void {
  const all = putOff;
  putOff = [];
  resetBudget();
  for (const settle of all) settle();
}

/** Returns whether a pause is due, when a budget is used up. */
function pauseIsDue(): boolean {
  const now = performance.now();
  if (now - asked > OVER) left = FIRST;
  else if (left === 0 && now - paused > THEN_EVERY) left = 1;
  asked = now;
  return left > 0;
}
