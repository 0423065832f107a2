/** Waiting for a single descriptor on this thread. */

import { POLLIN } from "../ffi/constants.ts";
import { libc } from "../ffi/libc.ts";
import { BACKGROUND_INTERVAL, backgroundSources, serveBackground } from "./background.ts";

const request = new Int32Array(2);

/**
 * Blocks this thread until `fd` is readable or `timeout` ms are over; may also end for no reason. It never uses the
 * reactor's set of descriptors, since the reactor's parked thread would take the event. Background sources are
 * served meanwhile: the peer whose message is awaited may have to be let in first.
 */
export function waitReadable(fd: number, timeout: number): void {
  if (backgroundSources.size > 0) {
    serveBackground();
    timeout = Math.min(timeout, BACKGROUND_INTERVAL);
  }
  request[0] = fd;
  request[1] = POLLIN; // the lower half; what came back before is cleared with it
  libc().poll(request, 1n, Math.ceil(timeout));
}
