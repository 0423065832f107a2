/** The options of every socket as programs see them: their meaning, units and defaults. */

import type { Context } from "../context.ts";
import type { uncloneable } from "../poller/uncloneable.ts";

/**
 * Options of every socket: its constructor takes them, and they can be read and set as properties. Unless said otherwise
 * they concern later binds and connects only. One that the libzmq in use doesn't know fails with `ZmqError` EINVAL, whose
 * message says which version or build it takes.
 */
export interface SocketOptions {
  /**
   * Not an option: it keeps a context, which has options of the same names, from passing for an object of options.
   *
   * @internal
   */
  readonly [uncloneable]?: never;
  /** The context in which the socket is opened. Default: the shared {@linkcode context}. Can't be set later. */
  context?: Context;
  /**
   * How long, in ms, unsent messages are kept after the socket is closed or a peer disconnected; -1
   * for as long as the process allows. Takes effect at once. Default -1; 0 for Subscriber and
   * XSubscriber (`ZMQ_LINGER`).
   */
  linger?: number;
  /**
   * How long, in ms, to wait before connecting again; 0 or -1 for never. libzmq adds up to as much, at random; 4.3.5
   * doesn't where there is a {@linkcode SocketOptions.reconnectMaxInterval}. Default 100 (`ZMQ_RECONNECT_IVL`).
   */
  reconnectInterval?: number;
  /**
   * Where larger than {@linkcode SocketOptions.reconnectInterval}, that interval doubles with each try up to
   * this many ms. Default 0: it doesn't grow (`ZMQ_RECONNECT_IVL_MAX`).
   */
  reconnectMaxInterval?: number;
  /** How many peers may wait to be accepted by a bound address. Default 100 (`ZMQ_BACKLOG`). */
  backlog?: number;
  /**
   * The largest part, in bytes, that a peer may send before it's disconnected, but over `inproc://`; -1 for any. CURVE's 33
   * bytes of each part count, and so does the handshake: below some 50, under CURVE 300, no one comes in. Default -1
   * (`ZMQ_MAXMSGSIZE`).
   */
  maxMessageSize?: number;
  /** Whether IPv6 is used beside IPv4. Default: the context's, false (`ZMQ_IPV6`). */
  ipv6?: boolean;
  /** Whether messages are queued only for peers that are connected, not for those still to come. Default false (`ZMQ_IMMEDIATE`). */
  immediate?: boolean;
  /** TCP keep-alive: 1 on, 0 off, -1 as the system has it. Default -1 (`ZMQ_TCP_KEEPALIVE`). */
  tcpKeepalive?: number;
  /** How many keep-alive probes may go unanswered; -1 as the system has it. Default -1 (`ZMQ_TCP_KEEPALIVE_CNT`). */
  tcpKeepaliveCount?: number;
  /** Seconds of silence before keep-alive probes; -1 as the system has it. Default -1 (`ZMQ_TCP_KEEPALIVE_IDLE`). */
  tcpKeepaliveIdle?: number;
  /** Seconds between keep-alive probes; -1 as the system has it. Default -1 (`ZMQ_TCP_KEEPALIVE_INTVL`). */
  tcpKeepaliveInterval?: number;
  /** How long, in ms, a new peer may take to introduce itself; 0 for no limit. Default 30 000 (`ZMQ_HANDSHAKE_IVL`). */
  handshakeInterval?: number;
  /** How long, in ms, a TCP connect may take; 0 as the system has it. Default 0 (`ZMQ_CONNECT_TIMEOUT`). */
  connectTimeout?: number;
  /**
   * Milliseconds between heartbeats to each peer; 0 for none. A receiver whose queue is full ends its process when a
   * peer with heartbeats dies: {@linkcode SocketOptions.tcpKeepalive} has no such danger. A peer that doesn't know
   * heartbeats is disconnected by them again and again. Default 0 (`ZMQ_HEARTBEAT_IVL`).
   */
  heartbeatInterval?: number;
  /**
   * After how many ms without a heartbeat the *peer* disconnects this side; in steps of 100 ms, at
   * most 6 553 599; 0 leaves it to the peer. Default 0 (`ZMQ_HEARTBEAT_TTL`).
   */
  heartbeatTimeToLive?: number;
  /**
   * After how many ms without an answer to a heartbeat a peer is disconnected. Default: the heartbeat's interval,
   * which reads as -1 (`ZMQ_HEARTBEAT_TIMEOUT`).
   */
  heartbeatTimeout?: number;
  /** Which of the context's I/O threads may serve the socket: a bit mask, precise up to 2^53; 0 for all. Default 0 (`ZMQ_AFFINITY`). */
  affinity?: number;
  /** The network interface to use, such as `"eth0"`, which on Linux takes a privilege; `null` for any. Default `null` (`ZMQ_BINDTODEVICE`). */
  interface?: string | null;
  /** Through how many routers multicast may go (pgm, udp), 1 to 255. Default 1 (`ZMQ_MULTICAST_HOPS`). */
  multicastHops?: number;
  /** The largest multicast packet in bytes (pgm), 75 to 65 535. Default 1500 (`ZMQ_MULTICAST_MAXTPDU`). */
  multicastMaxTransportDataUnit?: number;
  /** The multicast rate in kbit/s (pgm), of at least one of the largest packets a second. Default 100 (`ZMQ_RATE`). */
  rate?: number;
  /** How long, in ms, a multicast receiver can be away and still recover what it missed (pgm). Default 10 000 (`ZMQ_RECOVERY_IVL`). */
  recoveryInterval?: number;
  /** The SOCKS5 proxy, as `host:port`, through which TCP connects; `null` for none. Default `null` (`ZMQ_SOCKS_PROXY`). */
  socksProxy?: string | null;
  /** How long, in ms, TCP may try to get unacknowledged data through; 0 as the system has it. Default 0 (`ZMQ_TCP_MAXRT`). */
  tcpMaxRetransmitTimeout?: number;
  /** The type-of-service field of IP packets. Default 0 (`ZMQ_TOS`). */
  typeOfService?: number;
  /** A listening descriptor, opened by someone else, that the next bind is to adopt; -1 for none. Default -1 (`ZMQ_USE_FD`). */
  useFd?: number;
  /** The size of VMCI's buffer in bytes. Default 65 546 (`ZMQ_VMCI_BUFFER_SIZE`). */
  vmciBufferSize?: number;
  /** The least size of VMCI's buffer in bytes. Default 128 (`ZMQ_VMCI_BUFFER_MIN_SIZE`). */
  vmciBufferMinSize?: number;
  /** The largest size of VMCI's buffer in bytes. Default 262 144 (`ZMQ_VMCI_BUFFER_MAX_SIZE`). */
  vmciBufferMaxSize?: number;
  /** How long, in ms, a VMCI connect may take; -1 as the system has it. Default -1 (`ZMQ_VMCI_CONNECT_TIMEOUT`). */
  vmciConnectTimeout?: number;
  /**
   * When a lost connection isn't tried again: after the peer has refused it, after its handshake has failed, after
   * {@linkcode Socket.disconnect}. Before 4.3.5 the last one implies the others. Default: none, `[]`. Since 4.3.3
   * (`ZMQ_RECONNECT_STOP`).
   */
  reconnectStop?: readonly ("refused" | "handshake" | "disconnect")[];
  /** The name for a SOCKS5 proxy that asks for one, 1 to 255 bytes; `null` for none. Default `null`. Since 4.3.2 (`ZMQ_SOCKS_USERNAME`). */
  socksUsername?: string | null;
  /** The password that goes with it, 1 to 255 bytes; `null` for none. Default `null`. Since 4.3.2 (`ZMQ_SOCKS_PASSWORD`). */
  socksPassword?: string | null;
  /** Whether multicast of this socket comes back to this machine (udp). Default true (`ZMQ_MULTICAST_LOOP`). */
  multicastLoop?: boolean;
  /** Whether TCP on loopback takes a shorter way; on Windows only. Default false (`ZMQ_LOOPBACK_FASTPATH`). */
  loopbackFastPath?: boolean;
  /** How much is read from a connection at once, in bytes, 64 or more. Default 8192. Draft, since 4.3.3 (`ZMQ_IN_BATCH_SIZE`). */
  inBatchSize?: number;
  /** How much is written to a connection at once, in bytes. Default 8192. Draft, since 4.3.3 (`ZMQ_OUT_BATCH_SIZE`). */
  outBatchSize?: number;
  /** The priority of outgoing packets, as Linux's `SO_PRIORITY` has it. Default 0. Draft, since 4.3.4 (`ZMQ_PRIORITY`). */
  priority?: number;
  /** How long, in microseconds, the system spins for incoming packets (`SO_BUSY_POLL`). Default 0. Draft, since 4.3.5 (`ZMQ_BUSY_POLL`). */
  busyPoll?: number;
  /** The server's private key for `wss://`, in PEM. Default: none. Draft, with wss (`ZMQ_WSS_KEY_PEM`). */
  wssKeyPem?: string;
  /** The server's certificate for `wss://`, in PEM. Default: none. Draft, with wss (`ZMQ_WSS_CERT_PEM`). */
  wssCertPem?: string;
  /** The certificates that a client of `wss://` trusts, in PEM. Default: none. Draft, with wss (`ZMQ_WSS_TRUST_PEM`). */
  wssTrustPem?: string;
  /** The name that the server's certificate must have. Default: none. Draft, with wss (`ZMQ_WSS_HOSTNAME`). */
  wssHostname?: string;
  /** Whether a client of `wss://` trusts what the system trusts. Default false. Draft, with wss (`ZMQ_WSS_TRUST_SYSTEM`). */
  wssTrustSystem?: boolean;
  /** How NORM regulates its rate. Default `"cc"`. Draft, with norm, since 4.3.5 (`ZMQ_NORM_MODE`). */
  normMode?: "fixed" | "cc" | "ccl" | "cce" | "cceEcnOnly";
  /** Whether NORM's receivers ask for what they missed by unicast. Default false. Draft, with norm, since 4.3.5 (`ZMQ_NORM_UNICAST_NACK`). */
  normUnicastNack?: boolean;
  /** NORM's buffer in kB. Default 2048. Draft, with norm, since 4.3.5 (`ZMQ_NORM_BUFFER_SIZE`). */
  normBufferSize?: number;
  /** NORM's segments in bytes. Default 1400. Draft, with norm, since 4.3.5 (`ZMQ_NORM_SEGMENT_SIZE`). */
  normSegmentSize?: number;
  /** How many segments make one of NORM's blocks, 1 to 255. Default 16. Draft, with norm, since 4.3.5 (`ZMQ_NORM_BLOCK_SIZE`). */
  normBlockSize?: number;
  /** How many parity segments NORM may send for a block, 0 to 254. Default 4. Draft, with norm, since 4.3.5 (`ZMQ_NORM_NUM_PARITY`). */
  normNumParity?: number;
  /** How many of them it sends unasked, 0 to 254. Default 0. Draft, with norm, since 4.3.5 (`ZMQ_NORM_NUM_AUTOPARITY`). */
  normNumAutoParity?: number;
  /** Whether NORM repairs what is newest first. Default false. Draft, with norm, since 4.3.5 (`ZMQ_NORM_PUSH`). */
  normPush?: boolean;
  /** Whether this side is the PLAIN server, which asks clients for name and password. Default false (`ZMQ_PLAIN_SERVER`). */
  plainServer?: boolean;
  /** The name that a PLAIN client sends, 1 to 255 bytes; `null` turns the mechanism off again. Default `null` (`ZMQ_PLAIN_USERNAME`). */
  plainUsername?: string | null;
  /** The password that a PLAIN client sends, 1 to 255 bytes; `null` turns the mechanism off again. Default `null` (`ZMQ_PLAIN_PASSWORD`). */
  plainPassword?: string | null;
  /**
   * Whether this side is the CURVE server. It needs a `curveSecretKey`: without one, libzmq takes a key that everyone
   * knows. Default false (`ZMQ_CURVE_SERVER`).
   */
  curveServer?: boolean;
  /** The domain under which the ZAP handler is asked about peers, 1 to 255 bytes. Default: none (`ZMQ_ZAP_DOMAIN`). */
  zapDomain?: string;
  /** Whether peers are refused where no ZAP handler is there to be asked. Default false (`ZMQ_ZAP_ENFORCE_DOMAIN`). */
  zapEnforceDomain?: boolean;
  /** Whether this side is the GSSAPI server. Default false (`ZMQ_GSSAPI_SERVER`). */
  gssapiServer?: boolean;
  /** This side's GSSAPI principal, 1 to 255 bytes. Default: none (`ZMQ_GSSAPI_PRINCIPAL`). */
  gssapiPrincipal?: string;
  /** The GSSAPI server's principal, 1 to 255 bytes. Default: none (`ZMQ_GSSAPI_SERVICE_PRINCIPAL`). */
  gssapiServicePrincipal?: string;
  /** Whether GSSAPI's messages aren't encrypted. Default false (`ZMQ_GSSAPI_PLAINTEXT`). */
  gssapiPlainText?: boolean;
  /** How {@linkcode SocketOptions.gssapiPrincipal} is to be read. Default `"hostBased"` (`ZMQ_GSSAPI_PRINCIPAL_NAMETYPE`). */
  gssapiPrincipalNameType?: "hostBased" | "userName" | "krb5Principal";
  /** How {@linkcode SocketOptions.gssapiServicePrincipal} is to be read. Default `"hostBased"` (`ZMQ_GSSAPI_SERVICE_PRINCIPAL_NAMETYPE`). */
  gssapiServicePrincipalNameType?: "hostBased" | "userName" | "krb5Principal";
  /** A CURVE client's own public key; see {@linkcode Socket.curvePublicKey}. */
  curvePublicKey?: string | Uint8Array;
  /** The CURVE secret key of either side; see {@linkcode Socket.curveSecretKey}. */
  curveSecretKey?: string | Uint8Array;
  /** The server's public key, which makes this side a CURVE client; see {@linkcode Socket.curveServerKey}. */
  curveServerKey?: string | Uint8Array;
  /** The metadata that this side sends to the peers of later connections; see {@linkcode Socket.metadata}. */
  metadata?: Readonly<Record<string, string>>;
}
