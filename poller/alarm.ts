/** A timer for the library's own affairs: it keeps nothing alive, and a program's fake clock doesn't replace it. */

/** What the types of some versions lack. */
const { waitAsync, notify } = Atomics as unknown as {
  waitAsync(cell: Int32Array, index: number, value: number, timeout: number): {
    value: Promise<unknown> | string;
  };
  notify(cell: Int32Array, index: number): number;
};

/**
 * Calls back once, at a time that may be moved.
 *
 * Fact: the first `setTimeout` or `setInterval` loads Node's timers, test tools replace both, and an armed one keeps the
 * process alive or, with `Deno.unrefTimer`, still counts as a leak of the test that it's armed in.
 * Failure: 4.5 ms of start-up; and under a fake clock, a timer that never fires.
 * Decision: a wait for a cell of memory that no one changes, with a time-out.
 * Cost: 2 microseconds to arm, some 50 to fire. So a later time leaves the armed wait as it is, and what
 * fires too early is armed again.
 */
export class Alarm {
  readonly #cell = new Int32Array(new SharedArrayBuffer(4));
  readonly #ring: () => void;
  /** When it's to ring, and when the armed wait ends, on the monotonic clock in ms. */
  #at = Infinity;
  #armed = Infinity;
  /** Which armed wait is the last: an earlier one that ends means nothing. */
  #arming = 0;

  constructor(ring: () => void) {
    this.#ring = ring;
  }

  /** Rings at `at`, or not at all where that's `Infinity`. What was set before no longer counts. */
  set(at: number): void {
    this.#at = at;
    if (at < this.#armed) this.#arm(at);
  }

  /** Brings the time forward to `at`, where that's earlier. */
  setEarlier(at: number): void {
    if (at < this.#at) this.set(at);
  }

  /** Doesn't ring any more, and nothing stays armed. */
  stop(): void {
    this.#at = Infinity;
    this.#disarm();
  }

  #arm(at: number): void {
    this.#disarm();
    this.#armed = at;
    const arming = this.#arming;
    const { value } = waitAsync(this.#cell, 0, 0, Math.max(1, at - performance.now()));
    (value as Promise<unknown>).then(() => this.#ended(arming));
  }

  #disarm(): void {
    this.#arming++;
    if (this.#armed !== Infinity) notify(this.#cell, 0);
    this.#armed = Infinity;
  }

  #ended(arming: number): void {
    if (arming !== this.#arming) return;
    this.#armed = Infinity;
    const at = this.#at;
    if (at === Infinity) return;
    if (at > performance.now()) return this.#arm(at);
    this.#at = Infinity;
    this.#ring();
  }
}
