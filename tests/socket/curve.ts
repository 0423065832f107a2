/** Pairs of CURVE keys for tests. */

import { check } from "../../ffi/errno.ts";
import { loadLibrary } from "../../ffi/load.ts";

// Opened here: a table bound within a test would be its leak to the sanitizers.
const functions = loadLibrary().open({
  // int zmq_curve_keypair(char *z85_public_key, char *z85_secret_key)
  zmq_curve_keypair: { parameters: ["buffer", "buffer"], result: "i32" },
  // uint8_t *zmq_z85_decode(uint8_t *dest, const char *string)
  zmq_z85_decode: { parameters: ["buffer", "buffer"], result: "pointer" },
});

/** A pair of keys, each as 40 characters and as 32 bytes. */
export interface CurveKeyPair {
  publicKey: string;
  secretKey: string;
  publicBytes: Uint8Array<ArrayBuffer>;
  secretBytes: Uint8Array<ArrayBuffer>;
}

/** A fresh pair. */
export function curveKeyPair(): CurveKeyPair {
  const texts = [new Uint8Array(41), new Uint8Array(41)];
  check(functions.zmq_curve_keypair(texts[0], texts[1]), "zmq_curve_keypair");
  const [publicKey, secretKey] = texts.map((text) =>
    new TextDecoder().decode(text.subarray(0, 40))
  );
  const [publicBytes, secretBytes] = texts.map((text) => {
    const bytes = new Uint8Array(32);
    functions.zmq_z85_decode(bytes, text);
    return bytes;
  });
  return { publicKey, secretKey, publicBytes, secretBytes };
}
