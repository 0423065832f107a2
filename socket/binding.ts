/** Addresses: what can't be one, and binding to a free port of a range. */

import { ZmqError } from "../errors.ts";
import { toCString } from "../ffi/memory.ts";
import { checkOptions } from "../poller/wait_options.ts";
import { withoutUser } from "./endpoints.ts";
import { type Handle, openHandleOf } from "./handle.ts";
import { assertSecure } from "./hazards.ts";

/** The ports from which {@linkcode Socket.bindToRandomPort} chooses one. */
export interface BindToRandomPortOptions {
  /** The first port. Default: 49152, the first of the dynamic ports. */
  min?: number;
  /** The last port. Default: 65535. */
  max?: number;
  /** How many of them are tried, at most. Default: 100. */
  tries?: number;
}

const HIGHEST = 65535;
const SIGNATURE = {
  name: "bindToRandomPort",
  options: ["min", "max", "tries"],
  example: "{ min: 50000, max: 50100 }",
};
/** The transports whose addresses end in a port. */
const WITH_PORT = /^(?:tcp|udp|wss?):\/\//;
/** What stands in the place of a port: after the last colon of an address without a path, and of its part before a semicolon. */
const PORTS = /:(?!\/\/)([^:;\]]+)(?=;|$)/g;

/** Checks an address for a program's mistakes; libzmq checks the rest. */
export function checkAddress(address: unknown): asserts address is string {
  if (typeof address !== "string") {
    const isPromise =
      typeof (address as { then?: unknown } | null | undefined)?.then === "function";
    throw new TypeError(
      `An address must be a string${isPromise ? ", not a promise: await it" : ""}`,
    );
  }
  toCString(address, "An address");
  if (!WITH_PORT.test(address)) return;
  // libzmq takes a port modulo 65536, and leaves out what follows its digits (5e3 is 5), silently. An address to connect to
  // may have its own end's before a semicolon. White space has an error of its own.
  for (const [, port] of withoutPath(address.trim()).matchAll(PORTS)) {
    if (port !== "*" && !(/^\d+$/.test(port) && Number(port) <= HIGHEST)) {
      throw new RangeError(
        `The port of ${withoutUser(address)} must be from 0 to ${HIGHEST}, or * to bind to any`,
      );
    }
  }
}

/** A WebSocket's address without its path, in which a colon means nothing. */
function withoutPath(address: string): string {
  return address.replace(/^(wss?:\/\/[^/]*).*$/s, "$1");
}

/** Returns an open socket's handle, whose options are safe, for a bind or connect to an address. */
export function handleFor(socket: object, call: string, address: unknown): Handle {
  checkAddress(address);
  // Of an IPv6 host without a port, libzmq takes the last number for the port.
  if (/^(?:tcp|udp|wss?):\/\/\[[^\]/]*\](?:\/|$)/.test(address)) {
    throw new TypeError(
      `The address ${withoutUser(address)} has no port: it reads tcp://[::1]:5555`,
    );
  }
  // libzmq takes it, and tries in vain for as long as the socket lives.
  const connects = call.startsWith("zmq_connect");
  if (connects && WITH_PORT.test(address) && /:0+$/.test(withoutPath(address))) {
    throw new RangeError(`The port of ${withoutUser(address)} must be from 1 to ${HIGHEST}`);
  }
  const handle = openHandleOf(socket, call);
  assertSecure(handle, address);
  return handle;
}

/** Binds to the first free one of a range's ports, from one at random on. */
export function bindToRandomPort(
  socket: object,
  address: string,
  range: BindToRandomPortOptions,
): number {
  checkAddress(address);
  const parts = /^((?:tcp|udp|wss?):\/\/(?:\[[^\]/]*\]|[^:/]*))(\/.*)?$/.exec(address);
  if (parts === null) {
    throw new TypeError(
      "bindToRandomPort takes an address of tcp, ws, wss or udp without a port, such as " +
        `tcp://127.0.0.1, and not ${withoutUser(address)}`,
    );
  }
  checkOptions(SIGNATURE, range);
  const { min = 49152, max = HIGHEST, tries = 100 } = range;
  check(min, 1, HIGHEST, "The first port");
  check(max, min, HIGHEST, "The last port");
  check(tries, 1, Infinity, "The number of tries");
  const [, host, path = ""] = parts;
  const { endpoints } = handleFor(socket, "zmq_bind", `${host}:${min}${path}`);
  const count = max - min + 1;
  const first = Math.floor(Math.random() * count);
  for (let left = Math.min(tries, count), at = first;; at++) {
    const port = min + at % count;
    try {
      endpoints.bind(`${host}:${port}${path}`);
      return port;
    } catch (error) {
      const taken = error instanceof ZmqError && error.code === "EADDRINUSE";
      if (!taken || --left === 0) throw error;
    }
  }
}

function check(value: number, lowest: number, highest: number, what: string): void {
  if (typeof value !== "number") throw new TypeError(`${what} must be a number`);
  if (Number.isInteger(value) && value >= lowest && value <= highest) return;
  const range = highest === Infinity ? `${lowest} or more` : `from ${lowest} to ${highest}`;
  throw new RangeError(`${what} must be a whole number, ${range}`);
}
