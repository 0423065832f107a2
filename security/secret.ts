/** Keeping secrets out of what is printed. */

/** How `Deno.inspect` and Node's `inspect` are told what to print. */
export const INSPECT: readonly symbol[] = [
  Symbol.for("Deno.customInspect"),
  Symbol.for("nodejs.util.inspect.custom"),
];

/** What stands in a printed object for something secret. */
const HIDDEN = "<hidden>";

type Inspect = (value: unknown, options: unknown) => string;

/**
 * Has an object printed without the properties that are secret. Reading them, spreading the object and
 * `JSON.stringify` give them all the same: that's what the object is for.
 */
export function hiding<T extends object>(object: T, ...secrets: (keyof T)[]): T {
  const value = (...args: unknown[]) => {
    const shown = { ...object } as Record<PropertyKey, unknown>;
    for (const name of secrets) if (typeof shown[name] === "string") shown[name] = HIDDEN;
    return print(shown, args);
  };
  for (const symbol of INSPECT) Object.defineProperty(object, symbol, { value });
  return object;
}

/** Prints a stand-in, in the way in which the object itself was to be printed. */
export function print(shown: object, args: unknown[]): string {
  // Deno gives its own function and options, Node the depth, options and function.
  const inspect = args.find((one) => typeof one === "function") as Inspect | undefined;
  const options = args.find((one) => typeof one === "object" && one !== null) ?? {};
  return inspect?.(shown, options) ?? Deno.inspect(shown);
}
