/** What the libzmq in use reports about itself. */

import "./ffi/ready.ts";
import { has } from "./ffi/libzmq.ts";
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
export const version: string = loadLibrary().version;

/** The names as libzmq spells them. */
const WORDS: Record<keyof Capability, string> = {
  ipc: "ipc",
  pgm: "pgm",
  tipc: "tipc",
  norm: "norm",
  ws: "WS",
  wss: "WSS",
  vmci: "vmci",
  vsock: "vsock",
  curve: "curve",
  gssapi: "gssapi",
  draft: "draft",
};

/**
 * What the libzmq in use was built with (`zmq_has`). Every build has the transports tcp, inproc and udp,
 * and the mechanisms NULL and PLAIN.
 */
export const capability: Capability = askedWhenRead();

/** Getters that ask libzmq when they're read: asking for all at once takes half a millisecond of each start. */
function askedWhenRead(): Capability {
  const answers = {} as Capability;
  for (const [name, word] of Object.entries(WORDS)) {
    Object.defineProperty(answers, name, { get: () => has(word), enumerable: true });
  }
  Object.defineProperty(answers, Symbol.for("Deno.customInspect"), {
    value: (inspect: typeof Deno.inspect, options: Deno.InspectOptions) =>
      inspect({ ...answers }, options),
  });
  return Object.freeze(answers);
}

/** The name or path under which the libzmq in use was loaded. */
export const libraryPath: string = loadLibrary().path;
