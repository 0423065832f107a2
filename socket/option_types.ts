/** The options as programs see them: their meaning, units and defaults. */

import type { Frame } from "./frame.ts";

/** Options of every socket. Unless said otherwise they concern later binds and connects only. */
export interface CommonOptions {
  /**
   * How long, in ms, unsent messages are kept after the socket is closed or a peer disconnected; -1
   * for as long as the process allows. Takes effect at once. Default -1; 0 for Subscriber and
   * XSubscriber (`ZMQ_LINGER`).
   */
  linger: number;
  /** How long, in ms, to wait before connecting again; -1 for never. Default 100 (`ZMQ_RECONNECT_IVL`). */
  reconnectInterval: number;
  /**
   * Where larger than {@linkcode CommonOptions.reconnectInterval}, that interval doubles with each try up to
   * this many ms. Default 0: it doesn't grow (`ZMQ_RECONNECT_IVL_MAX`).
   */
  reconnectMaxInterval: number;
  /** How many peers may wait to be accepted by a bound address. Default 100 (`ZMQ_BACKLOG`). */
  backlog: number;
  /** The largest part, in bytes, that a peer may send before it's disconnected; -1 for any. Default -1 (`ZMQ_MAXMSGSIZE`). */
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
   * Milliseconds between heartbeats to each peer; 0 for none. A peer that doesn't know heartbeats is
   * disconnected by them again and again. Default 0 (`ZMQ_HEARTBEAT_IVL`).
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
}

/** Options of every socket that concern the ways to its peers; they, too, hold for later binds and connects. */
export interface TransportOptions {
  /** Which of the context's I/O threads may serve the socket: a bit mask, precise up to 2^53; 0 for all. Default 0 (`ZMQ_AFFINITY`). */
  affinity: number;
  /** The network interface to use, such as `"eth0"`, which on Linux takes a privilege; `null` for any. Default `null` (`ZMQ_BINDTODEVICE`). */
  interface: string | null;
  /** Through how many routers multicast may go (pgm, udp). Default 1 (`ZMQ_MULTICAST_HOPS`). */
  multicastHops: number;
  /** The largest multicast packet in bytes (pgm). Default 1500 (`ZMQ_MULTICAST_MAXTPDU`). */
  multicastMaxTransportDataUnit: number;
  /** The multicast rate in kbit/s (pgm). Default 100 (`ZMQ_RATE`). */
  rate: number;
  /** How long, in ms, a multicast receiver can be away and still recover what it missed (pgm). Default 10 000 (`ZMQ_RECOVERY_IVL`). */
  recoveryInterval: number;
  /** The SOCKS5 proxy, as `host:port`, through which TCP connects; `null` for none. Default `null` (`ZMQ_SOCKS_PROXY`). */
  socksProxy: string | null;
  /** How long, in ms, TCP may try to get unacknowledged data through; 0 as the system has it. Default 0 (`ZMQ_TCP_MAXRT`). */
  tcpMaxRetransmitTimeout: number;
  /** Whether libzmq lets several threads use this type of socket at once; false for all stable types (`ZMQ_THREAD_SAFE`). */
  readonly threadSafe: boolean;
  /** The type-of-service field of IP packets. Default 0 (`ZMQ_TOS`). */
  typeOfService: number;
  /** A listening descriptor, opened by someone else, that the next bind is to adopt; -1 for none. Default -1 (`ZMQ_USE_FD`). */
  useFd: number;
  /** The size of VMCI's buffer in bytes. Default 65 546 (`ZMQ_VMCI_BUFFER_SIZE`). */
  vmciBufferSize: number;
  /** The least size of VMCI's buffer in bytes. Default 128 (`ZMQ_VMCI_BUFFER_MIN_SIZE`). */
  vmciBufferMinSize: number;
  /** The largest size of VMCI's buffer in bytes. Default 262 144 (`ZMQ_VMCI_BUFFER_MAX_SIZE`). */
  vmciBufferMaxSize: number;
  /** How long, in ms, a VMCI connect may take; -1 as the system has it. Default -1 (`ZMQ_VMCI_CONNECT_TIMEOUT`). */
  vmciConnectTimeout: number;
}

/** Options of sockets that send. */
export interface SendOptions {
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
}

/** Options of sockets that receive. */
export interface ReceiveOptions {
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
  /** Which properties of its connection are read with each message; see {@linkcode Receives.metadata}. Default: none. */
  metadata: readonly string[];
}

/** The option to announce oneself to routers. */
export interface ProbeRouterOption {
  /** Whether an empty message is sent to every new peer, so that a Router there learns the routing id. Default false (`ZMQ_PROBE_ROUTER`). */
  probeRouter: boolean;
}

/** The option to keep the last message only. */
export interface ConflateOption {
  /**
   * Whether only the last message is kept in either direction. To be set before bind and connect.
   * Multipart messages don't work with it: a peer that sends one makes libzmq end the process.
   * Over inproc, what the connecting side has set counts for both. A Subscriber that was asked whether
   * it's readable, or was in a Poller, returns the message that it had then before the last one.
   * Default false (`ZMQ_CONFLATE`).
   */
  conflate: boolean;
}

