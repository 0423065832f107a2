/** What the libzmq in use reports about itself. */

import { has } from "../ffi/libzmq.ts";
import { newKeys } from "../ffi/curve.ts";
import { loadLibrary } from "../ffi/load.ts";
import { translating } from "./errors.ts";

/** The version of the libzmq in use, such as `"4.3.5"` (`zmq_version`). */
export const version: string = loadLibrary().version;

/** What the libzmq in use was built with (`zmq_has`). */
export const capability: Partial<{
  /** The `ipc://` transport. */
  ipc: boolean;
  /** The `pgm://` and `epgm://` transports. */
  pgm: boolean;
  /** The `tipc://` transport. */
  tipc: boolean;
  /** The `norm://` transport. */
  norm: boolean;
  /** The CURVE mechanism. */
  curve: boolean;
  /** The GSSAPI mechanism. */
  gssapi: boolean;
  /** The draft API. */
  draft: boolean;
}> = {
  ipc: has("ipc"),
  pgm: has("pgm"),
  tipc: has("tipc"),
  norm: has("norm"),
  curve: has("curve"),
  gssapi: has("gssapi"),
  draft: has("draft"),
};

/**
 * Makes a pair of CURVE keys, each of 40 characters of Z85 (`zmq_curve_keypair`).
 *
 * @throws {Error} ENOTSUP If the libzmq in use was built without CURVE.
 */
export function curveKeyPair(): {
  /** The public key. */
  publicKey: string;
  /** The key to keep secret. */
  secretKey: string;
} {
  const [publicKey, secretKey] = translating(newKeys);
  return { publicKey, secretKey };
}
