import { deepStrictEqual as assertEquals, ok as assert, throws } from "node:assert/strict";
import { Publisher, Subscriber, XPublisher } from "../../mod.ts";
import { freshAddress, join } from "../util.ts";
import { eachTransport, pending, received, receivedMany, texts } from "./support.ts";
import { soon, turn } from "../waiting.ts";

let marks = 0;

/**
 * Waits until every subscription that was made has reached the Publisher, which itself says nothing
 * about that: a last one is made, and published to until something comes.
 */
async function subscribed(publisher: Publisher, subscriber: Subscriber): Promise<void> {
  const mark = `mark-${++marks}`;
  subscriber.subscribe(mark);
  subscriber.receiveTimeout = 5;
  for (let came = false; !came;) {
    await publisher.send(mark);
    came = await subscriber.receive().then(() => true, () => false);
  }
  subscriber.receiveTimeout = -1;
  await publisher.send(`${mark} ends`);
  while ((await received(subscriber))[0] !== `${mark} ends`);
  subscriber.unsubscribe(mark);
}

/** The same over inproc, where subscriptions are there as soon as the Publisher looks. */
function look(publisher: Publisher): void {
  void publisher.writable;
}

for (const over of eachTransport()) {
  Deno.test(over("a Subscriber receives what begins as it has subscribed", async (address) => {
    using publisher = new Publisher();
    using subscriber = new Subscriber();
    await join(publisher, subscriber, address);
    subscriber.subscribe("weather", "news");
    await subscribed(publisher, subscriber);
    await publisher.send(["weather", "rain"]);
    await publisher.send(["sports", "lost"]);
    await publisher.send(["weat", "her"]);
    await publisher.send(["newspaper", "read"]);
    assertEquals(await received(subscriber), ["weather", "rain"]);
    assertEquals(await received(subscriber), ["newspaper", "read"]);
  }));

  Deno.test(over("every Subscriber gets every message, in order", async (address) => {
    using publisher = new Publisher();
    await publisher.bind(address);
    const subscribers = Array.from({ length: 3 }, () => new Subscriber());
    for (const subscriber of subscribers) {
      subscriber.connect(publisher.lastEndpoint!);
      subscriber.subscribe("n");
      await subscribed(publisher, subscriber);
    }
    const numbers = Array.from({ length: 300 }, (_, i) => `n${i}`);
    for (const number of numbers) await publisher.send(number);
    for (const subscriber of subscribers) {
      assertEquals(await receivedMany(subscriber, 300), numbers);
      subscriber.close();
    }
  }));

  Deno.test(over("a Subscriber may be bound, and its Publishers connect", async (address) => {
    using subscriber = new Subscriber();
    using publisher = new Publisher();
    await join(subscriber, publisher, address);
    subscriber.subscribe("");
    await subscribed(publisher, subscriber);
    await publisher.send("news");
    assertEquals(await received(subscriber), ["news"]);
  }));
}

Deno.test("subscribing to and unsubscribing from nothing are refused, and say what everything is", () => {
  using subscriber = new Subscriber();
  using publisher = new XPublisher({ manual: true });
  for (const socket of [subscriber, publisher]) {
    throws(() => Reflect.apply(socket.subscribe, socket, []), {
      name: "TypeError",
      message: /subscribe\(""\) is every/,
    });
    throws(() => Reflect.apply(socket.unsubscribe, socket, []), {
      name: "TypeError",
      message: /unsubscribe\(""\) is every/,
    });
  }
});

Deno.test("the empty prefix subscribes to everything, and is taken back", async () => {
  using publisher = new Publisher();
  using subscriber = new Subscriber();
  await join(publisher, subscriber, freshAddress("inproc"));
  subscriber.subscribe("");
  await subscribed(publisher, subscriber);
  await publisher.send("anything");
  await publisher.send("");
  assertEquals(await receivedMany(subscriber, 2), ["anything", ""]);
  subscriber.unsubscribe("");
  subscriber.subscribe("b");
  await subscribed(publisher, subscriber);
  await publisher.send("anything");
  await publisher.send("but");
  assertEquals(await received(subscriber), ["but"]);
});

