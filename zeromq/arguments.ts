/** Checks of arguments, with zeromq.js's texts. */

/** Throws if a call has more arguments than it takes. */
export function expectArguments(given: number, most: number): void {
  if (given <= most) return;
  throw new TypeError(`Expected ${most} argument${most === 1 ? "" : "s"} but received ${given}`);
}

/** Whether a value is an object, as N-API sees it: functions are. */
export function isObject(value: unknown): value is object {
  return (typeof value === "object" && value !== null) || typeof value === "function";
}

/** Throws if options are given that aren't an object. */
export function expectOptions(options: unknown): void {
  if (options !== undefined && !isObject(options)) {
    throw new TypeError("Options must be an object");
  }
}

/** Throws where the arguments of a call with an address aren't right. */
export function expectAddress(address: unknown, given: number): asserts address is string {
  if (typeof address !== "string") throw new TypeError("Address must be a string");
  expectArguments(given, 1);
}

/** Throws if an option's identifier isn't a number. */
export function expectIdentifier(option: unknown): asserts option is number {
  if (typeof option !== "number") throw new TypeError("Identifier must be a number");
}

/** Throws where the arguments of a read by number aren't right. */
export function expectRead(option: unknown, given: number): void {
  expectIdentifier(option);
  expectArguments(given, 1);
}

/** The same of what sets an option by number. */
export function expectWrite(
  option: unknown,
  value: unknown,
  type: "boolean" | "number",
  given: number,
): void {
  expectIdentifier(option);
  const actual: string = typeof value;
  if (actual !== type) throw new TypeError(`Option value must be a ${type}`);
  expectArguments(given, 2);
}

/** Throws Node's error where a listener isn't a function. */
export function expectListener(listener: unknown): void {
  if (typeof listener === "function") return;
  const message = `The "listener" argument must be of type function. Received ${inWords(listener)}`;
  throw Object.assign(new TypeError(message), { code: "ERR_INVALID_ARG_TYPE" });
}

/** A value that isn't a function, as Node's errors have it. */
function inWords(value: unknown): string {
  if (value === undefined || value === null) return String(value);
  if (typeof value === "object") return `an instance of ${value.constructor?.name ?? "Object"}`;
  return `type ${typeof value} (${typeof value === "string" ? `'${value}'` : String(value)})`;
}
