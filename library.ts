/** What can be asked of the libzmq in use. */

import "./ffi/ready.ts";
import { has } from "./ffi/capability.ts";
import { zmqAsking } from "./ffi/libzmq.ts";
import { loadLibrary } from "./ffi/load.ts";

/** What the libzmq in use was built with. */
export interface Capability {
  /** The `ipc://` transport. */
  readonly ipc: boolean;
  /** The `pgm://` and `epgm://` transports. */
  readonly pgm: boolean;
  /** The `tipc://` transport. */
  readonly tipc: boolean;
  /** The `norm://` transport. */
  readonly norm: boolean;
  /** The `ws://` transport. */
  readonly ws: boolean;
  /** The `wss://` transport. */
  readonly wss: boolean;
  /** The `vmci://` transport. */
  readonly vmci: boolean;
  /** The `vsock://` transport. */
  readonly vsock: boolean;
  /** The CURVE mechanism. */
  readonly curve: boolean;
  /** The GSSAPI mechanism. */
  readonly gssapi: boolean;
  /** The draft API. */
  readonly draft: boolean;
}

/** The version of the libzmq in use, such as `"4.3.5"` (`zmq_version`). */
export const version: string = readVersion();

/**
 * What the libzmq in use was built with (`zmq_has`). The transports tcp, inproc and udp, and the
 * mechanisms NULL and PLAIN are always there.
 */
export const capability: Capability = Object.freeze({
  ipc: has("ipc"),
  pgm: has("pgm"),
  tipc: has("tipc"),
  norm: has("norm"),
  ws: has("WS"),
  wss: has("WSS"),
  vmci: has("vmci"),
  vsock: has("vsock"),
  curve: has("curve"),
  gssapi: has("gssapi"),
  draft: has("draft"),
});

/** The name or path under which the libzmq in use was loaded. */
export const libraryPath: string = loadLibrary().path;

function readVersion(): string {
  const parts = [new Int32Array(1), new Int32Array(1), new Int32Array(1)] as const;
  zmqAsking().zmq_version(...parts);
  return parts.map(([part]) => part).join(".");
}
