import { deepStrictEqual as assertEquals, ok as assert, rejects, throws } from "node:assert/strict";
import { Pull, Push, Request } from "../../mod.ts";
import { handleOf } from "../../socket/handle.ts";
import { freshAddress, join } from "../util.ts";
import { eachTransport, pending, pipeline, received, texts } from "./support.ts";
import { soon, turn } from "../waiting.ts";

const END = { value: undefined, done: true };

for (const over of eachTransport()) {
  Deno.test(over("for await receives each message once, in order", async (address) => {
    using push = new Push();
    using pull = new Pull();
    await join(pull, push, address);
    const sending = (async () => {
      for (let i = 0; i < 3000; i++) await push.send([`${i}`, "x"]);
    })();
    let count = 0;
    for await (const message of pull) {
      assertEquals(texts(message), [`${count}`, "x"]);
      if (++count === 3000) break;
    }
    await soon(sending);
    assertEquals(pull.tryReceive(), undefined);
  }));
}

Deno.test("for await ends when its socket is closed", async () => {
  using push = new Push();
  const pull = new Pull();
  await join(pull, push, freshAddress("inproc"));
  const seen: string[] = [];
  const reading = (async () => {
    for await (const message of pull) seen.push(...texts(message));
    return "ended";
  })();
  await push.send("a");
  await push.send("b");
  while (seen.length < 2) await turn();
  assert(await pending(reading));
  pull.close();
  assertEquals(await soon(reading), "ended");
  assertEquals(seen, ["a", "b"]);
});

Deno.test("for await ends when its body closes the socket", async () => {
  using push = new Push();
  const pull = new Pull();
  await join(pull, push, freshAddress("inproc"));
  await push.send("a");
  await push.send("b");
  const seen: string[] = [];
  for await (const message of pull) {
    seen.push(...texts(message));
    pull.close();
  }
  assertEquals(seen, ["a"]);
});

Deno.test("for await over a closed socket does nothing", async () => {
  const pull = new Pull();
  pull.close();
  for await (const _ of pull) throw new Error("there was a message");
  assertEquals(await pull[Symbol.asyncIterator]().next(), END);
});

Deno.test("after break, the next messages are there for others", async () => {
  using sockets = await pipeline();
  const { push, pull } = sockets;
  for (const text of ["a", "b", "c"]) await push.send(text);
  for await (const message of pull) {
    assertEquals(texts(message), ["a"]);
    break;
  }
  for await (const message of pull) {
    assertEquals(texts(message), ["b"]);
    break;
  }
  assertEquals(await received(pull), ["c"]);
});

Deno.test("return ends a next that waits, which swallows no message", async () => {
  using sockets = await pipeline();
  const { push, pull } = sockets;
  const iterator = pull[Symbol.asyncIterator]();
  const one = iterator.next();
  const two = iterator.next();
  await turn();
  assertEquals(await iterator.return!(), END);
  assertEquals([await soon(one), await soon(two)], [END, END]);
  await push.send("kept");
  assertEquals(await received(pull), ["kept"]);
  assertEquals(await iterator.next(), END);
});

Deno.test("return leaves the receives of others alone", async () => {
  using sockets = await pipeline();
  const { push, pull } = sockets;
  const iterator = pull[Symbol.asyncIterator]();
  const other = pull[Symbol.asyncIterator]();
  const before = pull.receive();
  const mine = iterator.next();
  const others = other.next();
  const after = pull.receive();
  await iterator.return!();
  for (const text of ["a", "b", "c"]) await push.send(text);
  assertEquals(texts(await soon(before)), ["a"]);
  assertEquals(texts((await soon(others)).value), ["b"]);
  assertEquals(texts(await soon(after)), ["c"]);
  assertEquals(await soon(mine), END);
});

Deno.test("several turns of an iterator at once are served in their order", async () => {
  using sockets = await pipeline();
  const { push, pull } = sockets;
  const iterator = pull[Symbol.asyncIterator]();
  const turns = [iterator.next(), iterator.next(), iterator.next()];
  for (const text of ["a", "b", "c"]) await push.send(text);
  const results = await soon(Promise.all(turns));
  assertEquals(results.map(({ value, done }) => [texts(value), done]), [
    [["a"], false],
    [["b"], false],
    [["c"], false],
  ]);
});

Deno.test("a turn behind one that waits takes no message before it", async () => {
  using push = new Push();
  using pull = new Pull();
  await join(pull, push, freshAddress("inproc"));
  const messages = pull[Symbol.asyncIterator]();
  const first = messages.next();
  assert(push.trySend("1"));
  const second = messages.next();
  assert(push.trySend("2"));
  const found = await soon(Promise.all([first, second]));
  assertEquals(found.map(({ value }) => texts(value!)), [["1"], ["2"]]);
});

Deno.test("several turns at once all end when the socket is closed", async () => {
  const pull = new Pull();
  const iterator = pull[Symbol.asyncIterator]();
  const turns = [iterator.next(), iterator.next()];
  await turn();
  pull.close();
  assertEquals(await soon(Promise.all(turns)), [END, END]);
});

