/** Programs that end in a certain way, each run a few times. */

import { deepStrictEqual as assertEquals, ok as assert } from "node:assert/strict";
import { claims } from "./claims.ts";
import { type Outcome, withoutWaiting } from "./program.ts";

/** A program, and how it's to end. */
export interface Ending {
  claim: string;
  source: string;
  code: number;
  /** What it prints, complete. */
  stdout?: string;
  /** What it says on standard error. Default: nothing. */
  stderr?: RegExp;
}

/** How often each program is run: an end that fails often doesn't always fail. */
export const TIMES = 3;

/** Claims that each of some runs at a time ends so. */
export const endsSo = claims(async function endsSo(
  { code, stdout = "", stderr }: Omit<Ending, "claim" | "source">,
  run: () => Promise<Outcome>,
): Promise<void> {
  for (const outcome of await Promise.all(Array.from({ length: TIMES }, run))) {
    if (stderr === undefined) assertEquals(withoutWaiting(outcome.stderr), "");
    else assert(stderr.test(outcome.stderr), outcome.stderr);
    assertEquals(outcome.signal, null);
    assertEquals(outcome.stdout, stdout);
    assertEquals(outcome.code, code);
  }
});
