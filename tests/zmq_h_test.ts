/**
 * libzmq's numbers, written down here once more: two that were swapped in a table would be swapped for all that derives from
 * it. Where a `zmq.h` is installed, it's asked as well.
 */

import { deepStrictEqual as assertEquals, ok as assert } from "node:assert/strict";
import { CONTEXT_OPTIONS, DONT_WAIT, EVENT_IN, EVENT_OUT, SEND_MORE } from "../ffi/constants.ts";
import { ALL_EVENTS, EVENTS } from "../ffi/monitoring.ts";
import { PROTOCOL_CODES } from "../socket/events.ts";
import { COMMON, OPTION_NUMBERS, OPTIONS, ROUTER_NOTIFY } from "../socket/options_table.ts";
import { TYPES } from "../socket/types.ts";

/** Flags and bits, as the modules have them. */
const FLAGS = {
  ...{ DONT_WAIT, SEND_MORE, EVENT_IN, EVENT_OUT, ALL_EVENTS },
  routerNotify: ROUTER_NOTIFY.number,
  routerNotifyConnect: ROUTER_NOTIFY.flags.connect,
  routerNotifyDisconnect: ROUTER_NOTIFY.flags.disconnect,
  stopRefused: COMMON.reconnectStop.flags.refused,
  stopHandshake: COMMON.reconnectStop.flags.handshake,
};

