/**
 * The process lock, and what isolates share under it: entries by name, each a value as JSON has it.
 *
 * They're lines in the text of the process's record. The layout's version there speaks of the entries as well.
 */

import { LOCK_TIMEOUT, pause, processRecord, whyNoRecord } from "./process_record.ts";
import { tryLock, unlock } from "./robust_mutex.ts";

let reason: string | undefined;

/**
 * Does something while no other thread does. Undefined where the lock can't be had: see {@linkcode whyNotLocked}. Not to
 * be nested.
 *
 * A worker may be terminated within `action`. Then the next one that wants the lock has it; each entry is as it was,
 * or as it was to be.
 */
export function withProcessLock<T>(action: () => T): T | undefined {
  const mutex = processRecord()?.mutex;
  reason = mutex === undefined ? whyNoRecord() : undefined;
  if (mutex === undefined) return undefined;
  // pthread_mutex_timedlock goes by the wall clock, and a step of that would cut the wait short, or prolong it.
  const deadline = performance.now() + LOCK_TIMEOUT;
  let locked: boolean | undefined;
  while (!(locked = tryLock(mutex))) {
    if (locked === undefined || performance.now() > deadline) {
      reason = "another isolate has kept the lock for too long";
      return undefined;
    }
    pause();
  }
  try {
    return action();
  } finally {
    unlock(mutex);
  }
}

/** Why the lock couldn't be had the last time, as the end of a sentence; undefined where it could. */
export function whyNotLocked(): string | undefined {
  return reason;
}

/** Reads an entry; `none` where there is none of that name. Only under the lock. */
export function readEntry<T>(name: string, none: T): T {
  const line = lines().find((line) => isOf(name, line));
  return line === undefined ? none : JSON.parse(line.slice(name.length));
}

/** Sets an entry, or removes it where it's undefined: in one step. Only under the lock. */
export function writeEntry(name: string, value: unknown): void {
  const others = lines().filter((line) => !isOf(name, line));
  if (value !== undefined) others.push(`${name} ${JSON.stringify(value)}`);
  processRecord()!.write(others.join("\n"));
}

function lines(): string[] {
  return processRecord()!.read().split("\n").filter((line) => line !== "");
}

function isOf(name: string, line: string): boolean {
  return line.startsWith(`${name} `);
}
