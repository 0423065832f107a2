import { Buffer } from "node:buffer";
import { deepStrictEqual as assertEquals, ok as assert, throws } from "node:assert/strict";
import { Dealer, Pair, Publisher, Push } from "../../zeromq.ts";
import { freshAddress } from "../util.ts";
import { EAGAIN, rejectsShape, throwsShape, untyped, using, withPairs } from "./support.ts";
import { soon } from "../waiting.ts";

const READING = {
  message: "Socket is busy reading; only one receive operation may be in progress at any time",
  code: "EBUSY",
  errno: 16,
};

Deno.test("a received part is a true Buffer, alone in its memory", async () => {
  await withPairs(freshAddress("inproc"), async (one, other) => {
    for (const size of [0, 1, 33, 34, 64, 65, 5000, 100_000]) {
      await one.send(Buffer.alloc(size, 7));
      const [part] = await other.receive();
      assert(Buffer.isBuffer(part));
      assertEquals(Object.getPrototypeOf(part), Buffer.prototype);
      assertEquals([part.byteOffset, part.buffer.byteLength], [0, size]);
      assertEquals(part.equals(Buffer.alloc(size, 7)), true);
      assertEquals(structuredClone(part).length, size);
    }
  });
});

Deno.test("a second receive throws while one waits, and the first goes on: EBUSY", async () => {
  await using(new Dealer({ receiveTimeout: 20 }), async (socket) => {
    const first = socket.receive();
    throwsShape(() => socket.receive(), READING);
    await rejectsShape(first, EAGAIN);
  });
  await withPairs(freshAddress("inproc"), async (one, other) => {
    const first = one.receive();
    throwsShape(() => one.receive(), READING);
    await other.send("x");
    assertEquals(`${await soon(first)}`, "x");
    await other.send("y");
    assertEquals(`${await soon(one.receive())}`, "y");
  });
});

Deno.test("two turns of one iterator at once: the second rejects, EBUSY", async () => {
  await using(new Pair(), async (socket) => {
    const iterator = socket[Symbol.asyncIterator]();
    const first = iterator.next();
    await rejectsShape(iterator.next(), READING);
    socket.close();
    assertEquals(await first, { done: true });
  });
});

Deno.test("what only sends has no receive", async () => {
  for (const Class of [Publisher, Push]) {
    await using(untyped(new Class()), async (socket) => {
      throws(() => socket.receive(), /receive is not a function/);
      let failure: unknown;
      try {
        for await (const _ of socket) break;
      } catch (error) {
        failure = error;
      }
      assert(/receive is not a function/.test(`${failure}`));
    });
  }
});
