/** CURVE keys. */

import { newKeys, publicKeyOf } from "../ffi/curve.ts";
import { uncloneableWith } from "../poller/uncloneable.ts";
import { keyBytes, z85Encode } from "../socket/z85.ts";
import { hiding } from "./secret.ts";

/** A public key and its secret key, each as 40 characters of Z85. */
export interface CurveKeyPair {
  /** The public key, for everyone. */
  publicKey: string;
  /** The key to keep secret. `console.log` and `Deno.inspect` hide it when they print the pair. */
  secretKey: string;
}

/**
 * Makes a new pair of CURVE keys (`zmq_curve_keypair`). Printed, it hides the secret key, and it can't be posted to another
 * thread, where a copy would show it.
 *
 * @throws {ZmqError} ENOTSUP If libzmq was built without CURVE.
 *
 * @example A key pair
 * ```ts
 * import { Pull, Push } from "@deno-zmq/zmq";
 * import { curveKeyPair } from "@deno-zmq/zmq/security";
 *
 * const [server, client] = [curveKeyPair(), curveKeyPair()];
 * await using pull = new Pull({ curveServer: true, curveSecretKey: server.secretKey });
 * const address = await pull.bind("tcp://127.0.0.1:*");
 * await using push = new Push({
 *   curveServerKey: server.publicKey,
 *   curvePublicKey: client.publicKey,
 *   curveSecretKey: client.secretKey,
 * });
 * push.connect(address);
 * await push.send("no one else can read this");
 * console.log(String(await pull.receive()));
 * ```
 */
export function curveKeyPair(): CurveKeyPair {
  const [publicKey, secretKey] = newKeys();
  return hiding(uncloneableWith({ publicKey, secretKey }), ["secretKey"]);
}

/**
 * Returns the public key of a secret one, as 40 characters of Z85 (`zmq_curve_public`).
 *
 * @throws {TypeError} If it isn't a key.
 * @throws {ZmqError} ENOTSUP If libzmq was built without CURVE.
 */
export function curvePublicKey(secretKey: string | Uint8Array): string {
  return publicKeyOf(toKey(secretKey, "The secret key"));
}

/** Returns a key in its printable form. The error never shows the value, which may be a secret key with a mistake in it. */
export function toKey(key: unknown, what: string): string {
  const bytes = keyBytes(key);
  if (bytes === undefined) {
    throw new TypeError(`${what} must be a key: 32 bytes, or 40 characters of Z85`);
  }
  const text = typeof key === "string" ? key : z85Encode(bytes);
  bytes.fill(0);
  return text;
}
