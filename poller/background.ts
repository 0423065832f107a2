/** The sources that are served though no one waits for them. */

import type { Source } from "./source.ts";

/**
 * Background sources are looked at this often, in ms, where nothing else would: while nothing waits in this isolate,
 * and between the slices of a wait that blocks its thread.
 *
 * A peer's handshake may wait for one of them, so the second after which other sources are looked at would be too long;
 * 40 looks a second take half a percent of a processor.
 */
export const BACKGROUND_INTERVAL = 25;

/** All of this isolate. */
export const backgroundSources: Set<Source> = new Set();

/** Serves all of them: a wait that blocks this thread keeps the reactor from doing so. */
export function serveBackground(): void {
  for (const source of backgroundSources) source.serve();
}
