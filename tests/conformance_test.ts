/**
 * What ZeroMQ's patterns promise of peers: who gets what, and what becomes of it when they come, go, and have the same name.
 * The behaviours are those that libzmq's own tests hold, as far as no other file here does.
 */

import { deepStrictEqual as assertEquals, ok as assert, rejects } from "node:assert/strict";
import {
  Dealer,
  metadataOf,
  Pull,
  Push,
  Reply,
  Request,
  Router,
  Subscriber,
  XPublisher,
} from "../mod.ts";
import { FAST_RECONNECT, story } from "./faults/support.ts";
import { Link } from "./faults/link.ts";
import { freshAddress, join, withFolder } from "./util.ts";
import { soon, turnsUntil } from "./waiting.ts";
import { finish, next } from "./socket/observing.ts";
import { bindAgain, eachTransport, portOf, received, texts } from "./socket/support.ts";

const TCP = "tcp://127.0.0.1:*";

// Names of peers ------------------------------------------------------------------------------------

for (const over of eachTransport()) {
  Deno.test(
    over(
      "with probeRouter, whom a Router connects to knows it before it has said anything",
      async (address) => {
        using bound = new Router();
        using prober = new Router({ routingId: "prober", probeRouter: true });
        await join(bound, prober, address);
        assertEquals(await received(bound), ["prober", ""]);
        await bound.send(["prober", "hello"]);
        assertEquals((await received(prober)).at(-1), "hello");
      },
    ),
  );
}

Deno.test("without handover, a second peer of the same name gets nothing, and the first one keeps it", async () => {
  using router = new Router();
  await router.bind(TCP);
  using first = new Dealer({ routingId: "X", linger: 0 });
  first.connect(router.lastEndpoint!);
  await first.send("one");
  assertEquals(await received(router), ["X", "one"]);
  const second = new Dealer({ routingId: "X", linger: 0 });
  const { events } = second;
  second.connect(router.lastEndpoint!);
  await next(events, "handshake");
  await second.send("ignored");
  await router.send(["X", "for the first"]);
  assertEquals(await received(first), ["for the first"]);
  await first.send("two");
  assertEquals(await received(router), ["X", "two"]);
  assertEquals(second.tryReceive(), undefined);
  await finish(second);
});

// Who gets what -------------------------------------------------------------------------------------

Deno.test("a Request asks its Replies in turn", async () => {
  using request = new Request();
  const replies = [new Reply(), new Reply(), new Reply()];
  for (const reply of replies) request.connect(await reply.bind(freshAddress("inproc")));
  for (const round of [0, 1]) {
    for (const [at, reply] of replies.entries()) {
      await request.send(`${round}`);
      assertEquals(await received(reply), [`${round}`]);
      await reply.send(`${at}`);
      assertEquals(await received(request), [`${at}`]);
    }
  }
  for (const reply of replies) reply.close();
});

Deno.test("a Dealer hands its messages to its peers in turn, and takes theirs in turn", async () => {
  using dealer = new Dealer();
  const peers = [new Dealer(), new Dealer(), new Dealer()];
  for (const peer of peers) dealer.connect(await peer.bind(freshAddress("inproc")));
  for (let number = 0; number < 6; number++) await dealer.send(`${number}`);
  for (const [at, peer] of peers.entries()) {
    assertEquals([await received(peer), await received(peer)], [[`${at}`], [`${at + 3}`]]);
  }
  // In one go: whom a look finds to have nothing yet would come in later.
  for (const peer of peers) assert(peer.trySend("first") && peer.trySend("second"));
  const turns: string[] = [];
  while (turns.length < 6) turns.push(...await received(dealer));
  assertEquals(turns, [...Array(3).fill("first"), ...Array(3).fill("second")]);
  for (const peer of peers) peer.close();
});

Deno.test("a Request takes an answer from no one but whom it has asked", async () => {
  using request = new Request();
  using asked = new Router();
  using other = new Router();
  for (const router of [asked, other]) await router.bind(freshAddress("inproc"));
  request.connect(asked.lastEndpoint!);
  request.connect(other.lastEndpoint!);
  await request.send("to the first");
  const [id, ...rest] = await soon(asked.receive());
  await asked.send([id, ...rest]);
  assertEquals(await received(request), ["to the first"]);
  await request.send("to the second");
  const question = await soon(other.receive());
  await asked.send([id, "", "wrong"]);
  await other.send(question);
  assertEquals(await received(request), ["to the second"]);
});

// Coming and going ----------------------------------------------------------------------------------

for (const over of eachTransport()) {
  Deno.test(
    over(
      "a bound Push has no one to send to once its Pull has disconnected, until it's back",
      async (address) => {
        using push = new Push({ linger: 0 });
        using pull = new Pull();
        await join(push, pull, address);
        await push.send("one");
        assertEquals(await received(pull), ["one"]);
        pull.disconnect(push.lastEndpoint!);
        // libzmq ends it once both are looked at.
        await turnsUntil(() => !pull.readable && !push.writable, "the end of the connection");
        await rejects(push.send("two", { timeout: 0 }), { code: "EAGAIN" });
        pull.connect(push.lastEndpoint!);
        await push.send("three");
        assertEquals(await received(pull), ["three"]);
      },
    ),
  );
}

