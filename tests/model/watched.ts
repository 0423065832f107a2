/** Promises of the library, and how each may end. */

import { ZmqError } from "../../mod.ts";

/** What was found to be wrong. */
export class Violation extends Error {
  override readonly name = "Violation";
}

/** A promise of the library that the model watches until it settles. */
export class Watched {
  settled = false;
  readonly began = performance.now();
  readonly controller: AbortController | undefined;
  /** What it was aborted with. */
  reason: object | undefined;

  constructor(
    /** The call, for people. */
    readonly what: string,
    /** Its own limit in ms. */
    readonly timeout: number | undefined,
    abortable: boolean,
    /** The codes of errors with which it may end beside those that follow from what was done to it. */
    readonly codes: readonly string[] = [],
  ) {
    this.controller = abortable ? new AbortController() : undefined;
  }

  /** The options with which the call is made. */
  get options(): { timeout?: number; signal?: AbortSignal } {
    return {
      ...(this.timeout === undefined ? {} : { timeout: this.timeout }),
      ...(this.controller === undefined ? {} : { signal: this.controller.signal }),
    };
  }

  /** Aborts it, with a reason of its own. */
  abort(): void {
    this.reason = { aborted: this.what };
    this.controller!.abort(this.reason);
  }

  /** Whether its time is over: not before. */
  get late(): boolean {
    return this.timeout !== undefined && performance.now() - this.began >= this.timeout;
  }

  /** Throws unless an error is one with which it may end. `codes`: what its socket's state allows beside its own. */
  judge(error: unknown, codes: readonly string[]): void {
    if (this.reason !== undefined && error === this.reason) return;
    if (error instanceof ZmqError) {
      if (error.code === "EAGAIN" && this.late) return;
      if ([...this.codes, ...codes].includes(error.code)) return;
    }
    throw new Violation(`${this.what} rejects with ${error}`);
  }
}

/** Throws unless an error of a call that doesn't wait has one of these codes. */
export function judgeThrown(what: string, error: unknown, codes: readonly string[]): void {
  if (error instanceof ZmqError && codes.includes(error.code)) return;
  throw new Violation(`${what} throws ${error}`);
}
