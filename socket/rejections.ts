/** Rejections of many promises at once, which the runtime can't report. */

import { runtimeTimers } from "../poller/runtime_timers.ts";

type Reject = (reason: unknown) => void;

/** How many there may be in one turn of the event loop. They are counted over more turns, which needs no timer for each. */
const MOST = 10_000;

let count = 0;
const later: [reject: Reject, reason: unknown][] = [];

/**
 * Rejects a promise: now, or in a later turn of the event loop if many were rejected.
 *
 * Fact: Deno passes all unhandled rejections of a turn to one function as its arguments, and some 50,000 overflow the
 * stack. Failure: the program with 100,000 sends that lacked an `await` ended by "Maximum call stack size exceeded".
 * Decision: so many are rejected in several turns, and the first one ends the program by its own error.
 */
export function rejectInTurn(reject: Reject, reason: unknown): void {
  if (later.length === 0 && ++count < MOST) return reject(reason);
  if (later.push([reject, reason]) === 1) runtimeTimers.setTimeout(nextTurn, 0);
}

function nextTurn(): void {
  const batch = later.splice(0, MOST);
  if (later.length > 0) runtimeTimers.setTimeout(nextTurn, 0);
  else count = 0;
  for (const [reject, reason] of batch) reject(reason);
}
