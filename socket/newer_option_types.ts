/** Newer options as programs see them, many of which only builds with the draft API know: meaning, units, defaults. */

/** How NORM regulates its rate. */
export type NormMode = "fixed" | "cc" | "ccl" | "cce" | "cceEcnOnly";

/** What makes a connection not be tried again. */
export type ReconnectStop = "refused" | "handshake" | "disconnect";

/**
 * Newer options of every socket. They concern later binds and connects only. One that the libzmq in use doesn't know
 * fails with `ZmqError` EINVAL, whose message says which version or build it takes.
 */
export interface NewerOptions {
  /**
   * When a lost connection isn't tried again: after the peer has refused it, after its handshake has failed, after
   * {@linkcode Socket.disconnect}. Before 4.3.5 the last one implies the others. Default: none, `[]`. Since 4.3.3
   * (`ZMQ_RECONNECT_STOP`).
   */
  reconnectStop: readonly ReconnectStop[];
  /** The name for a SOCKS5 proxy that asks for one, 1 to 255 bytes; `null` for none. Default `null`. Since 4.3.2 (`ZMQ_SOCKS_USERNAME`). */
  socksUsername: string | null;
  /** The password that goes with it, 1 to 255 bytes; `null` for none. Default `null`. Since 4.3.2 (`ZMQ_SOCKS_PASSWORD`). */
  socksPassword: string | null;
  /** Whether multicast of this socket comes back to this machine (udp). Default true (`ZMQ_MULTICAST_LOOP`). */
  multicastLoop: boolean;
  /** Whether TCP on loopback takes a shorter way; on Windows only. Default false (`ZMQ_LOOPBACK_FASTPATH`). */
  loopbackFastPath: boolean;
  /** How much is read from a connection at once, in bytes. Default 8192. Draft, since 4.3.3 (`ZMQ_IN_BATCH_SIZE`). */
  inBatchSize: number;
  /** How much is written to a connection at once, in bytes. Default 8192. Draft, since 4.3.3 (`ZMQ_OUT_BATCH_SIZE`). */
  outBatchSize: number;
  /** The priority of outgoing packets, as Linux's `SO_PRIORITY` has it. Default 0. Draft, since 4.3.4 (`ZMQ_PRIORITY`). */
  priority: number;
  /** How long, in microseconds, the system spins for incoming packets (`SO_BUSY_POLL`). Default 0. Draft, since 4.3.5 (`ZMQ_BUSY_POLL`). */
  busyPoll: number;
  /** The server's private key for `wss://`, in PEM. Default `null`. Draft, with wss (`ZMQ_WSS_KEY_PEM`). */
  wssKeyPem: string | null;
  /** The server's certificate for `wss://`, in PEM. Default `null`. Draft, with wss (`ZMQ_WSS_CERT_PEM`). */
  wssCertPem: string | null;
  /** The certificates that a client of `wss://` trusts, in PEM. Default `null`. Draft, with wss (`ZMQ_WSS_TRUST_PEM`). */
  wssTrustPem: string | null;
  /** The name that the server's certificate must have. Default `null`. Draft, with wss (`ZMQ_WSS_HOSTNAME`). */
  wssHostname: string | null;
  /** Whether a client of `wss://` trusts what the system trusts. Default false. Draft, with wss (`ZMQ_WSS_TRUST_SYSTEM`). */
  wssTrustSystem: boolean;
  /** How NORM regulates its rate. Default `"cc"`. Draft, with norm, since 4.3.5 (`ZMQ_NORM_MODE`). */
  normMode: NormMode;
  /** Whether NORM's receivers ask for what they missed by unicast. Default false. Draft, with norm, since 4.3.5 (`ZMQ_NORM_UNICAST_NACK`). */
  normUnicastNack: boolean;
  /** NORM's buffer in kB. Default 2048. Draft, with norm, since 4.3.5 (`ZMQ_NORM_BUFFER_SIZE`). */
  normBufferSize: number;
  /** NORM's segments in bytes. Default 1400. Draft, with norm, since 4.3.5 (`ZMQ_NORM_SEGMENT_SIZE`). */
  normSegmentSize: number;
  /** How many segments make one of NORM's blocks, 1 to 255. Default 16. Draft, with norm, since 4.3.5 (`ZMQ_NORM_BLOCK_SIZE`). */
  normBlockSize: number;
  /** How many parity segments NORM may send for a block, 0 to 254. Default 4. Draft, with norm, since 4.3.5 (`ZMQ_NORM_NUM_PARITY`). */
  normNumParity: number;
  /** How many of them it sends unasked, 0 to 254. Default 0. Draft, with norm, since 4.3.5 (`ZMQ_NORM_NUM_AUTOPARITY`). */
  normNumAutoParity: number;
  /** Whether NORM repairs what is newest first. Default false. Draft, with norm, since 4.3.5 (`ZMQ_NORM_PUSH`). */
  normPush: boolean;
}

/** The option to greet peers. */
export interface HelloMessageOption {
  /** A message that each new peer gets first; `null` for none. Default `null`. Draft, since 4.3.3 (`ZMQ_HELLO_MSG`). */
  helloMessage: string | Uint8Array | null;
}

/** The option to receive a message when a peer goes. */
export interface DisconnectMessageOption {
  /** A message that is received, as if from the peer, when a peer has gone; `null` for none. Default `null`. Draft, since 4.3.3 (`ZMQ_DISCONNECT_MSG`). */
  disconnectMessage: string | Uint8Array | null;
}

/** The option to receive a message when a connection breaks. */
export interface HiccupMessageOption {
  /** A message that is received when a connection of this side's was lost; `null` for none. Default `null`. Draft, since 4.3.5 (`ZMQ_HICCUP_MSG`). */
  hiccupMessage: string | Uint8Array | null;
}

/** The option to distinguish messages from subscriptions by their first part. */
export interface OnlyFirstSubscribeOption {
  /**
   * Whether the later parts of a message are subscriptions only where its first one is. Default false. Since 4.3.3
   * (`ZMQ_ONLY_FIRST_SUBSCRIBE`).
   */
  onlyFirstSubscribe: boolean;
}

/** The option to send publishers every unsubscription. */
export interface VerboseUnsubscribeOption {
  /** Whether every unsubscription is passed on, and not only the last of a kind. Default false. Draft, since 4.3.5 (`ZMQ_XSUB_VERBOSE_UNSUBSCRIBE`). */
  verboseUnsubscribe: boolean;
}

/** What sockets of publish and subscribe know of their subscriptions. */
export interface TopicsCount {
  /** How many subscriptions the socket has, or knows of its peers. Draft, since 4.3.5 (`ZMQ_TOPICS_COUNT`). */
  readonly topicsCount: number;
}

/** The option of a Router to receive messages when peers come and go. */
export interface RouterNotifyOption {
  /**
   * Of what an empty message of a peer is received: that it has connected, that it has gone. Default: neither, `[]`. Draft,
   * since 4.3.0 (`ZMQ_ROUTER_NOTIFY`).
   */
  notify: readonly ("connect" | "disconnect")[];
}
