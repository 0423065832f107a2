/** The types of messages, of the two halves, and of options. */

import type { Buffer } from "node:buffer";
import type { Context } from "./context.ts";
import type { Options } from "./option_types.ts";
import type { Socket } from "./socket.ts";

/** A part of a received message. */
export type Message = Buffer;

/**
 * A part of a message to be sent: text as UTF-8, the bytes of a buffer or of a view, `null` for an empty
 * part. Anything else is sent as its text.
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
> {
  /** How many routers a multicast packet passes. Default 1 (`ZMQ_MULTICAST_HOPS`). */
  multicastHops: number;
  /** The system's send buffer in bytes; -1 as the system has it. Default -1 (`ZMQ_SNDBUF`). */
  sendBufferSize: number;
  /** How many messages may wait for each peer; 0 for no limit. Default 1000 (`ZMQ_SNDHWM`). */
  sendHighWaterMark: number;
  /** How long, in ms, a send may wait; 0 to try once, -1 indefinitely. Default -1 (`ZMQ_SNDTIMEO`). */
  sendTimeout: number;
  /**
   * Sends a message, of one part or of an array of parts. Resolves once libzmq has it.
   *
   * @throws At once: `TypeError` without a message, `EBUSY` while another send is pending or the socket
   * is blocked, `EBADF` on a closed socket. By rejection: `EAGAIN` when the time is over or the socket
   * is closed meanwhile, `EHOSTUNREACH` where a mandatory Router has no such peer.
   */
  send(message: M, ...options: O): Promise<void>;
}

/** What a `receive` gives. */
export type ReceiveType<T> = T extends { receive(): Promise<infer U> } ? U : never;

/** The receiving half of a socket. */
export interface Readable<M extends object[] = Message[]> {
  /** The system's receive buffer in bytes; -1 as the system has it. Default -1 (`ZMQ_RCVBUF`). */
  receiveBufferSize: number;
  /** How many messages may wait from each peer; 0 for no limit. Default 1000 (`ZMQ_RCVHWM`). */
  receiveHighWaterMark: number;
  /** How long, in ms, a receive may wait; 0 to try once, -1 indefinitely. Default -1 (`ZMQ_RCVTIMEO`). */
  receiveTimeout: number;
  /**
   * Receives the next message; waits where there is none.
   *
   * @throws At once: `EBUSY` while another receive is pending or the socket is blocked, `EBADF` on a
   * closed socket. By rejection: `EAGAIN` when the time is over or the socket is closed meanwhile.
   */
  receive(): Promise<M>;
  /** Iterates over all messages to come. Ends when the socket is closed. */
  [Symbol.asyncIterator](): AsyncIterator<ReceiveType<this>, undefined>;
}

/** What a socket's constructor takes: its options, and its context. */
export type SocketOptions<S extends Socket> = Options<S, { context: Context }>;

/** How a Router connects. */
export interface RouterConnectOptions {
  /** The id under which the peer will be known; a Buffer does as well. */
  routingId?: string;
}

/** How a Stream connects. */
export interface StreamConnectOptions {
  /** The id under which the peer will be known; a Buffer does as well. */
  routingId?: string;
}

/** The kinds of names that GSSAPI knows. */
export type GssapiNameType = "hostBased" | "userName" | "krb5Principal";

