/** The table of options: one row for each. Accessors, constructor options and checks derive from it. */

/** How an option's value is stored in C, and seen in TypeScript. */
export type OptionKind =
  | "int"
  | "int64"
  | "uint64"
  | "bool"
  | "bytes"
  | "text"
  | "key"
  | "choice"
  | "flags";

/** One option. */
export interface OptionRow {
  /** libzmq's number. */
  readonly number: number;
  readonly kind: OptionKind;
  /** The least and greatest legal number, or length in bytes. */
  readonly range?: readonly [least: number, greatest: number];
  /** The names behind the numbers 0, 1, ... of a choice. */
  readonly choices?: readonly (string | null)[];
  /** The names of the bits of flags. */
  readonly flags?: Readonly<Record<string, number>>;
  /** The bits that versions before one have instead. */
  readonly flagsBefore?: readonly [version: string, flags: Readonly<Record<string, number>>];
  /** It can be set to `null`, which unsets it. */
  readonly nullable?: true;
  /** libzmq can only set it: reading returns what was set, or this. */
  readonly unreadable?: unknown;
  /** It can only be read. */
  readonly readOnly?: true;
  /** The engine's own: a field of the handle, which libzmq doesn't get. */
  readonly field?: "receiveTimeout" | "sendTimeout";
  /** What libzmq must have been built with. */
  readonly needs?: "curve" | "gssapi" | "vmci" | "norm" | "WSS";
  /** Only builds with the draft API know it, in the versions so far. */
  readonly draft?: true;
  /** The first version of libzmq that knows it, if that is newer than the oldest one that this library supports. */
  readonly since?: string;
}

export const INT = 0x7fffffff;
const SAFE = Number.MAX_SAFE_INTEGER;
const SIZE = { kind: "uint64", range: [0, SAFE] } as const;
const MESSAGE = { kind: "bytes", range: [0, INT], nullable: true, unreadable: null } as const;
const OFF = { kind: "bool", unreadable: false } as const;
const DRAFT = { draft: true, since: "4.3.3" } as const;
const LATE_DRAFT = { draft: true, since: "4.3.5" } as const;
const NORM = { needs: "norm", ...LATE_DRAFT } as const;
const NORM_MODES = ["fixed", "cc", "ccl", "cce", "cceEcnOnly"] as const;
const PEM = { kind: "text", range: [1, INT], unreadable: null, needs: "WSS", ...DRAFT } as const;
const NAME_TYPE = {
  kind: "choice",
  choices: ["hostBased", "userName", "krb5Principal"],
  needs: "gssapi",
} as const;