Deno.test("unbinding ends the connections of that address, and no others", async () => {
  using push = new Push({ linger: 0 });
  const addresses = [await push.bind(TCP), await push.bind(TCP)];
  const pulls = addresses.map((address) => {
    const pull = new Pull({ reconnectInterval: -1 });
    assert(!pull.events.closed);
    pull.connect(address);
    return pull;
  });
  for (const { events } of pulls) await next(events, "handshake");
  await push.unbind(addresses[0]);
  assertEquals(await story(pulls[0].events, "disconnect"), "disconnect");
  await push.send("for who is left");
  assertEquals(await received(pulls[1]), ["for who is left"]);
  await finish(...pulls);
});

Deno.test("an XPublisher hears that a peer's subscriptions are over when its connection is cut", async () => {
  using publisher = new XPublisher();
  await using link = new Link(await publisher.bind(TCP));
  using subscriber = new Subscriber(FAST_RECONNECT);
  subscriber.subscribe("a");
  subscriber.connect(link.address);
  assertEquals(await received(publisher), ["\x01a"]);
  link.refuse();
  link.cut();
  assertEquals(await received(publisher), ["\x00a"]);
  await link.accept();
  assertEquals(await received(publisher), ["\x01a"]);
});

Deno.test("over inproc, a Subscriber that disconnects gets nothing more, and after another connect again", async () => {
  using publisher = new XPublisher();
  using subscriber = new Subscriber();
  subscriber.subscribe("");
  const address = await join(publisher, subscriber, freshAddress("inproc"));
  assertEquals(await received(publisher), ["\x01"]);
  subscriber.disconnect(address);
  assertEquals(await received(publisher), ["\x00"]);
  await publisher.send("lost");
  subscriber.connect(address);
  assertEquals(await received(publisher), ["\x01"]);
  await publisher.send("heard");
  assertEquals(await received(subscriber), ["heard"]);
});

Deno.test("what a bound Push has queued for a peer that goes isn't given to the next one", async () => {
  using push = new Push({ linger: 0 });
  await push.bind(freshAddress("inproc"));
  const first = new Pull();
  first.connect(push.lastEndpoint!);
  await push.send("for the first");
  first.close();
  await turnsUntil(() => !push.writable, "the end of the connection");
  using second = new Pull();
  second.connect(push.lastEndpoint!);
  await push.send("for the second");
  assertEquals(await received(second), ["for the second"]);
});

Deno.test("an ipc path that was unbound is free for another socket, and found by who connects", () =>
  withFolder(async (folder) => {
    const address = freshAddress("ipc", folder);
    const push = new Push(FAST_RECONNECT);
    const { events } = push;
    push.connect(address);
    for (const text of ["one", "two"]) {
      using pull = new Pull();
      await bindAgain(pull, address);
      await push.send(text);
      assertEquals(await received(pull), [text]);
      await pull.unbind(address);
      pull.close();
      // What is sent before may still go to the one that leaves.
      await next(events, "disconnect");
    }
    await finish(push);
  }));

// Reconnecting --------------------------------------------------------------------------------------

Deno.test("with a reconnectInterval of -1, a connection that is lost isn't made again", async () => {
  using pull = new Pull();
  await using link = new Link(await pull.bind(TCP));
  const [once, again] = [-1, 1].map((reconnectInterval) => {
    const push = new Push({ reconnectInterval, linger: 0 });
    assert(!push.events.closed);
    push.connect(link.address);
    return push;
  });
  for (const { events } of [once, again]) await next(events, "handshake");
  link.cut();
  await next(again.events, "handshake");
  assertEquals(await story(once.events, "disconnect"), "disconnect");
  link.cut();
  await next(again.events, "handshake");
  assertEquals(link.connections, 4);
  await finish(once, again);
});

Deno.test("with a reconnectMaxInterval, each try to connect waits longer than the one before, up to that", async () => {
  using nowhere = new Pull();
  await using link = new Link(await nowhere.bind(TCP));
  link.refuse();
  const push = new Push({ reconnectInterval: 2, reconnectMaxInterval: 16, linger: 0 });
  const { events } = push;
  push.connect(link.address);
  const intervals: number[] = [];
  while (intervals.length < 6) intervals.push((await next(events, "connect:retry")).interval);
  assert(Math.max(...intervals.slice(0, 1)) <= 4, `${intervals}`);
  assert(intervals.slice(-2).every((interval) => interval >= 16 && interval <= 18), `${intervals}`);
  await finish(push);
});

Deno.test("an address may say where a connection comes from", async () => {
  using pull = new Pull({ receivedProperties: ["Peer-Address"] });
  await pull.bind("tcp://127.0.0.1:*");
  using push = new Push({ linger: 0 });
  push.connect(`tcp://127.0.0.2:0;127.0.0.1:${portOf(pull)}`);
  await push.send("from elsewhere");
  const message = await soon(pull.receive());
  assertEquals(texts(message), ["from elsewhere"]);
  assertEquals(metadataOf(message)?.["Peer-Address"], "127.0.0.2");
});
