/** CURVE keys and Z85, checked against libzmq's own functions. */

import { deepStrictEqual as assertEquals, ok as assert, throws } from "node:assert/strict";
import { inspect } from "node:util";
import { capability, Pair, Pull, Push } from "../../mod.ts";
import { loadLibrary } from "../../ffi/load.ts";
import { curveKeyPair, curvePublicKey, z85Decode, z85Encode } from "../../security/mod.ts";
import { curve } from "../socket/curve.ts";
import { join } from "../util.ts";
import { received } from "../socket/support.ts";

// Opened here: a table bound within a test would be its leak to the sanitizers.
const native = loadLibrary().open({
  // char *zmq_z85_encode(char *dest, const uint8_t *data, size_t size)
  zmq_z85_encode: { parameters: ["buffer", "buffer", "usize"], result: "pointer" },
  // uint8_t *zmq_z85_decode(uint8_t *dest, const char *string)
  zmq_z85_decode: { parameters: ["buffer", "buffer"], result: "pointer" },
});
if (capability.curve) curvePublicKey(curveKeyPair().secretKey);

function nativeEncode(bytes: Uint8Array<ArrayBuffer>): string {
  const text = new Uint8Array(bytes.length / 4 * 5 + 1);
  assert(native.zmq_z85_encode(text, bytes, BigInt(bytes.length)) !== null);
  return new TextDecoder().decode(text.subarray(0, -1));
}

function nativeDecode(text: string): Uint8Array | null {
  const bytes = new Uint8Array(Math.ceil(text.length / 5) * 4);
  const pointer = native.zmq_z85_decode(bytes, new TextEncoder().encode(`${text}\0`));
  return pointer === null ? null : bytes;
}

Deno.test("Z85: random bytes of many lengths come out as libzmq has them, and back", () => {
  for (let length = 4; length <= 256; length += 4) {
    const bytes = crypto.getRandomValues(new Uint8Array(length));
    const text = z85Encode(bytes);
    assertEquals(text, nativeEncode(bytes));
    assertEquals(z85Decode(text), bytes);
    assertEquals(nativeDecode(text), bytes);
  }
});

Deno.test("Z85: nothing, zeros, ones, and the part of a larger buffer", () => {
  assertEquals(z85Encode(new Uint8Array(0)), "");
  assertEquals(z85Decode(""), new Uint8Array(0));
  assertEquals(z85Encode(new Uint8Array(4)), "00000");
  const ones = new Uint8Array(12).fill(255).subarray(5, 9);
  assertEquals(z85Encode(ones), nativeEncode(new Uint8Array(ones)));
  assertEquals(z85Decode(z85Encode(ones)), new Uint8Array(ones));
});

Deno.test("Z85: every character is taken as libzmq takes it, and no other", () => {
  for (let code = 1; code < 256; code++) {
    const text = `0000${String.fromCharCode(code)}`;
    let ours: Uint8Array | null = null;
    try {
      ours = z85Decode(text);
    } catch (error) {
      assert(error instanceof TypeError);
    }
    assertEquals(ours, code < 128 ? nativeDecode(text) : null, text);
  }
});

Deno.test("Z85: five characters that stand for more than 32 bits are refused", () => {
  const largest = z85Encode(new Uint8Array(4).fill(255));
  const next = largest.slice(0, -1) + "1";
  assertEquals(nativeDecode(next), null);
  for (const text of [next, "#####"]) throws(() => z85Decode(text), { name: "TypeError" });
});

Deno.test("Z85: wrong lengths and types are TypeErrors, which don't show what was given", () => {
  for (const length of [1, 2, 3, 5, 31]) {
    throws(() => z85Encode(new Uint8Array(length)), {
      name: "TypeError",
      message: /multiple of 4/,
    });
  }
  for (const wrong of ["x", null, undefined, 5, [1, 2, 3, 4], new ArrayBuffer(4)] as never[]) {
    throws(() => z85Encode(wrong), { name: "TypeError" });
  }
  for (const wrong of ["secret", "secret-é-x", null, undefined, 5, new Uint8Array(5)] as never[]) {
    throws(() => z85Decode(wrong), (error: Error) => {
      return error instanceof TypeError && !Deno.inspect(error).includes("secret-é");
    });
  }
});

