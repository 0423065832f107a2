/** Signs of life: what the child that serves says to its parent for as long as its event loop turns. */

import { libc } from "../ffi/libc.ts";
import { usize } from "../ffi/memory.ts";
import { READABLE, WRITABLE } from "../poller/backend.ts";
import { openPipe, pollNow, toPollEvents, toReadiness } from "../poller/fd.ts";

/** How often there is a sign, and a look for one, within the time after which a child counts as unresponsive. */
const LOOKS = 10;
/** Until its first sign, a child has so many times as long. */
const STARTING = 10;
/** The longest time of a timer's: with a longer one, it fires at once. */
export const LONGEST_TIMER = 2 ** 31 - 1;

const SIGN = new Uint8Array(1);
/** As much as a pipe holds: one read takes all. */
const signs = new Uint8Array(65_536);

/** A pipe from the children, of which one serves at a time, to their parent. */
export class Life {
  readonly #end: number;
  /** The children's end of it, which they inherit. */
  readonly fd: number;
  /** How long it is from one sign, or look, to the next, in ms. */
  readonly every: number;

  /** Opens it, for children that count as unresponsive after so many ms without a sign. */
  constructor(unresponsiveAfter: number) {
    [this.#end, this.fd] = openPipe();
    this.every = Math.min(unresponsiveAfter / LOOKS, LONGEST_TIMER);
  }

  /**
   * Looks for signs until the function that it returns is called, or none was found so often that the child counts as
   * unresponsive.
   *
   * Failure: by the clock, a child would be one as soon as its parent goes on after it was suspended itself. Decision: looks
   * in a row are counted, between which signs wait in the pipe, however late a look is.
   *
   * Failure: on a busy machine, a child that had yet to be loaded was ended again and again. Decision: its first sign may take
   * longer.
   */
  watch(onUnresponsive: () => void): () => void {
    this.#hear(); // what the last child has said
    let silent = -(STARTING - 1) * LOOKS;
    const timer = setInterval(() => {
      silent = this.#hear() ? 0 : silent + 1;
      if (silent < LOOKS) return;
      clearInterval(timer);
      onUnresponsive();
    }, this.every);
    return () => clearInterval(timer);
  }

  #hear(): boolean {
    if (!is(READABLE, this.#end)) return false;
    return libc().read(this.#end, signs, usize(signs.length)) > 0;
  }

  close(): void {
    for (const fd of [this.#end, this.fd]) libc().close(fd);
  }
}

/** Shows a sign, in the child. A pipe that is full, since the parent is suspended, has signs enough, and a write would block. */
export function showSign(fd: number): void {
  if (is(WRITABLE, fd)) libc().write(fd, SIGN, 1n);
}

function is(readiness: number, fd: number): boolean {
  return toReadiness(pollNow(fd, toPollEvents(readiness))) === readiness;
}
