/** CURVE keys and Z85, checked against libzmq's own functions. */

import { deepStrictEqual as assertEquals, ok as assert, throws } from "node:assert/strict";
import { inspect } from "node:util";
import { capability, Pair, Pull, Push } from "../../mod.ts";
import { curveKeyPair, curvePublicKey, z85Decode, z85Encode } from "../../security/mod.ts";
import { curve } from "../socket/curve.ts";
import { join } from "../util.ts";
import { received } from "../socket/support.ts";

if (capability.curve) curvePublicKey(curveKeyPair().secretKey);

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
    const { publicKey, secretKey } = pair;
    assertEquals(Object.entries(pair), Object.entries({ publicKey, secretKey }));
    assertEquals(JSON.parse(JSON.stringify(pair)), { publicKey, secretKey });
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
