/** A timer for the library's own use: it keeps nothing alive, and a program's fake clock doesn't replace it. */

/** Typed here, since the types of some Deno versions lack them. */
const { waitAsync, notify } = Atomics as unknown as {
  waitAsync(cell: Int32Array, index: number, value: number, timeout: number): {
    value: Promise<unknown> | string;
  };
  notify(cell: Int32Array, index: number): number;
};

/**
 * Calls back once, at a time that may be moved.
 *
 * Fact: the first `setTimeout` or `setInterval` loads Node's timers, and test tools replace both. An armed one keeps the
 * process alive or, with `Deno.unrefTimer`, still counts as a leak of its test.
 * Failure: 4.5 ms of start-up; and under a fake clock, a timer that never fires.
 * Decision: `Atomics.waitAsync` with a time-out, on a cell of memory that nothing changes.
 * Cost: 2 microseconds to arm, some 50 to fire. So a later time leaves the armed wait as it is, and a wait that ends
 * too early is armed again.
 */
export class Alarm {
  readonly #cell = new Int32Array(new SharedArrayBuffer(4));
  readonly #ring: () => void;
  /** When it rings, and when the armed wait ends, on the monotonic clock in ms. */
  #at = Infinity;
  #armed = Infinity;
  /** The number of the last armed wait: the end of an earlier one means nothing. */
  #arming = 0;

  constructor(ring: () => void) {
    this.#ring = ring;
  }

  /** Whether it will ring. */
  get isSet(): boolean {
    return this.#at !== Infinity;
  }

  /** Rings at `at`, or never if that's `Infinity`. Replaces the time that was set before. */
  set(at: number): void {
    this.#at = at;
    if (at < this.#armed) this.#arm(at);
  }

  /** Moves the time to `at`, if that's earlier. */
  setEarlier(at: number): void {
    if (at < this.#at) this.set(at);
  }

  /** Cancels the ring, and leaves nothing armed. */
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
