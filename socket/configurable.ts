/** What every socket has of options that are no plain properties: keys, filters, and options by number. */

import { stateError } from "../ffi/errno.ts";
import { pollable, Uncloneable } from "../poller/source.ts";
import { handleOf, openHandleOf } from "./handle.ts";
import { getBytes, intBytes, scratch, setBytes } from "./raw_options.ts";
import { assertSafeOptions } from "./hazards.ts";
import { Frame } from "./message.ts";
import { engineOption, getOption, setOption, shadowByNumber, timeoutOf } from "./options.ts";
import { OPTION_NUMBERS } from "./options_table.ts";

/** What {@linkcode Configurable.getOption} can read an option as, and the type that this gives. */
export interface OptionTypes {
  /** A signed 32-bit number: libzmq's `int`. */
  int: number;
  /** An `int` that is 0 or 1. */
  boolean: boolean;
  /** A signed 64-bit number. */
  int64: bigint;
  /** An unsigned 64-bit number. */
  uint64: bigint;
  /** Text that ends with a NUL. */
  string: string;
  /** Bytes of any kind. */
  bytes: Frame;
}

/** Options of every socket that can be given in another form than they're read, or can't be read at all. */
export interface SettableOptions {
  /** See {@linkcode Configurable.curvePublicKey}. */
  curvePublicKey: string | Uint8Array;
  /** See {@linkcode Configurable.curveSecretKey}. */
  curveSecretKey: string | Uint8Array;
  /** See {@linkcode Configurable.curveServerKey}. */
  curveServerKey: string | Uint8Array;
  /** See {@linkcode Configurable.tcpAcceptFilter}. */
  tcpAcceptFilter: string | null;
  /** See {@linkcode Configurable.ipcFilterPid}. */
  ipcFilterPid: number | null;
  /** See {@linkcode Configurable.ipcFilterUid}. */
  ipcFilterUid: number | null;
  /** See {@linkcode Configurable.ipcFilterGid}. */
  ipcFilterGid: number | null;
  /** See {@linkcode Configurable.ownMetadata}. */
  ownMetadata: Readonly<Record<string, string>>;
}

/** The part of a socket that concerns such options. */
export abstract class Configurable extends Uncloneable {
  /** What a Poller watches. Belongs to the library. */
  declare readonly [pollable]: object;

  /**
   * A CURVE client's own public key, as 40 characters of Z85; `null` for none. Can be set as 32 bytes, too
   * (`ZMQ_CURVE_PUBLICKEY`).
   *
   * @throws `TypeError` for what isn't a key.
   */
  get curvePublicKey(): string | null {
    return getOption(handleOf(this), "curvePublicKey") as string | null;
  }
  set curvePublicKey(key: string | Uint8Array) {
    setOption(handleOf(this), "curvePublicKey", key);
  }

  /**
   * The CURVE secret key of either side, as 40 characters of Z85; `null` for none. Can be set as 32 bytes, too
   * (`ZMQ_CURVE_SECRETKEY`).
   *
   * @throws `TypeError` for what isn't a key.
   */
  get curveSecretKey(): string | null {
    return getOption(handleOf(this), "curveSecretKey") as string | null;
  }
  set curveSecretKey(key: string | Uint8Array) {
    setOption(handleOf(this), "curveSecretKey", key);
  }

  /**
   * The server's public key, which makes this side a CURVE client, as 40 characters of Z85; `null` for none. Can
   * be set as 32 bytes, too (`ZMQ_CURVE_SERVERKEY`).
   *
   * @throws `TypeError` for what isn't a key.
   */
  get curveServerKey(): string | null {
    return getOption(handleOf(this), "curveServerKey") as string | null;
  }
  set curveServerKey(key: string | Uint8Array) {
    setOption(handleOf(this), "curveServerKey", key);
  }

