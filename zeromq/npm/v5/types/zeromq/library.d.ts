// Written by tests/write_npm.ts.
// deno-lint-ignore-file
/** The version of the libzmq in use, such as `"4.3.5"` (`zmq_version`). */
export declare const version: string;
/** What the libzmq in use was built with (`zmq_has`). */
export declare const capability: Partial<{
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
}>;
/**
 * Makes a pair of CURVE keys, each of 40 characters of Z85 (`zmq_curve_keypair`).
 *
 * @throws {Error} ENOTSUP If the libzmq in use was built without CURVE.
 */
export declare function curveKeyPair(): {
  /** The public key. */
  publicKey: string;
  /** The key to keep secret. */
  secretKey: string;
};
