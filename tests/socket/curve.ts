/** Pairs of CURVE keys for tests, in both forms. */

import { capability } from "../../mod.ts";
import { curveKeyPair as newPair, z85Decode } from "../../security/mod.ts";

// Used here once: a table bound within a test would be its leak to the sanitizers.
if (capability.curve) newPair();

/** A pair of keys, each as 40 characters and as 32 bytes. */
export interface CurveKeyPair {
  publicKey: string;
  secretKey: string;
  publicBytes: Uint8Array<ArrayBuffer>;
  secretBytes: Uint8Array<ArrayBuffer>;
}

/** A fresh pair. */
export function curveKeyPair(): CurveKeyPair {
  const { publicKey, secretKey } = newPair();
  const [publicBytes, secretBytes] = [z85Decode(publicKey), z85Decode(secretKey)];
  return { publicKey, secretKey, publicBytes, secretBytes };
}

/** Makes a test that needs a libzmq with CURVE. */
export function curve(name: string, body: () => Promise<void> | void): Deno.TestDefinition {
  return { name: `CURVE: ${name}`, ignore: !capability.curve, fn: body };
}
