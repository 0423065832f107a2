/** Background sources: served though nothing waits for them. */

import type { Source } from "./source.ts";

/**
 * How often, in ms, background sources are looked at where nothing else does it: while nothing waits in this isolate,
 * and between the slices of a wait that blocks its thread.
 *
 * A peer's handshake may wait for one of them, so the interval of other idle sources, one second, is too long. 40 looks
 * a second take half a percent of a processor.
 */
export const BACKGROUND_INTERVAL = 25;

/** All background sources of this isolate. */
export const backgroundSources: Set<Source> = new Set();
