/** Which of a class's properties are options: those that can be set, and are no methods. */

import type { Expand } from "./event_types.ts";

/** A, where two types are the same; else B. */
export type IfEquals<X, Y, A, B = never> = (<T>() => T extends X ? 1 : 2) extends
  (<T>() => T extends Y ? 1 : 2) ? A : B;

/** The names of the properties that can be set. */
export type WritableKeys<T> = {
  // deno-lint-ignore ban-types -- any method
  [P in keyof T]-?: T[P] extends Function ? never
    : IfEquals<{ [Q in P]: T[P] }, { -readonly [Q in P]: T[P] }, P>;
}[keyof T];

/** What a constructor takes: options, and whatever else. */
// deno-lint-ignore ban-types -- nothing else
export type Options<T, E = {}> = Expand<Partial<E & Pick<T, WritableKeys<T>>>>;
