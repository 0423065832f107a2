// Written by tests/write_npm.ts.
// deno-lint-ignore-file
/** The short names of options, which are also properties of a socket. */
export interface ShortOptions {
  /** `ZMQ_FD`. */
  _fd: number;
  /** `ZMQ_EVENTS`. */
  _ioevents: number;
  /** `ZMQ_RCVMORE`. */
  _receiveMore: number;
  /** `ZMQ_SUBSCRIBE`. */
  _subscribe: number;
  /** `ZMQ_UNSUBSCRIBE`. */
  _unsubscribe: number;
  /** `ZMQ_AFFINITY`. */
  affinity: number;
  /** `ZMQ_BACKLOG`. */
  backlog: number;
  /** `ZMQ_IDENTITY`. */
  identity: number;
  /** `ZMQ_LINGER`. */
  linger: number;
  /** `ZMQ_RATE`. */
  rate: number;
  /** `ZMQ_RCVBUF`. */
  rcvbuf: number;
  /** `ZMQ_LAST_ENDPOINT`. */
  last_endpoint: number;
  /** `ZMQ_RECONNECT_IVL`. */
  reconnect_ivl: number;
  /** `ZMQ_RECOVERY_IVL`. */
  recovery_ivl: number;
  /** `ZMQ_SNDBUF`. */
  sndbuf: number;
  /** `ZMQ_MECHANISM`. */
  mechanism: number;
  /** `ZMQ_PLAIN_SERVER`. */
  plain_server: number;
  /** `ZMQ_PLAIN_USERNAME`. */
  plain_username: number;
  /** `ZMQ_PLAIN_PASSWORD`. */
  plain_password: number;
  /** `ZMQ_CURVE_SERVER`. */
  curve_server: number;
  /** `ZMQ_CURVE_PUBLICKEY`. */
  curve_publickey: number;
  /** `ZMQ_CURVE_SECRETKEY`. */
  curve_secretkey: number;
  /** `ZMQ_CURVE_SERVERKEY`. */
  curve_serverkey: number;
  /** `ZMQ_ZAP_DOMAIN`. */
  zap_domain: number;
  /** `ZMQ_HEARTBEAT_IVL`. */
  heartbeat_ivl: number;
  /** `ZMQ_HEARTBEAT_TTL`. */
  heartbeat_ttl: number;
  /** `ZMQ_HEARTBEAT_TIMEOUT`. */
  heartbeat_timeout: number;
  /** `ZMQ_CONNECT_TIMEOUT`. */
  connect_timeout: number;
}
/** The numbers of the options that have a short name. */
export declare const options: ShortOptions;
