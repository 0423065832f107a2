/** Subscriptions of peers that a proxy must not make of its XSubscriber. */

import { deepStrictEqual as assertEquals, rejects } from "node:assert/strict";
import { version, XPublisher, XSubscriber } from "../../mod.ts";
import { Proxy, type ProxyOptions } from "../../proxy.ts";
import { LONGEST_PREFIX } from "../../socket/hazards.ts";
import { received } from "../socket/support.ts";
import { turnsUntil } from "../waiting.ts";
import { HandMadePeer, longFrame, shortFrame } from "../zmtp.ts";
import "./support.ts";

const WAYS: Record<string, ProxyOptions> = {
  "": {},
  " with a filter": { filter: (message) => message },
};

/** The subscription to a prefix of so many bytes. */
function subscription(length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length + 1).fill(65);
  bytes[0] = 1;
  return bytes;
}

for (const [way, options] of Object.entries(WAYS)) {
  Deno.test(`a peer could end a proxy's process${way} by a subscription of very many bytes`, async () => {
    await using proxy = new Proxy(new XSubscriber(), new XPublisher(), options);
    const { frontEnd, backEnd } = proxy;
    using source = new XPublisher();
    source.connect(await frontEnd.bind("tcp://127.0.0.1:*"));
    await backEnd.bind("tcp://127.0.0.1:*");
    using peer = await HandMadePeer.connect(backEnd, "SUB");
    const run = proxy.run();
    await peer.write(longFrame(subscription(LONGEST_PREFIX + 1)));
    await peer.write(longFrame(subscription(LONGEST_PREFIX)));
    assertEquals((await received(source))[0].length, LONGEST_PREFIX + 1);
    assertEquals(proxy.statistics().toFront.undeliverable, 1);
    // Its end, when the peer goes, isn't passed on either.
    peer.close();
    assertEquals((await received(source))[0].length, LONGEST_PREFIX + 1);
    await turnsUntil(
      () => proxy.statistics().toFront.undeliverable === 2,
      "the end of the long one",
    );
    proxy.terminate();
    await run;
  });

  Deno.test(`with libzmq 4.3.4, a peer could end the connections of a proxy's XSubscriber${way}`, {
    ignore: version !== "4.3.4",
  }, async () => {
    await using proxy = new Proxy(new XSubscriber(), new XPublisher(), options);
    const { frontEnd, backEnd } = proxy;
    using source = new XPublisher();
    source.connect(await frontEnd.bind("tcp://127.0.0.1:*"));
    await backEnd.bind("tcp://127.0.0.1:*");
    using peer = await HandMadePeer.connect(backEnd, "SUB");
    const run = proxy.run();
    await peer.write(shortFrame(subscription(246)));
    await peer.write(shortFrame(subscription(1)));
    assertEquals(await received(source), ["\x01A"]);
    assertEquals(proxy.statistics().toFront.undeliverable, 1);
    proxy.terminate();
    await run;
  });

  Deno.test(`behind a part that is no subscription, onlyFirstSubscribe decides whether a proxy${way} drops a long one`, async () => {
    for (const onlyFirstSubscribe of [false, true]) {
      await using proxy = new Proxy(
        new XSubscriber({ onlyFirstSubscribe }),
        new XPublisher({ onlyFirstSubscribe }),
        options,
      );
      const { frontEnd, backEnd } = proxy;
      using source = new XPublisher({ onlyFirstSubscribe: true });
      source.connect(await frontEnd.bind("tcp://127.0.0.1:*"));
      await backEnd.bind("tcp://127.0.0.1:*");
      using peer = await HandMadePeer.connect(backEnd, "SUB");
      const run = proxy.run();
      await peer.write(shortFrame("first", true));
      await peer.write(longFrame(subscription(LONGEST_PREFIX + 1)));
      await peer.write(shortFrame(subscription(1)));
      if (onlyFirstSubscribe) assertEquals((await received(source)).length, 2);
      assertEquals(await received(source), ["\x01A"]);
      proxy.terminate();
      await run;
      const { undeliverable } = proxy.statistics().toFront;
      assertEquals(undeliverable, onlyFirstSubscribe ? 0 : 1);
    }
  });
}

Deno.test("a peer could end a native proxy's process by a subscription of 30,000 bytes: without a maxMessageSize it's refused", async () => {
  for (const options of [{}, { maxMessageSize: LONGEST_PREFIX + 2 }]) {
    await using proxy = new Proxy(new XSubscriber(), new XPublisher(options), { native: true });
    await proxy.frontEnd.bind("tcp://127.0.0.1:*");
    await proxy.backEnd.bind("tcp://127.0.0.1:*");
    await rejects(proxy.run(), { code: "EINVAL", message: /the XPublisher a maxMessageSize/ });
  }
});

for (const turned of [false, true]) {
  Deno.test(`a native proxy gets no long subscription through maxMessageSize${turned ? ", the other way round" : ""}`, async () => {
    const ends = [
      new XSubscriber(),
      new XPublisher({ maxMessageSize: LONGEST_PREFIX + 1 }),
    ] as const;
    const [subscriber, publisher] = ends;
    using source = new XPublisher();
    source.connect(await subscriber.bind("tcp://127.0.0.1:*"));
    await publisher.bind("tcp://127.0.0.1:*");
    await using proxy = turned
      ? new Proxy(publisher, subscriber, { native: true })
      : new Proxy(subscriber, publisher, { native: true });
    using outsider = await HandMadePeer.connect(publisher, "SUB");
    using peer = await HandMadePeer.connect(publisher, "SUB");
    const run = proxy.run();
    await outsider.write(longFrame(subscription(LONGEST_PREFIX + 1)));
    // Its connection ends.
    const read = () => outsider.connection.read(new Uint8Array(64)).catch(() => null);
    while (await read() !== null);
    await peer.write(longFrame(subscription(LONGEST_PREFIX)));
    assertEquals((await received(source))[0].length, LONGEST_PREFIX + 1);
    proxy.terminate();
    await run;
  });
}
