import { deepStrictEqual as assertEquals, ok as assert, rejects, throws } from "node:assert/strict";
import { Dealer, Pull, Push, Router } from "../../mod.ts";
import { READABLE as READABLE_BIT } from "../../poller/backend.ts";
import { handleOf } from "../../socket/handle.ts";
import { Client, Server } from "../../socket/draft.ts";
import { reactor } from "../../poller/reactor.ts";
import type { Pending } from "../../poller/pending.ts";
import { Parks } from "../poller/support.ts";
import { freshAddress, join } from "../util.ts";
import { eachTransportOfDrafts } from "./drafts.ts";
import { eachTransport, pending, pipeline, received } from "./support.ts";
import { held, soon, turn, turnsUntil } from "../waiting.ts";

const CLOSED = { name: "ZmqError", code: "EBADF", call: "zmq_getsockopt" };
const READABLE = { readable: true };
const WRITABLE = { writable: true };

for (const over of eachTransport()) {
  Deno.test(over(
    "poll waits until a message can be received, and leaves it there",
    async (address) => {
      using push = new Push();
      using pull = new Pull();
      await join(pull, push, address);
      const polled = pull.poll();
      for (let i = 0; i < 5; i++) await turn();
      assert(await pending(polled));
      await push.send("hello");
      assertEquals(await soon(polled), true);
      assertEquals(await pull.poll(), true);
      assertEquals(await received(pull), ["hello"]);
      assertEquals(await pull.poll(READABLE, { timeout: 0 }), false);
    },
  ));

  Deno.test(over(
    "pollSync waits until a message can be received, and leaves it there",
    async (address) => {
      using push = new Push();
      using pull = new Pull();
      await join(pull, push, address);
      push.sendSync("hello");
      assertEquals(pull.pollSync(READABLE, { timeout: 10_000 }), true);
      assertEquals(pull.pollSync(), true);
      assertEquals(pull.receiveSync().map(String), ["hello"]);
      assertEquals(pull.pollSync(READABLE, { timeout: 0 }), false);
    },
  ));
}

Deno.test("poll gives up when its time is over, and not before", async () => {
  using pull = new Pull();
  const begin = performance.now();
  assertEquals(await pull.poll(READABLE, { timeout: 60 }), false);
  const took = performance.now() - begin;
  assert(took >= 59, `${took} ms`);
});

Deno.test("pollSync gives up when its time is over, and not before", () => {
  using pull = new Pull();
  const begin = performance.now();
  assertEquals(pull.pollSync(READABLE, { timeout: 130 }), false);
  const took = performance.now() - begin;
  assert(took >= 129, `${took} ms`);
});

Deno.test("poll waits until a message can be sent", async () => {
  using push = new Push({ sendHighWaterMark: 1 });
  using pull = new Pull({ receiveHighWaterMark: 1 });
  const alone = push.poll(WRITABLE);
  assert(await pending(alone));
  await join(pull, push, freshAddress("inproc"));
  assertEquals(await soon(alone), true);
  while (push.trySend("x"));
  const full = push.poll(WRITABLE);
  for (let i = 0; i < 5; i++) await turn();
  assert(await pending(full));
  assertEquals(push.pollSync(WRITABLE, { timeout: 0 }), false);
  for (let i = 0; i < 2; i++) await pull.receive();
  assertEquals(await soon(full), true);
  assertEquals(push.pollSync(WRITABLE), true);
  assert(push.trySend("x"));
});

Deno.test("poll for both directions ends with whichever is ready first", async () => {
  using dealer = new Dealer();
  using router = new Router();
  const both = { readable: true, writable: true };
  const polled = dealer.poll(both);
  assert(await pending(polled));
  await join(router, dealer, freshAddress("inproc"));
  assertEquals(await soon(polled), true);
  assertEquals(await dealer.poll(READABLE, { timeout: 0 }), false);
});

