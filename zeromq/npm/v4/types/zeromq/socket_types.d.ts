// Written by tests/write_npm.ts.
// deno-lint-ignore-file
/** The types of messages, of the two halves, and of options. */
import type { Buffer } from "node:buffer";
import type { Context } from "./context.d.ts";
import type { Options } from "./option_types.d.ts";
import type { Socket } from "./socket.d.ts";
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
> {
  /**
   * The send high-water mark: how many messages may be queued for each peer, 0 for no limit. At the mark,
   * sending waits or drops, as the pattern has it. To be set before bind and connect: raised later, while a
   * queue is full, it can stop that connection for good. Default 1000 (`ZMQ_SNDHWM`).
   */
  sendHighWaterMark: number;
  /** The system's send buffer in bytes; -1 as the system has it. Default -1 (`ZMQ_SNDBUF`). */
  sendBufferSize: number;
  /**
   * How long, in ms, a send may wait; 0 to try once, -1 indefinitely. It then rejects with EAGAIN. Takes
   * effect at once. Default -1 (`ZMQ_SNDTIMEO`).
   */
  sendTimeout: number;
  /** Through how many routers multicast may go (pgm, udp), 1 to 255. Default 1 (`ZMQ_MULTICAST_HOPS`). */
  multicastHops: number;
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
export type ReceiveType<T> = T extends {
  receive(): Promise<infer U>;
} ? U
  : never;
/** The receiving half of a socket. */
export interface Readable<M extends object[] = Message[]> {
  /**
   * The receive high-water mark: how many messages may be queued from each peer, 0 for no limit. To be set
   * before bind and connect: raised later, while a queue is full, it can stop that connection for good.
   * Default 1000 (`ZMQ_RCVHWM`).
   */
  receiveHighWaterMark: number;
  /** The system's receive buffer in bytes; -1 as the system has it. Default -1 (`ZMQ_RCVBUF`). */
  receiveBufferSize: number;
  /**
   * How long, in ms, a receive may wait; 0 to try once, -1 indefinitely. It then rejects with EAGAIN.
   * Takes effect at once. Default -1 (`ZMQ_RCVTIMEO`).
   */
  receiveTimeout: number;
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
export type SocketOptions<S extends Socket> = Options<S, {
  context: Context;
}>;
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
/** How a GSSAPI principal's name is to be read. */
export type GssapiNameType = "hostBased" | "userName" | "krb5Principal";
/** The options of every socket. */
export interface CommonOptions {
  /**
   * How long, in ms, unsent messages are kept after the socket is closed or a peer disconnected; -1
   * for as long as the process allows. Takes effect at once. Default -1; 0 for Subscriber and
   * XSubscriber (`ZMQ_LINGER`).
   */
  linger: number;
  /**
   * How long, in ms, to wait before connecting again; 0 or -1 for never. libzmq adds up to as much, at random; 4.3.5
   * doesn't where there is a `reconnectMaxInterval`. Default 100 (`ZMQ_RECONNECT_IVL`).
   */
  reconnectInterval: number;
  /**
   * Where larger than `reconnectInterval`, that interval doubles with each try up to
   * this many ms. Default 0: it doesn't grow (`ZMQ_RECONNECT_IVL_MAX`).
   */
  reconnectMaxInterval: number;
  /** How many peers may wait to be accepted by a bound address. Default 100 (`ZMQ_BACKLOG`). */
  backlog: number;
  /**
   * The largest part, in bytes, that a peer may send before it's disconnected, but over `inproc://`; -1 for any. CURVE's 33
   * bytes of each part count, and so does the handshake: below some 50, under CURVE 300, no one comes in. Default -1
   * (`ZMQ_MAXMSGSIZE`).
   */
  maxMessageSize: number;
  /** Whether IPv6 is used beside IPv4. Default: the context's, false (`ZMQ_IPV6`). */
  ipv6: boolean;
  /** Whether messages are queued only for peers that are connected, not for those still to come. Default false (`ZMQ_IMMEDIATE`). */
  immediate: boolean;
  /** TCP keep-alive: 1 on, 0 off, -1 as the system has it. Default -1 (`ZMQ_TCP_KEEPALIVE`). */
  tcpKeepalive: number;
  /** How many keep-alive probes may go unanswered; -1 as the system has it. Default -1 (`ZMQ_TCP_KEEPALIVE_CNT`). */
  tcpKeepaliveCount: number;
  /** Seconds of silence before keep-alive probes; -1 as the system has it. Default -1 (`ZMQ_TCP_KEEPALIVE_IDLE`). */
  tcpKeepaliveIdle: number;
  /** Seconds between keep-alive probes; -1 as the system has it. Default -1 (`ZMQ_TCP_KEEPALIVE_INTVL`). */
  tcpKeepaliveInterval: number;
  /** How long, in ms, a new peer may take to introduce itself; 0 for no limit. Default 30 000 (`ZMQ_HANDSHAKE_IVL`). */
  handshakeInterval: number;
  /** How long, in ms, a TCP connect may take; 0 as the system has it. Default 0 (`ZMQ_CONNECT_TIMEOUT`). */
  connectTimeout: number;
  /**
   * Milliseconds between heartbeats to each peer; 0 for none. A receiver whose queue is full ends its process when a
   * peer with heartbeats dies: `tcpKeepalive` has no such danger. A peer that doesn't know
   * heartbeats is disconnected by them again and again. Default 0 (`ZMQ_HEARTBEAT_IVL`).
   */
  heartbeatInterval: number;
  /**
   * After how many ms without a heartbeat the *peer* disconnects this side; in steps of 100 ms, at
   * most 6 553 599; 0 leaves it to the peer. Default 0 (`ZMQ_HEARTBEAT_TTL`).
   */
  heartbeatTimeToLive: number;
  /**
   * After how many ms without an answer to a heartbeat a peer is disconnected. Default: the heartbeat's interval,
   * which reads as -1 (`ZMQ_HEARTBEAT_TIMEOUT`).
   */
  heartbeatTimeout: number;
  /** Which of the context's I/O threads may serve the socket: a bit mask, precise up to 2^53; 0 for all. Default 0 (`ZMQ_AFFINITY`). */
  affinity: number;
  /** The network interface to use, such as `"eth0"`, which on Linux takes a privilege; `null` for any. Default `null` (`ZMQ_BINDTODEVICE`). */
  interface: string | null;
  /** The largest multicast packet in bytes (pgm), 75 to 65 535. Default 1500 (`ZMQ_MULTICAST_MAXTPDU`). */
  multicastMaxTransportDataUnit: number;
  /** The multicast rate in kbit/s (pgm), of at least one of the largest packets a second. Default 100 (`ZMQ_RATE`). */
  rate: number;
  /** How long, in ms, a multicast receiver can be away and still recover what it missed (pgm). Default 10 000 (`ZMQ_RECOVERY_IVL`). */
  recoveryInterval: number;
  /** The SOCKS5 proxy, as `host:port`, through which TCP connects; `null` for none. Default `null` (`ZMQ_SOCKS_PROXY`). */
  socksProxy: string | null;
  /** How long, in ms, TCP may try to get unacknowledged data through; 0 as the system has it. Default 0 (`ZMQ_TCP_MAXRT`). */
  tcpMaxRetransmitTimeout: number;
  /** The type-of-service field of IP packets. Default 0 (`ZMQ_TOS`). */
  typeOfService: number;
  /** The size of VMCI's buffer in bytes. Default 65 546 (`ZMQ_VMCI_BUFFER_SIZE`). */
  vmciBufferSize: number;
  /** The least size of VMCI's buffer in bytes. Default 128 (`ZMQ_VMCI_BUFFER_MIN_SIZE`). */
  vmciBufferMinSize: number;
  /** The largest size of VMCI's buffer in bytes. Default 262 144 (`ZMQ_VMCI_BUFFER_MAX_SIZE`). */
  vmciBufferMaxSize: number;
  /** How long, in ms, a VMCI connect may take; -1 as the system has it. Default -1 (`ZMQ_VMCI_CONNECT_TIMEOUT`). */
  vmciConnectTimeout: number;
  /** Whether TCP on loopback takes a shorter way; on Windows only. Default false (`ZMQ_LOOPBACK_FASTPATH`). */
  loopbackFastPath: boolean;
  /** Whether this side is the PLAIN server, which asks clients for name and password. Default false (`ZMQ_PLAIN_SERVER`). */
  plainServer: boolean;
  /** The name that a PLAIN client sends, 1 to 255 bytes; `null` turns the mechanism off again. Default `null` (`ZMQ_PLAIN_USERNAME`). */
  plainUsername: string | null;
  /** The password that a PLAIN client sends, 1 to 255 bytes; `null` turns the mechanism off again. Default `null` (`ZMQ_PLAIN_PASSWORD`). */
  plainPassword: string | null;
  /**
   * Whether this side is the CURVE server. It needs a `curveSecretKey`: without one, libzmq takes a key that everyone
   * knows. Default false (`ZMQ_CURVE_SERVER`).
   */
  curveServer: boolean;
  /** Whether peers are refused where no ZAP handler is there to be asked. Default false (`ZMQ_ZAP_ENFORCE_DOMAIN`). */
  zapEnforceDomain: boolean;
  /** Whether this side is the GSSAPI server. Default false (`ZMQ_GSSAPI_SERVER`). */
  gssapiServer: boolean;
  /** Whether GSSAPI's messages aren't encrypted. Default false (`ZMQ_GSSAPI_PLAINTEXT`). */
  gssapiPlainText: boolean;
  /** How `gssapiPrincipal` is to be read. Default `"hostBased"` (`ZMQ_GSSAPI_PRINCIPAL_NAMETYPE`). */
  gssapiPrincipalNameType: GssapiNameType;
  /** How `gssapiServicePrincipal` is to be read. Default `"hostBased"` (`ZMQ_GSSAPI_SERVICE_PRINCIPAL_NAMETYPE`). */
  gssapiServicePrincipalNameType: GssapiNameType;
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