Deno.test("prefixes are text or bytes", async () => {
  using publisher = new Publisher();
  using subscriber = new Subscriber();
  await join(publisher, subscriber, freshAddress("inproc"));
  subscriber.subscribe(new Uint8Array([0, 255]), "ä", "kept");
  subscriber.unsubscribe(new Uint8Array([0xc3, 0xa4]), "never subscribed to");
  await subscribed(publisher, subscriber);
  await publisher.send("ä");
  await publisher.send(new Uint8Array([0, 254]));
  await publisher.send(new Uint8Array([0, 255, 1]));
  await publisher.send("kept");
  assertEquals([...(await soon(subscriber.receive()))[0]], [0, 255, 1]);
  assertEquals(await received(subscriber), ["kept"]);
});

Deno.test("what was subscribed to twice is unsubscribed from twice", async () => {
  using publisher = new Publisher();
  using subscriber = new Subscriber();
  await join(publisher, subscriber, freshAddress("inproc"));
  subscriber.subscribe("a", "a", "b");
  subscriber.unsubscribe("a");
  await subscribed(publisher, subscriber);
  await publisher.send("a");
  assertEquals(await received(subscriber), ["a"]);
  subscriber.unsubscribe("a");
  await subscribed(publisher, subscriber);
  await publisher.send("a");
  await publisher.send("b");
  assertEquals(await received(subscriber), ["b"]);
});

Deno.test("a Publisher that no one hears sends at once, and keeps nothing", async () => {
  using publisher = new Publisher();
  await publisher.bind(freshAddress("inproc"));
  for (let i = 0; i < 3000; i++) assert(publisher.trySend("lost"));
  using subscriber = new Subscriber();
  subscriber.connect(publisher.lastEndpoint!);
  subscriber.subscribe("");
  await subscribed(publisher, subscriber);
  await publisher.send("heard");
  assertEquals(await received(subscriber), ["heard"]);
});

/** A Subscriber whose queue is short. */
async function slowSubscriber(publisher: Publisher): Promise<Subscriber> {
  const subscriber = new Subscriber({ receiveHighWaterMark: 5 });
  await join(publisher, subscriber, freshAddress("inproc"));
  subscriber.subscribe("");
  look(publisher);
  return subscriber;
}

Deno.test("a Publisher drops what a slow Subscriber can't take", async () => {
  using publisher = new Publisher({ sendHighWaterMark: 5 });
  using subscriber = await slowSubscriber(publisher);
  for (let i = 0; i < 100; i++) assert(publisher.trySend(`${i}`));
  const got = [...subscriber.drain()].map((message) => texts(message)[0]);
  assertEquals(got, Array.from({ length: 10 }, (_, i) => `${i}`));
});

Deno.test("with noDrop a Publisher waits for a slow Subscriber", async () => {
  using publisher = new Publisher({ sendHighWaterMark: 5, noDrop: true });
  using subscriber = await slowSubscriber(publisher);
  let count = 0;
  while (publisher.trySend(`${count}`)) count++;
  assertEquals(count, 10);
  const sent = publisher.send(`${count}`);
  await turn();
  assert(await pending(sent));
  const expected = Array.from({ length: count + 1 }, (_, i) => `${i}`);
  assertEquals(await receivedMany(subscriber, count + 1), expected);
  await soon(sent);
});

Deno.test("with invertMatching on both sides, what isn't subscribed to is received", async () => {
  using publisher = new Publisher({ invertMatching: true });
  using subscriber = new Subscriber({ invertMatching: true });
  await join(publisher, subscriber, freshAddress("inproc"));
  subscriber.subscribe("noise");
  look(publisher);
  for (const text of ["noise, too", "signal", "noise", "nois", "end"]) await publisher.send(text);
  assertEquals(await receivedMany(subscriber, 3), ["signal", "nois", "end"]);
});
