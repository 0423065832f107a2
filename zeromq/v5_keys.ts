/** CURVE keys as in version 5. */

import { curveKeyPair } from "./library.ts";

/**
 * Makes a pair of CURVE keys, each of 40 characters of Z85 (`zmq_curve_keypair`).
 *
 * @throws {Error} ENOTSUP If the libzmq in use was built without CURVE.
 */
export function curveKeypair(): {
  /** The public key. */
  public: string;
  /** The key to keep secret. */
  secret: string;
} {
  const { publicKey, secretKey } = curveKeyPair();
  return { public: publicKey, secret: secretKey };
}
