import { deepStrictEqual as assertEquals, throws } from "node:assert/strict";
import { Publisher, Subscriber, XPublisher, XSubscriber } from "../../mod.ts";
import { freshAddress, join } from "../util.ts";
import { eachTransport, received, receivedMany } from "./support.ts";
import { soon } from "../waiting.ts";

for (const over of eachTransport()) {
  Deno.test(over("an XPublisher receives subscriptions, and their ends", async (address) => {
    using publisher = new XPublisher();
    using subscriber = new Subscriber();
    await join(publisher, subscriber, address);
    subscriber.subscribe("weather");
    assertEquals(await received(publisher), ["\x01weather"]);
    await publisher.send(["weather", "rain"]);
    assertEquals(await received(subscriber), ["weather", "rain"]);
    subscriber.unsubscribe("weather");
    assertEquals(await received(publisher), ["\x00weather"]);
  }));

  Deno.test(over("an XSubscriber subscribes by its messages", async (address) => {
    using publisher = new XPublisher();
    using subscriber = new XSubscriber();
    await join(publisher, subscriber, address);
    await subscriber.send("\x01a");
    assertEquals(await received(publisher), ["\x01a"]);
    await publisher.send("b");
    await publisher.send("a is subscribed to");
    assertEquals(await received(subscriber), ["a is subscribed to"]);
    await subscriber.send("\x00a");
    assertEquals(await received(publisher), ["\x00a"]);
    await subscriber.send(new Uint8Array([1]));
    assertEquals(await received(publisher), ["\x01"]);
    await publisher.send("anything");
    assertEquals(await received(subscriber), ["anything"]);
  }));

  Deno.test(over(
    "an XPublisher receives what an XSubscriber sends beside subscriptions",
    async (address) => {
      using publisher = new XPublisher();
      using subscriber = new XSubscriber();
      await join(publisher, subscriber, address);
      await subscriber.send("\x01topic");
      assertEquals(await received(publisher), ["\x01topic"]);
      await subscriber.send("hello");
      assertEquals(await received(publisher), ["hello"]);
    },
  ));

  Deno.test(over("an XPublisher's empty message is received as such", async (address) => {
    using publisher = new XPublisher();
    using subscriber = new XSubscriber();
    await join(publisher, subscriber, address);
    await subscriber.send("\x01");
    assertEquals(await received(publisher), ["\x01"]);
    await publisher.send("");
    assertEquals(await received(subscriber), [""]);
  }));

  // A subscription that is a later part isn't received as one: where it's known already, nothing comes in
  // its place, and what was received before it is all there is.
  Deno.test(over("a message that ends in a known subscription ends before it", async (address) => {
    using publisher = new XPublisher();
    using subscriber = new XSubscriber();
    await join(publisher, subscriber, address);
    await subscriber.send("\x01known");
    assertEquals(await received(publisher), ["\x01known"]);
    const waiting = received(publisher);
    await subscriber.send(["hello", "\x01known"]);
    assertEquals(await waiting, ["hello"]);
    await subscriber.send(["next", "whole"]);
    assertEquals(await received(publisher), ["next", "whole"]);
  }));

  Deno.test(over("a Publisher serves an XSubscriber", async (address) => {
    using publisher = new Publisher();
    using subscriber = new XSubscriber();
    await join(publisher, subscriber, address);
    await subscriber.send("\x01");
    const first = soon(subscriber.receive());
    let got = false;
    first.then(() => got = true, () => got = true);
    for (let i = 0; !got; i++) {
      await publisher.send("again");
      await new Promise((resolve) => setImmediate(resolve));
    }
    assertEquals((await first)[0].text(), "again");
  }));
}

