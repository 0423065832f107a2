/** Addresses: what can't be one, and binding to a free port of a range. */

import { ZmqError } from "../errors.ts";
import { toCString } from "../ffi/memory.ts";
import { type Handle, openHandleOf } from "./handle.ts";

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

/** Checks an address for a program's mistakes; libzmq checks the rest. */
export function checkAddress(address: unknown): asserts address is string {
  if (typeof address !== "string") throw new TypeError("An address must be a string");
  toCString(address, "An address");
  // libzmq takes a port modulo 65536, silently.
  const port = /^(?:tcp|udp|wss?):\/\/[^/]*:(\d+)(?:\/.*)?$/.exec(address)?.[1];
  if (port !== undefined && Number(port) > HIGHEST) {
    throw new RangeError(`The port of ${address} is above ${HIGHEST}`);
  }
}

/** Runs a bind or unbind: misuse throws at once, and libzmq's errors reject the promise. */
export function attempt(
  socket: object,
  call: string,
  address: string,
  action: (handle: Handle) => void,
): Promise<void> {
  checkAddress(address);
  const handle = openHandleOf(socket, call);
  try {
    action(handle);
    return Promise.resolve();
  } catch (error) {
    return Promise.reject(error);
  }
}

/** Binds to the first free one of a range's ports, from one at random on. */
export function bindToRandomPort(
  socket: object,
  address: string,
  { min = 49152, max = HIGHEST, tries = 100 }: BindToRandomPortOptions,
): Promise<number> {
  checkAddress(address);
  check(min, 1, HIGHEST, "The first port");
  check(max, min, HIGHEST, "The last port");
  check(tries, 1, Infinity, "The number of tries");
  const handle = openHandleOf(socket, "zmq_bind");
  const count = max - min + 1;
  const first = Math.floor(Math.random() * count);
  return Promise.resolve().then(() => {
    for (let left = Math.min(tries, count), at = first;; at++) {
      const port = min + at % count;
      try {
        handle.assertOpen("zmq_bind");
        handle.endpoints.bind(`${address}:${port}`);
        return port;
      } catch (error) {
        const taken = error instanceof ZmqError && error.code === "EADDRINUSE";
        if (!taken || --left === 0) throw error;
      }
    }
  });
}

function check(value: number, lowest: number, highest: number, what: string): void {
  if (typeof value !== "number") throw new TypeError(`${what} must be a number`);
  if (Number.isInteger(value) && value >= lowest && value <= highest) return;
  const range = highest === Infinity ? `${lowest} or more` : `from ${lowest} to ${highest}`;
  throw new RangeError(`${what} must be a whole number, ${range}`);
}
