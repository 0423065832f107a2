/** Options by their numbers in `zmq.h`, also those that have no property. */

import type { Handle } from "./handle.ts";
import { assertSafeOptions } from "./hazards.ts";
import type { OptionTypes } from "./option_types.ts";
import { setOption } from "./options.ts";
import { OPTION_NUMBERS, type OptionName, OPTIONS, RECEIVING, SENDING } from "./options_table.ts";
import { int64Bytes, intBytes, READERS, toEvents } from "./raw_options.ts";

const encoder = new TextEncoder();

/** Reads an option. */
export function getByNumber(
  handle: Handle,
  option: number,
  type: keyof OptionTypes,
): OptionTypes[keyof OptionTypes] {
  checkNumber(option);
  const own = type === "int" ? engineOption(handle, option) : undefined;
  if (own !== undefined) return own;
  if (!Object.hasOwn(READERS, type)) {
    throw new TypeError(`The type of an option is one of ${Object.keys(READERS).join(", ")}`);
  }
  return handle.getValue(option, String(option), type);
}

/** Sets an option. */
export function setByNumber(handle: Handle, option: number, value: unknown): void {
  checkNumber(option);
  const timeout = timeoutOf(option);
  if (timeout !== undefined) return setOption(handle, timeout, value);
  assertSafeOptions(handle, { option, value });
  handle.setBytes(option, String(option), rawBytes(value));
  shadowByNumber(handle, option, value);
}

/** Returns the name of the time-out that has a number. Time-outs are the engine's own; libzmq never gets them. */
export function timeoutOf(option: number): "receiveTimeout" | "sendTimeout" | undefined {
  if (option === RECEIVING.receiveTimeout.number) return "receiveTimeout";
  if (option === SENDING.sendTimeout.number) return "sendTimeout";
  return undefined;
}

/** Reads by number what the engine handles: a time-out, and ZMQ_EVENTS, since a plain read would consume a wake-up. */
export function engineOption(handle: Handle, option: number): number | undefined {
  if (option === OPTION_NUMBERS.events) return toEvents(handle.ask());
  const timeout = timeoutOf(option);
  return timeout && handle[timeout];
}

/** The names of options that libzmq can only set, by their numbers. */
let unreadable: ReadonlyMap<number, OptionName> | undefined;

/** Records a value that was set by number, if libzmq can't read the option, so that its property returns it. */
export function shadowByNumber(handle: Handle, option: number, value: unknown): void {
  const on = value !== false && value !== 0;
  if (option === OPTION_NUMBERS.verbose) {
    handle.shadowOptions.set("verbosity", on ? "allSubs" : null);
  }
  if (option === OPTION_NUMBERS.verboser) {
    handle.shadowOptions.set("verbosity", on ? "allSubsUnsubs" : null);
  }
  unreadable ??= new Map(
    (Object.keys(OPTIONS) as OptionName[]).filter((name) => "unreadable" in OPTIONS[name])
      .map((name) => [OPTIONS[name].number, name]),
  );
  const name = unreadable.get(option);
  if (name !== undefined) {
    handle.shadowOptions.set(name, OPTIONS[name].kind === "bool" ? on : value);
  }
}

/** An option's value as libzmq takes it. */
function rawBytes(value: unknown): Uint8Array | null {
  switch (typeof value) {
    case "boolean":
      return rawBytes(value ? 1 : 0);
    case "number":
      if (!Number.isInteger(value) || value < -0x80000000 || value > 0x7fffffff) {
        throw new RangeError("A number for an option must fit into 32 bits; use a bigint for more");
      }
      return intBytes(value);
    case "bigint":
      if (value !== BigInt.asIntN(64, value) && value !== BigInt.asUintN(64, value)) {
        throw new RangeError("A bigint for an option must fit into 64 bits");
      }
      return int64Bytes(value);
    case "string":
      return encoder.encode(value);
    default:
      if (value === null || value instanceof Uint8Array) return value;
      throw new TypeError("An option is a number, a bigint, a boolean, a string, bytes or null");
  }
}

function checkNumber(option: number): void {
  if (!Number.isInteger(option)) throw new TypeError("An option's number is an integer");
}