  /**
   * Adds to the addresses from which later binds accept TCP peers, in CIDR notation such as
   * `"192.168.0.0/16"`; `null` accepts all again. Can't be read (`ZMQ_TCP_ACCEPT_FILTER`).
   *
   * @throws `RangeError` for no or more than 255 bytes, `ZmqError` EINVAL for what is no address.
   */
  set tcpAcceptFilter(filter: string | null) {
    addFilter(this, "tcpAcceptFilter", filter, textBytes);
  }

  /** Adds to the processes from which later binds accept ipc peers; `null` accepts all again. Can't be read (`ZMQ_IPC_FILTER_PID`). */
  set ipcFilterPid(pid: number | null) {
    addFilter(this, "ipcFilterPid", pid, idBytes);
  }

  /** Adds to the users from whom later binds accept ipc peers; `null` accepts all again. Can't be read (`ZMQ_IPC_FILTER_UID`). */
  set ipcFilterUid(uid: number | null) {
    addFilter(this, "ipcFilterUid", uid, idBytes);
  }

  /** Adds to the groups from which later binds accept ipc peers; `null` accepts all again. Can't be read (`ZMQ_IPC_FILTER_GID`). */
  set ipcFilterGid(gid: number | null) {
    addFilter(this, "ipcFilterGid", gid, idBytes);
  }

  /**
   * What this side says of itself to the peers of later connections, which read it by {@linkcode metadataOf}: texts by names
   * that begin with `X-` and have at most 254 bytes. Setting adds to what was said before; nothing can be changed or
   * taken back (`ZMQ_METADATA`).
   *
   * @throws `TypeError` for what isn't such an object, `RangeError` for a name that is too long, `ZmqError` EEXIST for a
   * name that has another text already.
   */
  get ownMetadata(): Readonly<Record<string, string>> {
    const { shadowOptions } = openHandleOf(this, "zmq_getsockopt");
    return { ...shadowOptions.get("ownMetadata") as Record<string, string> | undefined };
  }
  set ownMetadata(metadata: Readonly<Record<string, string>>) {
    const handle = openHandleOf(this, "zmq_setsockopt");
    for (const property of metadataBytes(metadata, this.ownMetadata)) {
      setBytes(handle.pointer, OPTION_NUMBERS.ownMetadata, "ownMetadata", property);
    }
    handle.shadowOptions.set("ownMetadata", { ...this.ownMetadata, ...metadata });
    handle.markStale();
  }

  /**
   * Reads any option by its number in `zmq.h`, for those that have no property here (`zmq_getsockopt`).
   *
   * @throws `ZmqError` EINVAL where libzmq doesn't know the option, or not as that type.
   */
  getOption<T extends keyof OptionTypes>(option: number, type: T): OptionTypes[T];
  getOption(option: number, type: keyof OptionTypes): OptionTypes[keyof OptionTypes] {
    const handle = openHandleOf(this, "zmq_getsockopt");
    checkNumber(option);
    const own = type === "int" ? engineOption(handle, option) : undefined;
    if (own !== undefined) return own;
    if (!Object.hasOwn(SIZES, type)) {
      throw new TypeError(`The type of an option is one of ${Object.keys(SIZES).join(", ")}`);
    }
    const length = getBytes(handle.pointer, option, String(option), SIZES[type]);
    const bytes = scratch().bytes.slice(0, length);
    handle.markStale();
    switch (type) {
      case "int":
        return new Int32Array(bytes.buffer)[0];
      case "boolean":
        return new Int32Array(bytes.buffer)[0] !== 0;
      case "int64":
        return new BigInt64Array(bytes.buffer)[0];
      case "uint64":
        return new BigUint64Array(bytes.buffer)[0];
      case "string":
        return new TextDecoder().decode(bytes.at(-1) === 0 ? bytes.subarray(0, -1) : bytes);
      case "bytes":
        return new Frame(bytes.buffer, 0, length);
    }
  }

