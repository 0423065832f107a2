import { deepStrictEqual as assertEquals, throws } from "node:assert/strict";
import { Dealer } from "../../zeromq.ts";
import { toInt64, toUint64 } from "../../zeromq/numbers.ts";
import { untyped, using, warningsOf } from "./support.ts";

const ROUNDED =
  "Value is larger than Number.MAX_SAFE_INTEGER and may have been rounded inaccurately.";

Deno.test("a uint64 beyond all is the greatest there is, and reads as the same double", async () => {
  await using(untyped(new Dealer()), async (socket) => {
    await warningsOf(() => {
      socket.setUint64Option(4, 2 ** 64);
      assertEquals(socket.getUint64Option(4), 2 ** 64);
      socket.setUint64Option(4, -5);
      assertEquals(socket.getUint64Option(4), 0);
    });
  });
});

const KINDS: [kind: string, wrong: unknown, message: string][] = [
  ["Bool", 1, "Option value must be a boolean"],
  ["Int32", "1", "Option value must be a number"],
  ["Uint32", null, "Option value must be a number"],
  ["Int64", 1n, "Option value must be a number"],
  ["Uint64", true, "Option value must be a number"],
  ["String", 1, "Option value must be a string or buffer"],
  ["String", undefined, "Option value must be a string or buffer"],
];
for (const [kind, wrong, message] of KINDS) {
  Deno.test(`set${kind}Option(19, ${typeof wrong}): ${message}`, async () => {
    await using(untyped(new Dealer()), (socket) => {
      throws(() => socket[`set${kind}Option`](19, wrong), { name: "TypeError", message });
      const identifier = { name: "TypeError", message: "Identifier must be a number" };
      throws(() => socket[`set${kind}Option`]("x", 1), identifier);
      throws(() => socket[`get${kind}Option`]("x"), identifier);
    });
  });
}

Deno.test("a uint64 that a double can't hold exactly warns when it's set", async () => {
  await using(untyped(new Dealer()), async (socket) => {
    const value = 0xfffffff7fab7fb;
    assertEquals(await warningsOf(() => socket.setUint64Option(4, value)), [ROUNDED]);
    assertEquals(await warningsOf(() => assertEquals(socket.affinity, value)), []);
    assertEquals(await warningsOf(() => socket.affinity = Number.MAX_SAFE_INTEGER), []);
  });
});

Deno.test("a number becomes the nearest whole one of 64 bits, toward zero, and what isn't finite none", () => {
  const [least, greatest] = [-(2n ** 63n), 2n ** 63n - 1n];
  const given = [5.9, -5.9, 0, -(2 ** 63), -1e30, 2 ** 63, 1e30, NaN, Infinity, -Infinity];
  const signed = [5n, -5n, 0n, least, least, greatest, greatest, 0n, 0n, 0n];
  assertEquals(given.map(toInt64), signed);
  assertEquals([5.9, -5.9, NaN].map(toUint64), [5n, 0n, 0n]);
});
