/** Errors that the library reports as uncaught. */

/** Takes the errors that are reported, which would end the program, until the end of the block. */
export class Reported implements Disposable {
  /** All of them, in order. */
  readonly errors: unknown[] = [];
  readonly #listener = (event: ErrorEvent) => {
    event.preventDefault();
    this.errors.push(event.error);
  };

  constructor() {
    addEventListener("error", this.#listener);
  }

  [Symbol.dispose](): void {
    removeEventListener("error", this.#listener);
  }
}
