/** An XPublisher's say in who gets what: its welcome message, and subscriptions made by hand. */

import { deepStrictEqual as assertEquals, ok as assert, throws } from "node:assert/strict";
import { Publisher, Subscriber, XPublisher, XSubscriber } from "../../mod.ts";
import { freshAddress, join } from "../util.ts";
import { eachTransport, received } from "./support.ts";
import { soon } from "../waiting.ts";

/** An XSubscriber takes whatever it's sent, where a Subscriber would look at its own subscriptions. */
async function subscriberOf(publisher: XPublisher, ...prefixes: string[]): Promise<XSubscriber> {
  const subscriber = new XSubscriber({ linger: 0 });
  subscriber.connect(publisher.lastEndpoint!);
  for (const prefix of prefixes) {
    await subscriber.send(`\x01${prefix}`);
    assertEquals(await received(publisher), [`\x01${prefix}`]);
  }
  return subscriber;
}

for (const over of eachTransport()) {
  // The welcome message.

  Deno.test(over(
    "a new subscriber gets the welcome message before anything else, once",
    async (address) => {
      using publisher = new XPublisher({
        welcomeMessage: "welcome, stranger",
        verbosity: "allSubs",
      });
      await publisher.bind(address);
      for (let i = 0; i < 3; i++) {
        using subscriber = new Subscriber();
        subscriber.subscribe("welcome", "news");
        subscriber.connect(publisher.lastEndpoint!);
        assertEquals(await received(subscriber), ["welcome, stranger"]);
        while ((await received(publisher))[0] !== "\x01news");
        await publisher.send("news");
        assertEquals(await received(subscriber), ["news"]);
        assertEquals(subscriber.tryReceive(), undefined);
      }
    },
  ));
}

Deno.test("a subscriber that doesn't subscribe to the welcome message doesn't get it", async () => {
  using publisher = new XPublisher({ welcomeMessage: "welcome" });
  using subscriber = new Subscriber();
  subscriber.subscribe("news");
  await join(publisher, subscriber, freshAddress("inproc"));
  assertEquals(await received(publisher), ["\x01news"]);
  await publisher.send("news");
  assertEquals(await received(subscriber), ["news"]);
  assertEquals(subscriber.tryReceive(), undefined);
});

Deno.test("a welcome message is text or bytes, and null is none", async () => {
  using publisher = new XPublisher();
  await publisher.bind(freshAddress("tcp"));
  assertEquals(publisher.welcomeMessage, null);
  for (
    const [message, expected] of [
      [new Uint8Array([0, 255, 0]), "00ff00"],
      ["größer", "6772c3b6c39f6572"],
      [null, "6e657773"],
      [new Uint8Array([7]), "07"],
      ["", "6e657773"],
    ] as const
  ) {
    publisher.welcomeMessage = message;
    assertEquals(publisher.welcomeMessage, message);
    using subscriber = await subscriberOf(publisher, "news");
    await publisher.send("news");
    assertEquals((await soon(subscriber.receive()))[0].toHex(), expected);
    await subscriber.send("\x00news");
    assertEquals(await received(publisher), ["\x00news"]);
  }
});

Deno.test("a welcome message is neither a number nor a boolean", () => {
  using publisher = new XPublisher({ welcomeMessage: "kept" });
  for (const message of [5, true, {}, undefined, ["text"], new ArrayBuffer(2)] as never[]) {
    throws(() => publisher.welcomeMessage = message, { name: "TypeError", message: /or null/ });
  }
  assertEquals(publisher.welcomeMessage, "kept");
});

