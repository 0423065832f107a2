import { deepStrictEqual as assertEquals, ok as assert, throws } from "node:assert/strict";
import { Pull, Push, type Visitor } from "../../mod.ts";
import { freshAddress, join, until } from "../util.ts";
import { eachTransport, pipeline, received, receivedMany, texts, useUpBudget } from "./support.ts";
import { soon } from "../waiting.ts";

/** A visitor that notes the text of what it's shown, and does something. */
function noting(seen: string[], then: (text: string, more: boolean) => void = () => {}): Visitor {
  return (bytes, more) => {
    const text = new TextDecoder().decode(bytes);
    seen.push(text + (more ? "+" : ""));
    then(text, more);
  };
}

const LONG = "long enough to lie outside of libzmq's own struct";

for (const over of eachTransport()) {
  Deno.test(over("a visit shows every part of every message that is there", async (address) => {
    using push = new Push();
    using pull = new Pull();
    await join(pull, push, address);
    await push.send(["one", LONG, ""]);
    await push.send("two");
    await push.send([LONG, "three"]);
    const seen: string[] = [];
    let visited = 0;
    while (visited < 3) {
      await until(pull);
      visited += pull.visit(noting(seen));
    }
    assertEquals(seen, ["one+", `${LONG}+`, "", "two", `${LONG}+`, "three"]);
    assertEquals(pull.visit(noting(seen)), 0);
  }));
}

Deno.test("a visit takes no more messages than its limit", async () => {
  using sockets = await pipeline();
  const { push, pull } = sockets;
  for (let i = 0; i < 5; i++) await push.send([`${i}`, "x"]);
  const seen: string[] = [];
  assertEquals(pull.visit(noting(seen), { limit: 1 }), 1);
  assertEquals(pull.visit(noting(seen), { limit: 3 }), 3);
  assertEquals(seen.filter((text) => text !== "x"), ["0+", "1+", "2+", "3+"]);
  assertEquals(pull.visit(noting(seen), { limit: Infinity }), 1);
});

Deno.test("a visit without a time-out doesn't wait, and one with it gives up when it's over", async () => {
  using sockets = await pipeline();
  const { pull } = sockets;
  assertEquals(pull.visit(() => {}), 0);
  assertEquals(pull.visit(() => {}, { timeout: 0 }), 0);
  const begin = performance.now();
  assertEquals(pull.visit(() => {}, { timeout: 60 }), 0);
  const took = performance.now() - begin;
  assert(took >= 59, `${took} ms`);
});

Deno.test("a visit with a time-out blocks until a message comes, and takes all that is there", async () => {
  using push = new Push();
  using pull = new Pull();
  await join(pull, push);
  // Over tcp, libzmq's own thread brings it while this one is blocked.
  await push.send("first");
  const seen: string[] = [];
  assertEquals(pull.visit(noting(seen), { timeout: Infinity }) > 0, true);
  assertEquals(seen, ["first"]);
});

Deno.test("a visit that may block takes no more messages than its limit either", async () => {
  using sockets = await pipeline();
  const { push, pull } = sockets;
  for (const text of ["one", "two", "three"]) await push.send(text);
  const seen: string[] = [];
  assertEquals(pull.visit(noting(seen), { limit: 2, timeout: Infinity }), 2);
  assertEquals(seen, ["one", "two"]);
});

