/**
 * The process lock, and what isolates share under it: entries by name, each a JSON value.
 *
 * They are a JSON object, which is the text of the process record. The record's layout version covers the entries as well.
 */

import { LOCK_TIMEOUT, processRecord, whyNoRecord } from "./process_record.ts";
import { tryLock, unlock } from "./robust_mutex.ts";
import { waitUntil } from "./wait.ts";

let reason: string | undefined;

/**
 * Runs an action while no other thread runs one. Returns undefined if it can't get the lock: see
 * {@linkcode whyNotLocked}. Must not be nested.
 *
 * A worker may be terminated within `action`. The next thread then gets the lock, and each entry has its old value or
 * its new one.
 */
export function withProcessLock<T>(action: () => T): T | undefined {
  const mutex = processRecord()?.mutex;
  reason = mutex === undefined ? whyNoRecord() : undefined;
  if (mutex === undefined) return undefined;
  // pthread_mutex_timedlock goes by the wall clock; setting that would cut the wait short, or prolong it.
  if (!waitUntil(() => tryLock(mutex), LOCK_TIMEOUT)) {
    reason = "another isolate has kept the lock for too long";
    return undefined;
  }
  try {
    return action();
  } finally {
    unlock(mutex);
  }
}

/** Why the last call didn't get the lock, as the end of a sentence; undefined if it did. */
export function whyNotLocked(): string | undefined {
  return reason;
}

/** Returns an entry, or `none` if there is none of that name. Only under the lock. */
export function readEntry<T>(name: string, none: T): T {
  return readEntries()[name] as T | undefined ?? none;
}

/** Sets an entry, or removes it if the value is undefined, in one step. Only under the lock. */
export function writeEntry(name: string, value: unknown): void {
  processRecord()!.write(JSON.stringify({ ...readEntries(), [name]: value }));
}

function readEntries(): Record<string, unknown> {
  return JSON.parse(processRecord()!.read() || "{}");
}