/** The options of every socket. */
export interface CommonOptions {
  /** Which I/O threads do the socket's work, as a bit mask; 0 for any. Default 0 (`ZMQ_AFFINITY`). */
  affinity: number;
  /** The greatest rate of multicast, in kbit/s. Default 100 (`ZMQ_RATE`). */
  rate: number;
  /** How long, in ms, a multicast receiver may be absent without loss. Default 10 000 (`ZMQ_RECOVERY_IVL`). */
  recoveryInterval: number;
  /** How long, in ms, unsent messages are kept after the close; -1 indefinitely. Default -1 (`ZMQ_LINGER`). */
  linger: number;
  /** How long, in ms, to wait before connecting again; -1 for never. Default 100 (`ZMQ_RECONNECT_IVL`). */
  reconnectInterval: number;
  /** How many connections may wait to be accepted. Default 100 (`ZMQ_BACKLOG`). */
  backlog: number;
  /** Up to how many ms the reconnect interval doubles; 0 for no growth. Default 0 (`ZMQ_RECONNECT_IVL_MAX`). */
  reconnectMaxInterval: number;
  /** The largest part, in bytes, that is accepted; -1 for any. Default -1 (`ZMQ_MAXMSGSIZE`). */
  maxMessageSize: number;
  /** Whether TCP keep-alive is on: 1, 0, or -1 as the system has it. Default -1 (`ZMQ_TCP_KEEPALIVE`). */
  tcpKeepalive: number;
  /** After how many probes a connection is given up. Default -1 (`ZMQ_TCP_KEEPALIVE_CNT`). */
  tcpKeepaliveCount: number;
  /** After how many idle seconds probes begin. Default -1 (`ZMQ_TCP_KEEPALIVE_IDLE`). */
  tcpKeepaliveIdle: number;
  /** How many seconds are between probes. Default -1 (`ZMQ_TCP_KEEPALIVE_INTVL`). */
  tcpKeepaliveInterval: number;
  /** Adds to the addresses from which peers are accepted. Can't be read (`ZMQ_TCP_ACCEPT_FILTER`). */
  tcpAcceptFilter: string | null;
  /** Whether messages wait for connections that are complete. Default false (`ZMQ_IMMEDIATE`). */
  immediate: boolean;
  /** Whether IPv6 is used beside IPv4. Default false (`ZMQ_IPV6`). */
  ipv6: boolean;
  /** Whether the socket is the server of PLAIN. Default false (`ZMQ_PLAIN_SERVER`). */
  plainServer: boolean;
  /** The user's name, which makes the socket a client of PLAIN. Default `null` (`ZMQ_PLAIN_USERNAME`). */
  plainUsername: string | null;
  /** The user's password. Default `null` (`ZMQ_PLAIN_PASSWORD`). */
  plainPassword: string | null;
  /** Whether the socket is the server of CURVE. Default false (`ZMQ_CURVE_SERVER`). */
  curveServer: boolean;
  /** The socket's own public key, in Z85; `null` for none (`ZMQ_CURVE_PUBLICKEY`). */
  curvePublicKey: string | null;
  /** The socket's own secret key, in Z85; `null` for none (`ZMQ_CURVE_SECRETKEY`). */
  curveSecretKey: string | null;
  /** The server's public key, which makes the socket a client of CURVE; `null` for none (`ZMQ_CURVE_SERVERKEY`). */
  curveServerKey: string | null;
  /** Whether the socket is the server of GSSAPI. Default false (`ZMQ_GSSAPI_SERVER`). */
  gssapiServer: boolean;
  /** The name of the socket's principal. Default `null` (`ZMQ_GSSAPI_PRINCIPAL`). */
  gssapiPrincipal: string | null;
  /** The name of the server's principal. Default `null` (`ZMQ_GSSAPI_SERVICE_PRINCIPAL`). */
  gssapiServicePrincipal: string | null;
  /** Whether messages aren't encrypted. Default false (`ZMQ_GSSAPI_PLAINTEXT`). */
  gssapiPlainText: boolean;
  /** What kind of name the principal's is. Default `"hostBased"` (`ZMQ_GSSAPI_PRINCIPAL_NAMETYPE`). */
  gssapiPrincipalNameType: GssapiNameType;
  /** What kind of name the server's is. Default `"hostBased"` (`ZMQ_GSSAPI_SERVICE_PRINCIPAL_NAMETYPE`). */
  gssapiServicePrincipalNameType: GssapiNameType;
  /** The domain that is given to the ZAP handler. Default `null` (`ZMQ_ZAP_DOMAIN`). */
  zapDomain: string | null;
  /** The type of service of the packets. Default 0 (`ZMQ_TOS`). */
  typeOfService: number;
  /** How long, in ms, a handshake may take; 0 for no limit. Default 30 000 (`ZMQ_HANDSHAKE_IVL`). */
  handshakeInterval: number;
  /** A SOCKS5 proxy to connect through; `null` for none. Default `null` (`ZMQ_SOCKS_PROXY`). */
  socksProxy: string | null;
  /** How many ms are between heartbeats; 0 for none. Default 0 (`ZMQ_HEARTBEAT_IVL`). */
  heartbeatInterval: number;
  /** After how many ms without a heartbeat the peer is to give up. Default 0 (`ZMQ_HEARTBEAT_TTL`). */
  heartbeatTimeToLive: number;
  /** How long, in ms, to wait for an answer to a heartbeat. Default: the interval (`ZMQ_HEARTBEAT_TIMEOUT`). */
  heartbeatTimeout: number;
  /** How long, in ms, connecting may take; 0 as the system has it. Default 0 (`ZMQ_CONNECT_TIMEOUT`). */
  connectTimeout: number;
  /** How long, in ms, TCP sends again; 0 as the system has it. Default 0 (`ZMQ_TCP_MAXRT`). */
  tcpMaxRetransmitTimeout: number;
  /** The largest multicast packet, in bytes. Default 1500 (`ZMQ_MULTICAST_MAXTPDU`). */
  multicastMaxTransportDataUnit: number;
  /** The size of VMCI's buffer in bytes (`ZMQ_VMCI_BUFFER_SIZE`). */
  vmciBufferSize: number;
  /** Its least size (`ZMQ_VMCI_BUFFER_MIN_SIZE`). */
  vmciBufferMinSize: number;
  /** Its greatest size (`ZMQ_VMCI_BUFFER_MAX_SIZE`). */
  vmciBufferMaxSize: number;
  /** How long, in ms, connecting by VMCI may take (`ZMQ_VMCI_CONNECT_TIMEOUT`). */
  vmciConnectTimeout: number;
  /** The interface to which the socket's traffic is bound. Default `null` (`ZMQ_BINDTODEVICE`). */
  interface: string | null;
  /** Whether a ZAP handler is asked only with a domain. Default false (`ZMQ_ZAP_ENFORCE_DOMAIN`). */
  zapEnforceDomain: boolean;
  /** Whether Windows' fast path for loopback is used. Default false (`ZMQ_LOOPBACK_FASTPATH`). */
  loopbackFastPath: boolean;
  /** libzmq's number of the socket's type (`ZMQ_TYPE`). */
  readonly type: number;
  /** The address of the last bind or connect, with wildcards replaced; `null` before (`ZMQ_LAST_ENDPOINT`). */
  readonly lastEndpoint: string | null;
  /** The mechanism in force; `null` for none (`ZMQ_MECHANISM`). */
  readonly securityMechanism: null | "plain" | "curve" | "gssapi";
  /** Whether the socket may be used on several threads (`ZMQ_THREAD_SAFE`). */
  readonly threadSafe: boolean;
}
