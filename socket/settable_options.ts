/** Options of every socket that can be set in more ways than they're read, or not be read at all: filters, own metadata, keys. */

import { stateError } from "../ffi/errno.ts";
import { openHandleOf } from "./handle.ts";
import { OPTION_NUMBERS } from "./options_table.ts";
import { intBytes } from "./raw_options.ts";

const encoder = new TextEncoder();

/** Adds to a filter, or removes all of it. */
export function addFilter(
  socket: object,
  name: "tcpAcceptFilter" | "ipcFilterPid" | "ipcFilterUid" | "ipcFilterGid",
  bytes: Uint8Array | null,
): void {
  const handle = openHandleOf(socket, "zmq_setsockopt");
  handle.setBytes(OPTION_NUMBERS[name], name, bytes);
}

/** A filter's text as libzmq takes it. */
export function textBytes(method: string, text: string): Uint8Array {
  if (typeof text !== "string") {
    throw new TypeError(`${method} takes a string`);
  }
  const bytes = encoder.encode(text);
  if (bytes.length < 1 || bytes.length > 255) {
    throw new RangeError(`${method} takes 1 to 255 bytes`);
  }
  return bytes;
}

/** The greatest number of a process; and of a user or a group, which is of 32 bits without a sign. */
export const GREATEST_PID = 0x7fffffff;
export const GREATEST_UID = 0xfffffffe;

/** A process's, a user's or a group's number as libzmq takes it. */
export function idBytes(method: string, id: number, greatest: number): Uint8Array {
  if (typeof id !== "number") throw new TypeError(`${method} takes a number`);
  if (!Number.isInteger(id) || id < 0 || id > greatest) {
    throw new RangeError(`${method} takes a whole number from 0 to ${greatest}`);
  }
  return intBytes(id);
}

/** Each property of a socket's own metadata as libzmq takes it, all checked before the first is set. */
export function metadataBytes(
  metadata: Readonly<Record<string, string>>,
  known: Readonly<Record<string, string>>,
): Uint8Array[] {
  if (typeof metadata !== "object" || metadata === null || Array.isArray(metadata)) {
    throw new TypeError("The option metadata must be an object");
  }
  return Object.entries(metadata).map(([name, value]) => {
    if (!/^X-[^:\0]+$/.test(name)) {
      throw new TypeError(
        `A name of the option metadata must begin with X-, and contain neither a colon nor NUL: ${name}`,
      );
    }
    if (typeof value !== "string" || value === "" || value.includes("\0")) {
      throw new TypeError(`The option metadata needs a text for ${name}, without NUL`);
    }
    if (encoder.encode(name).length > 254) {
      throw new RangeError("A name of the option metadata may have 254 bytes");
    }
    if ((known[name] ?? value) !== value) {
      const message = `The option metadata has a text for ${name} already, which can't be changed`;
      throw stateError("EEXIST", "zmq_setsockopt", message);
    }
    return encoder.encode(`${name}:${value}`);
  });
}
