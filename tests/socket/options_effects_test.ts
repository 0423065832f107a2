import { deepStrictEqual as assertEquals, ok as assert, rejects } from "node:assert/strict";
import { Context, Dealer, Pair, Publisher, Pull, Push, Router, Subscriber } from "../../mod.ts";
import { READABLE } from "../../poller/backend.ts";
import { readiness } from "../fds.ts";
import { freshAddress, join, until } from "../util.ts";
import { futureAddress, pending, portOf, received, texts } from "./support.ts";
import { soon, turn, turnsUntil } from "../waiting.ts";

// What an option does, where that takes little to see. Patterns have more of it in their own tests.

// Over inproc, the connecting socket's option decides for both.
Deno.test("with conflate, a Pull keeps the last message only", async () => {
  using push = new Push();
  using pull = new Pull({ conflate: true });
  await join(push, pull, freshAddress("inproc"));
  for (let i = 0; i < 100; i++) assert(push.trySend(`${i}`));
  assertEquals(await received(pull), ["99"]);
  assertEquals(pull.tryReceive(), undefined);
});

Deno.test("with conflate, a Push that waits for its peer keeps the last message only", async () => {
  using pull = new Pull();
  using push = new Push({ conflate: true, reconnectInterval: 5 });
  const address = futureAddress();
  push.connect(address);
  for (let i = 0; i < 100; i++) assert(push.trySend(`${i}`));
  await pull.bind(address);
  assertEquals(await received(pull), ["99"]);
  assertEquals(pull.tryReceive(), undefined);
});

Deno.test("with conflate, a Subscriber wakes for the newest message", async () => {
  using subscriber = new Subscriber({ conflate: true });
  using publisher = new Publisher();
  await join(publisher, subscriber, freshAddress("inproc"));
  subscriber.subscribe("");
  void publisher.writable; // over inproc, that has it look for subscriptions
  for (let round = 0; round < 3; round++) {
    const waiting = subscriber.receive();
    await turn();
    for (let i = 0; i < 100; i++) assert(publisher.trySend(`${i}`));
    assertEquals(texts(await soon(waiting)), ["99"]);
  }
});

Deno.test("with conflate, what came to a Subscriber while no one waited is no older than the last", async () => {
  using subscriber = new Subscriber({ conflate: true });
  using publisher = new Publisher();
  await join(publisher, subscriber, freshAddress("inproc"));
  subscriber.subscribe("");
  void publisher.writable; // over inproc, that has it look for subscriptions
  // While anyone waits, idle sockets are looked at as soon as something happens there.
  using other = new Pull();
  const waiting = other.receive().catch(() => {});
  for (let round = 0; round < 3; round++) {
    assert(publisher.trySend("old"));
    await turnsUntil(() => (readiness(subscriber.fd) & READABLE) === 0, "the look");
    assert(publisher.trySend("new"));
    assertEquals(texts(subscriber.tryReceive()!), ["new"]);
    assertEquals(subscriber.tryReceive(), undefined);
  }
  other.close();
  await waiting;
});

Deno.test("without immediate, messages are queued for a peer that is still to come", () => {
  using push = new Push({ linger: 0 });
  push.connect("tcp://127.0.0.1:1");
  assert(push.trySend("queued"));
});

for (const immediate of [false, true]) {
  const fate = immediate ? "lost with it" : "still received";
  Deno.test(`${immediate ? "with" : "without"} immediate, what came by a connection that ends is ${fate}`, async () => {
    using pull = new Pull({ immediate });
    using events = pull.events;
    const push = new Push();
    pull.connect(await push.bind("tcp://127.0.0.1:*"));
    for (const text of ["one", "two"]) await push.send(text);
    assertEquals(await received(pull), ["one"]);
    push.close();
    for await (const { type } of events) if (type === "disconnect") break;
    await turnsUntil(() => pull.readable !== immediate, "the end of the connection");
    assertEquals(pull.tryReceive()?.map(String), immediate ? undefined : ["two"]);
  });
}

Deno.test("with immediate, messages aren't queued for a peer that is still to come", async () => {
  using push = new Push({ immediate: true, linger: 0, sendTimeout: 20 });
  push.connect("tcp://127.0.0.1:1");
  assertEquals(push.trySend("queued"), false);
  await rejects(soon(push.send("waits")), { code: "EAGAIN" });
});

Deno.test("a message above maxMessageSize isn't received, and costs its sender the connection", async () => {
  using pull = new Pull({ maxMessageSize: 100 });
  using push = new Push({ reconnectInterval: 5 });
  await join(pull, push);
  await push.send(new Uint8Array(100));
  assertEquals((await soon(pull.receive()))[0].length, 100);
  await push.send(new Uint8Array(101));
  const next = soon(pull.receive());
  // What is on its way when the connection is lost is lost as well.
  while (await pending(next)) {
    push.trySend("small");
    await turn();
  }
  assertEquals(texts(await next), ["small"]);
});

Deno.test("the high-water marks of both ends add up over inproc", async () => {
  for (const [sending, receiving] of [[1, 1], [5, 2], [10, 30]]) {
    using push = new Push({ sendHighWaterMark: sending });
    using pull = new Pull({ receiveHighWaterMark: receiving });
    await join(pull, push, freshAddress("inproc"));
    let count = 0;
    while (push.trySend(`${count}`)) count++;
    assertEquals(count, sending + receiving);
  }
});