Deno.test("those that wait for messages have theirs before a poll ends", async () => {
  using sockets = await pipeline();
  const { push, pull } = sockets;
  const receives = [pull.receive(), pull.receive()];
  const polled = pull.poll();
  await push.send("1");
  await push.send("2");
  assertEquals((await soon(Promise.all(receives))).map(String), ["1", "2"]);
  for (let i = 0; i < 5; i++) await turn();
  assert(await pending(polled));
  await push.send("3");
  assertEquals(await soon(polled), true);
  assertEquals(await received(pull), ["3"]);
});

Deno.test("those that wait for messages have theirs before a pollSync ends", async () => {
  using sockets = await pipeline();
  const { push, pull } = sockets;
  const receive = pull.receive();
  push.sendSync("1");
  assertEquals(pull.pollSync(READABLE, { timeout: 20 }), false);
  assertEquals(String(await receive), "1");
});

Deno.test("what those that wait for messages leave ends a pollSync", async () => {
  using sockets = await pipeline();
  const { push, pull } = sockets;
  const receive = pull.receive();
  push.sendSync("1");
  push.sendSync("2");
  assertEquals(pull.pollSync(READABLE, { timeout: 1000 }), true);
  assertEquals(String(await receive), "1");
});

Deno.test("the room that those that wait to send leave ends a pollSync", async () => {
  using push = new Push({ sendHighWaterMark: 5 });
  using pull = new Pull({ receiveHighWaterMark: 5 });
  await join(pull, push, freshAddress("inproc"));
  while (push.trySend("x"));
  const send = push.send("last");
  while (pull.tryReceive() !== undefined);
  assertEquals(push.pollSync(WRITABLE, { timeout: 1000 }), true);
  await send;
});

Deno.test("a Router that is writable isn't so for others while a send to a full peer waits", async () => {
  using router = new Router({ mandatory: true, sendHighWaterMark: 1 });
  using full = new Dealer({ routingId: "full", receiveHighWaterMark: 1 });
  using empty = new Dealer({ routingId: "empty" });
  for (const dealer of [full, empty]) await join(dealer, router, freshAddress("inproc"));
  for (const name of ["full", "empty"]) await router.send([name, "x"]);
  while (router.trySend(["full", "x"]));
  const send = held(router.send(["full", "last"]));
  assert(router.writable);
  assertEquals(router.pollSync(WRITABLE, { timeout: 0 }), false);
  router.close();
  await rejects(soon(send), { code: "EBADF" });
});

Deno.test("a poll without time says what has come already, and begins no wait", async () => {
  using sockets = await pipeline();
  const { push, pull } = sockets;
  const now = () => {
    const polled = pull.poll(READABLE, { timeout: 0 });
    assertEquals(handleOf(pull).dependents, 0);
    return polled;
  };
  assertEquals(await now(), false);
  await push.send("x");
  assertEquals(await now(), true);
});

Deno.test("a poll that has ended, in any way, leaves nothing at its socket", async () => {
  using sockets = await pipeline();
  const { push, pull } = sockets;
  const handle = handleOf(pull);
  const polled = pull.poll();
  await push.send("x");
  assertEquals(await soon(polled), true);
  assertEquals(handle.dependents, 0, "ready");
  await pull.receive();
  assertEquals(await soon(pull.poll(READABLE, { timeout: 1 })), false);
  assertEquals(handle.dependents, 0, "timed out");
  const controller = new AbortController();
  const aborted = rejects(pull.poll(READABLE, controller));
  controller.abort();
  await soon(aborted);
  assertEquals(handle.dependents, 0, "aborted");
});

Deno.test("an error of the socket ends its polls with it", async () => {
  using pull = new Pull();
  const polled = held(pull.poll());
  const error = new Error("the descriptor is gone");
  handleOf(pull).fail(error);
  await rejects(soon(polled), error);
});

Deno.test("one message ends all polls of a socket", async () => {
  using sockets = await pipeline();
  const { push, pull } = sockets;
  const polls = Array.from({ length: 10 }, () => pull.poll());
  await push.send("x");
  assertEquals(await soon(Promise.all(polls)), Array(10).fill(true));
  assertEquals(await received(pull), ["x"]);
});

