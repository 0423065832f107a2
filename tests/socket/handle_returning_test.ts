import { deepStrictEqual as assertEquals, ok as assert } from "node:assert/strict";
import { Dealer, Pull, Push, Router, Subscriber, XPublisher } from "../../mod.ts";
import { freshAddress, join, withFolder } from "../util.ts";
import {
  bindAgain,
  eachTransport,
  futureAddress,
  pending,
  received,
  receivedMany,
  texts,
} from "./support.ts";
import { soon, turn } from "../waiting.ts";

for (const over of eachTransport()) {
  Deno.test(over("a message sent before bind arrives after it", async (address) => {
    const future = futureAddress(address);
    using push = new Push({ reconnectInterval: 5 });
    push.connect(future);
    await push.send("early");
    using pull = new Pull();
    const waiting = received(pull);
    await pull.bind(future);
    assertEquals(await waiting, ["early"]);
  }));
}

for (const over of eachTransport("tcp", "ipc")) {
  Deno.test(over("with immediate, a send waits until the connection stands", async (address) => {
    const future = futureAddress(address);
    using push = new Push({ reconnectInterval: 5, immediate: true });
    push.connect(future);
    const sent = push.send("early");
    await turn();
    assert(await pending(sent));
    using pull = new Pull();
    await pull.bind(future);
    await soon(sent);
    assertEquals(await received(pull), ["early"]);
  }));
}

Deno.test("a Subscriber's subscriptions are made again when its publisher returns", async () => {
  using subscriber = new Subscriber({ reconnectInterval: 5 });
  subscriber.subscribe("weather");
  const address = futureAddress();
  subscriber.connect(address);
  for (let life = 0; life < 3; life++) {
    using publisher = new XPublisher();
    await bindAgain(publisher, address);
    assertEquals(await received(publisher), ["\x01weather"]);
    await publisher.send(["weather", `of life ${life}`]);
    assertEquals(await received(subscriber), ["weather", `of life ${life}`]);
  }
});

Deno.test("a receive that waits outlives its peer, and hears the one that returns", async () => {
  // A new connection has a new queue with immediate, and only then is a Router probed again.
  using dealer = new Dealer({ reconnectInterval: 5, immediate: true, probeRouter: true });
  dealer.routingId = "stays";
  const address = futureAddress();
  dealer.connect(address);
  for (let life = 0; life < 3; life++) {
    const waiting = dealer.receive();
    using router = new Router({ mandatory: true });
    await bindAgain(router, address);
    assertEquals(await received(router), ["stays", ""]);
    await router.send(["stays", `life ${life}`]);
    assertEquals(texts(await soon(waiting)), [`life ${life}`]);
  }
});

Deno.test("a bound socket serves peers that come and go", async () => {
  await withFolder(async (folder) => {
    using pull = new Pull();
    await pull.bind(freshAddress("tcp"));
    const endpoints = [pull.lastEndpoint!];
    await pull.bind(freshAddress("ipc", folder));
    endpoints.push(pull.lastEndpoint!);
    for (let i = 0; i < 60; i++) {
      const push = new Push();
      push.connect(endpoints[i % 2]);
      const waiting = received(pull);
      await push.send(`${i}`);
      push.close();
      assertEquals(await waiting, [`${i}`]);
    }
  });
});

Deno.test("a Push goes on with the peers that are left when one goes", async () => {
  using push = new Push();
  const goes = new Pull();
  using stays = new Pull();
  await join(goes, push, freshAddress("inproc"));
  await join(stays, push, freshAddress("inproc"));
  await push.send("to one");
  await push.send("to the other");
  await received(goes);
  await received(stays);
  goes.close();
  // Until libzmq's own thread has taken the queue down, every other message still goes there.
  let arrived: string[];
  do {
    await turn();
    for (const text of ["a", "b"]) assert(push.trySend(text));
    arrived = [...stays.drain()].flatMap(texts);
  } while (arrived.length < 2);
  const numbers = Array.from({ length: 100 }, (_, i) => `${i}`);
  for (const number of numbers) await push.send(number);
  assertEquals(await receivedMany(stays, 100), numbers);
});