  /**
   * Sets any option by its number in `zmq.h`, for those that have no property here (`zmq_setsockopt`). A number or
   * boolean is set as an `int`, a bigint as 64 bits, a string or bytes as they are, and `null` as nothing.
   *
   * @throws `ZmqError` EINVAL where libzmq doesn't know the option, or refuses the value.
   */
  setOption(
    option: number,
    value: number | bigint | boolean | string | Uint8Array | null,
  ): void {
    const handle = openHandleOf(this, "zmq_setsockopt");
    checkNumber(option);
    const timeout = timeoutOf(option);
    if (timeout !== undefined) return setOption(handle, timeout, value);
    assertSafeOptions(handle, { option, value });
    setBytes(handle.pointer, option, String(option), rawBytes(value));
    shadowByNumber(handle, option, value);
    handle.markStale();
  }
}

// A printed socket shows what its class or the program has put on it, even where the printing is told to read
// getters: those of the options give keys and passwords.
for (const symbol of ["Deno.customInspect", "nodejs.util.inspect.custom"]) {
  Object.defineProperty(Configurable.prototype, Symbol.for(symbol), {
    value(this: Configurable, ...args: unknown[]): string {
      // Deno gives its function and options, Node a depth, options and its function.
      const inspect = args.find((one) => typeof one === "function") as typeof Deno.inspect;
      const options = args.find((one) => typeof one === "object") as Deno.InspectOptions;
      const own = handleOf(this) === undefined ? {} : { ...this }; // a prototype has nothing to read
      return `${this.constructor.name} ${inspect(own, options)}`;
    },
  });
}

const encoder = new TextEncoder();
const SIZES: Record<keyof OptionTypes, number> = {
  int: 4,
  boolean: 4,
  int64: 8,
  uint64: 8,
  string: 1024,
  bytes: 1024,
};

function addFilter<T>(
  socket: Configurable,
  name: "tcpAcceptFilter" | "ipcFilterPid" | "ipcFilterUid" | "ipcFilterGid",
  value: T | null,
  toBytes: (name: string, value: T) => Uint8Array | null,
): void {
  const handle = openHandleOf(socket, "zmq_setsockopt");
  setBytes(
    handle.pointer,
    OPTION_NUMBERS[name],
    name,
    value === null ? null : toBytes(name, value),
  );
  handle.markStale();
}

function textBytes(name: string, text: string): Uint8Array {
  if (typeof text !== "string") {
    throw new TypeError(`The option ${name} must be a string or null`);
  }
  const bytes = encoder.encode(text);
  if (bytes.length < 1 || bytes.length > 255) {
    throw new RangeError(`The option ${name} must have 1 to 255 bytes`);
  }
  return bytes;
}

function idBytes(name: string, id: number): Uint8Array | null {
  if (typeof id !== "number") throw new TypeError(`The option ${name} must be a number or null`);
  if (!Number.isInteger(id) || id < 0 || id > 0x7fffffff) {
    throw new RangeError(`The option ${name} must be a whole number from 0 to 2147483647`);
  }
  return rawBytes(id);
}

/** Each property as libzmq takes it, all checked before the first is set. */
function metadataBytes(
  metadata: Readonly<Record<string, string>>,
  known: Readonly<Record<string, string>>,
): Uint8Array[] {
  if (typeof metadata !== "object" || metadata === null || Array.isArray(metadata)) {
    throw new TypeError("The option ownMetadata must be an object");
  }
  return Object.entries(metadata).map(([name, value]) => {
    if (!/^X-[^:\0]+$/.test(name)) {
      throw new TypeError(
        `A name of the option ownMetadata must begin with X-, and contain neither a colon nor NUL: ${name}`,
      );
    }
    if (typeof value !== "string" || value === "" || value.includes("\0")) {
      throw new TypeError(`The option ownMetadata needs a text for ${name}, without NUL`);
    }
    if (encoder.encode(name).length > 254) {
      throw new RangeError("A name of the option ownMetadata may have 254 bytes");
    }
    if ((known[name] ?? value) !== value) {
      const message =
        `The option ownMetadata has a text for ${name} already, which can't be changed`;
      throw stateError("EEXIST", "zmq_setsockopt", message);
    }
    return encoder.encode(`${name}:${value}`);
  });
}

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
      return new Uint8Array(new BigUint64Array([BigInt.asUintN(64, value)]).buffer);
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
