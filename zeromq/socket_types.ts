/** The types of messages, of the two halves, and of options. */

import type { Buffer } from "node:buffer";
import type { ReceiverOptions, SenderOptions } from "../socket/option_types.ts";
import type { GssapiNameType, SocketOptions as EngineOptions } from "../socket/socket_options.ts";
import type { Context } from "./context.ts";
import type { Options } from "./option_types.ts";
import type { Socket } from "./socket.ts";

/** A part of a received message. */
export type Message = Buffer;

/**
 * A part of a message to send: text as UTF-8, the bytes of a buffer or of a view, `null` for an empty part.
 * Anything else is sent as its text.
 */
export type MessageLike =
  | ArrayBufferView
  | ArrayBuffer
  | SharedArrayBuffer
  | string
  | number
  | null;

/** The sending half of a socket. */
export interface Writable<
  M extends MessageLike | MessageLike[] = MessageLike | MessageLike[],
  O extends [...object[]] = [],
> extends Required<SenderOptions>, Required<Pick<EngineOptions, "multicastHops">> {
  /**
   * Sends a message, of one part or of an array of parts. Resolves once libzmq has it.
   *
   * The promise rejects with `EAGAIN` when the time is over or the socket is closed meanwhile, and with
   * `EHOSTUNREACH` if a mandatory Router has no such peer. Everything else is thrown at once.
   *
   * @throws {TypeError} If there is no message.
   * @throws {Error} EBUSY If another send is pending, or the socket is blocked.
   * @throws {Error} EBADF If the socket is closed.
   */
  send(message: M, ...options: O): Promise<void>;
}

/** What a `receive` resolves to. */
export type ReceiveType<T> = T extends { receive(): Promise<infer U> } ? U : never;

/** The receiving half of a socket. */
export interface Readable<M extends object[] = Message[]>
  extends Required<Omit<ReceiverOptions, "receivedProperties">> {
  /**
   * Receives the next message; waits if there is none.
   *
   * The promise rejects with `EAGAIN` when the time is over or the socket is closed meanwhile. Everything
   * else is thrown at once.
   *
   * @throws {Error} EBUSY If another receive is pending, or the socket is blocked.
   * @throws {Error} EBADF If the socket is closed.
   */
  receive(): Promise<M>;
  /** Iterates over all messages to come. Ends when the socket is closed. */
  [Symbol.asyncIterator](): AsyncIterator<ReceiveType<this>, undefined>;
}

/** The argument of a socket's constructor: its options, and its context. */
export type SocketOptions<S extends Socket> = Options<S, { context: Context }>;

/** How a Router connects to a peer. */
export interface RouterConnectOptions {
  /** The id under which the peer will be known; a Buffer does as well. */
  routingId?: string;
}

/** How a Stream connects to a peer. */
export interface StreamConnectOptions {
  /** The id under which the peer will be known; a Buffer does as well. */
  routingId?: string;
}

export type { GssapiNameType };

/** The options of every socket. */
export interface CommonOptions extends
  Required<
    Omit<
      EngineOptions,
      | "context"
      | "metadata"
      | `curve${string}Key`
      | `gssapi${"" | "Service"}Principal`
      | "zapDomain"
      // With other sockets, or not at all.
      | "multicastHops"
      | "multicastLoop"
      | "useFd"
      | "reconnectStop"
      | `socks${"Username" | "Password"}`
      | `${"in" | "out"}BatchSize`
      | "priority"
      | "busyPoll"
      | `norm${string}`
      | `wss${string}`
    >
  > {
  /** The domain under which the ZAP handler is asked about peers. Default `null` (`ZMQ_ZAP_DOMAIN`). */
  zapDomain: string | null;
  /** This side's GSSAPI principal. Default `null` (`ZMQ_GSSAPI_PRINCIPAL`). */
  gssapiPrincipal: string | null;
  /** The GSSAPI server's principal. Default `null` (`ZMQ_GSSAPI_SERVICE_PRINCIPAL`). */
  gssapiServicePrincipal: string | null;
  /** Whether libzmq lets several threads use this type of socket at once (`ZMQ_THREAD_SAFE`). */
  readonly threadSafe: boolean;
  /** The mechanism in force; `null` for none (`ZMQ_MECHANISM`). */
  readonly securityMechanism: "plain" | "curve" | "gssapi" | null;
  /** The socket's own public key, in Z85; `null` for none (`ZMQ_CURVE_PUBLICKEY`). */
  curvePublicKey: string | null;
  /** The socket's own secret key, in Z85; `null` for none (`ZMQ_CURVE_SECRETKEY`). */
  curveSecretKey: string | null;
  /** The server's public key, which makes the socket a client of CURVE; `null` for none (`ZMQ_CURVE_SERVERKEY`). */
  curveServerKey: string | null;
  /** Adds to the addresses from which peers are accepted. Can't be read (`ZMQ_TCP_ACCEPT_FILTER`). */
  tcpAcceptFilter: string | null;
  /** libzmq's number of the socket's type (`ZMQ_TYPE`). */
  readonly type: number;
  /** The address of the last bind or connect, with wildcards replaced; `null` before (`ZMQ_LAST_ENDPOINT`). */
  readonly lastEndpoint: string | null;
}
