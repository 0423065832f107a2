/** Events as programs see them. */

import { ZmqError } from "../errors.ts";
import { errorOf } from "../ffi/errno.ts";
import { EVENTS } from "../ffi/monitoring.ts";
import type { RawEvent } from "./monitor.ts";

/** What nearly all events have. */
export interface EventAddress {
  /** The address that was bound or connected to, as far as libzmq tells it. */
  address: string;
  /**
   * The address of the peer's end, such as `tcp://192.168.0.5:49152`, where it can be told. A libzmq with its draft API
   * tells it with every event of a connection. For others the system is asked, so that `"accept"` and
   * `"disconnect"` have it, unless the connection had ended again before anyone could ask.
   */
  peer?: string;
}

/** What events about a connection or a listening address have. */
export interface EventDescriptor {
  /** The file descriptor. It may be closed already when the event is read. */
  fd: number;
}

/** What events about a failure have. */
export interface EventError {
  /** What went wrong. */
  error: ZmqError;
}

/** The properties of each type of event, beside its type. */
export interface SocketEvents {
  /** The socket listens at an address (`ZMQ_EVENT_LISTENING`). */
  "bind": EventAddress & EventDescriptor;
  /** It can't listen there; binding fails as well (`ZMQ_EVENT_BIND_FAILED`). The address lacks its transport. */
  "bind:error": EventAddress & EventError;
  /** A peer has connected to a bound address (`ZMQ_EVENT_ACCEPTED`). */
  "accept": EventAddress & EventDescriptor;
  /** A peer couldn't be accepted (`ZMQ_EVENT_ACCEPT_FAILED`). */
  "accept:error": EventAddress & EventError;
  /** A connection to a peer was made (`ZMQ_EVENT_CONNECTED`). */
  "connect": EventAddress & EventDescriptor;
  /** Connecting takes its time, as it mostly does (`ZMQ_EVENT_CONNECT_DELAYED`). */
  "connect:delay": EventAddress & {
    /** The system's number for that, such as that of EINPROGRESS. */
    errno: number;
  };
  /** Connecting has failed, and is tried again (`ZMQ_EVENT_CONNECT_RETRIED`). */
  "connect:retry": EventAddress & {
    /** In how many ms. */
    interval: number;
  };
  /** The handshake with a peer is done: messages can go (`ZMQ_EVENT_HANDSHAKE_SUCCEEDED`). */
  "handshake": EventAddress;
  /** The peer broke the protocol, or wants another mechanism (`ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL`). */
  "handshake:error:protocol": EventAddress & EventError;
  /** The peer wasn't let in, or this side wasn't (`ZMQ_EVENT_HANDSHAKE_FAILED_AUTH`). */
  "handshake:error:auth": EventAddress & EventError & {
    /** The ZAP handler's status: 300 for a temporary failure, 400 for a refusal, 500 for an error of the handler's. */
    status: number;
  };
  /** The connection broke in the handshake, or the peer speaks no ZMTP (`ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL`). */
  "handshake:error:other": EventAddress & EventError;
  /** A connection has ended (`ZMQ_EVENT_DISCONNECTED`). */
  "disconnect": EventAddress & EventDescriptor;
  /** A descriptor was closed: an address is no longer bound, or a try to connect has failed (`ZMQ_EVENT_CLOSED`). */
  "close": EventAddress & EventDescriptor;
  /** It couldn't be closed (`ZMQ_EVENT_CLOSE_FAILED`). */
  "close:error": EventAddress & EventError;
  /**
   * What {@linkcode Observer.requestStatistics} has asked for, of one connection (`ZMQ_EVENT_PIPES_STATS`). libzmq's
   * numbers are a little late: what has just been taken is still counted.
   */
  "pipes:stats": EventAddress & {
    /** How many messages wait to go out. */
    outbound: number;
    /** How many messages wait to be received. */
    inbound: number;
  };
  /** No event will follow (`ZMQ_EVENT_MONITOR_STOPPED`). */
  "end": unknown;
  /** Something that this version of the library doesn't know. */
  "unknown": EventAddress & {
    /** Its number in `zmq.h`. */
    event: number;
    /** Its values. */
    values: readonly number[];
  };
}

/** The name of an event, such as `"accept"`. */
export type SocketEventType = keyof SocketEvents;

/** An event of one type. */
export type SocketEventOfType<T extends SocketEventType> = T extends SocketEventType
  ? { type: T } & SocketEvents[T]
  : never;

/** An event of a socket; its `type` says which. */
export type SocketEvent = SocketEventOfType<SocketEventType>;

type KnownType = keyof typeof EVENTS;
const types = new Map(Object.entries(EVENTS).map(([type, number]) => [number as number, type]));

/** The type of an event by its number; undefined for one that isn't known. */
export function eventTypeOf(event: number): KnownType | undefined {
  return types.get(event) as KnownType | undefined;
}

/** An event by its number. */
export function toEvent({ event, values, address, peer }: RawEvent): SocketEvent {
  const [value] = values;
  const place: EventAddress = peer === undefined ? { address } : { address, peer };
  const type = eventTypeOf(event);
  switch (type) {
    case "connect":
      return { type, ...place, fd: value };
    case "connect:delay":
      return { type, ...place, errno: value };
    case "connect:retry":
      return { type, ...place, interval: value };
    case "bind":
      return { type, ...place, fd: value };
    case "bind:error":
      return { type, ...place, error: errorOf(value, "zmq_bind", place) };
    case "accept":
      return { type, ...place, fd: value };
    case "accept:error":
      return { type, ...place, error: errorOf(value, "accept", place) };
    case "close":
      return { type, ...place, fd: value };
    case "close:error":
      return { type, ...place, error: errorOf(value, "close", place) };
    case "disconnect":
      return { type, ...place, fd: value };
    case "end":
      return { type };
    case "handshake:error:other":
      return { type, ...place, error: errorOf(value, "handshake", place) };
    case "handshake":
      return { type, ...place };
    case "handshake:error:protocol":
      return { type, ...place, error: protocolError(value, address) };
    case "handshake:error:auth": {
      const error = refusal(value, address);
      return { type, ...place, error, status: value };
    }
    case "pipes:stats":
      return { type, ...place, outbound: value, inbound: values[1] };
    default:
      return { type: "unknown", ...place, event, values };
  }
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

function protocolError(number: number, address: string): ZmqError {
  const code = PROTOCOL_CODES[number] ?? `ERR_PROTOCOL_0x${number.toString(16)}`;
  const whose = code.startsWith("ERR_ZAP") ? "the ZAP handler's reply" : "the peer";
  return new ZmqError(
    `The handshake at ${address} failed: ${whose} broke the protocol (${code}).`,
    {
      code,
      errno: number,
      call: "handshake",
      address,
    },
  );
}
