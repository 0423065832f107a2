/** Reading, checking and setting options by the table. */

import { has } from "../ffi/libzmq.ts";
import { ZmqError } from "../errors.ts";
import { stateError } from "../ffi/errno.ts";
import { loadLibrary } from "../ffi/load.ts";
import { closedError } from "./wait_errors.ts";
import { type Handle, handleOf } from "./handle.ts";
import { int64Bytes, intBytes, KEY_SIZE, textOf } from "./raw_options.ts";
import { assertListens, assertSafeOption, turnsOffNothing } from "./hazards.ts";
import type { OptionTypes } from "./option_types.ts";
import { type OptionName, type OptionRow, OPTIONS } from "./options_table.ts";
import { keyBytes } from "./z85.ts";

const encoder = new TextEncoder();

/** How an unset key reads. */
export const NO_KEY = "0".repeat(KEY_SIZE - 1);

/** Reads an option. */
export function getOption(handle: Handle, name: OptionName): unknown {
  return getByRow(handle, name, OPTIONS[name]);
}

/** Reads an option by its row. */
export function getByRow(handle: Handle, name: string, row: OptionRow): unknown {
  if (handle.closed) throw closedError(handle, "zmq_getsockopt");
  if (row.field !== undefined) return handle[row.field];
  if ("unreadable" in row) {
    const set = handle.shadowOptions.get(name) ?? row.unreadable;
    return set instanceof Uint8Array ? new Uint8Array(set) : set; // a copy, as libzmq returns one
  }
  assertBuilt(name, row, "zmq_getsockopt");
  return explained(name, row, "zmq_getsockopt", () => read(handle, name, row));
}

function read(handle: Handle, name: string, row: OptionRow): unknown {
  const as = <Type extends keyof OptionTypes>(type: Type) =>
    handle.getValue(row.number, name, type);
  switch (row.kind) {
    case "bool":
      return as("boolean");
    case "int":
      return as("int");
    case "choice":
      return row.choices![as("int")] ?? null;
    case "flags": {
      const set = as("int");
      return Object.entries(bitsOf(row)).flatMap(([name, bits]) =>
        (set & bits) === bits ? [name] : []
      );
    }
    case "int64":
    case "uint64":
      return Number(as(row.kind));
    case "key": {
      const key = textOf(handle.getBytes(row.number, name, KEY_SIZE));
      return key === NO_KEY ? null : key;
    }
    case "text":
      return as("string") || null;
    case "bytes": {
      const bytes = as("bytes");
      return bytes.length === 0 ? null : bytes;
    }
  }
}

/** Checks a value and sets an option to it. */
export function setOption(handle: Handle, name: OptionName, value: unknown): void {
  setByRow(handle, name, OPTIONS[name], value);
}

/** Checks a value and sets an option to it, by its row. */
export function setByRow(handle: Handle, name: string, row: OptionRow, value: unknown): void {
  if (handle.closed) throw closedError(handle, "zmq_setsockopt");
  const bytes = encode(name, row, value);
  assertBuilt(name, row, "zmq_setsockopt");
  if (row.field !== undefined) {
    handle[row.field] = value as number;
    return;
  }
  assertSafeOption(handle, row.number, value);
  if (turnsOffNothing(handle, row.number, bytes)) return;
  if (name === "useFd") assertListens(value as number, name);
  explained(name, row, "zmq_setsockopt", () => handle.setBytes(row.number, name, bytes));
  if ("unreadable" in row) {
    // libzmq has copied the bytes, which the program may change.
    handle.shadowOptions.set(name, value instanceof Uint8Array ? bytes : value);
  }
}

/** A value as libzmq takes it; `null` takes an option back. Throws where it's of a wrong type or out of range. */
function encode(name: string, row: OptionRow, value: unknown): Uint8Array<ArrayBuffer> | null {
  if (value === null && row.nullable) return null;
  switch (row.kind) {
    case "bool":
      if (typeof value !== "boolean") throw new TypeError(`The option ${name} must be a boolean`);
      return intBytes(value ? 1 : 0);
    case "int":
      return intBytes(number(name, row, value));
    case "int64":
    case "uint64":
      return int64Bytes(BigInt(number(name, row, value)));
    case "choice": {
      const index = row.choices!.indexOf(value as string | null);
      if (index >= 0) return intBytes(index);
      const names = row.choices!.map((choice) => JSON.stringify(choice)).join(", ");
      throw new TypeError(`The option ${name} must be one of ${names}`);
    }
    case "flags": {
      const bits = bitsOf(row);
      let set = 0;
      for (const flag of flagsOf(name, bits, value)) set |= bits[flag];
      return intBytes(set);
    }
    case "key": {
      const key = keyBytes(value);
      if (key !== undefined) return key;
      // The message must not show it: it may be a secret with a slip in it.
      throw new TypeError(`The option ${name} must be a key: 32 bytes, or 40 characters of Z85`);
    }
    case "text":
    case "bytes":
      return lengthChecked(name, row, value);
  }
}