Deno.test("two loops over one socket share its messages", async () => {
  using push = new Push();
  const pull = new Pull();
  await join(pull, push, freshAddress("inproc"));
  const seen: string[][] = [[], []];
  const loops = seen.map(async (mine) => {
    for await (const message of pull) {
      mine.push(...texts(message));
      await turn();
    }
  });
  for (let i = 0; i < 100; i++) await push.send(`${i}`.padStart(2, "0"));
  while (seen.flat().length < 100) await turn();
  pull.close();
  await soon(Promise.all(loops));
  const all = Array.from({ length: 100 }, (_, i) => `${i}`.padStart(2, "0"));
  assertEquals(seen.flat().sort(), all);
  for (const mine of seen) assertEquals(mine, [...mine].sort());
  assert(seen.every((mine) => mine.length > 0));
});

Deno.test("a time-out is an error of the loop, and the next loop goes on", async () => {
  using sockets = await pipeline();
  const { push, pull } = sockets;
  pull.receiveTimeout = 20;
  const looping = (async () => {
    for await (const _ of pull) throw new Error("there was a message");
  })();
  await rejects(soon(looping), { name: "ZmqError", code: "EAGAIN", call: "zmq_msg_recv" });
  pull.receiveTimeout = 0;
  await rejects(soon(pull[Symbol.asyncIterator]().next()), { code: "EAGAIN" });
  await push.send("later");
  for await (const message of pull) {
    assertEquals(texts(message), ["later"]);
    break;
  }
});

Deno.test("libzmq's errors are errors of the loop", async () => {
  using request = new Request();
  const looping = (async () => {
    for await (const _ of request) throw new Error("there was a message");
  })();
  await rejects(soon(looping), { name: "ZmqError", code: "EFSM" });
});

Deno.test("an iterator's body that throws ends the iteration with its error", async () => {
  using sockets = await pipeline();
  const { push, pull } = sockets;
  await push.send("a");
  await push.send("b");
  const looping = (async () => {
    for await (const message of pull) throw new Error(`at ${texts(message)}`);
  })();
  await rejects(soon(looping), { message: "at a" });
  assertEquals(await received(pull), ["b"]);
});

Deno.test("an iterator is its own iterable", async () => {
  using sockets = await pipeline();
  const { push, pull } = sockets;
  const iterator = pull[Symbol.asyncIterator]();
  assert(iterator[Symbol.asyncIterator]() === iterator);
  await push.send("a");
  for await (const message of iterator) {
    assertEquals(texts(message), ["a"]);
    break;
  }
  assertEquals(await iterator.next(), END);
});

Deno.test("a closed socket refuses drain, and its old drain is at its end", async () => {
  using push = new Push();
  const pull = new Pull();
  await join(pull, push, freshAddress("inproc"));
  await push.send("a");
  const drain = pull.drain();
  assert(drain[Symbol.iterator]() === drain);
  pull.close();
  assertEquals(drain.next(), END);
  throws(() => pull.drain(), { name: "ZmqError", code: "EBADF" });
});

Deno.test("a signal ends an iteration that waits, with its reason", async () => {
  using sockets = await pipeline();
  const { push, pull } = sockets;
  const controller = new AbortController();
  const reason = new Error("enough");
  const seen: string[] = [];
  const reading = (async () => {
    for await (const message of pull.iterate({ signal: controller.signal })) {
      seen.push(...texts(message));
    }
  })();
  const ended = rejects(reading, reason);
  await push.send("a");
  while (seen.length < 1) await turn();
  controller.abort(reason);
  await soon(ended);
  assertEquals(seen, ["a"]);
  assert(!pull.closed);
});

Deno.test("an iteration whose signal was aborted takes no message more", async () => {
  using sockets = await pipeline();
  const { push, pull } = sockets;
  await push.send("stays");
  const reason = new Error("before");
  const iterator = pull.iterate({ signal: AbortSignal.abort(reason) });
  for (let i = 0; i < 2; i++) await rejects(iterator.next(), reason);
  assertEquals(await received(pull), ["stays"]);
});

Deno.test("an iteration that a signal has ended leaves nothing at its socket", async () => {
  using pull = new Pull();
  const controller = new AbortController();
  const turns = [1, 2].map(() => pull.iterate({ signal: controller.signal }).next());
  const ended = turns.map((turn) => rejects(turn));
  controller.abort();
  await soon(Promise.all(ended));
  assertEquals(handleOf(pull).dependents, 0);
});

Deno.test("iterate without options is the iteration of for await", async () => {
  using sockets = await pipeline();
  const { push, pull } = sockets;
  await push.send("a");
  const iterator = pull.iterate();
  assert(iterator[Symbol.asyncIterator]() === iterator);
  assertEquals(texts((await iterator.next()).value), ["a"]);
  assertEquals(await iterator.return!(), END);
  assertEquals(await iterator.next(), END);
});

Deno.test("a printed iterator shows nothing of the engine, which knows the socket's secrets", () => {
  using pull = new Pull();
  for (const iterator of [pull.iterate(), pull.drain()]) {
    const text = Deno.inspect(iterator, { depth: 9, showHidden: true });
    assert(!text.includes("Handle"), text);
  }
});
