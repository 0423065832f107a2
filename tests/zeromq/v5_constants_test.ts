import { deepStrictEqual as assertEquals } from "node:assert/strict";
import { CONTEXT_OPTIONS, EVENT_IN, EVENT_OUT, SEND_MORE } from "../../ffi/constants.ts";
import { OPTION_NUMBERS, type OptionName, OPTIONS } from "../../socket/options_table.ts";
import { TYPES } from "../../socket/types.ts";
import * as zmq from "../../zeromq/v5_constants.ts";

/** The names that the table of options has for version 5's. */
const NAMES: Partial<Record<keyof typeof zmq, OptionName>> = {
  ZMQ_AFFINITY: "affinity",
  ZMQ_IDENTITY: "routingId",
  ZMQ_RATE: "rate",
  ZMQ_RECOVERY_IVL: "recoveryInterval",
  ZMQ_RECOVERY_IVL_MSEC: "recoveryInterval",
  ZMQ_SNDBUF: "sendBufferSize",
  ZMQ_RCVBUF: "receiveBufferSize",
  ZMQ_LINGER: "linger",
  ZMQ_RECONNECT_IVL: "reconnectInterval",
  ZMQ_BACKLOG: "backlog",
  ZMQ_RECONNECT_IVL_MAX: "reconnectMaxInterval",
  ZMQ_MAXMSGSIZE: "maxMessageSize",
  ZMQ_SNDHWM: "sendHighWaterMark",
  ZMQ_RCVHWM: "receiveHighWaterMark",
  ZMQ_MULTICAST_HOPS: "multicastHops",
  ZMQ_RCVTIMEO: "receiveTimeout",
  ZMQ_SNDTIMEO: "sendTimeout",
  ZMQ_ROUTER_MANDATORY: "mandatory",
  ZMQ_TCP_KEEPALIVE: "tcpKeepalive",
  ZMQ_TCP_KEEPALIVE_CNT: "tcpKeepaliveCount",
  ZMQ_TCP_KEEPALIVE_IDLE: "tcpKeepaliveIdle",
  ZMQ_TCP_KEEPALIVE_INTVL: "tcpKeepaliveInterval",
  ZMQ_DELAY_ATTACH_ON_CONNECT: "immediate",
  ZMQ_IPV6: "ipv6",
  ZMQ_MECHANISM: "securityMechanism",
  ZMQ_PLAIN_SERVER: "plainServer",
  ZMQ_PLAIN_USERNAME: "plainUsername",
  ZMQ_PLAIN_PASSWORD: "plainPassword",
  ZMQ_CURVE_SERVER: "curveServer",
  ZMQ_CURVE_PUBLICKEY: "curvePublicKey",
  ZMQ_CURVE_SECRETKEY: "curveSecretKey",
  ZMQ_CURVE_SERVERKEY: "curveServerKey",
  ZMQ_ZAP_DOMAIN: "zapDomain",
  ZMQ_ROUTER_HANDOVER: "handover",
  ZMQ_HEARTBEAT_IVL: "heartbeatInterval",
  ZMQ_HEARTBEAT_TTL: "heartbeatTimeToLive",
  ZMQ_HEARTBEAT_TIMEOUT: "heartbeatTimeout",
  ZMQ_CONNECT_TIMEOUT: "connectTimeout",
};

/** The others that this library has: they stand elsewhere. */
const OTHERS: Partial<Record<keyof typeof zmq, number>> = {
  ZMQ_SUBSCRIBE: OPTION_NUMBERS.subscribe,
  ZMQ_UNSUBSCRIBE: OPTION_NUMBERS.unsubscribe,
  ZMQ_FD: OPTION_NUMBERS.fd,
  ZMQ_EVENTS: OPTION_NUMBERS.events,
  ZMQ_TYPE: OPTION_NUMBERS.type,
  ZMQ_LAST_ENDPOINT: OPTION_NUMBERS.lastEndpoint,
  ZMQ_TCP_ACCEPT_FILTER: OPTION_NUMBERS.tcpAcceptFilter,
  ZMQ_XPUB_VERBOSE: OPTION_NUMBERS.verbose,
  ZMQ_IO_THREADS: CONTEXT_OPTIONS.ioThreads,
  ZMQ_MAX_SOCKETS: CONTEXT_OPTIONS.maxSockets,
  ZMQ_POLLIN: EVENT_IN,
  ZMQ_POLLOUT: EVENT_OUT,
  ZMQ_SNDMORE: SEND_MORE,
  ZMQ_PAIR: TYPES.Pair.number,
  ZMQ_PUB: TYPES.Publisher.number,
  ZMQ_SUB: TYPES.Subscriber.number,
  ZMQ_REQ: TYPES.Request.number,
  ZMQ_REP: TYPES.Reply.number,
  ZMQ_DEALER: TYPES.Dealer.number,
  ZMQ_XREQ: TYPES.Dealer.number,
  ZMQ_ROUTER: TYPES.Router.number,
  ZMQ_XREP: TYPES.Router.number,
  ZMQ_PULL: TYPES.Pull.number,
  ZMQ_PUSH: TYPES.Push.number,
  ZMQ_XPUB: TYPES.XPublisher.number,
  ZMQ_XSUB: TYPES.XSubscriber.number,
  ZMQ_STREAM: TYPES.Stream.number,
};

Deno.test("version 5's numbers of options, types and flags are those of this library's tables", () => {
  const tables: Partial<Record<keyof typeof zmq, number>> = { ...OTHERS };
  for (const [name, option] of Object.entries(NAMES)) {
    tables[name as keyof typeof zmq] = OPTIONS[option].number;
  }
  const names = Object.keys(zmq).filter((name) => name in tables).sort();
  assertEquals(names, Object.keys(tables).sort());
  for (const name of names as (keyof typeof zmq)[]) assertEquals(zmq[name], tables[name], name);
});

Deno.test("version 5's other constants have libzmq 4's values, or say that all is supported", () => {
  const others = Object.entries(zmq).filter(([name]) => !(name in NAMES) && !(name in OTHERS));
  assertEquals(Object.fromEntries(others), {
    STATE_BUSY: 1,
    STATE_CLOSED: 2,
    STATE_READY: 0,
    ZMQ_CAN_DISCONNECT: 1,
    ZMQ_CAN_MONITOR: 1,
    ZMQ_CAN_SET_CTX: 1,
    ZMQ_CAN_UNBIND: 1,
    ZMQ_IPV4ONLY: 31,
    ZMQ_POLLERR: 4,
    ZMQ_RCVMORE: 13,
    ZMQ_ROUTER_RAW: 41,
  });
});
