/** Options by their numbers in `zmq.h`, also those that have no property. */

import { ZmqError } from "../errors.ts";
import { stateError } from "../ffi/errno.ts";
import type { Handle } from "./handle.ts";
import { assertListens, assertSafeOption, intOf, turnsOffNothing } from "./hazards.ts";
import type { OptionTypes } from "./option_types.ts";
import { setOption } from "./options.ts";
import {
  COMMON,
  OPTION_NUMBERS,
  type OptionKind,
  type OptionRow,
  OPTIONS,
  RECEIVING,
  ROUTER_NOTIFY,
  SENDING,
} from "./options_table.ts";
import { int64Bytes, intBytes, KEY_BYTES, KEY_SIZE, READERS, toEvents } from "./raw_options.ts";

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
  const named = rowOf(option);
  const [usualSize, read] = READERS[type];
  let size = usualSize;
  // libzmq writes a key's text, or its bytes, into a buffer of exactly that size.
  if (named?.row.kind === "key") size = type === "bytes" ? KEY_BYTES : KEY_SIZE;
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    bytes = handle.getBytes(option, String(option), size);
  } catch (error) {
    throw explained(error, named && readFailure(option, named, type));
  }
  const isText = named === undefined || KINDS[named.row.kind].length === undefined;
  if (type === "bytes" || (type === "string" ? isText : bytes.length === usualSize)) {
    return read(bytes);
  }
  const message = named === undefined
    ? `The option ${option} has ${bytes.length} bytes, and can't be read as "${type}"`
    : readFailure(option, named, type);
  throw stateError("EINVAL", "zmq_getsockopt", message, { option: String(option) });
}

/** Sets an option. */
export function setByNumber(handle: Handle, option: number, value: unknown): void {
  checkNumber(option);
  const timeout = timeoutOf(option);
  if (timeout !== undefined) return setOption(handle, timeout, value);
  const bytes = rawBytes(value);
  assertSafeOption(handle, option, bytes);
  if (turnsOffNothing(handle, option, bytes)) return;
  if (option === COMMON.useFd.number && bytes?.length === 4) {
    assertListens(new Int32Array(bytes.buffer)[0], String(option));
  }
  // Before libzmq sees it, which reads an int without asking for its length for one of them (XSUB_VERBOSE_UNSUBSCRIBE).
  const failure = setFailure(option, bytes);
  if (failure !== undefined) {
    throw stateError("EINVAL", "zmq_setsockopt", failure, { option: String(option) });
  }
  handle.setBytes(option, String(option), bytes);
  shadowByNumber(handle, option, value, bytes);
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

interface NamedRow {
  readonly name: string;
  readonly row: OptionRow;
}

/** The rows of the table by number. */
let rows: ReadonlyMap<number, NamedRow> | undefined;

function rowOf(option: number): NamedRow | undefined {
  rows ??= new Map(
    [...Object.entries<OptionRow>(OPTIONS), ["notify", ROUTER_NOTIFY] as const]
      .map(([name, row]) => [row.number, { name, row }]),
  );
  return rows.get(option);
}

/** How each kind of option is read and set, and how many bytes its values have, where they all have as many. */
const KINDS: Readonly<Record<OptionKind, { read: string; set: string; length?: number }>> = {
  int: { read: '"int"', set: "a number", length: 4 },
  bool: { read: '"boolean" or "int"', set: "a boolean or a number", length: 4 },
  choice: { read: '"int"', set: "a number", length: 4 },
  flags: { read: '"int"', set: "a number", length: 4 },
  int64: { read: '"int64"', set: "a bigint", length: 8 },
  uint64: { read: '"uint64"', set: "a bigint", length: 8 },
  text: { read: '"string"', set: "a string" },
  bytes: { read: '"bytes"', set: "bytes" },
  key: { read: '"string" or "bytes"', set: "a string of 40 characters, or 32 bytes" },
};

function readFailure(option: number, { name, row }: NamedRow, type: string): string {
  const what = `The option ${option} (${name})`;
  if ("unreadable" in row) {
    return `${what} can't be read from libzmq: the property has what was set`;
  }
  return `${what} is read as ${KINDS[row.kind].read}, and not as "${type}"`;
}

/** Says as what an option is set; undefined where the value's length is right, or any length may be. */
function setFailure(option: number, bytes: Uint8Array | null): string | undefined {
  const named = rowOf(option);
  if (named === undefined) return undefined;
  const { name, row: { kind, readOnly } } = named;
  const { set, length } = KINDS[kind];
  const isLength = kind === "key"
    ? bytes !== null && [32, 40, 41].includes(bytes.length)
    : bytes?.length === length;
  if (readOnly || isLength || (length === undefined && kind !== "key")) return undefined;
  return `The option ${option} (${name}) is set to ${set}`;
}

/** The same error with another message, if it says that an argument is invalid. */
function explained(error: unknown, message: string | undefined): unknown {
  if (message === undefined || !(error instanceof ZmqError) || error.code !== "EINVAL") {
    return error;
  }
  const { code, errno, call, option } = error;
  return new ZmqError(message, { code, errno, call, option });
}

/** Records a value that was set by number, and the bytes that libzmq got, if libzmq can't read the option, so that its property returns it. */
export function shadowByNumber(
  handle: Handle,
  option: number,
  value: unknown,
  bytes: Uint8Array | null,
): void {
  const on = intOf(bytes) !== 0;
  if (option === OPTION_NUMBERS.verbose) {
    handle.shadowOptions.set("verbosity", on ? "allSubs" : null);
  }
  if (option === OPTION_NUMBERS.verboser) {
    handle.shadowOptions.set("verbosity", on ? "allSubsUnsubs" : null);
  }
  const named = rowOf(option);
  if (named !== undefined && "unreadable" in named.row) {
    const kept = value instanceof Uint8Array ? bytes : value;
    handle.shadowOptions.set(named.name, named.row.kind === "bool" ? on : kept);
  }
}

/** An option's value as libzmq takes it: bytes of our own, which no one changes between the checks and the call. */
function rawBytes(value: unknown): Uint8Array<ArrayBuffer> | null {
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
      if (value === null) return null;
      if (value instanceof Uint8Array) return new Uint8Array(value);
      throw new TypeError("An option is a number, a bigint, a boolean, a string, bytes or null");
  }
}

function checkNumber(option: number): void {
  // A fast call would take a larger one modulo 2^32.
  if (!Number.isInteger(option) || option !== (option | 0)) {
    throw new TypeError("An option's number is an integer of 32 bits");
  }
}