/** The options of sockets. */
const OF_OPTIONS: Record<keyof typeof OPTIONS, readonly [inC: string, number: number]> = {
  affinity: ["AFFINITY", 4],
  backlog: ["BACKLOG", 19],
  connectTimeout: ["CONNECT_TIMEOUT", 79],
  handshakeInterval: ["HANDSHAKE_IVL", 66],
  heartbeatInterval: ["HEARTBEAT_IVL", 75],
  heartbeatTimeToLive: ["HEARTBEAT_TTL", 76],
  heartbeatTimeout: ["HEARTBEAT_TIMEOUT", 77],
  immediate: ["IMMEDIATE", 39],
  interface: ["BINDTODEVICE", 92],
  ipv6: ["IPV6", 42],
  linger: ["LINGER", 17],
  maxMessageSize: ["MAXMSGSIZE", 22],
  multicastHops: ["MULTICAST_HOPS", 25],
  multicastMaxTransportDataUnit: ["MULTICAST_MAXTPDU", 84],
  rate: ["RATE", 8],
  reconnectInterval: ["RECONNECT_IVL", 18],
  reconnectMaxInterval: ["RECONNECT_IVL_MAX", 21],
  recoveryInterval: ["RECOVERY_IVL", 9],
  socksProxy: ["SOCKS_PROXY", 68],
  tcpKeepalive: ["TCP_KEEPALIVE", 34],
  tcpKeepaliveCount: ["TCP_KEEPALIVE_CNT", 35],
  tcpKeepaliveIdle: ["TCP_KEEPALIVE_IDLE", 36],
  tcpKeepaliveInterval: ["TCP_KEEPALIVE_INTVL", 37],
  tcpMaxRetransmitTimeout: ["TCP_MAXRT", 80],
  threadSafe: ["THREAD_SAFE", 81],
  typeOfService: ["TOS", 57],
  useFd: ["USE_FD", 89],
  vmciBufferMaxSize: ["VMCI_BUFFER_MAX_SIZE", 87],
  vmciBufferMinSize: ["VMCI_BUFFER_MIN_SIZE", 86],
  vmciBufferSize: ["VMCI_BUFFER_SIZE", 85],
  vmciConnectTimeout: ["VMCI_CONNECT_TIMEOUT", 88],
  busyPoll: ["BUSY_POLL", 113],
  inBatchSize: ["IN_BATCH_SIZE", 101],
  loopbackFastPath: ["LOOPBACK_FASTPATH", 94],
  multicastLoop: ["MULTICAST_LOOP", 96],
  normBlockSize: ["NORM_BLOCK_SIZE", 121],
  normBufferSize: ["NORM_BUFFER_SIZE", 119],
  normMode: ["NORM_MODE", 117],
  normNumAutoParity: ["NORM_NUM_AUTOPARITY", 123],
  normNumParity: ["NORM_NUM_PARITY", 122],
  normPush: ["NORM_PUSH", 124],
  normSegmentSize: ["NORM_SEGMENT_SIZE", 120],
  normUnicastNack: ["NORM_UNICAST_NACK", 118],
  outBatchSize: ["OUT_BATCH_SIZE", 102],
  priority: ["PRIORITY", 112],
  reconnectStop: ["RECONNECT_STOP", 109],
  socksPassword: ["SOCKS_PASSWORD", 100],
  socksUsername: ["SOCKS_USERNAME", 99],
  wssCertPem: ["WSS_CERT_PEM", 104],
  wssHostname: ["WSS_HOSTNAME", 106],
  wssKeyPem: ["WSS_KEY_PEM", 103],
  wssTrustPem: ["WSS_TRUST_PEM", 105],
  wssTrustSystem: ["WSS_TRUST_SYSTEM", 107],
  curvePublicKey: ["CURVE_PUBLICKEY", 48],
  curveSecretKey: ["CURVE_SECRETKEY", 49],
  curveServer: ["CURVE_SERVER", 47],
  curveServerKey: ["CURVE_SERVERKEY", 50],
  gssapiPlainText: ["GSSAPI_PLAINTEXT", 65],
  gssapiPrincipal: ["GSSAPI_PRINCIPAL", 63],
  gssapiPrincipalNameType: ["GSSAPI_PRINCIPAL_NAMETYPE", 90],
  gssapiServer: ["GSSAPI_SERVER", 62],
  gssapiServicePrincipal: ["GSSAPI_SERVICE_PRINCIPAL", 64],
  gssapiServicePrincipalNameType: ["GSSAPI_SERVICE_PRINCIPAL_NAMETYPE", 91],
  plainPassword: ["PLAIN_PASSWORD", 46],
  plainServer: ["PLAIN_SERVER", 44],
  plainUsername: ["PLAIN_USERNAME", 45],
  securityMechanism: ["MECHANISM", 43],
  zapDomain: ["ZAP_DOMAIN", 55],
  zapEnforceDomain: ["ZAP_ENFORCE_DOMAIN", 93],
  sendBufferSize: ["SNDBUF", 11],
  sendHighWaterMark: ["SNDHWM", 23],
  sendTimeout: ["SNDTIMEO", 28],
  receiveBufferSize: ["RCVBUF", 12],
  receiveHighWaterMark: ["RCVHWM", 24],
  receiveTimeout: ["RCVTIMEO", 27],
  conflate: ["CONFLATE", 54],
  correlate: ["REQ_CORRELATE", 52],
  disconnectMessage: ["DISCONNECT_MSG", 111],
  handover: ["ROUTER_HANDOVER", 56],
  helloMessage: ["HELLO_MSG", 110],
  hiccupMessage: ["HICCUP_MSG", 114],
  invertMatching: ["INVERT_MATCHING", 74],
  mandatory: ["ROUTER_MANDATORY", 33],
  manual: ["XPUB_MANUAL", 71],
  manualLastValue: ["XPUB_MANUAL_LAST_VALUE", 98],
  noDrop: ["XPUB_NODROP", 69],
  notify: ["STREAM_NOTIFY", 73],
  onlyFirstSubscribe: ["ONLY_FIRST_SUBSCRIBE", 108],
  probeRouter: ["PROBE_ROUTER", 51],
  rawMode: ["ROUTER_RAW", 41],
  relaxed: ["REQ_RELAXED", 53],
  routingId: ["ROUTING_ID", 5],
  topicsCount: ["TOPICS_COUNT", 116],
  verboseUnsubscribe: ["XSUB_VERBOSE_UNSUBSCRIBE", 115],
  welcomeMessage: ["XPUB_WELCOME_MSG", 72],
};

