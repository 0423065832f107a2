// Written by tests/write_npm.ts.
// deno-lint-ignore-file
/** The properties of a class that are options: those that can be set, and aren't methods. */
import type { Expand } from "./event_types.d.ts";
/** A, if two types are the same; else B. */
export type IfEquals<X, Y, A, B = never> = (<T>() => T extends X ? 1 : 2) extends
  (<T>() => T extends Y ? 1 : 2) ? A : B;
/** The names of the properties that can be set. */
export type WritableKeys<T> = {
  [P in keyof T]-?: T[P] extends Function ? never : IfEquals<
    {
      [Q in P]: T[P];
    },
    {
      -readonly [Q in P]: T[P];
    },
    P
  >;
}[keyof T];
/** The argument of a constructor: options, and other properties. */
export type Options<T, E = {}> = Expand<Partial<E & Pick<T, WritableKeys<T>>>>;
