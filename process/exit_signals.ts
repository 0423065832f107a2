/** Signals while the end of the program waits: SIGINT and SIGTERM end it at once. */

import { libcForSignals } from "../ffi/libc.ts";

const SIGINT = 2;
const SIGTERM = 15;
/** At least the size of a `struct sigaction`. Zeros are the default effect: no handler, an empty mask, no flags. */
const SIGACTION_SIZE = 256;
/** What a `struct sigaction` begins with where nothing handles the signal. */
const DEFAULT = 0n;
const IGNORED = 1n;

/**
 * Sets SIGINT and SIGTERM to their default effect. Returns what restores the program's listeners.
 *
 * Fact: a listener that the program has added runs on the thread that waits, and so not before the wait is over; the
 * runtime's own handler goes on taking the signal. Failure: a program that called `Deno.exit` in such a listener couldn't
 * be ended by a second Ctrl-C. Decision: the handlers are taken out, for the process, and put back in case it goes on, as
 * `deno test` does from module to module. What is ignored, as by nohup, stays so. Cost: four calls for each end that
 * waits.
 */
export function useDefaultSignals(): () => void {
  const { sigaction } = libcForSignals();
  const restored = [SIGINT, SIGTERM].map((signal) => {
    const before = new BigUint64Array(SIGACTION_SIZE / 8);
    sigaction(signal, null, before);
    if (before[0] === DEFAULT || before[0] === IGNORED) return;
    sigaction(signal, new BigUint64Array(SIGACTION_SIZE / 8), null);
    return () => void sigaction(signal, before, null);
  });
  return () => restored.forEach((restore) => restore?.());
}

/** Binds what that takes. At its end, a program may have revoked the permission. */
export function prepareSignals(): void {
  libcForSignals();
}
