/** Checks of arguments, with zeromq.js's texts. */

/** Throws where a call has more arguments than it takes. */
export function expectArguments(given: number, most: number): void {
  if (given <= most) return;
  throw new TypeError(`Expected ${most} argument${most === 1 ? "" : "s"} but received ${given}`);
}

/** Whether a value is an object, as N-API sees it: functions are. */
export function isObject(value: unknown): value is object {
  return (typeof value === "object" && value !== null) || typeof value === "function";
}

/** Throws where options are given that are no object. */
export function expectOptions(options: unknown): void {
  if (options !== undefined && !isObject(options)) {
    throw new TypeError("Options must be an object");
  }
}

/** Throws where an address isn't a string. */
export function expectAddress(address: unknown): asserts address is string {
  if (typeof address !== "string") throw new TypeError("Address must be a string");
}

/** Throws where an option's identifier isn't a number. */
export function expectIdentifier(option: unknown): asserts option is number {
  if (typeof option !== "number") throw new TypeError("Identifier must be a number");
}