/** Two Subscribers make and end the same subscriptions; returns what their XPublisher receives of it. */
async function heard(verbosity: XPublisher["verbosity"]): Promise<string[]> {
  using publisher = new XPublisher({ verbosity });
  await publisher.bind(freshAddress("inproc"));
  using one = new Subscriber();
  using other = new Subscriber();
  one.connect(publisher.lastEndpoint!);
  other.connect(publisher.lastEndpoint!);
  const heard: string[] = [];
  const steps = [
    () => one.subscribe("a"),
    () => other.subscribe("a"),
    () => one.unsubscribe("a"),
    () => other.unsubscribe("a"),
  ];
  let marks = 0;
  for (const step of steps) {
    step();
    // Both may have made it; what they subscribe to next stands behind it in their queues.
    for (const subscriber of [one, other]) {
      const mark = `\x01mark ${++marks}`;
      subscriber.subscribe(mark.slice(1));
      for (let text; (text = (await received(publisher))[0]) !== mark;) heard.push(text);
    }
  }
  return heard;
}

Deno.test("an XPublisher hears of the first subscription and the last unsubscription of a kind", async () => {
  assertEquals(await heard(null), ["\x01a", "\x00a"]);
});

Deno.test("with allSubs an XPublisher hears of every subscription", async () => {
  assertEquals(await heard("allSubs"), ["\x01a", "\x01a", "\x00a"]);
});

Deno.test("with allSubsUnsubs an XPublisher hears of every unsubscription, too", async () => {
  assertEquals(await heard("allSubsUnsubs"), ["\x01a", "\x01a", "\x00a", "\x00a"]);
});

Deno.test("an XPublisher's verbosity reads as it was set, and can be set again", () => {
  using publisher = new XPublisher();
  assertEquals(publisher.verbosity, null);
  for (const value of ["allSubs", "allSubsUnsubs", null] as const) {
    publisher.verbosity = value;
    assertEquals(publisher.verbosity, value);
  }
});

Deno.test("verbosity takes none but its three values", () => {
  using publisher = new XPublisher();
  for (const value of [undefined, true, "all", 1]) {
    throws(() => publisher.verbosity = value as never, { name: "TypeError", message: /verbosity/ });
  }
  throws(() => new XPublisher({ verbosity: "all" as never }), { message: /verbosity/ });
});

Deno.test("a verbosity that was set back to null is quiet again", async () => {
  using publisher = new XPublisher({ verbosity: "allSubsUnsubs" });
  publisher.verbosity = null;
  await publisher.bind(freshAddress("inproc"));
  using one = new Subscriber();
  using other = new Subscriber();
  for (const subscriber of [one, other]) subscriber.connect(publisher.lastEndpoint!);
  one.subscribe("a");
  assertEquals(await received(publisher), ["\x01a"]);
  other.subscribe("a", "b");
  assertEquals(await received(publisher), ["\x01b"]);
});

Deno.test("a prefix whose buffer was transferred subscribed to everything", async () => {
  using publisher = new XPublisher();
  using subscriber = new Subscriber();
  await join(publisher, subscriber, freshAddress("inproc"));
  const prefix = new Uint8Array([1, 2, 3]);
  prefix.buffer.transfer();
  throws(() => subscriber.subscribe("weather", prefix), { name: "TypeError" });
  throws(() => subscriber.unsubscribe(prefix), { name: "TypeError" });
  subscriber.subscribe("end");
  assertEquals(await received(publisher), ["\x01end"]);
});

const SUBSCRIBE = {
  Subscriber: () => {
    const socket = new Subscriber();
    return { socket, subscribe: (topic: string) => socket.subscribe(topic) };
  },
  XSubscriber: () => {
    const socket = new XSubscriber();
    return { socket, subscribe: (topic: string) => socket.trySend(`\x01${topic}`) };
  },
};

for (const [name, open] of Object.entries(SUBSCRIBE)) {
  for (const moment of ["before it connected", "at once when it had connected"]) {
    Deno.test(`subscriptions after the first thousand were dropped silently: a ${name}'s, ${moment}`, async () => {
      using publisher = new XPublisher();
      const address = await publisher.bind("tcp://127.0.0.1:*");
      const { socket, subscribe } = open();
      using _socket = socket;
      const topics = Array.from({ length: 1500 }, (_, i) => `${i}`);
      const early = moment.startsWith("before");
      if (!early) socket.connect(address);
      topics.forEach(subscribe);
      if (early) socket.connect(address);
      const all = await receivedMany(publisher, topics.length);
      assertEquals(new Set(all), new Set(topics.map((topic) => `\x01${topic}`)));
    });
  }
}
