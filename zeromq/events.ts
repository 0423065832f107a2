/** Events in zeromq.js's shape. */

import { PROTOCOL_CODES } from "../socket/events.ts";
import type { RawEvent } from "../socket/monitor.ts";
import { errnoError } from "./errors.ts";
import type { AuthError, Event, EventType, ProtoError } from "./event_types.ts";

/** The types of events, by libzmq's numbers. */
const TYPES: Readonly<Record<number, EventType>> = {
  0x0001: "connect",
  0x0002: "connect:delay",
  0x0004: "connect:retry",
  0x0008: "bind",
  0x0010: "bind:error",
  0x0020: "accept",
  0x0040: "accept:error",
  0x0080: "close",
  0x0100: "close:error",
  0x0200: "disconnect",
  0x0400: "end",
  0x0800: "handshake:error:other",
  0x1000: "handshake",
  0x2000: "handshake:error:protocol",
  0x4000: "handshake:error:auth",
};

const AUTH_TEXTS: Readonly<Record<number, string>> = {
  300: "Temporary error",
  400: "Authentication failure",
  500: "Internal error",
};

/** An event as zeromq.js has it: its type, its address, and what belongs to the type. */
export function toEvent({ event, values: [value], address }: RawEvent): Event {
  const type = TYPES[event] ?? "unknown";
  const result: Record<string, unknown> = { type };
  if (address !== "") result.address = address;
  const detail = detailOf(type, value);
  return (detail === undefined ? result : Object.assign(result, detail)) as unknown as Event;
}

function detailOf(type: EventType, value: number): object | undefined {
  switch (type) {
    case "connect:retry":
      return { interval: value };
    case "bind:error":
    case "accept:error":
    case "close:error":
    case "handshake:error:other":
      return { error: errnoError(value) };
    case "handshake:error:protocol":
      return { error: protocolError(value) };
    case "handshake:error:auth": {
      const error = new Error(AUTH_TEXTS[value] ?? "Unknown error") as AuthError;
      error.status = value as AuthError["status"];
      return { error };
    }
    default:
      return undefined;
  }
}

function protocolError(value: number): ProtoError {
  const [, protocol] = /^ERR_(ZMTP|ZAP)_/.exec(PROTOCOL_CODES[value] ?? "") ?? [];
  const known = protocol !== undefined;
  const error = new Error(known ? `${protocol} protocol error` : "Unknown error") as ProtoError;
  error.code = (known ? PROTOCOL_CODES[value] : "ERR_UNKNOWN") as ProtoError["code"];
  return error;
}
