/** The options of version 5, by number and by short name, as properties of version 6's sockets. */

import type { Buffer } from "node:buffer";
import type { Dealer, Router, Subscriber, XPublisher } from "./patterns.ts";
import * as zmq from "./v5_constants.ts";

/** What an option's value may be when it's read. */
export type OptionValue = string | number | boolean | null;

/**
 * A socket of any type. What its type doesn't have is undefined when it's read, and a TypeError when it's set, as with
 * any object that is sealed.
 */
export type AnySocket = Dealer & Router & Subscriber & XPublisher;

interface Option {
  get?(socket: AnySocket): unknown;
  set?(socket: AnySocket, value: unknown): void;
}

/** An option that is a property. */
function property<Name extends keyof AnySocket>(name: Name): Option {
  return {
    get: (socket) => socket[name],
    set: (socket, value) => {
      socket[name] = value as AnySocket[Name];
    },
  };
}

/** One that is 1 or 0 here, and true or false there. */
function flag<Name extends keyof AnySocket>(name: Name): Option {
  return {
    get: (socket) => socket[name] ? 1 : 0,
    set: (socket, value) => {
      socket[name] = Boolean(value) as AnySocket[Name];
    },
  };
}

/** One that is refused. */
function unsupported(name: string): () => never {
  return () => {
    throw new Error(`${name} is not supported in compatibility mode`);
  };
}

function writeOnly({ set }: Option): Option {
  return { set };
}

/** Version 4's sockets of every type have an identity; the others' of version 6 lack the property. */
function byNumber(socket: unknown): StringOptions {
  return socket as StringOptions;
}

interface StringOptions {
  getStringOption(option: number): string | null;
  setStringOption(option: number, value: unknown): void;
}

const MECHANISMS: readonly unknown[] = [null, "plain", "curve", "gssapi"];

