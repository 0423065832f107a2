/** What must fail, and how. */

import { deepStrictEqual as assertEquals, fail, ok as assert } from "node:assert/strict";
import { ZmqError } from "../errors.ts";
import { claims } from "./claims.ts";
import { soon } from "./waiting.ts";

/** Claims that it throws a `ZmqError` with that code, and of that call. */
export const throwsCode = claims(function throwsCode(
  body: () => unknown,
  code: string,
  call?: string,
): void {
  let error: unknown;
  try {
    body();
  } catch (thrown) {
    error = thrown;
  }
  assertCode(error, code, call);
});

/** Claims that it rejects with a `ZmqError` of that code, and of that call. */
export const rejectsCode = claims(async function rejectsCode(
  promise: Promise<unknown>,
  code: string,
  call?: string,
): Promise<void> {
  const error = await soon(promise.then(() => fail("it doesn't reject"), (error) => error));
  assertCode(error, code, call);
});

function assertCode(error: unknown, code: string, call?: string): void {
  assert(error instanceof ZmqError, `${code} should be the error, not ${error}`);
  assertEquals(error.code, code);
  if (call !== undefined) assertEquals(error.call, call);
}
