/** Waits that block the isolate's thread, for what other threads do. */

import { libc } from "../ffi/libc.ts";

/** Calls `isDone` until it returns true, or `limit` ms are over. Returns whether it did. */
export function waitUntil(isDone: () => boolean, limit: number): boolean {
  // Never the wall clock, which may be set meanwhile.
  const started = performance.now();
  while (!isDone()) {
    const waited = performance.now() - started;
    if (waited >= limit) return false;
    // So the wait lasts at most an eighth longer than necessary, and 10 ms at most.
    const slice = Math.min(Math.max(waited / 8, 0.05), 10, limit - waited);
    libc().usleep(Math.ceil(slice * 1000));
  }
  return true;
}