const ROWS: Readonly<Record<number, Option>> = {
  [zmq.ZMQ_AFFINITY]: property("affinity"),
  [zmq.ZMQ_IDENTITY]: {
    get: (socket) => byNumber(socket).getStringOption(zmq.ZMQ_IDENTITY),
    set: (socket, value) => byNumber(socket).setStringOption(zmq.ZMQ_IDENTITY, value),
  },
  [zmq.ZMQ_SUBSCRIBE]: { set: (socket, value) => socket.subscribe(value as Buffer) },
  [zmq.ZMQ_UNSUBSCRIBE]: { set: (socket, value) => socket.unsubscribe(value as Buffer) },
  [zmq.ZMQ_RATE]: property("rate"),
  [zmq.ZMQ_RECOVERY_IVL]: property("recoveryInterval"),
  [zmq.ZMQ_SNDBUF]: property("sendBufferSize"),
  [zmq.ZMQ_RCVBUF]: property("receiveBufferSize"),
  [zmq.ZMQ_RCVMORE]: { get: unsupported("ZMQ_RCVMORE") },
  [zmq.ZMQ_FD]: { get: unsupported("ZMQ_FD") },
  [zmq.ZMQ_EVENTS]: {
    get: ({ readable, writable }) =>
      (readable ? zmq.ZMQ_POLLIN : 0) | (writable ? zmq.ZMQ_POLLOUT : 0),
  },
  [zmq.ZMQ_TYPE]: { get: ({ type }) => type },
  [zmq.ZMQ_LINGER]: property("linger"),
  [zmq.ZMQ_RECONNECT_IVL]: property("reconnectInterval"),
  [zmq.ZMQ_BACKLOG]: property("backlog"),
  [zmq.ZMQ_RECONNECT_IVL_MAX]: property("reconnectMaxInterval"),
  [zmq.ZMQ_MAXMSGSIZE]: property("maxMessageSize"),
  [zmq.ZMQ_SNDHWM]: property("sendHighWaterMark"),
  [zmq.ZMQ_RCVHWM]: property("receiveHighWaterMark"),
  [zmq.ZMQ_MULTICAST_HOPS]: property("multicastHops"),
  [zmq.ZMQ_RCVTIMEO]: property("receiveTimeout"),
  [zmq.ZMQ_SNDTIMEO]: property("sendTimeout"),
  [zmq.ZMQ_IPV4ONLY]: {
    get: ({ ipv6 }) => !ipv6,
    set: (socket, value) => {
      socket.ipv6 = !value;
    },
  },
  [zmq.ZMQ_LAST_ENDPOINT]: { get: ({ lastEndpoint }) => lastEndpoint },
  [zmq.ZMQ_ROUTER_MANDATORY]: flag("mandatory"),
  [zmq.ZMQ_TCP_KEEPALIVE]: property("tcpKeepalive"),
  [zmq.ZMQ_TCP_KEEPALIVE_CNT]: property("tcpKeepaliveCount"),
  [zmq.ZMQ_TCP_KEEPALIVE_IDLE]: property("tcpKeepaliveIdle"),
  [zmq.ZMQ_TCP_KEEPALIVE_INTVL]: property("tcpKeepaliveInterval"),
  [zmq.ZMQ_TCP_ACCEPT_FILTER]: writeOnly(property("tcpAcceptFilter")),
  [zmq.ZMQ_DELAY_ATTACH_ON_CONNECT]: flag("immediate"),
  [zmq.ZMQ_XPUB_VERBOSE]: {
    get() {
      throw new Error("Reading ZMQ_XPUB_VERBOSE is not supported");
    },
    set: (socket, value) => {
      socket.verbosity = value ? "allSubs" : null;
    },
  },
  [zmq.ZMQ_ROUTER_RAW]: { get: unsupported("ZMQ_ROUTER_RAW"), set: unsupported("ZMQ_ROUTER_RAW") },
  [zmq.ZMQ_IPV6]: flag("ipv6"),
  [zmq.ZMQ_MECHANISM]: {
    get: ({ securityMechanism }) => MECHANISMS.indexOf(securityMechanism),
  },
  [zmq.ZMQ_PLAIN_SERVER]: flag("plainServer"),
  [zmq.ZMQ_PLAIN_USERNAME]: property("plainUsername"),
  [zmq.ZMQ_PLAIN_PASSWORD]: property("plainPassword"),
  [zmq.ZMQ_CURVE_SERVER]: flag("curveServer"),
  [zmq.ZMQ_CURVE_PUBLICKEY]: property("curvePublicKey"),
  [zmq.ZMQ_CURVE_SECRETKEY]: property("curveSecretKey"),
  [zmq.ZMQ_CURVE_SERVERKEY]: property("curveServerKey"),
  [zmq.ZMQ_ZAP_DOMAIN]: property("zapDomain"),
  [zmq.ZMQ_HEARTBEAT_IVL]: property("heartbeatInterval"),
  [zmq.ZMQ_HEARTBEAT_TTL]: property("heartbeatTimeToLive"),
  [zmq.ZMQ_HEARTBEAT_TIMEOUT]: property("heartbeatTimeout"),
  [zmq.ZMQ_CONNECT_TIMEOUT]: property("connectTimeout"),
  [zmq.ZMQ_ROUTER_HANDOVER]: writeOnly(flag("handover")),
};

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
export const options: ShortOptions = {
  _fd: zmq.ZMQ_FD,
  _ioevents: zmq.ZMQ_EVENTS,
  _receiveMore: zmq.ZMQ_RCVMORE,
  _subscribe: zmq.ZMQ_SUBSCRIBE,
  _unsubscribe: zmq.ZMQ_UNSUBSCRIBE,
  affinity: zmq.ZMQ_AFFINITY,
  backlog: zmq.ZMQ_BACKLOG,
  identity: zmq.ZMQ_IDENTITY,
  linger: zmq.ZMQ_LINGER,
  rate: zmq.ZMQ_RATE,
  rcvbuf: zmq.ZMQ_RCVBUF,
  last_endpoint: zmq.ZMQ_LAST_ENDPOINT,
  reconnect_ivl: zmq.ZMQ_RECONNECT_IVL,
  recovery_ivl: zmq.ZMQ_RECOVERY_IVL,
  sndbuf: zmq.ZMQ_SNDBUF,
  mechanism: zmq.ZMQ_MECHANISM,
  plain_server: zmq.ZMQ_PLAIN_SERVER,
  plain_username: zmq.ZMQ_PLAIN_USERNAME,
  plain_password: zmq.ZMQ_PLAIN_PASSWORD,
  curve_server: zmq.ZMQ_CURVE_SERVER,
  curve_publickey: zmq.ZMQ_CURVE_PUBLICKEY,
  curve_secretkey: zmq.ZMQ_CURVE_SECRETKEY,
  curve_serverkey: zmq.ZMQ_CURVE_SERVERKEY,
  zap_domain: zmq.ZMQ_ZAP_DOMAIN,
  heartbeat_ivl: zmq.ZMQ_HEARTBEAT_IVL,
  heartbeat_ttl: zmq.ZMQ_HEARTBEAT_TTL,
  heartbeat_timeout: zmq.ZMQ_HEARTBEAT_TIMEOUT,
  connect_timeout: zmq.ZMQ_CONNECT_TIMEOUT,
};

/**
 * Returns an option's value.
 *
 * @throws {Error} If there is no such option, or if it can't be read.
 */
export function getOption(socket: AnySocket, option: number | keyof ShortOptions): OptionValue {
  const { get } = rowOf(option);
  if (get === undefined) throw unknown();
  return get(socket) as OptionValue;
}

/**
 * Sets an option.
 *
 * @throws {Error} If there is no such option, or if it can't be set.
 */
export function setOption(
  socket: AnySocket,
  option: number | keyof ShortOptions,
  value: unknown,
): void {
  const { set } = rowOf(option);
  if (set === undefined) throw unknown();
  set(socket, value);
}

function rowOf(option: number | keyof ShortOptions): Option {
  const row = ROWS[typeof option === "number" ? option : options[option]];
  if (row === undefined) throw unknown();
  return row;
}

function unknown(): Error {
  return new Error("Unknown option");
}
