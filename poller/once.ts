/** Waiting on this thread for a single descriptor. */

import { POLLIN } from "../ffi/constants.ts";
import { libc } from "../ffi/libc.ts";
import { attended, ATTENDED_INTERVAL, serveAttended } from "./attended.ts";

const request = new Int32Array(2);

/**
 * Blocks until `fd` is readable or `timeout` ms are over; may also end for no reason. It never uses the
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
