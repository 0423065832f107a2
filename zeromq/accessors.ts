/** Reading and setting a socket's options by number. */

import type { Buffer } from "node:buffer";
import {
  ZMQ_EVENTS,
  ZMQ_POLLIN,
  ZMQ_POLLOUT,
  ZMQ_RCVTIMEO,
  ZMQ_SNDTIMEO,
} from "../ffi/constants.ts";
import { READABLE, WRITABLE } from "../poller/backend.ts";
import { getBytes, scratch, setBytes } from "../socket/raw_options.ts";
import { shadowByNumber } from "../socket/options.ts";
import { assertSafeOptions } from "../socket/hazards.ts";
import { EINVAL, ENOTSOCK, errnoError, translating } from "./errors.ts";
import type { SocketState } from "./state.ts";
import { warn } from "./warning.ts";

/** The CURVE keys, which libzmq gives as text only into a buffer of just their size. */
const KEYS: ReadonlySet<number> = new Set([48, 49, 50]);
const KEY_SIZE = 41;
const NO_KEY = "0".repeat(KEY_SIZE - 1);

/**
 * Options that take effect on a socket that's bound or connected: subscriptions, linger, those of
 * Routers and Requests, the high-water marks, and the time-outs.
 */
const IMMEDIATE: ReadonlySet<number> = new Set([
  6,
  7,
  17,
  23,
  24,
  27,
  28,
  33,
  40,
  51,
  52,
  53,
  56,
  78,
]);

/** Reads an `int`. */
export function readInt(state: SocketState, option: number): number {
  assertThere(state);
  const { handle } = state;
  // The engine's business: the one would eat a wake-up, the others libzmq never heard of.
  if (option === ZMQ_EVENTS) {
    const ready = handle.ask();
    return ((ready & READABLE) !== 0 ? ZMQ_POLLIN : 0) |
      ((ready & WRITABLE) !== 0 ? ZMQ_POLLOUT : 0);
  }
  if (option === ZMQ_RCVTIMEO) return handle.receiveTimeout;
  if (option === ZMQ_SNDTIMEO) return handle.sendTimeout;
  return translating(() => handle.getInt(option, String(option)));
}

/** Sets an `int`. */
export function writeInt(state: SocketState, option: number, value: number): void {
  warnUnlessImmediate(state, option);
  assertThere(state);
  const { handle } = state;
  if (option === ZMQ_RCVTIMEO || option === ZMQ_SNDTIMEO) {
    if (value < -1) throw errnoError(EINVAL);
    if (option === ZMQ_RCVTIMEO) handle.receiveTimeout = value;
    else handle.sendTimeout = value;
    return;
  }
  write(state, option, value, new Uint8Array(new Int32Array([value]).buffer));
}

/** Reads 64 bits. */
export function readLong(state: SocketState, option: number, signed: boolean): number {
  assertThere(state);
  const { handle } = state;
  translating(() => getBytes(handle.pointer, option, String(option), 8));
  const bytes = scratch().bytes.slice(0, 8).buffer;
  handle.markStale();
  return Number(signed ? new BigInt64Array(bytes)[0] : new BigUint64Array(bytes)[0]);
}

/** Sets 64 bits. */
export function writeLong(state: SocketState, option: number, value: bigint): void {
  warnUnlessImmediate(state, option);
  assertThere(state);
  write(
    state,
    option,
    value,
    new Uint8Array(new BigUint64Array([BigInt.asUintN(64, value)]).buffer),
  );
}

/**
 * Reads text; `null` where it's empty. What isn't text, as a routing id of any bytes, comes as a Buffer:
 * zeromq.js would cut it short, or show it as other bytes.
 */
export function readText(state: SocketState, option: number): string | null {
  assertThere(state);
  const { handle } = state;
  const key = KEYS.has(option);
  const length = translating(() =>
    getBytes(handle.pointer, option, String(option), key ? KEY_SIZE : 1024)
  );
  const bytes = scratch().bytes.slice(0, length);
  handle.markStale();
  const last = bytes.at(-1) === 0 && option !== ROUTING_ID ? length - 1 : length;
  if (last === 0) return null;
  let text: string;
  try {
    text = decoder.decode(bytes.subarray(0, last));
  } catch {
    return global.Buffer.from(bytes.buffer, 0, last) as unknown as string;
  }
  return key && text === NO_KEY ? null : text;
}

const ROUTING_ID = 5;
const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
/** Looked up when it's needed: Buffer takes 3 ms to load. */
const global = globalThis as unknown as { Buffer: typeof Buffer };

/** Sets text or bytes, or takes them back. */
export function writeText(state: SocketState, option: number, value: unknown): void {
  let bytes: Uint8Array | null;
  if (typeof value === "string") bytes = encoder.encode(value);
  else if (value === null) bytes = null;
  else if (ArrayBuffer.isView(value)) {
    bytes = new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  } else throw new TypeError("Option value must be a string or buffer");
  warnUnlessImmediate(state, option);
  assertThere(state);
  write(state, option, value, bytes);
}

function write(
  { handle }: SocketState,
  option: number,
  value: unknown,
  bytes: Uint8Array | null,
): void {
  // What would make libzmq end the process is a TypeError, as everywhere in this library.
  if (!handle.configuring) assertSafeOptions(handle, { option, value });
  translating(() => setBytes(handle.pointer, option, String(option), bytes));
  shadowByNumber(handle, option, value);
  handle.markStale();
}

function assertThere({ closed }: SocketState): void {
  if (closed) throw errnoError(ENOTSOCK);
}

function warnUnlessImmediate(state: SocketState, option: number): void {
  if (IMMEDIATE.has(option) || (state.endpoints === 0 && !state.blocked)) return;
  warn("Socket option will not take effect until next connect/bind.");
}
