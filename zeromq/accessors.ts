/** Functions that read and set a socket's options by number. */

import type { Buffer } from "node:buffer";
import { int64Bytes, intBytes, KEY_SIZE } from "../socket/raw_options.ts";
import { NO_KEY } from "../socket/options.ts";
import { engineOption, shadowByNumber, timeoutOf } from "../socket/options_by_number.ts";
import { COMMON, OPTION_NUMBERS, type OptionName, OPTIONS } from "../socket/options_table.ts";
import { assertSafeOption, isTooShort } from "../socket/hazards.ts";
import { EINVAL, ENOTSOCK, errnoError, translating } from "./errors.ts";
import type { SocketState } from "./state.ts";
import { warn } from "./warning.ts";

/** The CURVE keys. */
const KEYS: ReadonlySet<number> = new Set(
  Object.values(COMMON).flatMap(({ number, kind }) => kind === "key" ? [number] : []),
);

/**
 * Options that take effect on a socket that's bound or connected: subscriptions, linger, those of
 * Routers and Requests, the high-water marks and the time-outs.
 */
const IMMEDIATE: ReadonlySet<number> = new Set([
  ...([
    ...["linger", "sendHighWaterMark", "receiveHighWaterMark", "sendTimeout", "receiveTimeout"],
    ...["mandatory", "probeRouter", "correlate", "relaxed", "handover"],
  ] as OptionName[]).map((name) => OPTIONS[name].number),
  ...[
    OPTION_NUMBERS.subscribe,
    OPTION_NUMBERS.unsubscribe,
    OPTION_NUMBERS.verbose,
    OPTION_NUMBERS.verboser,
  ],
]);

/** Reads an `int`. */
export function readInt(state: SocketState, option: number): number {
  assertThere(state);
  return engineOption(state.handle, option) ?? new Int32Array(readWhole(state, option, 4))[0];
}

/** Reads so many bytes, for a number. A shorter value, such as a text that is empty, ends in zeros, as in zeromq.js. */
function readWhole({ handle }: SocketState, option: number, size: number): ArrayBuffer {
  const bytes = translating(() => handle.getBytes(option, String(option), size));
  return bytes.length < size ? bytes.buffer.transfer(size) : bytes.buffer;
}

/** Sets an `int`. */
export function writeInt(state: SocketState, option: number, value: number): void {
  const timeout = timeoutOf(option);
  if (timeout === undefined) return write(state, option, value, intBytes(value));
  assertThere(state);
  if (value < -1) throw errnoError(EINVAL);
  state.handle[timeout] = value;
}

/** Reads 64 bits. */
export function readLong(state: SocketState, option: number, signed: boolean): number {
  assertThere(state);
  const bytes = readWhole(state, option, 8);
  return Number(signed ? new BigInt64Array(bytes)[0] : new BigUint64Array(bytes)[0]);
}

/** Sets 64 bits. */
export function writeLong(state: SocketState, option: number, value: bigint): void {
  write(state, option, value, int64Bytes(value));
}

/**
 * Reads text; `null` if it's empty. Returns a Buffer for what isn't text, such as a routing id of any
 * bytes, where zeromq.js would cut it short, or return other bytes.
 */
export function readText(state: SocketState, option: number): string | null {
  assertThere(state);
  const key = KEYS.has(option);
  const size = key ? KEY_SIZE : undefined;
  const bytes = translating(() => state.handle.getBytes(option, String(option), size));
  const { length } = bytes;
  const last = bytes.at(-1) === 0 && option !== OPTIONS.routingId.number ? length - 1 : length;
  if (last === 0) return null;
  const text = textOf(bytes, last);
  if (text === undefined) return global.Buffer.from(bytes.buffer, 0, last) as unknown as string;
  return key && text === NO_KEY ? null : text;
}

/** Up to so many bytes that are ASCII, as most options are, are taken one by one: in a fifth of the decoder's time. */
const SHORT = 24;

/** The text of the first bytes; undefined where they aren't UTF-8. */
function textOf(bytes: Uint8Array, length: number): string | undefined {
  let text = "";
  if (length <= SHORT) {
    let i = 0;
    while (i < length && bytes[i] < 128) text += String.fromCharCode(bytes[i++]);
    if (i === length) return text;
  }
  try {
    return decoder.decode(bytes.subarray(0, length));
  } catch {
    return undefined;
  }
}

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
/** Read at its first use, since Buffer takes 3 ms to load. */
const global = globalThis as unknown as { Buffer: typeof Buffer };

/** Sets text or bytes, or unsets them. */
export function writeText(state: SocketState, option: number, value: unknown): void {
  let bytes: Uint8Array | null;
  if (typeof value === "string") bytes = encoder.encode(value);
  else if (value === null) bytes = null;
  else if (ArrayBuffer.isView(value)) {
    // A copy, which no one changes between the checks and the call.
    bytes = new Uint8Array(value.buffer, value.byteOffset, value.byteLength).slice();
  } else throw new TypeError("Option value must be a string or buffer");
  write(state, option, value, bytes);
}

function write(
  state: SocketState,
  option: number,
  value: unknown,
  bytes: Uint8Array | null,
): void {
  const immediate = IMMEDIATE.has(option) || (state.endpoints === 0 && !state.blocked);
  if (!immediate) warn("Socket option will not take effect until next connect/bind.");
  assertThere(state);
  const { handle } = state;
  // A value with which libzmq would end the process is a TypeError, as everywhere in this library.
  assertSafeOption(handle, option, bytes);
  if (isTooShort(option, bytes)) throw errnoError(EINVAL);
  translating(() => handle.setBytes(option, String(option), bytes));
  shadowByNumber(handle, option, value, bytes);
}

function assertThere({ closed }: SocketState): void {
  if (closed) throw errnoError(ENOTSOCK);
}