Deno.test("a loop of polls that are ready at once lets a timer fire", async () => {
  using sockets = await pipeline();
  const { push, pull } = sockets;
  await push.send("x");
  let fired = false;
  const timer = setTimeout(() => fired = true, 1);
  for (let i = 0; i < 1_000_000 && !fired; i++) assert(await pull.poll());
  clearTimeout(timer);
  assert(fired);
});

Deno.test("a poll can be aborted, before and while it waits", async () => {
  using pull = new Pull();
  const reason = new Error("enough");
  await rejects(pull.poll(READABLE, { signal: AbortSignal.abort(reason) }), reason);
  const controller = new AbortController();
  const polled = pull.poll(READABLE, { signal: controller.signal });
  assert(await pending(polled));
  controller.abort(reason);
  await rejects(polled, reason);
});

Deno.test("closing a socket fails its polls, and a closed one can't be polled", async () => {
  const pull = new Pull();
  const polled = pull.poll();
  const failed = rejects(polled, CLOSED);
  pull.close();
  await failed;
  throws(() => pull.poll(), CLOSED);
  throws(() => pull.pollSync(), CLOSED);
});

Deno.test("what can't be polled for is refused at once", () => {
  using pull = new Pull();
  for (const poll of [pull.poll, pull.pollSync]) {
    const call = (...args: unknown[]) => () => Reflect.apply(poll, pull, args);
    throws(call({}), { name: "TypeError" });
    throws(call({ readable: false }), { name: "TypeError" });
    throws(call(READABLE, { timeout: "1" }), { name: "TypeError" });
    throws(call(READABLE, { timeout: NaN }), { name: "TypeError" });
    throws(call(READABLE, { timeout: -1 }), { name: "RangeError" });
  }
  throws(() => Reflect.apply(pull.poll, pull, [READABLE, { signal: {} }]), { name: "TypeError" });
});

for (const over of eachTransportOfDrafts()) {
  Deno.test(over("poll waits until a thread-safe socket has a message", async (address) => {
    using server = new Server();
    using client = new Client();
    await join(server, client, address);
    const polled = server.poll();
    for (let i = 0; i < 5; i++) await turn();
    assert(await pending(polled));
    await client.send("x");
    assertEquals(await soon(polled), true);
    assertEquals(server.pollSync(), true);
    await server.receive();
    assertEquals(server.pollSync(READABLE, { timeout: 20 }), false);
  }));
}

Deno.test("the receive time-out isn't a poll's", async () => {
  using pull = new Pull({ receiveTimeout: 1 });
  const polled = pull.poll(READABLE, { timeout: 30 });
  const begin = performance.now();
  assertEquals(await polled, false);
  assert(performance.now() - begin >= 20);
});

Deno.test("a wait that ended in the look at the end of its time left the reactor twice", async () => {
  using pull = new Pull();
  const handle = handleOf(pull);
  const engine = reactor();
  const { removePending } = engine;
  const left = new Map<Pending, number>();
  engine.removePending = (waiting, set) => {
    left.set(waiting, (left.get(waiting) ?? 0) + 1);
    // Not again: nothing would be counted right in the tests that follow.
    if (left.get(waiting) === 1) removePending.call(engine, waiting, set);
  };
  try {
    using parks = new Parks();
    const polled = pull.poll(READABLE, { timeout: 20 });
    await turnsUntil(() => parks.outstanding === 1, "the sleep");
    // As where the message is there at the first look, and its peer has gone by the second.
    handle.ask = () => {
      for (const listener of [...handle.listeners!]) listener.onReady(READABLE_BIT);
      return 0;
    };
    assertEquals(await soon(polled), true);
    assertEquals([...left.values()], [1]);
  } finally {
    Reflect.deleteProperty(engine, "removePending");
  }
});
