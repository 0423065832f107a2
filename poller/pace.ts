/** How the reactor is to wait, judged by how long it waited lately. */

/** Waits that typically take less than so many ms may be the isolate's own thread's. */
const SHORT = 0.2;
/** Such a wait takes up to so many ms, and all else in the event loop is held up as long. */
export const BRIEF = 1;
/** What a wait counts for at the most, so that an idle hour is forgotten within a few quick answers. */
const LONGEST = 4 * SHORT;
/** The part of the newest wait in the figure. */
const NEWEST = 1 / 4;

/**
 * A wait on a pool thread costs 30 µs of processor time and delays what it brings by 40 µs, but holds up
 * nobody. Where messages follow each other so closely that the next one is due within a moment, the
 * isolate's own thread waits for it: for a moment at the most, once in a turn of the event loop. Unlike a
 * row of tries it leaves its core to libzmq's I/O thread meanwhile.
 */
export class Pace {
  #typical = LONGEST;

  /** Whether the next wait is likely to be so short that this thread may wait itself. */
  get brisk(): boolean {
    return this.#typical < SHORT;
  }

  /** Learns how many ms a wait took. */
  note(waited: number): void {
    this.#typical += (Math.min(waited, LONGEST) - this.#typical) * NEWEST;
  }
}
