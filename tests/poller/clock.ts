/** A clock in a test's hands: what the library takes for the time stands still until it's put forward. */

/**
 * Until the end of its block, `performance.now()` says what the test says. Never wait for time with it. `Date.now()`, by
 * which a tick's budget goes, stands still: a machine that does something else meanwhile doesn't use the budget up.
 */
export class StoppedClock implements Disposable {
  // A whole number, so that sums are exact; and no later than the real one, which goes on behind it.
  #now = Math.ceil(performance.now());
  readonly #date = Date.now;

  constructor() {
    const now = Date.now();
    performance.now = () => this.#now;
    Date.now = () => now;
  }

  /** Puts it forward. */
  pass(ms: number): void {
    this.#now += ms;
  }

  [Symbol.dispose](): void {
    // The method of the prototype shows again.
    Reflect.deleteProperty(performance, "now");
    Date.now = this.#date;
  }
}
