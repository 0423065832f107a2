/** Events as programs see them. */

import { ZmqError } from "../errors.ts";
import { errorOf } from "../ffi/errno.ts";
import { EVENTS } from "../ffi/monitoring.ts";
import type { SocketEvent } from "./event_types.ts";
import type { RawEvent } from "./monitor.ts";

type KnownType = keyof typeof EVENTS;

/** Where an event has happened. */
interface Place {
  address: string;
  peer?: string;
}

/** The names of all events. */
export const EVENT_TYPES: readonly SocketEvent["type"][] = [
  ...Object.keys(EVENTS) as KnownType[],
  "message:drop",
  "unknown",
];

/** The type of an event by its number; undefined for one that isn't known. */
export function eventTypeOf(event: number): KnownType | undefined {
  return (Object.keys(EVENTS) as KnownType[]).find((type) => EVENTS[type] === event);
}

/** An event by its number. */
export function toEvent({ event, values, address, peer, own }: RawEvent): SocketEvent {
  if (own !== undefined) return own;
  const place: Place = peer === undefined ? { address } : { address, peer };
  const type = eventTypeOf(event);
  if (type === "end") return { type };
  if (type === undefined) return { type: "unknown", ...place, event, values };
  return { type, ...place, ...DETAILS[type](values, place) } as SocketEvent;
}

type Values = readonly number[];

const fd = ([fd]: Values) => ({ fd });
const failed = (call: string) => ([errno]: Values, place: Place) => ({
  error: errorOf(errno, call, place),
});

/** What each type of event has beside its address, from its values. */
const DETAILS: {
  readonly [Type in Exclude<KnownType, "end">]: (
    values: Values,
    place: Place,
  ) => Omit<Extract<SocketEvent, { type: Type }>, keyof Place | "type">;
} = {
  "connect": fd,
  "connect:delay": ([errno]) => ({ errno }),
  "connect:retry": ([interval]) => ({ interval }),
  "bind": fd,
  "bind:error": failed("zmq_bind"),
  "accept": fd,
  "accept:error": failed("accept"),
  "close": fd,
  "close:error": failed("close"),
  "disconnect": fd,
  "handshake": () => ({}),
  "handshake:error:other": ([errno], { address }) => ({ error: brokenOff(errno, address) }),
  "handshake:error:protocol": ([number], { address }) => ({
    error: protocolError(number, address),
  }),
  "handshake:error:auth": ([status], { address }) => ({ error: refusal(status, address), status }),
  "pipes:stats": ([outbound, inbound]) => ({ outbound, inbound }),
};

/** The error of a handshake without a reason: one side knows only that the other has gone. */
function brokenOff(errno: number, address: string): ZmqError {
  const { code } = errorOf(errno, "handshake");
  return new ZmqError(
    `The handshake at ${address} failed: the connection broke off (${code}). The peer may have refused this ` +
      "side's key or security mechanism, which its own events say, or not speak ZMTP.",
    { code, errno, call: "handshake", address },
  );
}

const AUTH_TEXTS: Record<number, string> = {
  300: "temporary failure",
  400: "refused",
  500: "internal error",
};

function refusal(status: number, address: string): ZmqError {
  const text = AUTH_TEXTS[status] ?? "refused";
  return new ZmqError(`The handshake at ${address} failed: ${text} (ZAP status ${status}).`, {
    code: `ERR_ZAP_STATUS_${status}`,
    errno: status,
    call: "handshake",
    address,
  });
}

/** The names of libzmq's protocol errors. */
export const PROTOCOL_CODES: Readonly<Record<number, string>> = {
  0x10000000: "ERR_ZMTP_UNSPECIFIED",
  0x10000001: "ERR_ZMTP_UNEXPECTED_COMMAND",
  0x10000002: "ERR_ZMTP_INVALID_SEQUENCE",
  0x10000003: "ERR_ZMTP_KEY_EXCHANGE",
  0x10000011: "ERR_ZMTP_MALFORMED_COMMAND_UNSPECIFIED",
  0x10000012: "ERR_ZMTP_MALFORMED_COMMAND_MESSAGE",
  0x10000013: "ERR_ZMTP_MALFORMED_COMMAND_HELLO",
  0x10000014: "ERR_ZMTP_MALFORMED_COMMAND_INITIATE",
  0x10000015: "ERR_ZMTP_MALFORMED_COMMAND_ERROR",
  0x10000016: "ERR_ZMTP_MALFORMED_COMMAND_READY",
  0x10000017: "ERR_ZMTP_MALFORMED_COMMAND_WELCOME",
  0x10000018: "ERR_ZMTP_INVALID_METADATA",
  0x11000001: "ERR_ZMTP_CRYPTOGRAPHIC",
  0x11000002: "ERR_ZMTP_MECHANISM_MISMATCH",
  0x20000000: "ERR_ZAP_UNSPECIFIED",
  0x20000001: "ERR_ZAP_MALFORMED_REPLY",
  0x20000002: "ERR_ZAP_BAD_REQUEST_ID",
  0x20000003: "ERR_ZAP_BAD_VERSION",
  0x20000004: "ERR_ZAP_INVALID_STATUS_CODE",
  0x20000005: "ERR_ZAP_INVALID_METADATA",
  0x30000000: "ERR_WS_UNSPECIFIED",
};

/** The commonest reasons in words. */
const REASONS: Readonly<Record<string, string>> = {
  ERR_ZMTP_CRYPTOGRAPHIC:
    "the peer's command can't be decrypted: its key for this server isn't this server's public key, " +
    "or its own two keys don't belong together",
  ERR_ZMTP_MECHANISM_MISMATCH:
    "the peer has another security mechanism (NULL, PLAIN, CURVE or GSSAPI) than this socket",
  ERR_ZMTP_KEY_EXCHANGE: "the peer's keys can't be used",
  ERR_ZMTP_UNEXPECTED_COMMAND:
    "the peer sent a command out of turn, as where both sides are the server, or neither is",
  ERR_ZMTP_INVALID_METADATA: "the peer's metadata is malformed, or its type of socket doesn't fit",
};

function protocolError(number: number, address: string): ZmqError {
  const code = PROTOCOL_CODES[number] ?? `ERR_PROTOCOL_0x${number.toString(16)}`;
  const whose = code.startsWith("ERR_ZAP") ? "the ZAP handler's reply" : "the peer";
  const reason = REASONS[code] ?? `${whose} broke the protocol`;
  return new ZmqError(`The handshake at ${address} failed: ${reason} (${code}).`, {
    code,
    errno: number,
    call: "handshake",
    address,
  });
}