Deno.test("a visit's options are checked", async () => {
  using sockets = await pipeline();
  const { push, pull } = sockets;
  await push.send("stays");
  const range = { name: "RangeError" };
  const type = { name: "TypeError" };
  throws(() => pull.visit(() => {}, { limit: 0 }), { ...range, message: /limit/ });
  throws(() => pull.visit(() => {}, { limit: -1 }), { ...range, message: /limit/ });
  throws(() => pull.visit(() => {}, { limit: 1.5 }), { ...range, message: /whole number/ });
  throws(() => pull.visit(() => {}, { limit: NaN }), { ...type, message: /limit/ });
  throws(() => pull.visit(() => {}, { limit: "1" as never }), { ...type, message: /limit/ });
  throws(() => pull.visit(() => {}, { timeout: -1 }), { ...range, message: /timeout/ });
  throws(() => pull.visit(() => {}, { timeout: NaN }), { ...type, message: /timeout/ });
  throws(() => pull.visit(() => {}, { timeout: "1" as never }), { ...type, message: /timeout/ });
  for (const options of [undefined, {}]) {
    throws(() => Reflect.apply(pull.visit, pull, [() => {}, options, 5]), type);
  }
  for (const visitor of [undefined, null, {}, "x"]) {
    throws(() => pull.visit(visitor as never), { ...type, message: /function/ });
  }
  throws(() => pull.visit(async () => {}), { ...type, message: /isn't async/ });
  assertEquals(await received(pull), ["stays"]);
});

Deno.test("a visitor that throws ends the visit; the rest of its message is dropped, the next one whole", async () => {
  for (const failing of ["a", "b", LONG, "c"]) {
    using sockets = await pipeline();
    const { push, pull } = sockets;
    await push.send("before");
    await push.send(["a", "b", LONG, "c"]);
    await push.send(["next", LONG]);
    const seen: string[] = [];
    const visit = () =>
      pull.visit(noting(seen, (text) => {
        if (text === failing) throw new Error(`at ${failing}`);
      }));
    throws(visit, { message: `at ${failing}` });
    assertEquals(seen.length, 1 + ["a", "b", LONG, "c"].indexOf(failing) + 1);
    assertEquals(await received(pull), ["next", LONG]);
  }
});

Deno.test("a visitor may close the socket, which ends the visit", async () => {
  for (const last of ["a", LONG, "b"]) {
    using push = new Push();
    const pull = new Pull();
    await join(pull, push, freshAddress("inproc"));
    await push.send(["a", LONG, "b"]);
    await push.send("next");
    const seen: string[] = [];
    const visited = pull.visit(noting(seen, (text) => {
      if (text === last) pull.close();
    }));
    assertEquals(visited, 1);
    assertEquals(seen, ["a+", `${LONG}+`, "b"].slice(0, ["a", LONG, "b"].indexOf(last) + 1));
    assert(pull.closed);
  }
});

Deno.test("a visitor that closes the socket and throws has its error come out", async () => {
  using push = new Push();
  const pull = new Pull();
  await join(pull, push, freshAddress("inproc"));
  await push.send(["a", "b"]);
  const visit = () =>
    pull.visit(() => {
      pull.close();
      throw new Error("closed");
    });
  throws(visit, { message: "closed" });
});

Deno.test("a visitor may receive elsewhere, and is shown its own bytes again afterwards", async () => {
  using sockets = await pipeline();
  using others = await pipeline();
  const long = "this one lies outside of the struct, too, and is no longer";
  for (const text of ["small", LONG]) await sockets.push.send([text, text]);
  for (let i = 0; i < 4; i++) await others.push.send([i % 2 === 0 ? "tiny" : long, "more"]);
  const shown: string[] = [];
  sockets.pull.visit((bytes) => {
    const read = () => new TextDecoder().decode(bytes);
    const before = read();
    shown.push(texts(others.pull.tryReceive()!)[0], before);
    assertEquals(read(), before);
  });
  assertEquals(shown, ["tiny", "small", long, "small", "tiny", LONG, long, LONG]);
});

Deno.test("visits may be nested, each showing its own bytes", async () => {
  using outer = await pipeline();
  using middle = await pipeline();
  using inner = await pipeline();
  for (let i = 0; i < 2; i++) {
    await outer.push.send([`outer ${i}`, LONG]);
    await middle.push.send([LONG.toUpperCase(), `middle ${i}`]);
    await inner.push.send([`inner ${i}`, LONG + LONG]);
  }
  const seen: string[] = [];
  outer.pull.visit((bytes, more) => {
    const read = () => new TextDecoder().decode(bytes);
    const before = read();
    if (more) {
      const visitMiddle = noting(seen, () => {
        inner.pull.visit(noting(seen), { limit: 1 });
      });
      middle.pull.visit(visitMiddle, { limit: 1 });
    }
    assertEquals(read(), before);
    seen.push(before);
  });
  const [long, both] = [LONG.toUpperCase() + "+", LONG + LONG];
  assertEquals(seen, [
    ...[long, "inner 0+", both, "middle 0", "inner 1+", both, "outer 0", LONG],
    ...[long, "middle 1", "outer 1", LONG],
  ]);
});

Deno.test("a visitor may send", async () => {
  using sockets = await pipeline();
  using others = await pipeline();
  await sockets.push.send(["a", LONG, "b"]);
  sockets.pull.visit((bytes) => {
    assert(others.push.trySend(bytes));
  });
  assertEquals(await receivedMany(others.pull, 3), ["a", LONG, "b"]);
});

Deno.test("in the middle of a message, a visitor gets nothing from the same socket", async () => {
  using sockets = await pipeline();
  const { push, pull } = sockets;
  await push.send(["a", "b"]);
  await push.send("next");
  const seen: string[] = [];
  pull.visit(
    noting(seen, (_, more) => {
      if (!more) return;
      assertEquals(pull.tryReceive(), undefined);
      assertEquals([...pull.drain()], []);
      assertEquals(pull.visit(() => {}), 0);
      const begin = performance.now();
      assertEquals(pull.visit(() => {}, { timeout: 20_000 }), 0);
      assert(performance.now() - begin < 10_000, "it waited for what can't come");
      const busy = { name: "ZmqError", code: "EBUSY", call: "zmq_msg_recv" };
      throws(() => pull.receiveSync(), busy);
    }),
    { limit: 1 },
  );
  assertEquals(seen, ["a+", "b"]);
  assertEquals(await received(pull), ["next"]);
});

Deno.test("a receive that begins in the middle of a message waits, and gets the next one", async () => {
  using sockets = await pipeline();
  const { push, pull } = sockets;
  await push.send(["a", "b"]);
  await push.send("next");
  await push.send("last");
  const seen: string[] = [];
  let waiting: Promise<string[]> | undefined;
  const visitor = noting(seen, (_, more) => {
    waiting ??= received(pull);
    // Nor does this serve it with what is left of the message.
    if (more) assertEquals(pull.visit(() => {}), 0);
  });
  assertEquals(pull.visit(visitor), 1);
  assertEquals(seen, ["a+", "b"]);
  assertEquals(await waiting, ["next"]);
  assertEquals(await received(pull), ["last"]);
});

Deno.test("behind a message's last part, a visitor may receive from the same socket", async () => {
  using sockets = await pipeline();
  const { push, pull } = sockets;
  for (const text of ["a", "b", "c", "d"]) await push.send([text, text]);
  const seen: string[] = [];
  const visited = pull.visit(noting(seen, (_, more) => {
    if (more) return;
    const message = pull.tryReceive();
    if (message !== undefined) seen.push(`received ${texts(message)}`);
  }));
  assertEquals(visited, 2);
  assertEquals(seen, ["a+", "a", "received b,b", "c+", "c", "received d,d"]);
});

Deno.test("a visit behind a receive takes what is left, also when the turn is used up", async () => {
  using sockets = await pipeline();
  const { push, pull } = sockets;
  useUpBudget();
  const waiting = pull.receive();
  assert(push.trySend("for who waits"));
  assert(push.trySend("for the visit"));
  const seen: string[] = [];
  assertEquals(pull.visit(noting(seen), { timeout: 1000 }), 1);
  assertEquals(seen, ["for the visit"]);
  assertEquals(texts(await soon(waiting)), ["for who waits"]);
});

Deno.test("one visit after another shows its bytes in the same buffer", async () => {
  using sockets = await pipeline();
  const { push, pull } = sockets;
  const buffers = new Set<ArrayBuffer>();
  for (const text of ["one", "two", "three"]) {
    await push.send(text);
    assertEquals(pull.visit((bytes) => buffers.add(bytes.buffer), { timeout: 1000 }), 1);
  }
  assertEquals(buffers.size, 1);
});

Deno.test("what a visit showed can be kept by copying", async () => {
  using sockets = await pipeline();
  const { push, pull } = sockets;
  for (let i = 0; i < 20; i++) await push.send(`${i}`.padEnd(i * 10, "."));
  const kept: Uint8Array[] = [];
  pull.visit((bytes) => {
    kept.push(bytes.slice());
  });
  const decoder = new TextDecoder();
  assertEquals(
    kept.map((bytes) => decoder.decode(bytes)),
    Array.from({ length: 20 }, (_, i) => `${i}`.padEnd(i * 10, ".")),
  );
});
