/** How zmqcat ends: the signals that it hears, its failures, and the exit statuses that tell of them. */

import { UsageError } from "./arguments.ts";

/** The statuses that a shell reports of programs which these signals ended. */
const STATUS = { SIGHUP: 129, SIGINT: 130, SIGPIPE: 141, SIGTERM: 143 } as const;
/** How long, in ms, a signal may take that has ended our reader, too. */
const NEWS = 100;
const HEARD = ["SIGHUP", "SIGINT", "SIGTERM"] as const;

/** Listens for signals. The first one is noted; a second one ends the process, as it would without a listener. */
export class Signals implements Disposable {
  caught: typeof HEARD[number] | undefined;
  readonly #listeners = new Map<Deno.Signal, () => void>();

  /** `notify` is called when there is one. */
  constructor(notify: () => void) {
    for (const signal of HEARD) {
      const listener = () => {
        this.caught = signal;
        this[Symbol.dispose]();
        notify();
      };
      Deno.addSignalListener(signal, listener);
      this.#listeners.set(signal, listener);
    }
  }

  /**
   * Throws what the end is to be put down to. Ctrl-C ends all programs of a pipe, and that our reader has
   * gone may be known before the signal is.
   */
  async before(error: unknown): Promise<never> {
    if (toFailure(error).status === STATUS.SIGPIPE) {
      if (this.caught === undefined) await new Promise((resolve) => setTimeout(resolve, NEWS));
      if (this.caught !== undefined) throw endedBy(this.caught);
    }
    throw error;
  }

  [Symbol.dispose](): void {
    for (const [signal, listener] of this.#listeners) Deno.removeSignalListener(signal, listener);
    this.#listeners.clear();
  }
}

/** What ends zmqcat, and the status that tells of it. */
export class Failure extends Error {
  constructor(message: string, readonly status = 1) {
    super(message);
  }
}

/** The end by a signal. */
export function endedBy(signal: typeof HEARD[number]): Failure {
  return new Failure(`ended by ${signal}`, STATUS[signal]);
}

/** The end for want of a reader. Other programs die of it, silently, by a signal that Deno ignores. */
export function readerGone(): Failure {
  return new Failure("no one reads the output any more", STATUS.SIGPIPE);
}

/** What to say of an error. What is none of the user's, the system's or libzmq's making is thrown on. */
export function toFailure(error: unknown): Failure {
  if (error instanceof Failure) return error;
  if (error instanceof UsageError) return new Failure(`${error.message} (see --help)`, 2);
  const { code, message } = error as Error & { code?: string };
  if (code === "EPIPE") return readerGone();
  if (code === undefined && !(error instanceof Deno.errors.NotCapable)) throw error;
  return new Failure(message);
}