/** The options of which -1 is what `Infinity` is as a `timeout`. */
const WITHOUT_LIMIT = new Set(["linger", "receiveTimeout", "sendTimeout", "maxMessageSize"]);

function number(name: string, row: OptionRow, value: unknown): number {
  const [least, greatest] = row.range!;
  if (typeof value !== "number") throw new TypeError(`The option ${name} must be a number`);
  if (!Number.isInteger(value) || value < least || value > greatest) {
    const limitless = value === Infinity && WITHOUT_LIMIT.has(name) ? "; -1 for no limit" : "";
    throw new RangeError(
      `The option ${name} must be a whole number from ${least} to ${greatest}${limitless}`,
    );
  }
  return value;
}

function lengthChecked(name: string, row: OptionRow, value: unknown): Uint8Array<ArrayBuffer> {
  const [least, greatest] = row.range!;
  if (typeof value !== "string" && !(value instanceof Uint8Array)) {
    throw new TypeError(
      `The option ${name} must be a string or a Uint8Array${row.nullable ? ", or null" : ""}`,
    );
  }
  const bytes = typeof value === "string" ? encoder.encode(value) : new Uint8Array(value);
  if (bytes.length < least || bytes.length > greatest) {
    throw new RangeError(`The option ${name} must have ${least} to ${greatest} bytes`);
  }
  if (row.kind === "text" && bytes.includes(0)) {
    throw new TypeError(`The option ${name} must not contain a NUL character`);
  }
  return bytes;
}

function flagsOf(name: string, bits: Record<string, number>, value: unknown): string[] {
  if (!Array.isArray(value) || value.some((flag) => !Object.hasOwn(bits, flag))) {
    const names = Object.keys(bits).map((flag) => JSON.stringify(flag)).join(", ");
    throw new TypeError(`The option ${name} must be an array of some of ${names}`);
  }
  return value;
}

/** The bits behind the names of flags, in the version of libzmq that is in use. */
function bitsOf({ flags, flagsBefore }: OptionRow): Record<string, number> {
  if (flagsBefore === undefined || !isBefore(flagsBefore[0])) return flags!;
  return { ...flags, ...flagsBefore[1] };
}

/** Whether the libzmq in use is older than a version. */
function isBefore(version: string): boolean {
  const theirs = version.split(".").map(Number);
  const ours = loadLibrary().version.split(".").map(Number);
  for (let i = 0; i < theirs.length; i++) {
    if (ours[i] !== theirs[i]) return ours[i] < theirs[i];
  }
  return false;
}

/**
 * Runs an action on an option. If libzmq refuses it because it doesn't know the option, the error says what the option
 * needs. libzmq is asked first, since a draft of today may be none in the next version.
 */
function explained<T>(name: string, row: OptionRow, call: string, action: () => T): T {
  if (row.since === undefined) return action();
  try {
    return action();
  } catch (error) {
    if (!(error instanceof ZmqError) || error.code !== "EINVAL") throw error;
    const older = isBefore(row.since);
    const drafts = row.draft === true && !has("draft");
    if (!older && !drafts) throw error;
    const wanted = older ? `libzmq ${row.since} or newer` : "a libzmq";
    const message = `The option ${name} needs ${wanted}${
      row.draft ? " that was built with its draft API" : ""
    }; this one is ${loadLibrary().version}${drafts ? ", without it" : ""}`;
    throw stateError("EINVAL", call, message);
  }
}

function assertBuilt(name: string, { needs }: OptionRow, call: string): void {
  if (needs === undefined || has(needs)) return;
  throw stateError(
    "EINVAL",
    call,
    `The option ${name} needs a libzmq that was built with ${needs.toLowerCase()}; this one wasn't`,
  );
}

/** Defines a class's options as properties, but for those that it, or the class above it, has a property for itself. */
export function defineOptions(prototype: object, names: readonly OptionName[]): void {
  const property: PropertyDescriptor = { enumerable: false, configurable: true };
  const above = Object.getPrototypeOf(prototype);
  for (const name of names) {
    // Not `name in prototype`, for which V8 makes an object of another kind of each prototype, each time.
    if (Object.hasOwn(prototype, name) || Object.hasOwn(above, name)) continue;
    property.get = function (this: object) {
      return getOption(handleOf(this), name);
    };
    const { readOnly }: OptionRow = OPTIONS[name];
    property.set = readOnly ? undefined : function (this: object, value: unknown) {
      setOption(handleOf(this), name, value);
    };
    Object.defineProperty(prototype, name, property);
  }
}
