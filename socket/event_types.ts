/** Events as programs see them. Types only. */

import type { ZmqError } from "../errors.ts";
import type { Metadata } from "./metadata.ts";

/**
 * An event of a socket; its `type` says which.
 *
 * - `address` is the address that was bound or connected to, as far as libzmq reports it.
 * - `peer` is the address of the peer's end, such as `tcp://192.168.0.5:49152`, where it's known. A libzmq with its draft
 *   API reports it with every event of a connection. For others the library asks the system, so that `"accept"` and
 *   `"disconnect"` have it, unless the connection had ended before that.
 * - `fd` is the file descriptor of a connection or a listening address. It may be closed already when the event is read.
 * - `error` is what went wrong; its message has the reason in words.
 */
export type SocketEvent =
  /** The socket listens at an address (`ZMQ_EVENT_LISTENING`). */
  | { type: "bind"; address: string; peer?: string; fd: number }
  /** It can't listen there; binding fails as well (`ZMQ_EVENT_BIND_FAILED`). The address lacks its transport. */
  | { type: "bind:error"; address: string; peer?: string; error: ZmqError }
  /** A peer has connected to a bound address (`ZMQ_EVENT_ACCEPTED`). */
  | { type: "accept"; address: string; peer?: string; fd: number }
  /** A peer couldn't be accepted (`ZMQ_EVENT_ACCEPT_FAILED`). */
  | { type: "accept:error"; address: string; peer?: string; error: ZmqError }
  /** A connection to a peer was made (`ZMQ_EVENT_CONNECTED`). */
  | { type: "connect"; address: string; peer?: string; fd: number }
  /** Connecting takes its time, as it mostly does (`ZMQ_EVENT_CONNECT_DELAYED`); `errno` is EINPROGRESS, say. */
  | { type: "connect:delay"; address: string; peer?: string; errno: number }
  /** Connecting has failed, and is tried again in `interval` ms (`ZMQ_EVENT_CONNECT_RETRIED`). */
  | { type: "connect:retry"; address: string; peer?: string; interval: number }
  /** The handshake with a peer is done: messages can go (`ZMQ_EVENT_HANDSHAKE_SUCCEEDED`). */
  | { type: "handshake"; address: string; peer?: string }
  /** The peer broke the protocol, has a wrong key or another mechanism (`ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL`). */
  | { type: "handshake:error:protocol"; address: string; peer?: string; error: ZmqError }
  /**
   * The peer wasn't admitted, or this side wasn't (`ZMQ_EVENT_HANDSHAKE_FAILED_AUTH`). `status` is the ZAP handler's:
   * 300 for a temporary failure, 400 for a refusal, 500 for an error of the handler's.
   */
  | {
    type: "handshake:error:auth";
    address: string;
    peer?: string;
    error: ZmqError;
    status: number;
  }
  /** The connection broke off in the handshake, or the peer speaks no ZMTP (`ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL`). */
  | { type: "handshake:error:other"; address: string; peer?: string; error: ZmqError }
  /** A connection has ended (`ZMQ_EVENT_DISCONNECTED`). */
  | { type: "disconnect"; address: string; peer?: string; fd: number }
  /** A descriptor was closed: an address is no longer bound, or a try to connect has failed (`ZMQ_EVENT_CLOSED`). */
  | { type: "close"; address: string; peer?: string; fd: number }
  /** It couldn't be closed (`ZMQ_EVENT_CLOSE_FAILED`). */
  | { type: "close:error"; address: string; peer?: string; error: ZmqError }
  /**
   * What {@linkcode Observer.requestStatistics} has asked for, of one connection (`ZMQ_EVENT_PIPES_STATS`): how many
   * messages wait to go out, and to be received. The numbers are a little late: what has just been taken is still counted.
   */
  | {
    type: "pipes:stats";
    address: string;
    peer?: string;
    outbound: number;
    inbound: number;
  }
  /**
   * A message was dropped, since it's larger than the option {@linkcode MultipartOptions.maxMessageParts} or
   * {@linkcode MultipartOptions.maxMultipartSize} allows. `metadata` has the address of the peer that sent it and the user
   * that the authenticator named, as far as they're known.
   */
  | { type: "message:drop"; limit: "maxMessageParts" | "maxMultipartSize"; metadata: Metadata }
  /** No event will follow (`ZMQ_EVENT_MONITOR_STOPPED`). */
  | { type: "end" }
  /** Something that this version of the library doesn't know: its number in `zmq.h`, and its values. */
  | {
    type: "unknown";
    address: string;
    peer?: string;
    event: number;
    values: readonly number[];
  };
