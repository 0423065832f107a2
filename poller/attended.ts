/**
 * The sources that are served though nobody waits for them, monitors and those that let peers in; and what serves them
 * while this thread is blocked.
 */

import { POLLIN } from "../ffi/constants.ts";
import { libc } from "../ffi/libc.ts";
import type { Source } from "./source.ts";

/**
 * Attended sources are looked at this often, in ms, where nothing else would: while nothing waits in this isolate,
 * and between the slices of a wait that blocks its thread.
 *
 * A peer's handshake may wait for one of them, so the second after which other sources are looked at would be too long;
 * 40 looks a second take half a percent of a processor.
 */
export const ATTENDED_INTERVAL = 25;

/** All of this isolate. */
export const attended: Set<Source> = new Set();

/** Serves all of them: a wait that blocks this thread keeps the reactor from doing so. */
export function serveAttended(): void {
  for (const source of attended) source.serve();
}

const request = new Int32Array(2);

/**
 * Blocks this thread until `fd` is readable or `timeout` ms are over; may also end for no reason. It never uses the
 * reactor's set of descriptors, since the reactor's parked thread would take the event. What is attended is
 * served meanwhile: the peer whose message is awaited may have to be let in first.
 */
export function waitReadable(fd: number, timeout: number): void {
  if (attended.size > 0) {
    serveAttended();
    timeout = Math.min(timeout, ATTENDED_INTERVAL);
  }
  request[0] = fd;
  request[1] = POLLIN; // the lower half; what came back before is cleared with it
  libc().poll(request, 1n, Math.ceil(timeout));
}
