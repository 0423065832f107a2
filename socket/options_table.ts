/** The options' table: one line an option. Accessors, constructor options and checks derive from it. */

/** How an option's value is stored in C, and seen in TypeScript. */
export type OptionKind = "int" | "int64" | "uint64" | "bool" | "bytes" | "text" | "key" | "choice";

/** One option. */
export interface OptionRow {
  /** libzmq's number. */
  readonly number: number;
  readonly kind: OptionKind;
  /** The least and greatest legal number, or length in bytes. */
  readonly range?: readonly [least: number, greatest: number];
  /** The names behind the numbers 0, 1, … of a choice. */
  readonly choices?: readonly (string | null)[];
  /** It can be set to `null`, which takes it back. */
  readonly nullable?: true;
  /** libzmq can only set it: reading gives what was set, or this. */
  readonly unreadable?: unknown;
  /** It can only be read. */
  readonly readOnly?: true;
  /** The engine's own: a field of the handle, which libzmq doesn't hear of. */
  readonly field?: "receiveTimeout" | "sendTimeout";
  /** What the build of libzmq must have been made with. */
  readonly needs?: "curve" | "gssapi" | "vmci";
}

const INT = 0x7fffffff;
const SAFE = Number.MAX_SAFE_INTEGER;
const NAME_TYPES = ["hostBased", "userName", "krb5Principal"] as const;

/** Options of every socket. */
export const COMMON = {
  affinity: { number: 4, kind: "uint64", range: [0, SAFE] },
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
  multicastHops: { number: 25, kind: "int", range: [1, INT] },
  multicastMaxTransportDataUnit: { number: 84, kind: "int", range: [1, INT] },
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
  vmciBufferMaxSize: {
    number: 87,
    kind: "uint64",
    range: [0, SAFE],
    unreadable: 262_144,
    needs: "vmci",
  },
  vmciBufferMinSize: {
    number: 86,
    kind: "uint64",
    range: [0, SAFE],
    unreadable: 128,
    needs: "vmci",
  },
  vmciBufferSize: {
    number: 85,
    kind: "uint64",
    range: [0, SAFE],
    unreadable: 65_546,
    needs: "vmci",
  },
  vmciConnectTimeout: { number: 88, kind: "int", range: [-1, INT], unreadable: -1, needs: "vmci" },
  // security
  curvePublicKey: { number: 48, kind: "key", needs: "curve" },
  curveSecretKey: { number: 49, kind: "key", needs: "curve" },
  curveServer: { number: 47, kind: "bool", needs: "curve" },
  curveServerKey: { number: 50, kind: "key", needs: "curve" },
  gssapiPlainText: { number: 65, kind: "bool", needs: "gssapi" },
  gssapiPrincipal: { number: 63, kind: "text", range: [1, 255], needs: "gssapi" },
  gssapiPrincipalNameType: { number: 90, kind: "choice", choices: NAME_TYPES, needs: "gssapi" },
  gssapiServer: { number: 62, kind: "bool", needs: "gssapi" },
  gssapiServicePrincipal: { number: 64, kind: "text", range: [1, 255], needs: "gssapi" },
  gssapiServicePrincipalNameType: {
    number: 91,
    kind: "choice",
    choices: NAME_TYPES,
    needs: "gssapi",
  },
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
  correlate: { number: 52, kind: "bool", unreadable: false },
  handover: { number: 56, kind: "bool", unreadable: false },
  invertMatching: { number: 74, kind: "bool" },
  mandatory: { number: 33, kind: "bool", unreadable: false },
  manual: { number: 71, kind: "bool", unreadable: false },
  noDrop: { number: 69, kind: "bool", unreadable: false },
  notify: { number: 73, kind: "bool", unreadable: true },
  probeRouter: { number: 51, kind: "bool", unreadable: false },
  rawMode: { number: 41, kind: "bool", unreadable: false },
  relaxed: { number: 53, kind: "bool", unreadable: false },
  routingId: { number: 5, kind: "bytes", range: [1, 255] },
  welcomeMessage: { number: 72, kind: "bytes", range: [0, INT], nullable: true, unreadable: null },
} as const satisfies Record<string, OptionRow>;

/** All of them by name. */
export const OPTIONS = { ...COMMON, ...SENDING, ...RECEIVING, ...PARTICULAR } as const;

/** The name of an option. */
export type OptionName = keyof typeof OPTIONS;