/** Options of every socket. */
export const COMMON = {
  affinity: { number: 4, ...SIZE },
  backlog: { number: 19, kind: "int", range: [0, INT] },
  connectTimeout: { number: 79, kind: "int", range: [0, INT] },
  handshakeInterval: { number: 66, kind: "int", range: [0, INT] },
  heartbeatInterval: { number: 75, kind: "int", range: [0, INT] },
  heartbeatTimeToLive: { number: 76, kind: "int", range: [0, 6_553_599] },
  heartbeatTimeout: { number: 77, kind: "int", range: [0, INT] },
  immediate: { number: 39, kind: "bool" },
  interface: { number: 92, kind: "text", range: [1, 15], nullable: true },
  ipv6: { number: 42, kind: "bool" },
  linger: { number: 17, kind: "int", range: [-1, INT] },
  maxMessageSize: { number: 22, kind: "int64", range: [-1, SAFE] },
  multicastHops: { number: 25, kind: "int", range: [1, 255] },
  multicastMaxTransportDataUnit: { number: 84, kind: "int", range: [75, 65_535] },
  rate: { number: 8, kind: "int", range: [1, INT] },
  reconnectInterval: { number: 18, kind: "int", range: [-1, INT] },
  reconnectMaxInterval: { number: 21, kind: "int", range: [0, INT] },
  recoveryInterval: { number: 9, kind: "int", range: [0, INT] },
  socksProxy: { number: 68, kind: "text", range: [1, 1023], nullable: true },
  tcpKeepalive: { number: 34, kind: "int", range: [-1, 1] },
  tcpKeepaliveCount: { number: 35, kind: "int", range: [-1, INT] },
  tcpKeepaliveIdle: { number: 36, kind: "int", range: [-1, INT] },
  tcpKeepaliveInterval: { number: 37, kind: "int", range: [-1, INT] },
  tcpMaxRetransmitTimeout: { number: 80, kind: "int", range: [0, INT] },
  threadSafe: { number: 81, kind: "bool", readOnly: true },
  typeOfService: { number: 57, kind: "int", range: [0, INT] },
  useFd: { number: 89, kind: "int", range: [-1, INT] },
  vmciBufferMaxSize: { number: 87, ...SIZE, unreadable: 262_144, needs: "vmci" },
  vmciBufferMinSize: { number: 86, ...SIZE, unreadable: 128, needs: "vmci" },
  vmciBufferSize: { number: 85, ...SIZE, unreadable: 65_546, needs: "vmci" },
  vmciConnectTimeout: { number: 88, kind: "int", range: [-1, INT], unreadable: -1, needs: "vmci" },
  // newer ones, of which some are drafts
  busyPoll: { number: 113, kind: "int", range: [0, INT], unreadable: 0, ...LATE_DRAFT },
  inBatchSize: { number: 101, kind: "int", range: [64, INT], ...DRAFT },
  loopbackFastPath: { number: 94, kind: "bool" },
  multicastLoop: { number: 96, kind: "bool" },
  normBlockSize: { number: 121, kind: "int", range: [1, 255], ...NORM },
  normBufferSize: { number: 119, kind: "int", range: [1, INT], ...NORM },
  normMode: { number: 117, kind: "choice", choices: NORM_MODES, ...NORM },
  normNumAutoParity: { number: 123, kind: "int", range: [0, 254], ...NORM },
  normNumParity: { number: 122, kind: "int", range: [0, 254], ...NORM },
  normPush: { number: 124, kind: "bool", ...NORM },
  normSegmentSize: { number: 120, kind: "int", range: [1, INT], ...NORM },
  normUnicastNack: { number: 118, kind: "bool", ...NORM },
  outBatchSize: { number: 102, kind: "int", range: [1, INT], ...DRAFT },
  priority: { number: 112, kind: "int", range: [0, INT], draft: true, since: "4.3.4" },
  reconnectStop: {
    number: 109,
    kind: "flags",
    flags: { refused: 1, handshake: 2, disconnect: 4 },
    flagsBefore: ["4.3.5", { disconnect: 3 }],
    since: "4.3.3",
  },
  socksPassword: { number: 100, kind: "text", range: [1, 255], nullable: true, since: "4.3.2" },
  socksUsername: { number: 99, kind: "text", range: [1, 255], nullable: true, since: "4.3.2" },
  wssCertPem: { number: 104, ...PEM },
  wssHostname: { number: 106, ...PEM, range: [1, 1023] },
  wssKeyPem: { number: 103, ...PEM },
  wssTrustPem: { number: 105, ...PEM },
  wssTrustSystem: { number: 107, ...OFF, needs: "WSS", ...DRAFT },
  // security
  curvePublicKey: { number: 48, kind: "key", needs: "curve" },
  curveSecretKey: { number: 49, kind: "key", needs: "curve" },
  curveServer: { number: 47, kind: "bool", needs: "curve" },
  curveServerKey: { number: 50, kind: "key", needs: "curve" },
  gssapiPlainText: { number: 65, kind: "bool", needs: "gssapi" },
  gssapiPrincipal: { number: 63, kind: "text", range: [1, 255], needs: "gssapi" },
  gssapiPrincipalNameType: { number: 90, ...NAME_TYPE },
  gssapiServer: { number: 62, kind: "bool", needs: "gssapi" },
  gssapiServicePrincipal: { number: 64, kind: "text", range: [1, 255], needs: "gssapi" },
  gssapiServicePrincipalNameType: { number: 91, ...NAME_TYPE },
  plainPassword: { number: 46, kind: "text", range: [1, 255], nullable: true },
  plainServer: { number: 44, kind: "bool" },
  plainUsername: { number: 45, kind: "text", range: [1, 255], nullable: true },
  securityMechanism: {
    number: 43,
    kind: "choice",
    choices: [null, "plain", "curve", "gssapi"],
    readOnly: true,
  },
  zapDomain: { number: 55, kind: "text", range: [1, 255] },
  zapEnforceDomain: { number: 93, kind: "bool" },
} as const satisfies Record<string, OptionRow>;

/** Options of sockets that send. */
export const SENDING = {
  sendBufferSize: { number: 11, kind: "int", range: [-1, INT] },
  sendHighWaterMark: { number: 23, kind: "int", range: [0, INT] },
  sendTimeout: { number: 28, kind: "int", range: [-1, INT], field: "sendTimeout" },
} as const satisfies Record<string, OptionRow>;

