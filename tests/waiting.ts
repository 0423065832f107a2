/** Waiting in tests: for what must come soon, for the next turn of the event loop, and for what is to hold at last. */

import { fail } from "node:assert/strict";
import { claims } from "./claims.ts";

/** Longer than anything takes that works, in ms. */
export const STUCK = 20_000;
/** Longer than any program runs that works, in ms. */
export const HUNG = 60_000;

/** The promise's value; a failure where it takes so long that it must be stuck. */
export const soon: <T>(promise: Promise<T>, what?: string) => Promise<T> = claims(
  async function soon<T>(promise: Promise<T>, what = "it"): Promise<T> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const stuck = new Promise<"stuck">((resolve) => {
      timer = setTimeout(() => resolve("stuck"), STUCK);
    });
    try {
      const value = promise.then((value) => ({ value }));
      const first = await Promise.race([value, stuck]);
      return first === "stuck" ? fail(`${what} doesn't come`) : first.value;
    } finally {
      clearTimeout(timer);
    }
  },
);

/** A promise whose rejection goes unseen where its test has failed before awaiting it. */
export function held<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  return promise;
}

/** The next turn of the event loop: whatever was ready has been dealt with. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Some turns of the event loop, in which whatever was due has been done. */
export async function turns(number: number): Promise<void> {
  for (let i = 0; i < number; i++) await turn();
}

/** Lets the event loop turn until a condition holds. */
export const turnsUntil: (condition: () => boolean, what: string) => Promise<void> = claims(
  async function turnsUntil(condition: () => boolean, what: string): Promise<void> {
    const limit = performance.now() + STUCK;
    while (!condition()) {
      if (performance.now() >= limit) fail(`${what} doesn't come`);
      await turn();
    }
  },
);

/** Some time, in ms: the pace of something, or time in which nothing may happen. Nothing is taken to be done by then. */
export function pause(time: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, time));
}
