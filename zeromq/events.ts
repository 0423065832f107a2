/** Events in zeromq.js's shape. */

import { eventTypeOf, PROTOCOL_CODES } from "../socket/events.ts";
import type { RawEvent } from "../socket/monitor.ts";
import { errnoError } from "./errors.ts";
import type { AuthError, Event, EventType, ProtoError } from "./event_types.ts";

const AUTH_TEXTS: Readonly<Record<number, string>> = {
  300: "Temporary error",
  400: "Authentication failure",
  500: "Internal error",
};

/** Returns an event as zeromq.js has it: its type, its address, and the type's details. */
export function toEvent({ event, values: [value], address }: RawEvent): Event {
  const type = (eventTypeOf(event) ?? "unknown") as EventType;
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
