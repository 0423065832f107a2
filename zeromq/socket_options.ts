/** The options of all sockets, by name. */

import { has } from "../ffi/libzmq.ts";
import { defineOptions, type OptionRow } from "./define.ts";

/** Those of every socket. */
const COMMON: Readonly<Record<string, OptionRow>> = {
  affinity: [4, "Uint64"],
  rate: [8, "Int32"],
  recoveryInterval: [9, "Int32"],
  type: [16, "Int32", "r"],
  linger: [17, "Int32"],
  reconnectInterval: [18, "Int32"],
  backlog: [19, "Int32"],
  reconnectMaxInterval: [21, "Int32"],
  maxMessageSize: [22, "Int64"],
  lastEndpoint: [32, "String", "r"],
  tcpKeepalive: [34, "Int32"],
  tcpKeepaliveCount: [35, "Int32"],
  tcpKeepaliveIdle: [36, "Int32"],
  tcpKeepaliveInterval: [37, "Int32"],
  tcpAcceptFilter: [38, "String"],
  immediate: [39, "Bool"],
  ipv6: [42, "Bool"],
  securityMechanism: [43, "Int32", "r", [null, "plain", "curve", "gssapi"]],
  plainServer: [44, "Bool"],
  plainUsername: [45, "String"],
  plainPassword: [46, "String"],
  zapDomain: [55, "String"],
  typeOfService: [57, "Uint32"],
  handshakeInterval: [66, "Int32"],
  socksProxy: [68, "String"],
  heartbeatInterval: [75, "Int32"],
  heartbeatTimeToLive: [76, "Int32"],
  heartbeatTimeout: [77, "Int32"],
  connectTimeout: [79, "Int32"],
  tcpMaxRetransmitTimeout: [80, "Int32"],
  threadSafe: [81, "Bool", "r"],
  multicastMaxTransportDataUnit: [84, "Int32"],
  vmciBufferSize: [85, "Uint64"],
  vmciBufferMinSize: [86, "Uint64"],
  vmciBufferMaxSize: [87, "Uint64"],
  vmciConnectTimeout: [88, "Int32"],
  interface: [92, "String"],
  zapEnforceDomain: [93, "Bool"],
  loopbackFastPath: [94, "Bool"],
};

const CURVE: Readonly<Record<string, OptionRow>> = {
  curveServer: [47, "Bool"],
  curvePublicKey: [48, "String"],
  curveSecretKey: [49, "String"],
  curveServerKey: [50, "String"],
};

const NAME_TYPES = ["hostBased", "userName", "krb5Principal"];

const GSSAPI: Readonly<Record<string, OptionRow>> = {
  gssapiServer: [62, "Bool"],
  gssapiPrincipal: [63, "String"],
  gssapiServicePrincipal: [64, "String"],
  gssapiPlainText: [65, "Bool"],
  gssapiPrincipalNameType: [90, "Int32", undefined, NAME_TYPES],
  gssapiServicePrincipalNameType: [91, "Int32", undefined, NAME_TYPES],
};

/** Those of sockets that send. */
export const SENDING: Readonly<Record<string, OptionRow>> = {
  sendBufferSize: [11, "Int32"],
  sendHighWaterMark: [23, "Int32"],
  sendTimeout: [28, "Int32"],
  multicastHops: [25, "Int32"],
};

/** Those of sockets that receive. */
export const RECEIVING: Readonly<Record<string, OptionRow>> = {
  receiveBufferSize: [12, "Int32"],
  receiveHighWaterMark: [24, "Int32"],
  receiveTimeout: [27, "Int32"],
};

/** Those that some types of sockets have, each of which names its own. */
export const PARTICULAR = {
  routingId: [5, "String"],
  mandatory: [33, "Bool"],
  probeRouter: [51, "Bool", "w"],
  correlate: [52, "Bool", "w"],
  relaxed: [53, "Bool", "w"],
  conflate: [54, "Bool", "w"],
  handover: [56, "Bool", "w"],
  noDrop: [69, "Bool", "w"],
  manual: [71, "Bool", "w"],
  welcomeMessage: [72, "String", "w"],
  notify: [73, "Bool", "w"],
  invertMatching: [74, "Bool"],
} as const satisfies Readonly<Record<string, OptionRow>>;

/** Gives the base class its options. A mechanism's are there where the build has it. */
export function defineCommon(prototype: object): void {
  defineOptions(prototype, "Socket", COMMON);
  if (has("curve")) defineOptions(prototype, "Socket", CURVE);
  if (has("gssapi")) defineOptions(prototype, "Socket", GSSAPI);
}