/** Those that are no properties. */
const OF_METHODS: Record<keyof typeof OPTION_NUMBERS, readonly [inC: string, number: number]> = {
  subscribe: ["SUBSCRIBE", 6],
  unsubscribe: ["UNSUBSCRIBE", 7],
  fd: ["FD", 14],
  events: ["EVENTS", 15],
  type: ["TYPE", 16],
  lastEndpoint: ["LAST_ENDPOINT", 32],
  tcpAcceptFilter: ["TCP_ACCEPT_FILTER", 38],
  verbose: ["XPUB_VERBOSE", 40],
  ipcFilterPid: ["IPC_FILTER_PID", 58],
  ipcFilterUid: ["IPC_FILTER_UID", 59],
  ipcFilterGid: ["IPC_FILTER_GID", 60],
  connectRoutingId: ["CONNECT_ROUTING_ID", 61],
  verboser: ["XPUB_VERBOSER", 78],
  metadata: ["METADATA", 95],
};

/** The options of contexts. */
const OF_CONTEXTS: Record<keyof typeof CONTEXT_OPTIONS, readonly [inC: string, number: number]> = {
  ioThreads: ["IO_THREADS", 1],
  maxSockets: ["MAX_SOCKETS", 2],
  socketLimit: ["SOCKET_LIMIT", 3],
  threadPriority: ["THREAD_PRIORITY", 3],
  threadSchedulingPolicy: ["THREAD_SCHED_POLICY", 4],
  maxMessageSize: ["MAX_MSGSZ", 5],
  msgTSize: ["MSG_T_SIZE", 6],
  threadAffinityAdd: ["THREAD_AFFINITY_CPU_ADD", 7],
  threadAffinityRemove: ["THREAD_AFFINITY_CPU_REMOVE", 8],
  threadNamePrefix: ["THREAD_NAME_PREFIX", 9],
  zeroCopyReceive: ["ZERO_COPY_RECV", 10],
  ipv6: ["IPV6", 42],
  blocky: ["BLOCKY", 70],
};

/** The types of sockets. */
const OF_TYPES: Record<keyof typeof TYPES, readonly [inC: string, number: number]> = {
  Pair: ["PAIR", 0],
  Publisher: ["PUB", 1],
  Subscriber: ["SUB", 2],
  Request: ["REQ", 3],
  Reply: ["REP", 4],
  Dealer: ["DEALER", 5],
  Router: ["ROUTER", 6],
  Pull: ["PULL", 7],
  Push: ["PUSH", 8],
  XPublisher: ["XPUB", 9],
  XSubscriber: ["XSUB", 10],
  Stream: ["STREAM", 11],
  Server: ["SERVER", 12],
  Client: ["CLIENT", 13],
  Radio: ["RADIO", 14],
  Dish: ["DISH", 15],
  Gather: ["GATHER", 16],
  Scatter: ["SCATTER", 17],
  Datagram: ["DGRAM", 18],
  Peer: ["PEER", 19],
  Channel: ["CHANNEL", 20],
};

/** What happens to connections. */
const OF_EVENTS: Record<keyof typeof EVENTS, readonly [inC: string, number: number]> = {
  connect: ["EVENT_CONNECTED", 1],
  "connect:delay": ["EVENT_CONNECT_DELAYED", 2],
  "connect:retry": ["EVENT_CONNECT_RETRIED", 4],
  bind: ["EVENT_LISTENING", 8],
  "bind:error": ["EVENT_BIND_FAILED", 16],
  accept: ["EVENT_ACCEPTED", 32],
  "accept:error": ["EVENT_ACCEPT_FAILED", 64],
  close: ["EVENT_CLOSED", 128],
  "close:error": ["EVENT_CLOSE_FAILED", 256],
  disconnect: ["EVENT_DISCONNECTED", 512],
  end: ["EVENT_MONITOR_STOPPED", 1024],
  "handshake:error:other": ["EVENT_HANDSHAKE_FAILED_NO_DETAIL", 2048],
  handshake: ["EVENT_HANDSHAKE_SUCCEEDED", 4096],
  "handshake:error:protocol": ["EVENT_HANDSHAKE_FAILED_PROTOCOL", 8192],
  "handshake:error:auth": ["EVENT_HANDSHAKE_FAILED_AUTH", 16384],
  "pipes:stats": ["EVENT_PIPES_STATS", 65536],
};

