/** The options as programs see them: their meaning, units and defaults. */

/** Options of every socket. Unless said otherwise they concern later binds and connects only. */
export interface CommonOptions {
  /**
   * How long, in ms, unsent messages are kept after the socket is closed or a peer disconnected; −1
   * for as long as the process allows. Takes effect at once. Default −1; 0 for Subscriber and
   * XSubscriber (`ZMQ_LINGER`).
   */
  linger: number;
  /** How long, in ms, to wait before connecting again; −1 for never. Default 100 (`ZMQ_RECONNECT_IVL`). */
  reconnectInterval: number;
  /**
   * Where larger than {@linkcode CommonOptions.reconnectInterval}, that interval doubles with each try up to
   * this many ms. Default 0: it doesn't grow (`ZMQ_RECONNECT_IVL_MAX`).
   */
  reconnectMaxInterval: number;
  /** How many peers may wait to be accepted by a bound address. Default 100 (`ZMQ_BACKLOG`). */
  backlog: number;
  /** The largest part, in bytes, that a peer may send before it's disconnected; −1 for any. Default −1 (`ZMQ_MAXMSGSIZE`). */
  maxMessageSize: number;
  /** Whether IPv6 is used beside IPv4. Default: the context's, false (`ZMQ_IPV6`). */
  ipv6: boolean;
  /** Whether messages are queued only for peers that are connected, not for those still to come. Default false (`ZMQ_IMMEDIATE`). */
  immediate: boolean;
  /** TCP keep-alive: 1 on, 0 off, −1 as the system has it. Default −1 (`ZMQ_TCP_KEEPALIVE`). */
  tcpKeepalive: number;
  /** How many keep-alive probes may go unanswered; −1 as the system has it. Default −1 (`ZMQ_TCP_KEEPALIVE_CNT`). */
  tcpKeepaliveCount: number;
  /** Seconds of silence before keep-alive probes; −1 as the system has it. Default −1 (`ZMQ_TCP_KEEPALIVE_IDLE`). */
  tcpKeepaliveIdle: number;
  /** Seconds between keep-alive probes; −1 as the system has it. Default −1 (`ZMQ_TCP_KEEPALIVE_INTVL`). */
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
   * After how many ms without a heartbeat the *peer* is to give this side up; in steps of 100 ms, at
   * most 6 553 599; 0 leaves it to the peer. Default 0 (`ZMQ_HEARTBEAT_TTL`).
   */
  heartbeatTimeToLive: number;
  /**
   * After how many ms without an answer to a heartbeat a peer is given up. Default: the heartbeat's interval,
   * which reads as −1 (`ZMQ_HEARTBEAT_TIMEOUT`).
   */
  heartbeatTimeout: number;
}

/** Options of sockets that send. */
export interface SendOptions {
  /**
   * The send high-water mark: how many messages may be queued for each peer, 0 for no limit. At the mark,
   * sending waits or drops, as the pattern has it. Default 1000 (`ZMQ_SNDHWM`).
   */
  sendHighWaterMark: number;
  /** The system's send buffer in bytes; −1 as the system has it. Default −1 (`ZMQ_SNDBUF`). */
  sendBufferSize: number;
  /**
   * How long, in ms, a send may wait; 0 to try once, −1 for ever. It then rejects with `ZmqError`
   * EAGAIN. Takes effect at once. Default −1 (`ZMQ_SNDTIMEO`).
   */
  sendTimeout: number;
}

/** Options of sockets that receive. */
export interface ReceiveOptions {
  /**
   * The receive high-water mark: how many messages may be queued from each peer, 0 for no limit.
   * Default 1000 (`ZMQ_RCVHWM`).
   */
  receiveHighWaterMark: number;
  /** The system's receive buffer in bytes; −1 as the system has it. Default −1 (`ZMQ_RCVBUF`). */
  receiveBufferSize: number;
  /**
   * How long, in ms, a receive may wait; 0 to try once, −1 for ever. It then rejects with
   * `ZmqError` EAGAIN. Takes effect at once. Default −1 (`ZMQ_RCVTIMEO`).
   */
  receiveTimeout: number;
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
   * Default false (`ZMQ_CONFLATE`).
   */
  conflate: boolean;
}

/** Options of Request sockets. */
export interface RequestOnlyOptions {
  /** Whether a reply must carry its request's number; others are dropped. Default false (`ZMQ_REQ_CORRELATE`). */
  correlate: boolean;
  /** Whether a new request may be sent while a reply is outstanding, which gives that reply up. Default false (`ZMQ_REQ_RELAXED`). */
  relaxed: boolean;
}

/** Options of Router sockets. */
export interface RouterOnlyOptions {
  /**
   * Whether sending to a peer that isn't there fails with `ZmqError` EHOSTUNREACH, and to one whose
   * queue is full waits; otherwise both are dropped silently. Default false (`ZMQ_ROUTER_MANDATORY`).
   */
  mandatory: boolean;
  /** Whether a new peer takes over a routing id in use, instead of being refused. Default false (`ZMQ_ROUTER_HANDOVER`). */
  handover: boolean;
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

/** Options of Stream sockets. */
export interface StreamOnlyOptions {
  /** Whether an empty message is received for every peer that comes or goes. Default true (`ZMQ_STREAM_NOTIFY`). */
  notify: boolean;
}