/** Options of Request sockets. */
export interface RequestOnlyOptions {
  /** Whether a reply must carry its request's number; others are dropped. Default false (`ZMQ_REQ_CORRELATE`). */
  correlate: boolean;
  /** Whether a new request may be sent while a reply is outstanding, and abandons that. Default false (`ZMQ_REQ_RELAXED`). */
  relaxed: boolean;
}

/** Options of Router sockets. */
export interface RouterOnlyOptions {
  /**
   * Whether sending to a peer that isn't there fails with EHOSTUNREACH, and to one whose
   * queue is full waits; otherwise both are dropped silently. A peer that goes while its queue is full counts as
   * there until all that came from it was received. Default false (`ZMQ_ROUTER_MANDATORY`).
   */
  mandatory: boolean;
  /** Whether a new peer takes over a routing id in use, instead of being refused. Default false (`ZMQ_ROUTER_HANDOVER`). */
  handover: boolean;
}

/** An option of {@linkcode Router} sockets from before there was a Stream. */
export interface RawModeOption {
  /** Whether peers speak plain TCP, as with a {@linkcode Stream}, which is to be preferred. Default false (`ZMQ_ROUTER_RAW`). */
  rawMode: boolean;
}

/** Options of sockets that publish. */
export interface PublishOptions {
  /** Whether a send waits for slow subscribers instead of dropping for them. Default false (`ZMQ_XPUB_NODROP`). */
  noDrop: boolean;
}

/** The option that turns a subscription into its opposite. */
export interface InvertMatchingOption {
  /** Whether messages that match *no* subscription are sent. Both sides must set it. Default false (`ZMQ_INVERT_MATCHING`). */
  invertMatching: boolean;
}

/** Options of XPublisher sockets. */
export interface XPublisherOnlyOptions {
  /**
   * Which subscriptions of peers are received: `null` for the first and last of each kind only, `"allSubs"` for
   * every subscription, `"allSubsUnsubs"` for every subscription and unsubscription. Default `null`
   * (`ZMQ_XPUB_VERBOSE`, `ZMQ_XPUB_VERBOSER`).
   */
  verbosity: "allSubs" | "allSubsUnsubs" | null;
}

/** Options by which an XPublisher decides over subscriptions and greets subscribers. */
export interface ManualOptions {
  /**
   * Whether peers' subscriptions are only received, and take effect by {@linkcode XPublisher.subscribe}, which then
   * concerns the peer whose message was received last. Default false (`ZMQ_XPUB_MANUAL`).
   */
  manual: boolean;
  /**
   * The same as {@linkcode ManualOptions.manual}, and a message that is sent after such a subscription goes to the peer
   * concerned only: for giving new subscribers the last value. Default false. Since 4.3.2
   * (`ZMQ_XPUB_MANUAL_LAST_VALUE`).
   */
  manualLastValue: boolean;
  /** A message that each new subscriber gets, if it subscribes to it; `null` for none. Default `null` (`ZMQ_XPUB_WELCOME_MSG`). */
  welcomeMessage: string | Uint8Array | null;
}

/** Options of Stream sockets. */
export interface StreamOnlyOptions {
  /** Whether an empty message is received for every peer that comes or goes. Default true (`ZMQ_STREAM_NOTIFY`). */
  notify: boolean;
}

/** Options of every socket that can be set in another form than they're read, or can't be read at all. */
export interface SettableOptions {
  /** See {@linkcode Socket.curvePublicKey}. */
  curvePublicKey: string | Uint8Array;
  /** See {@linkcode Socket.curveSecretKey}. */
  curveSecretKey: string | Uint8Array;
  /** See {@linkcode Socket.curveServerKey}. */
  curveServerKey: string | Uint8Array;
  /** See {@linkcode Socket.tcpAcceptFilter}. */
  tcpAcceptFilter: string | null;
  /** See {@linkcode Socket.ipcFilterPid}. */
  ipcFilterPid: number | null;
  /** See {@linkcode Socket.ipcFilterUid}. */
  ipcFilterUid: number | null;
  /** See {@linkcode Socket.ipcFilterGid}. */
  ipcFilterGid: number | null;
  /** See {@linkcode Socket.ownMetadata}. */
  ownMetadata: Readonly<Record<string, string>>;
}

/** The kinds as which {@linkcode Socket.getOption} can read an option, and the type that each returns. */
export interface OptionTypes {
  /** A signed 32-bit number: libzmq's `int`. */
  int: number;
  /** An `int` that is 0 or 1. */
  boolean: boolean;
  /** A signed 64-bit number. */
  int64: bigint;
  /** An unsigned 64-bit number. */
  uint64: bigint;
  /** Text that ends with a NUL. */
  string: string;
  /** Bytes of any kind. */
  bytes: Frame;
}
