/** Lines on standard error about handlers that fail, few enough that peers who come again and again don't fill a log. */

/** How much time is between two of them, in ms. */
const INTERVAL = 60_000;

/** Where the failures go of an authenticator that has no `onError`: the first of each minute is written, whole. */
export class FailureLines {
  #next = -Infinity;
  #leftOut = 0;

  /** Writes a failure, and how many weren't since the one before; or counts it. */
  write(error: unknown, address: string): void {
    const now = performance.now();
    if (now < this.#next) {
      this.#leftOut++;
      return;
    }
    const before = this.#leftOut === 0 ? "" : ` (after ${this.#leftOut} more that aren't shown)`;
    this.#next = now + INTERVAL;
    this.#leftOut = 0;
    console.error(
      `deno-zmq: an authenticator's handler failed, so the peer at ${address} was refused${before}:`,
      error,
    );
  }
}
