/** Objects that are printed without their secrets. */

import { defineInspectOfCopies } from "../poller/inspect.ts";

/** What a printed object has in place of a secret. */
export const HIDDEN = "<hidden>";

/** The options of sockets that are secrets. */
export const SECRET_OPTIONS: readonly string[] = [
  "curveSecretKey",
  "plainPassword",
  "socksPassword",
  "wssKeyPem",
];

/**
 * Makes an object print without its secret properties, and so do objects into which it's spread or assigned. Reading them
 * and `JSON.stringify` still return them, which is what the object is for.
 */
export function hiding<T extends object>(object: T, secrets: readonly string[]): T {
  defineInspectOfCopies(object, (object, print) => {
    const shown = { ...object } as Record<PropertyKey, unknown>;
    for (const name of secrets) if (shown[name] !== undefined) shown[name] = HIDDEN;
    return print(shown);
  });
  return object;
}
