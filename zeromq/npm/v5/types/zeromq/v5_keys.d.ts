// Written by tests/write_npm.ts.
// deno-lint-ignore-file
/**
 * Makes a pair of CURVE keys, each of 40 characters of Z85 (`zmq_curve_keypair`).
 *
 * @throws {Error} ENOTSUP If the libzmq in use was built without CURVE.
 */
export declare function curveKeypair(): {
  /** The public key. */
  public: string;
  /** The key to keep secret. */
  secret: string;
};
