import { deepStrictEqual as assertEquals, ok as assert, throws } from "node:assert/strict";
import type { Pull, Push } from "../../mod.ts";
import { callPublicly, pattern, pipeline, received, sameBytes } from "./support.ts";

/** What a visitor may do with what it's lent, by what it's called. */
const MISTREATED: Record<string, (bytes: Uint8Array<ArrayBuffer>) => void> = {
  "reverses it": (bytes) => bytes.reverse(),
  "sorts all of its buffer": ({ buffer }) => new Uint8Array(buffer).sort(),
  "wipes all of its buffer": ({ buffer }) => new Uint8Array(buffer).fill(0),
  "fills all of its buffer with ones": ({ buffer }) => new Uint8Array(buffer).fill(255),
  "transfers its buffer": ({ buffer }) => buffer.transfer(),
  "transfers its buffer into a longer one": ({ buffer }) => buffer.transfer(100_000).slice(0),
};

for (const [does, mistreat] of Object.entries(MISTREATED)) {
  Deno.test(`a visitor that ${does} sees each frame of every size whole, and so does a nested one`, async () => {
    using outer = await pipeline();
    using inner = await pipeline();
    const sizes = [0, 1, 5, 32, 33, 34, 64, 65, 4096, 4097, 100_000];
    const send = async () => {
      for (const size of sizes) {
        await outer.push.send([pattern(size, 1), pattern(size, 2)]);
        await inner.push.send(pattern(size, 3));
      }
    };
    for (let round = 0; round < 2; round++) {
      await send();
      let seen = 0;
      for (const size of sizes) {
        outer.pull.visit((bytes, more) => {
          assert(sameBytes(bytes, pattern(size, more ? 1 : 2)), `${size} bytes`);
          mistreat(bytes);
          if (!more) {
            inner.pull.visit((other) => {
              assert(sameBytes(other, pattern(size, 3)), `${size} bytes within`);
              mistreat(other);
              seen++;
            }, { limit: 1, timeout: 1000 });
          }
        }, { limit: 1, timeout: 1000 });
      }
      assertEquals(seen, sizes.length);
      assertEquals(await received(await sent(outer)), ["a frame of a receive"]);
    }
  });
}

/** Sends a message, and returns the socket that has it. */
async function sent({ push, pull }: { push: Push; pull: Pull }): Promise<Pull> {
  await push.send("a frame of a receive");
  return pull;
}

Deno.test("what was lent for one frame and kept can be mistreated during the next", async () => {
  using sockets = await pipeline();
  const { push, pull } = sockets;
  const kept: Uint8Array<ArrayBuffer>[] = [];
  for (const size of [5, 5, 50, 50, 5, 50]) await push.send(pattern(size, 7));
  pull.visit((bytes) => {
    assert(sameBytes(bytes, pattern(bytes.length, 7)));
    for (const { buffer } of kept) if (!buffer.detached) buffer.transfer();
    kept.push(bytes);
  });
  assertEquals(kept.length, 6);
});

Deno.test("nothing can be left on what a visitor is lent for the next one to see", async () => {
  using sockets = await pipeline();
  const { push, pull } = sockets;
  await push.send(["small", new Uint8Array(5000)]);
  let seen = 0;
  pull.visit((bytes, more) => {
    seen++;
    throws(() => Object.setPrototypeOf(bytes.buffer, null), { name: "TypeError" });
    throws(() => Object.assign(bytes.buffer, { left: 1 }), { name: "TypeError" });
    if (!more) return; // a large frame's view is its own
    throws(() => Object.assign(bytes, { left: 1 }), { name: "TypeError" });
    throws(() => Object.setPrototypeOf(bytes, null), { name: "TypeError" });
  });
  assertEquals(seen, 2);
});

Deno.test("a visitor is lent a view of exactly the frame", async () => {
  using sockets = await pipeline();
  const { push, pull } = sockets;
  const sizes = [0, 1, 33, 34, 5000];
  for (const size of sizes) await push.send(new Uint8Array(size));
  const lengths: number[] = [];
  pull.visit((bytes) => void lengths.push(bytes.length));
  assertEquals(lengths, sizes);
});

Deno.test("by public calls alone, an empty frame couldn't be shown after a visitor had transferred its buffer", async () => {
  using sockets = await pipeline();
  const { push, pull } = sockets;
  const lengths: number[] = [];
  callPublicly(true);
  try {
    for (const size of [5, 0, 0, 5]) push.trySend(new Uint8Array(size));
    pull.visit(({ buffer, length }) => {
      buffer.transfer();
      lengths.push(length);
    });
  } finally {
    callPublicly(false);
  }
  assertEquals(lengths, [5, 0, 0, 5]);
});
