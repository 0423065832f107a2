/** Objects that are printed without their secrets. */

/** The keys of the methods by which `Deno.inspect` and Node's `inspect` print an object. */
export const INSPECT: readonly symbol[] = [
  Symbol.for("Deno.customInspect"),
  Symbol.for("nodejs.util.inspect.custom"),
];

/** What a printed object has in place of a secret. */
const HIDDEN = "<hidden>";

type Inspect = (value: unknown, options: unknown) => string;

/**
 * Makes an object print without its secret properties. Reading them, spreading the object and `JSON.stringify` still
 * return them, which is what the object is for.
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

/** Prints another object, by the function and the options for the original one. */
export function print(shown: object, args: unknown[]): string {
  // Deno passes its function and options, Node the depth, options and function.
  const inspect = args.find((one) => typeof one === "function") as Inspect | undefined;
  const options = args.find((one) => typeof one === "object" && one !== null) ?? {};
  return inspect?.(shown, options) ?? Deno.inspect(shown);
}