for (const over of eachTransport()) {
  // Manual subscriptions.

  Deno.test(over(
    "in manual mode, a subscription is received, and takes effect as it's made by hand",
    async (address) => {
      using publisher = new XPublisher({ manual: true });
      await publisher.bind(address);
      using subscriber = await subscriberOf(publisher, "asked");
      for (const news of ["asked 1", "granted 1"]) await publisher.send(news);
      publisher.subscribe("granted");
      for (const news of ["asked 2", "granted 2"]) await publisher.send(news);
      assertEquals(await received(subscriber), ["granted 2"]);
      publisher.subscribe("asked");
      for (const news of ["asked 3", "granted 3"]) await publisher.send(news);
      assertEquals(await received(subscriber), ["asked 3"]);
      assertEquals(await received(subscriber), ["granted 3"]);
    },
  ));
}

Deno.test("what is made by hand concerns the peer whose message was received last", async () => {
  using publisher = new XPublisher({ manual: true });
  await publisher.bind(freshAddress("tcp"));
  using one = await subscriberOf(publisher, "one");
  publisher.subscribe("both", "for one");
  using other = await subscriberOf(publisher, "other");
  publisher.subscribe("both", "for other");
  for (const news of ["for one", "for other", "both"]) await publisher.send(news);
  assertEquals([await received(one), await received(one)], [["for one"], ["both"]]);
  assertEquals([await received(other), await received(other)], [["for other"], ["both"]]);
});

Deno.test("a subscription that was made by hand is taken back by hand", async () => {
  using publisher = new XPublisher({ manual: true });
  await publisher.bind(freshAddress("tcp"));
  using subscriber = await subscriberOf(publisher, "asked");
  publisher.subscribe("a", "b", new Uint8Array([255]));
  publisher.unsubscribe("a", new Uint8Array([255]));
  for (const news of ["a", new Uint8Array([255, 1]), "b"]) await publisher.send(news);
  assertEquals(await received(subscriber), ["b"]);
  publisher.unsubscribe("b");
  publisher.subscribe("");
  for (const news of ["b", "x"]) await publisher.send(news);
  assertEquals([await received(subscriber), await received(subscriber)], [["b"], ["x"]]);
});

Deno.test("in manual mode, unsubscriptions are received, and take effect by hand only", async () => {
  using publisher = new XPublisher({ manual: true });
  await publisher.bind(freshAddress("tcp"));
  using subscriber = await subscriberOf(publisher, "a");
  publisher.subscribe("a");
  await subscriber.send("\x00a");
  assertEquals(await received(publisher), ["\x00a"]);
  await publisher.send("a, still");
  assertEquals(await received(subscriber), ["a, still"]);
  publisher.unsubscribe("a");
  publisher.subscribe("b");
  for (const news of ["a", "b"]) await publisher.send(news);
  assertEquals(await received(subscriber), ["b"]);
});

Deno.test("without manual mode, subscribing by hand is EINVAL", async () => {
  using publisher = new XPublisher();
  await publisher.bind(freshAddress("tcp"));
  using _subscriber = await subscriberOf(publisher, "a");
  throws(() => publisher.subscribe("b"), { name: "ZmqError", code: "EINVAL" });
  throws(() => publisher.unsubscribe("a"), { name: "ZmqError", code: "EINVAL" });
  assertEquals(publisher.manual, false);
});

Deno.test("subscriptions made by hand are text or bytes", () => {
  using publisher = new XPublisher({ manual: true });
  for (const prefix of [5, null, {}, ["a"]] as never[]) {
    const message = Array.isArray(prefix) ? /several are arguments/ : /string or a Uint8Array$/;
    throws(() => publisher.subscribe(prefix), { name: "TypeError", message });
    throws(() => publisher.unsubscribe(prefix), { name: "TypeError", message });
  }
  publisher.close();
  throws(() => publisher.subscribe("a"), { name: "ZmqError", code: "EBADF" });
});

Deno.test("only an XPublisher has manual mode and a welcome message", () => {
  for (const name of ["manual", "welcomeMessage"]) {
    assert(name in XPublisher.prototype);
    for (const { prototype } of [Publisher, Subscriber, XSubscriber]) assert(!(name in prototype));
  }
});
