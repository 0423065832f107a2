/** How the library's objects print: by `console.log` and `Deno.inspect`, and by Node's `inspect`. */

/** The keys of the methods by which `Deno.inspect` and Node's `inspect` print an object. */
const KEYS: readonly symbol[] = [
  Symbol.for("Deno.customInspect"),
  Symbol.for("nodejs.util.inspect.custom"),
];

type Inspect = (value: unknown, options: unknown) => string;

/** Calls a function with another value, with the function and the options that were passed for the original one. */
type Print = (shown: unknown) => string;

/** Sets what is printed of an object, or of all objects with that prototype. */
export function defineInspect<T extends object>(
  target: T,
  describe: (object: T, print: Print) => string,
): void {
  const value = function (this: T, ...args: unknown[]): string {
    return describe(this, (shown) => print(shown, args));
  };
  for (const key of KEYS) {
    Object.defineProperty(target, key, { value, configurable: true, writable: true });
  }
}

/**
 * Has all objects of a class print as its name, or their own class's, with what the function returns. Printing never
 * throws: of what only has the prototype, such as the prototype itself, the name is printed.
 */
export function inspectAs<T extends object>(
  prototype: T,
  describe: (object: T) => object,
): void {
  defineInspect(prototype, (object, print) => {
    const { name } = object.constructor;
    let shown: object;
    try {
      shown = describe(object);
    } catch {
      return `${name} {}`;
    }
    return `${name} ${print(shown)}`;
  });
}

function print(shown: unknown, args: unknown[]): string {
  // Deno passes its function and options, Node the depth, options and function.
  const inspect = args.find((one) => typeof one === "function") as Inspect | undefined;
  const options = args.find((one) => typeof one === "object" && one !== null) ?? {};
  return inspect?.(shown, options) ?? Deno.inspect(shown);
}
