// Written by tests/write_npm.ts.
// deno-lint-ignore-file
/** The types of events, and of the errors in them. */
/** Expands a type, so that editors show its members. */
export type Expand<T> = T extends infer O ? {
    [K in keyof O]: O[K];
  }
  : never;
/** An error that libzmq or the system has reported. */
export interface ErrnoError extends Error {
  /** Its name, such as `"EADDRINUSE"`; empty if it has none. */
  code: string;
  /** Its number on this platform. */
  errno: number;
}
/** A handshake that a ZAP handler has refused. */
export interface AuthError extends Error {
  /** 300: temporary; 400: refused; 500: an internal error. */
  status: 300 | 400 | 500;
}
/** A handshake, or a ZAP reply, that broke the protocol. */
export interface ProtoError extends Error {
  /** What was wrong with it. */
  code:
    | "ERR_ZMTP_UNSPECIFIED"
    | "ERR_ZMTP_UNEXPECTED_COMMAND"
    | "ERR_ZMTP_INVALID_SEQUENCE"
    | "ERR_ZMTP_KEY_EXCHANGE"
    | "ERR_ZMTP_MALFORMED_COMMAND_UNSPECIFIED"
    | "ERR_ZMTP_MALFORMED_COMMAND_MESSAGE"
    | "ERR_ZMTP_MALFORMED_COMMAND_HELLO"
    | "ERR_ZMTP_MALFORMED_COMMAND_INITIATE"
    | "ERR_ZMTP_MALFORMED_COMMAND_ERROR"
    | "ERR_ZMTP_MALFORMED_COMMAND_READY"
    | "ERR_ZMTP_MALFORMED_COMMAND_WELCOME"
    | "ERR_ZMTP_INVALID_METADATA"
    | "ERR_ZMTP_CRYPTOGRAPHIC"
    | "ERR_ZMTP_MECHANISM_MISMATCH"
    | "ERR_ZAP_UNSPECIFIED"
    | "ERR_ZAP_MALFORMED_REPLY"
    | "ERR_ZAP_BAD_REQUEST_ID"
    | "ERR_ZAP_BAD_VERSION"
    | "ERR_ZAP_INVALID_STATUS_CODE"
    | "ERR_ZAP_INVALID_METADATA";
}
/** The details of an event with an address. */
export interface EventAddress {
  /** The address concerned. */
  address: string;
}
/** The details of `"connect:retry"`. */
export interface EventInterval {
  /** The time until the next try, in ms. */
  interval: number;
}
/** The details of a failure. */
export interface EventError<E = ErrnoError> {
  /** The reason of the failure. */
  error: E;
}
/** An event of one type, with its details. */
export type EventFor<T extends string, D = {}> = Expand<
  {
    type: T;
  } & D
>;
/** Whatever can happen to a socket. */
export type Event =
  | EventFor<"accept", EventAddress>
  | EventFor<"accept:error", EventAddress & EventError>
  | EventFor<"bind", EventAddress>
  | EventFor<"bind:error", EventAddress & EventError>
  | EventFor<"connect", EventAddress>
  | EventFor<"connect:delay", EventAddress>
  | EventFor<"connect:retry", EventAddress & EventInterval>
  | EventFor<"close", EventAddress>
  | EventFor<"close:error", EventAddress & EventError>
  | EventFor<"disconnect", EventAddress>
  | EventFor<"end">
  | EventFor<"handshake", EventAddress>
  | EventFor<"handshake:error:protocol", EventAddress & EventError<ProtoError>>
  | EventFor<"handshake:error:auth", EventAddress & EventError<AuthError>>
  | EventFor<"handshake:error:other", EventAddress & EventError>
  | EventFor<"unknown">;
/** The name of an event. */
export type EventType = Event["type"];
/** The event of a name. */
export type EventOfType<E extends EventType = EventType> = Expand<
  Extract<Event, Event & EventFor<E>>
>;
/** Listeners to a socket's events by their names. */
export interface EventSubscriber {
  /** Calls a listener for every event of a type. */
  on<E extends EventType>(type: E, listener: (data: EventOfType<E>) => void): EventSubscriber;
  /** Removes a listener. */
  off<E extends EventType>(type: E, listener: (data: EventOfType<E>) => void): EventSubscriber;
}