/** Options of sockets that receive. */
export const RECEIVING = {
  receiveBufferSize: { number: 12, kind: "int", range: [-1, INT] },
  receiveHighWaterMark: { number: 24, kind: "int", range: [0, INT] },
  receiveTimeout: { number: 27, kind: "int", range: [-1, INT], field: "receiveTimeout" },
} as const satisfies Record<string, OptionRow>;

/** Options of some types of sockets, each of which names its own. */
export const PARTICULAR = {
  conflate: { number: 54, kind: "bool" },
  correlate: { number: 52, ...OFF },
  disconnectMessage: { number: 111, ...MESSAGE, ...DRAFT },
  handover: { number: 56, ...OFF },
  helloMessage: { number: 110, ...MESSAGE, ...DRAFT },
  hiccupMessage: { number: 114, ...MESSAGE, ...LATE_DRAFT },
  invertMatching: { number: 74, kind: "bool" },
  mandatory: { number: 33, ...OFF },
  manual: { number: 71, ...OFF },
  manualLastValue: { number: 98, ...OFF, since: "4.3.2" },
  noDrop: { number: 69, ...OFF },
  notify: { number: 73, kind: "bool", unreadable: true },
  onlyFirstSubscribe: { number: 108, ...OFF, since: "4.3.3" },
  probeRouter: { number: 51, ...OFF },
  rawMode: { number: 41, ...OFF },
  relaxed: { number: 53, ...OFF },
  routingId: { number: 5, kind: "bytes", range: [1, 255] },
  topicsCount: { number: 116, kind: "int", readOnly: true, ...LATE_DRAFT },
  verboseUnsubscribe: { number: 115, ...OFF, ...LATE_DRAFT },
  welcomeMessage: { number: 72, ...MESSAGE },
} as const satisfies Record<string, OptionRow>;

/** A Router's option whose name is another one's on a Stream. */
export const ROUTER_NOTIFY = {
  number: 97,
  kind: "flags",
  flags: { connect: 1, disconnect: 2 },
  draft: true,
  since: "4.3.0",
} as const satisfies OptionRow;

/** The numbers of options that are no properties of a socket, or no plain ones: the engine's own, and those behind methods. */
export const OPTION_NUMBERS = {
  subscribe: 6,
  unsubscribe: 7,
  fd: 14,
  events: 15,
  type: 16,
  lastEndpoint: 32,
  tcpAcceptFilter: 38,
  verbose: 40,
  ipcFilterPid: 58,
  ipcFilterUid: 59,
  ipcFilterGid: 60,
  connectRoutingId: 61,
  verboser: 78,
  metadata: 95,
} as const;

/** Words of libzmq's names for which ours have others. */
export const C_WORDS: Readonly<Record<string, string>> = {
  SND: "send",
  RCV: "receive",
  HWM: "HighWaterMark",
  TIMEO: "Timeout",
  BUF: "BufferSize",
  IVL: "Interval",
  INTVL: "Interval",
  CNT: "Count",
  MSG: "Message",
  TTL: "TimeToLive",
};

/** Names of libzmq's that aren't ours in other words, without their prefix, and others that programs try. */
export const C_NAMES: Readonly<Record<string, string>> = {
  BINDTODEVICE: "interface",
  HWM: "sendHighWaterMark",
  IDENTITY: "routingId",
  MAXMSGSIZE: "maxMessageSize",
  MULTICAST_MAXTPDU: "multicastMaxTransportDataUnit",
  NORM_NUM_AUTOPARITY: "normNumAutoParity",
  RECEIVEHWM: "receiveHighWaterMark",
  RECONNECT_IVL_MAX: "reconnectMaxInterval",
  RECVHWM: "receiveHighWaterMark",
  ROUTER_RAW: "rawMode",
  SENDHWM: "sendHighWaterMark",
  STREAM_NOTIFY: "notify",
  TCP_MAXRT: "tcpMaxRetransmitTimeout",
  TOS: "typeOfService",
  VERBOSE: "verbosity",
  XPUB_MANUAL_LAST_VALUE: "manualLastValue",
  XPUB_VERBOSE: "verbosity",
  XPUB_VERBOSER: "verbosity",
};

/** All that are properties, by name. */
export const OPTIONS = { ...COMMON, ...SENDING, ...RECEIVING, ...PARTICULAR } as const;

/** The name of an option. */
export type OptionName = keyof typeof OPTIONS;

/** The name of an option that only some types of sockets have. */
export type ParticularName = keyof typeof PARTICULAR;
