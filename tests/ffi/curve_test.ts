import "../util.ts";
import { ok as assert, strictEqual as assertEquals, throws } from "node:assert/strict";
import { newKeys, publicKeyOf } from "../../ffi/curve.ts";
import { capability } from "../../mod.ts";
import { throwsCode } from "../failures.ts";
import { replaced } from "../replacing.ts";

const ignore = !capability.curve;
// Bound here: within a test it would be a leak to the sanitizers.
if (!ignore) newKeys();

Deno.test({
  name: "the public key that libzmq made with a secret one is the one that belongs to it",
  ignore,
  fn: () => {
    const [publicKey, secretKey] = newKeys();
    for (const key of [publicKey, secretKey]) assert(/^[\x21-\x7e]{40}$/.test(key), key);
    assertEquals(publicKeyOf(secretKey), publicKey);
    assert(publicKeyOf(newKeys()[1]) !== publicKey);
  },
});

Deno.test({
  name: "the bytes of a secret key that libzmq was given are cleared",
  ignore,
  fn: () => {
    const [publicKey, secretKey] = newKeys();
    const { encode } = TextEncoder.prototype;
    const copies: Uint8Array[] = [];
    using _ = replaced(TextEncoder.prototype, "encode", function (this: TextEncoder, text) {
      const bytes = encode.call(this, text);
      if (text?.includes(secretKey)) copies.push(bytes);
      return bytes;
    });
    assertEquals(publicKeyOf(secretKey), publicKey);
    assertEquals(copies.length, 1);
    assert(copies[0].every((byte) => byte === 0));
  },
});

Deno.test({
  name: "a secret key of another length is EINVAL",
  ignore,
  fn: () => throwsCode(() => publicKeyOf("x".repeat(39)), "EINVAL", "zmq_curve_public"),
});

Deno.test({
  name: "a secret key that is too long was decoded into memory behind libzmq's own",
  ignore,
  fn: () => throws(() => publicKeyOf("0".repeat(200)), { name: "TypeError" }),
});
