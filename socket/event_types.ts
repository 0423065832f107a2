/** Events as programs see them. Types only. */

import type { ZmqError } from "../errors.ts";

/**
 * What nearly all events have.
 *
 * @internal
 */
export interface EventAddress {
  /** The address that was bound or connected to, as far as libzmq reports it. */
  address: string;
  /**
   * The address of the peer's end, such as `tcp://192.168.0.5:49152`, where it's known. A libzmq with its draft API
   * reports it with every event of a connection. For others the library asks the system, so that `"accept"`
   * and `"disconnect"` have it, unless the connection had ended before that.
   */
  peer?: string;
}

/**
 * What events about a connection or a listening address have.
 *
 * @internal
 */
export interface EventDescriptor {
  /** The file descriptor. It may be closed already when the event is read. */
  fd: number;
}

/**
 * What events about a failure have.
 *
 * @internal
 */
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
