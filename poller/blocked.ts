/** What is done for all other sources while a wait blocks this thread, and the reactor can do nothing. */

import { BACKGROUND_INTERVAL, backgroundSources } from "./background.ts";
import { resetBudget } from "./budget.ts";
import { areReadable, blockUntilReadable } from "./fd.ts";
import { reactor } from "./reactor.ts";
import { failed, openSources, serve } from "./source.ts";

/** A wait that blocks the thread is cut into slices of this many ms, so that a worker can be terminated in it. */
export const SLICE = 100;
/** How often, in ms, the others are looked at, unless the last look has found something. */
const INTERVAL = 250;
/** The clock takes as long as receiving two messages. So it's read every so often, in ms, and at least each so many calls. */
const PACE = 50;
const MOST = 128;

/** How many calls there are from one reading of the clock to the next, how many are left, and when the last was. */
let batch = 1;
let left = 1;
let lastRead = 0;
let lastLook = 0;
/** When background sources were last served between two calls. */
let lastServed = 0;
/** How long a wait may last until the next look: the last one may have found something. */
let slice = SLICE;

/**
 * Called before a wait of `timeout` ms blocks this thread. Serves the background sources, and has the other ones' commands
 * run now and then. Returns how long the wait may last at most: 0 where the awaited readiness may have been consumed.
 *
 * Fact: peers that come and go leave commands in a socket's mailbox until a call runs them. Failure: while a program was
 * blocked in a receive, 20,000 connections to another socket took 200 MB. Decision: sources whose descriptors are readable are
 * looked at four times a second, and more often after a look that found one. Cost: a poll(2) over all of them each time; the
 * waits between are sliced.
 */
export function serveOthers(timeout: number): number {
  if (backgroundSources.size > 0) serveBackground();
  const isAlone = openSources.size < 2;
  if (!isAlone && --left <= 0 && lookAtOthers()) return 0;
  if (backgroundSources.size > 0) return Math.min(timeout, BACKGROUND_INTERVAL);
  return isAlone ? timeout : Math.min(timeout, slice);
}

function serveBackground(): void {
  // No tick comes, which would begin a new budget. Failure: a program that only blocked let some ten peers in, and then none.
  resetBudget();
  for (const source of backgroundSources) serve(source);
}

/**
 * Called at the beginning of each call that may block this thread: serves the background sources now and then.
 *
 * Failure: while one peer's messages came without a pause, no call blocked, and no other peer was admitted. Cost: a reading
 * of the clock for each call, where there is a background source.
 */
export function serveInBetween(): void {
  if (backgroundSources.size === 0) return;
  const now = performance.now();
  if (now - lastServed < BACKGROUND_INTERVAL) return;
  lastServed = now;
  serveBackground();
}

/**
 * As {@linkcode serveOthers}, for a wait without a limit, where there is no background source: in whole ms, and -1 where nothing is to be
 * looked at. A wait that follows looks for itself, whatever was consumed. Called for each message, it has to be short.
 */
export function sliceOfWait(): number {
  if (openSources.size < 2) return -1;
  if (--left <= 0) lookAtOthers();
  return slice;
}

/**
 * Called after a wait that has ended without anything: however many calls there were a moment ago, time goes by now. Without
 * this, the next look would come 128 slices later.
 */
export function readClockNext(): void {
  left = 0;
}

/** Looks, where it's time to, at the sources that have something. Returns whether any has. */
function lookAtOthers(): boolean {
  const now = performance.now();
  // So that as many calls as came in the last while take about that pace.
  batch = Math.min(Math.max(1, Math.floor(batch * PACE / (now - lastRead))), 2 * batch, MOST);
  left = batch;
  lastRead = now;
  if (now - lastLook < (slice === SLICE ? INTERVAL : slice)) return false;
  lastLook = now;
  const sources = [...openSources];
  const readable = areReadable(sources.map(({ fd }) => fd));
  const found = readable.length > 0;
  slice = found ? BACKGROUND_INTERVAL : SLICE;
  for (const at of readable) {
    const source = sources[at];
    try {
      source.runCommands();
      if (source.dependents > 0) reactor().markStale(source);
    } catch (error) {
      failed(source, error);
    }
  }
  return found;
}

/**
 * Blocks this thread until `fd` is readable or `timeout` ms are over; may also end without a reason. It never uses the
 * reactor's set of descriptors, since the reactor's parked thread would take the event. Before it blocks, it serves
 * the background sources, and then blocks for a short time only: the awaited peer may have to be admitted first. It doesn't
 * block where it has looked at what had come for others, since the caller's own source may have been among them.
 */
export function waitReadable(fd: number, timeout: number): void {
  if (!blockUntilReadable(fd, serveOthers(timeout))) readClockNext();
}
