/** When a process that has ended is started again. */

/** A process that has served for as long as this, in ms, counts as one that works. */
const WORKS_AFTER = 1000;
/** How long the second start in a row is put off, in ms; each further one twice as long, up to the longest. */
const [SHORTEST, LONGEST] = [50, 1000];

/** The starts of one process, again and again. */
export class Restarts {
  readonly #maxStarts: number;
  readonly #within: number;
  /** When it was started, as far as that's within the time. */
  #starts: number[] = [];
  /** How often in a row it has ended before it could be said to work. */
  #quick = 0;

  constructor(maxStarts: number, within: number) {
    this.#maxStarts = maxStarts;
    this.#within = within;
  }

  /** Counts a start. False where there were as many as there may be. */
  mayStart(now: number): boolean {
    this.#starts = this.#starts.filter((start) => now - start < this.#within);
    if (this.#starts.length >= this.#maxStarts) return false;
    this.#starts.push(now);
    return true;
  }

  /** How long the next start is put off after a process has served for so long, in ms: the first one not at all. */
  delayAfter(uptime: number): number {
    this.#quick = uptime < WORKS_AFTER ? this.#quick + 1 : 0;
    return this.#quick <= 1 ? 0 : Math.min(SHORTEST * 2 ** (this.#quick - 2), LONGEST);
  }
}
