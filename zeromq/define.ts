/** Options as properties, which use the accessors by number. */

import { refusing } from "./classes.ts";

/** The part of an accessor's name between `get` or `set` and `Option`. */
export type OptionKind = "Bool" | "Int32" | "Uint32" | "Int64" | "Uint64" | "String";

/** An option: its number, its type, whether it can only be read or set, and the names of its values. */
export type OptionRow = readonly [
  number: number,
  kind: OptionKind,
  access?: "r" | "w" | undefined,
  words?: readonly (string | null)[],
];

type Accessors = Record<string, (option: number, value?: unknown) => unknown>;

/** Adds options to a class. `kind` is the class's name in errors. */
export function defineOptions(
  prototype: object,
  kind: string,
  options: Readonly<Record<string, OptionRow>>,
): void {
  for (const [name, [number, type, access, words]] of Object.entries(options)) {
    const getter = `get${type}Option`;
    const setter = `set${type}Option`;
    Object.defineProperty(prototype, name, {
      get: access === "w" ? undefined : function (this: Accessors) {
        const value = this[getter](number);
        return words === undefined ? value : words[value as number];
      },
      set: access === "r" ? refusing(kind, name) : function (this: Accessors, value: unknown) {
        this[setter](number, words === undefined ? value : words.indexOf(value as string));
      },
      enumerable: false,
      configurable: false,
    });
  }
}