/** What is wrong with a peer's protocol. */
const OF_PROTOCOLS: Record<string, readonly [inC: string, number: number]> = {
  ERR_ZMTP_UNSPECIFIED: ["PROTOCOL_ERROR_ZMTP_UNSPECIFIED", 0x1000_0000],
  ERR_ZMTP_UNEXPECTED_COMMAND: ["PROTOCOL_ERROR_ZMTP_UNEXPECTED_COMMAND", 0x1000_0001],
  ERR_ZMTP_INVALID_SEQUENCE: ["PROTOCOL_ERROR_ZMTP_INVALID_SEQUENCE", 0x1000_0002],
  ERR_ZMTP_KEY_EXCHANGE: ["PROTOCOL_ERROR_ZMTP_KEY_EXCHANGE", 0x1000_0003],
  ERR_ZMTP_MALFORMED_COMMAND_UNSPECIFIED: [
    "PROTOCOL_ERROR_ZMTP_MALFORMED_COMMAND_UNSPECIFIED",
    0x1000_0011,
  ],
  ERR_ZMTP_MALFORMED_COMMAND_MESSAGE: [
    "PROTOCOL_ERROR_ZMTP_MALFORMED_COMMAND_MESSAGE",
    0x1000_0012,
  ],
  ERR_ZMTP_MALFORMED_COMMAND_HELLO: ["PROTOCOL_ERROR_ZMTP_MALFORMED_COMMAND_HELLO", 0x1000_0013],
  ERR_ZMTP_MALFORMED_COMMAND_INITIATE: [
    "PROTOCOL_ERROR_ZMTP_MALFORMED_COMMAND_INITIATE",
    0x1000_0014,
  ],
  ERR_ZMTP_MALFORMED_COMMAND_ERROR: ["PROTOCOL_ERROR_ZMTP_MALFORMED_COMMAND_ERROR", 0x1000_0015],
  ERR_ZMTP_MALFORMED_COMMAND_READY: ["PROTOCOL_ERROR_ZMTP_MALFORMED_COMMAND_READY", 0x1000_0016],
  ERR_ZMTP_MALFORMED_COMMAND_WELCOME: [
    "PROTOCOL_ERROR_ZMTP_MALFORMED_COMMAND_WELCOME",
    0x1000_0017,
  ],
  ERR_ZMTP_INVALID_METADATA: ["PROTOCOL_ERROR_ZMTP_INVALID_METADATA", 0x1000_0018],
  ERR_ZMTP_CRYPTOGRAPHIC: ["PROTOCOL_ERROR_ZMTP_CRYPTOGRAPHIC", 0x1100_0001],
  ERR_ZMTP_MECHANISM_MISMATCH: ["PROTOCOL_ERROR_ZMTP_MECHANISM_MISMATCH", 0x1100_0002],
  ERR_ZAP_UNSPECIFIED: ["PROTOCOL_ERROR_ZAP_UNSPECIFIED", 0x2000_0000],
  ERR_ZAP_MALFORMED_REPLY: ["PROTOCOL_ERROR_ZAP_MALFORMED_REPLY", 0x2000_0001],
  ERR_ZAP_BAD_REQUEST_ID: ["PROTOCOL_ERROR_ZAP_BAD_REQUEST_ID", 0x2000_0002],
  ERR_ZAP_BAD_VERSION: ["PROTOCOL_ERROR_ZAP_BAD_VERSION", 0x2000_0003],
  ERR_ZAP_INVALID_STATUS_CODE: ["PROTOCOL_ERROR_ZAP_INVALID_STATUS_CODE", 0x2000_0004],
  ERR_ZAP_INVALID_METADATA: ["PROTOCOL_ERROR_ZAP_INVALID_METADATA", 0x2000_0005],
  ERR_WS_UNSPECIFIED: ["PROTOCOL_ERROR_WS_UNSPECIFIED", 0x3000_0000],
};

