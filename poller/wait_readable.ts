/** A wait for a single descriptor on this thread. */

import { serveBackground } from "./background.ts";
import { blockUntilReadable } from "./fd.ts";

/**
 * Blocks this thread until `fd` is readable or `timeout` ms are over; may also end without a reason. It never uses the
 * reactor's set of descriptors, since the reactor's parked thread would take the event. Before it blocks, it serves
 * the background sources, and then blocks for a short time only: the awaited peer may have to be admitted first.
 */
export function waitReadable(fd: number, timeout: number): void {
  blockUntilReadable(fd, serveBackground(timeout));
}