Deno.test("a high-water mark of 0 is none", async () => {
  using push = new Push({ sendHighWaterMark: 0 });
  using pull = new Pull({ receiveHighWaterMark: 0 });
  await join(pull, push, freshAddress("inproc"));
  for (let i = 0; i < 5000; i++) assert(push.trySend(`${i}`));
});

Deno.test("a peer that doesn't introduce itself is disconnected after the handshakeInterval", async () => {
  using pull = new Pull({ handshakeInterval: 50 });
  await pull.bind(freshAddress("tcp"));
  const begin = performance.now();
  using peer = await Deno.connect({ hostname: "127.0.0.1", port: portOf(pull) });
  const buffer = new Uint8Array(100);
  while (await soon(peer.read(buffer)) !== null);
  const took = performance.now() - begin;
  assert(took >= 49, `${took} ms`);
});

Deno.test("a peer that stops answering heartbeats is given up", async () => {
  using router = new Router({ heartbeatInterval: 20, heartbeatTimeout: 60 });
  await router.bind(freshAddress("tcp"));
  using peer = await Deno.connect({ hostname: "127.0.0.1", port: portOf(router) });
  // A greeting of ZMTP 3.1 with the mechanism NULL, and the command READY of a DEALER.
  const greeting = new Uint8Array(64);
  greeting.set([0xff, 0, 0, 0, 0, 0, 0, 0, 1, 0x7f, 3, 1]);
  greeting.set(new TextEncoder().encode("NULL"), 12);
  await peer.write(greeting);
  const ready = "\x05READY\x0bSocket-Type\0\0\0\x06DEALER";
  const command = new TextEncoder().encode(`\x04${String.fromCharCode(ready.length)}${ready}`);
  await peer.write(command);
  const buffer = new Uint8Array(1000);
  while (await soon(peer.read(buffer)) !== null);
});

Deno.test({
  name: "with ipv6, a socket is bound to an IPv6 address",
  ignore: !Deno.networkInterfaces().some(({ address }) => address === "::1"),
  fn: async () => {
    using pull = new Pull({ ipv6: true });
    using push = new Push({ ipv6: true });
    await join(pull, push, "tcp://[::1]:*");
    assert(pull.lastEndpoint!.startsWith("tcp://[::1]:"));
    await push.send("over IPv6");
    assertEquals(await received(pull), ["over IPv6"]);
    using without = new Pull();
    await rejects(without.bind("tcp://[::1]:*"), { call: "zmq_bind" });
  },
});

/** Queues a message for a peer that isn't there, and closes the socket. */
async function closedWithMessage(linger: number, address: string): Promise<Context> {
  const context = new Context({ maxSockets: 1 });
  const push = new Push({ context, linger, reconnectInterval: 5 });
  push.connect(address);
  await push.send("queued");
  push.close();
  return context;
}

Deno.test("with linger -1, what is queued is delivered after closing, when its peer comes", async () => {
  const address = futureAddress();
  using _context = await closedWithMessage(-1, address);
  using pull = new Pull();
  await pull.bind(address);
  assertEquals(await received(pull), ["queued"]);
});

Deno.test("with linger 0, what is queued is dropped by closing", async () => {
  const address = futureAddress();
  using context = await closedWithMessage(0, address);
  // The context's only place is free again when libzmq is done with the socket.
  const limit = performance.now() + 20_000;
  for (let closed = false; !closed;) {
    assert(performance.now() < limit, "it isn't dropped");
    try {
      new Push({ context }).close();
      closed = true;
    } catch (error) {
      assertEquals((error as { code?: string }).code, "EMFILE");
      await turn();
    }
  }
  using pull = new Pull();
  await pull.bind(address);
  using next = new Push();
  next.connect(address);
  await next.send("after");
  assertEquals(await received(pull), ["after"]);
});

Deno.test("receiveTimeout and sendTimeout of one socket are independent", async () => {
  using dealer = new Dealer({ receiveTimeout: 15, sendTimeout: -1 });
  const sent = dealer.send("waits");
  await rejects(soon(dealer.receive()), { code: "EAGAIN", call: "zmq_msg_recv" });
  assert(await pending(sent));
  using peer = new Dealer();
  await join(peer, dealer, freshAddress("inproc"));
  await soon(sent);
  assertEquals(await received(peer), ["waits"]);
});

Deno.test("sockets of a context take its defaults, as they are when they're opened", () => {
  using context = new Context({ ipv6: true, blocky: false });
  using one = new Pair({ context });
  assertEquals([one.ipv6, one.linger], [true, 0]);
  context.ipv6 = false;
  context.blocky = true;
  using other = new Pair({ context });
  assertEquals([other.ipv6, other.linger], [false, -1]);
  assertEquals([one.ipv6, one.linger], [true, 0]);
});

Deno.test("a noDrop Publisher without subscribers sends at once", async () => {
  using publisher = new Publisher({ noDrop: true, sendHighWaterMark: 1 });
  await publisher.bind(freshAddress("inproc"));
  for (let i = 0; i < 100; i++) assert(publisher.trySend("nobody hears it"));
});

Deno.test("a routing id is known to the Router that a socket connects to", async () => {
  using router = new Router();
  using dealer = new Dealer({ routingId: "näme" });
  await join(router, dealer);
  await dealer.send("hello");
  await until(router);
  assertEquals(await received(router), ["näme", "hello"]);
});
