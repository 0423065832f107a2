/** Objects that are printed without their secrets. */

import { defineInspect } from "../poller/inspect.ts";

/** What a printed object has in place of a secret. */
export const HIDDEN = "<hidden>";

/**
 * Makes an object print without its secret properties. Reading them, spreading the object and `JSON.stringify` still
 * return them, which is what the object is for.
 */
export function hiding<T extends object>(object: T, ...secrets: (keyof T)[]): T {
  defineInspect(object, (object, print) => {
    const shown = { ...object } as Record<PropertyKey, unknown>;
    for (const name of secrets) if (typeof shown[name] === "string") shown[name] = HIDDEN;
    return print(shown);
  });
  return object;
}
