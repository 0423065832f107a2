/** The options' table, from which accessors, constructor options and their checks derive. */

import { closedError } from "./operation.ts";
import { getBytes, type Handle, scratch, setBytes } from "./core.ts";
import { Frame } from "./message.ts";

/** How an option's value is stored in C, and seen in TypeScript. */
type Kind = "int" | "int64" | "bool" | "bytes";

/** One option: a line of the table. */
export interface OptionRow {
  /** libzmq's number. */
  number: number;
  kind: Kind;
  /** The least and greatest legal value of a number; the least and greatest length of bytes. */
  range?: readonly [least: number, greatest: number];
  /** libzmq can only set it: what reads give is what was set, or this. */
  unreadable?: unknown;
  /** The engine's own: a field of the handle, which libzmq doesn't hear of. */
  field?: "receiveTimeout" | "sendTimeout";
}

const INT = 0x7fffffff;

/** Every option by its name. Adding one is a line here, and one with its description in `option_types.ts`. */
export const OPTIONS = {
  // every socket
  linger: { number: 17, kind: "int", range: [-1, INT] },
  reconnectInterval: { number: 18, kind: "int", range: [-1, INT] },
  reconnectMaxInterval: { number: 21, kind: "int", range: [0, INT] },
  backlog: { number: 19, kind: "int", range: [0, INT] },
  maxMessageSize: { number: 22, kind: "int64", range: [-1, Number.MAX_SAFE_INTEGER] },
  ipv6: { number: 42, kind: "bool" },
  immediate: { number: 39, kind: "bool" },
  tcpKeepalive: { number: 34, kind: "int", range: [-1, 1] },
  tcpKeepaliveCount: { number: 35, kind: "int", range: [-1, INT] },
  tcpKeepaliveIdle: { number: 36, kind: "int", range: [-1, INT] },
  tcpKeepaliveInterval: { number: 37, kind: "int", range: [-1, INT] },
  handshakeInterval: { number: 66, kind: "int", range: [0, INT] },
  connectTimeout: { number: 79, kind: "int", range: [0, INT] },
  heartbeatInterval: { number: 75, kind: "int", range: [0, INT] },
  heartbeatTimeToLive: { number: 76, kind: "int", range: [0, 6_553_599] },
  heartbeatTimeout: { number: 77, kind: "int", range: [0, INT] },
  // sockets that send
  sendHighWaterMark: { number: 23, kind: "int", range: [0, INT] },
  sendBufferSize: { number: 11, kind: "int", range: [-1, INT] },
  sendTimeout: { number: 28, kind: "int", range: [-1, INT], field: "sendTimeout" },
  // sockets that receive
  receiveHighWaterMark: { number: 24, kind: "int", range: [0, INT] },
  receiveBufferSize: { number: 12, kind: "int", range: [-1, INT] },
  receiveTimeout: { number: 27, kind: "int", range: [-1, INT], field: "receiveTimeout" },
  // some types of sockets
  routingId: { number: 5, kind: "bytes", range: [1, 255] },
  conflate: { number: 54, kind: "bool" },
  probeRouter: { number: 51, kind: "bool", unreadable: false },
  relaxed: { number: 53, kind: "bool", unreadable: false },
  correlate: { number: 52, kind: "bool", unreadable: false },
  mandatory: { number: 33, kind: "bool", unreadable: false },
  handover: { number: 56, kind: "bool", unreadable: false },
  noDrop: { number: 69, kind: "bool", unreadable: false },
  notify: { number: 73, kind: "bool", unreadable: true },
  invertMatching: { number: 74, kind: "bool" },
} as const satisfies Record<string, OptionRow>;

/** The name of an option in the table. */
export type OptionName = keyof typeof OPTIONS;

/** Reads an option. */
export function getOption(handle: Handle, name: OptionName): unknown {
  if (handle.closed) throw closedError("zmq_getsockopt");
  const row: OptionRow = OPTIONS[name];
  if (row.field !== undefined) return handle[row.field];
  if ("unreadable" in row) return handle.remembered.get(name) ?? row.unreadable;
  const value = readOption(handle, name, row);
  handle.touched();
  return value;
}

function readOption(handle: Handle, name: string, row: OptionRow): unknown {
  switch (row.kind) {
    case "bool":
      getBytes(handle.pointer, row.number, name, 4);
      return scratch().words[0] !== 0;
    case "int":
      getBytes(handle.pointer, row.number, name, 4);
      return scratch().words[0];
    case "int64":
      getBytes(handle.pointer, row.number, name, 8);
      return Number(new DataView(scratch().bytes.buffer).getBigInt64(0, LITTLE_ENDIAN));
    case "bytes": {
      const length = getBytes(handle.pointer, row.number, name);
      return length === 0 ? null : new Frame(scratch().bytes.slice(0, length).buffer, 0, length);
    }
  }
}

const LITTLE_ENDIAN = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1;
const encoder = new TextEncoder();

/** Checks a value and sets an option to it. */
export function setOption(handle: Handle, name: OptionName, value: unknown): void {
  if (handle.closed) throw closedError("zmq_setsockopt");
  const row: OptionRow = OPTIONS[name];
  const checked = checkOption(name, row, value);
  if (row.field !== undefined) {
    handle[row.field] = checked as number;
    return;
  }
  setBytes(handle.pointer, row.number, name, encode(row.kind, checked));
  if ("unreadable" in row) handle.remembered.set(name, checked);
  handle.touched();
}

function checkOption(name: string, row: OptionRow, value: unknown): number | boolean | Uint8Array {
  const [least, greatest] = row.range ?? [0, INT];
  if (row.kind === "bool") {
    if (typeof value !== "boolean") throw new TypeError(`The option ${name} must be a boolean`);
    return value;
  }
  if (row.kind === "bytes") {
    const bytes = typeof value === "string" ? encoder.encode(value) : value;
    if (!(bytes instanceof Uint8Array)) {
      throw new TypeError(`The option ${name} must be a string or a Uint8Array`);
    }
    if (bytes.length < least || bytes.length > greatest) {
      throw new RangeError(`The option ${name} must have ${least} to ${greatest} bytes`);
    }
    return bytes;
  }
  if (typeof value !== "number") throw new TypeError(`The option ${name} must be a number`);
  if (!Number.isInteger(value) || value < least || value > greatest) {
    throw new RangeError(`The option ${name} must be a whole number from ${least} to ${greatest}`);
  }
  return value;
}

function encode(kind: Kind, value: number | boolean | Uint8Array): Uint8Array {
  if (value instanceof Uint8Array) return value;
  return kind === "int64"
    ? new Uint8Array(new BigInt64Array([BigInt(value)]).buffer)
    : new Uint8Array(new Int32Array([Number(value)]).buffer);
}

/** Gives a class its options as properties. */
export function defineOptions(
  prototype: object,
  handleOf: (socket: object) => Handle,
  names: readonly OptionName[],
): void {
  for (const name of names) {
    Object.defineProperty(prototype, name, {
      get(this: object) {
        return getOption(handleOf(this), name);
      },
      set(this: object, value: unknown) {
        setOption(handleOf(this), name, value);
      },
      enumerable: true,
      configurable: true,
    });
  }
}
