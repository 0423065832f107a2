/** libzmq's functions for CURVE keys, bound on first use. */

import { check } from "./errno.ts";
import { libc } from "./libc.ts";
import { loadLibrary, onFirstUse } from "./load.ts";

const functions = onFirstUse(() => {
  libc(); // has errno, which binding it after a failure would overwrite
  return loadLibrary().openRare({
    // int zmq_curve_keypair(char *z85_public_key, char *z85_secret_key)
    zmq_curve_keypair: { parameters: ["buffer", "buffer"], result: "i32" },
    // int zmq_curve_public(char *z85_public_key, const char *z85_secret_key)
    zmq_curve_public: { parameters: ["buffer", "buffer"], result: "i32" },
  });
});

/** Forty characters of Z85, and a NUL. */
const SIZE = 41;

/** Makes a pair of keys, and returns the public one and the secret one. */
export function newKeys(): [publicKey: string, secretKey: string] {
  const [open, secret] = [new Uint8Array(SIZE), new Uint8Array(SIZE)];
  check(() => functions().zmq_curve_keypair(open, secret), "zmq_curve_keypair");
  return [textOf(open), textOf(secret)];
}

/** Returns the public key of a secret one, which must be Z85: libzmq decodes whatever it's given into 32 bytes. */
export function publicKeyOf(secretKey: string): string {
  const [open, secret] = [new Uint8Array(SIZE), new TextEncoder().encode(`${secretKey}\0`)];
  if (secret.length > SIZE) throw new TypeError("A secret key has 40 characters of Z85");
  check(() => functions().zmq_curve_public(open, secret), "zmq_curve_public");
  secret.fill(0);
  return textOf(open);
}

function textOf(bytes: Uint8Array): string {
  const text = new TextDecoder().decode(bytes.subarray(0, SIZE - 1));
  bytes.fill(0);
  return text;
}