Deno.test(curve("a pair of keys is two different ones of 32 bytes, and fresh each time", () => {
  const pairs = [curveKeyPair(), curveKeyPair()];
  const keys = pairs.flatMap(({ publicKey, secretKey }) => [publicKey, secretKey]);
  for (const key of keys) assertEquals([key.length, z85Decode(key).length], [40, 32]);
  assertEquals(new Set(keys).size, 4);
}));

Deno.test(curve("the public key can be had from the secret one, as text or bytes", () => {
  for (let times = 0; times < 20; times++) {
    const { publicKey, secretKey } = curveKeyPair();
    assertEquals(curvePublicKey(secretKey), publicKey);
    const bytes = z85Decode(secretKey);
    assertEquals(curvePublicKey(bytes), publicKey);
    assertEquals(z85Encode(bytes), secretKey); // it was left as it was
  }
}));

Deno.test(curve("a pair lets two sockets talk", async () => {
  const [server, client] = [curveKeyPair(), curveKeyPair()];
  using pull = new Pull({ curveServer: true, curveSecretKey: server.secretKey });
  using push = new Push({
    curveServerKey: server.publicKey,
    curvePublicKey: client.publicKey,
    curveSecretKey: client.secretKey,
  });
  await join(pull, push);
  await push.send("x");
  assertEquals(await received(pull), ["x"]);
}));

const SECRET = "my-own-secret-with-a-slip-in-it-";
const NO_KEYS = [
  ...["", SECRET, SECRET.padEnd(39, "x"), SECRET.padEnd(41, "x"), `${SECRET.padEnd(39, "x")}é`],
  ...["#".repeat(40), `${SECRET.padEnd(39, "x")}~`],
  ...[null, undefined, 5, {}, new Uint8Array(31), new Uint8Array(40), new ArrayBuffer(32)],
] as never[];

Deno.test(curve("what is no key is a TypeError before libzmq sees it, and isn't shown", () => {
  using pair = new Pair();
  const attempts: ((key: never) => unknown)[] = [
    curvePublicKey,
    (key) => pair.curvePublicKey = key,
    (key) => pair.curveSecretKey = key,
    (key) => pair.curveServerKey = key,
  ];
  for (const attempt of attempts) {
    for (const key of NO_KEYS) {
      throws(() => attempt(key), (error: Error) => {
        assertEquals(error.name, "TypeError");
        assert(!Deno.inspect(error, { showHidden: true }).includes("with-a-slip"));
        return true;
      });
    }
  }
  assertEquals(pair.securityMechanism, null);
}));

Deno.test(
  curve("a printed pair doesn't show its secret key, which can be read all the same", () => {
    const pair = curveKeyPair();
    for (const thing of [pair, [pair], { deep: { in: pair } }]) {
      for (
        const text of [
          Deno.inspect(thing),
          Deno.inspect(thing, { showHidden: true, getters: true, depth: 9, colors: true }),
          inspect(thing, { depth: 9 }),
          inspect(thing, { showHidden: true, getters: true, depth: 9 }),
        ]
      ) {
        assert(!text.includes(pair.secretKey), text);
      }
    }
    assert(Deno.inspect(pair).includes(pair.publicKey));
    assertEquals({ ...pair }, { publicKey: pair.publicKey, secretKey: pair.secretKey });
    assertEquals(JSON.parse(JSON.stringify(pair)), { ...pair });
  }),
);

Deno.test(curve("a printed socket shows neither keys nor passwords", () => {
  const { publicKey, secretKey } = curveKeyPair();
  using push = new Push({
    plainUsername: "ada",
    plainPassword: SECRET,
    curveServerKey: publicKey,
    curvePublicKey: publicKey,
    curveSecretKey: secretKey,
  });
  for (const print of [Deno.inspect, inspect]) {
    for (const options of [{}, { depth: 20 }, { depth: 20, showHidden: true, getters: true }]) {
      const text = print(push, options as Deno.InspectOptions);
      assert(!text.includes(secretKey) && !text.includes(SECRET), text);
    }
  }
  assert(!JSON.stringify(push).includes(secretKey));
}));
