/** How the library's objects print: by `console.log` and `Deno.inspect`, and by Node's `inspect`. */

/** The keys of the methods by which `Deno.inspect` and Node's `inspect` print an object. */
const KEYS: readonly symbol[] = [
  Symbol.for("Deno.customInspect"),
  Symbol.for("nodejs.util.inspect.custom"),
];

type Inspect = (value: unknown, options: unknown) => string;

/** Calls a function with another value, with the function and the options that were passed for the original one. */
type Print = (shown: unknown) => string;

/** What the library has made to be set under these keys. */
const own = new WeakSet<object>();

/** Sets what is printed of all objects with a prototype. */
export function defineInspect<T extends object>(
  prototype: T,
  describe: (object: T, print: Print) => string,
): void {
  for (const key of KEYS) {
    // A copy of an object that hides its secrets brings its own with it, which isn't for the object that it's copied into.
    const set = function (this: object, value: unknown) {
      if (typeof value === "function" && own.has(value)) return;
      Object.defineProperty(this, key, { value, configurable: true, writable: true });
    };
    const value = inspectorOf(describe);
    Object.defineProperty(prototype, key, { get: () => value, set, configurable: true });
  }
}

/** Sets what is printed of an object, and of objects into which its properties are copied. */
export function defineInspectOfCopies<T extends object>(
  object: T,
  describe: (object: T, print: Print) => string,
): void {
  const value = inspectorOf<T>((object, print) => {
    return describe(object, (shown) => {
      for (const key of KEYS) delete (shown as Record<symbol, unknown>)[key];
      return print(shown);
    });
  });
  own.add(value);
  for (const key of KEYS) {
    Object.defineProperty(object, key, {
      value,
      configurable: true,
      writable: true,
      enumerable: true,
    });
  }
}

function inspectorOf<T extends object>(
  describe: (object: T, print: Print) => string,
): (...args: unknown[]) => string {
  return function (this: T, ...args) {
    return describe(this, (shown) => print(shown, args));
  };
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