/** Flags and bits. */
const OF_FLAGS: Record<keyof typeof FLAGS, readonly [inC: string, number: number]> = {
  DONT_WAIT: ["DONTWAIT", 1],
  SEND_MORE: ["SNDMORE", 2],
  EVENT_IN: ["POLLIN", 1],
  EVENT_OUT: ["POLLOUT", 2],
  ALL_EVENTS: ["EVENT_ALL", 65535],
  routerNotify: ["ROUTER_NOTIFY", 97],
  routerNotifyConnect: ["NOTIFY_CONNECT", 1],
  routerNotifyDisconnect: ["NOTIFY_DISCONNECT", 2],
  stopRefused: ["RECONNECT_STOP_CONN_REFUSED", 1],
  stopHandshake: ["RECONNECT_STOP_HANDSHAKE_FAILED", 2],
};

const ROWS = { OF_OPTIONS, OF_METHODS, OF_CONTEXTS, OF_TYPES, OF_EVENTS, OF_PROTOCOLS, OF_FLAGS };

/** The numbers of a table whose rows are numbers, or have one. */
function numbersOf(table: Record<string, number | { number: number }>): Record<string, number> {
  const rows = Object.entries(table);
  return Object.fromEntries(
    rows.map(([name, row]) => [name, typeof row === "number" ? row : row.number]),
  );
}

const TABLES: [what: string, ours: Record<string, number>, rows: typeof ROWS[keyof typeof ROWS]][] =
  [
    ["options", numbersOf(OPTIONS), OF_OPTIONS],
    ["options behind methods", numbersOf(OPTION_NUMBERS), OF_METHODS],
    ["options of contexts", numbersOf(CONTEXT_OPTIONS), OF_CONTEXTS],
    ["types of sockets", numbersOf(TYPES), OF_TYPES],
    ["events", numbersOf(EVENTS), OF_EVENTS],
    [
      "errors of protocols",
      Object.fromEntries(Object.entries(PROTOCOL_CODES).map(([number, code]) => [code, +number])),
      OF_PROTOCOLS,
    ],
    ["flags and bits", numbersOf(FLAGS), OF_FLAGS],
  ];
for (const [what, ours, rows] of TABLES) {
  Deno.test(`${what} have libzmq's numbers, and none has another's`, () => {
    const theirs = Object.entries(rows).map(([name, [, number]]) => [name, number]);
    assertEquals(ours, Object.fromEntries(theirs));
  });
}

/** The text of an installed `zmq.h`. */
function header(): string | undefined {
  for (const folder of ["/usr/include", "/usr/local/include", "/opt/homebrew/include"]) {
    try {
      return Deno.readTextFileSync(`${folder}/zmq.h`);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  return undefined;
}

const text = header();

Deno.test({
  name: "the numbers written down here are those of the zmq.h that is installed",
  ignore: text === undefined,
  fn() {
    const numbers = text!.matchAll(/^#define ZMQ_(\w+) (-?(?:0x[\da-f]+|\d+))$/gim);
    const defined = new Map([...numbers].map(([, name, number]) => [name, Number(number)]));
    // An older header doesn't have all names.
    const known = Object.values(ROWS).flatMap((rows) => Object.values(rows))
      .filter(([inC]) => defined.has(inC));
    assert(known.length > 120, `${known.length} names`);
    assertEquals(known, known.map(([inC]) => [inC, defined.get(inC)!]));
  },
});
