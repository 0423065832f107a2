/** Newer options, and those of drafts: which build knows which, and what they do. */

import { deepStrictEqual as assertEquals, ok as assert, throws } from "node:assert/strict";
import {
  capability,
  Dealer,
  metadataOf,
  Pair,
  Publisher,
  Pull,
  Push,
  Request,
  Router,
  type Socket,
  Subscriber,
  version,
  XPublisher,
  XSubscriber,
} from "../../mod.ts";
import { has } from "../../ffi/libzmq.ts";
import { Client, Server } from "../../socket/draft.ts";
import { freshAddress, join } from "../util.ts";
import { eachTransportOfDrafts } from "./drafts.ts";
import { all, next } from "./observing.ts";
import { futureAddress, received } from "./support.ts";
import { ProxyServer } from "./socks.ts";
import { soon } from "../waiting.ts";

type Class = new (options?: object) => Socket;

/** An option: who has it, its default, values that read back as they're set, and others. */
interface Expected {
  of: readonly Class[];
  default: unknown;
  good: readonly unknown[];
  wrong: readonly unknown[];
  beyond?: readonly unknown[];
  draft?: boolean;
  since?: string;
  needs?: string;
}

const EVERY = [Pair, Pull, Router] as unknown as Class[];
const LARGEST = 2147483647;
const flag = { good: [true, false], wrong: [0, 1, "true", null] };
const from = (least: number, greatest = LARGEST) => ({
  good: [least, least + 1, greatest],
  wrong: [true, "5", 5n, null],
  beyond: [least - 1, greatest + 1, 0.5, NaN],
});
const bytes = {
  default: null,
  good: [null, "text", new Uint8Array([0, 1, 2]), ""],
  wrong: [5, true, 5n, {}, [1]],
};
const NORM = { of: EVERY, draft: true, since: "4.3.5", needs: "norm" };
const WSS = { of: EVERY, draft: true, since: "4.3.3", needs: "WSS" };

const OPTIONS: Record<string, Expected> = {
  busyPoll: { of: EVERY, default: 0, ...from(0), draft: true, since: "4.3.5" },
  inBatchSize: { of: EVERY, default: 8192, ...from(64), draft: true, since: "4.3.3" },
  outBatchSize: { of: EVERY, default: 8192, ...from(1), draft: true, since: "4.3.3" },
  priority: { of: EVERY, default: 0, ...from(0), draft: true, since: "4.3.4" },
  loopbackFastPath: { of: EVERY, default: false, ...flag },
  multicastLoop: { of: EVERY, default: true, ...flag },
  socksUsername: {
    of: EVERY,
    default: null,
    good: ["somebody", "x".repeat(255), null],
    wrong: [5, true],
    beyond: ["", "x".repeat(256)],
    since: "4.3.2",
  },
  socksPassword: {
    of: EVERY,
    default: null,
    good: ["secret", null],
    wrong: [5, true],
    beyond: ["", "x".repeat(256)],
    since: "4.3.2",
  },
  reconnectStop: {
    of: EVERY,
    default: [],
    good: [["refused"], ["handshake"], []],
    wrong: ["refused", null, 1, ["whatever"], [1], {}],
    since: "4.3.3",
  },
  normMode: {
    ...NORM,
    default: "cc",
    good: ["fixed", "cc", "ccl", "cce", "cceEcnOnly"],
    wrong: [1, null, "x"],
  },
  normUnicastNack: { ...NORM, default: false, ...flag },
  normBufferSize: { ...NORM, default: 2048, ...from(1) },
  normSegmentSize: { ...NORM, default: 1400, ...from(1) },
  normBlockSize: { ...NORM, default: 16, ...from(1, 255) },
  normNumParity: { ...NORM, default: 4, ...from(0, 254) },
  normNumAutoParity: { ...NORM, default: 0, ...from(0, 254) },
  normPush: { ...NORM, default: false, ...flag },
  wssKeyPem: { ...WSS, default: null, good: ["PEM"], wrong: [5, null] },
  wssCertPem: { ...WSS, default: null, good: ["PEM"], wrong: [5, null] },
  wssTrustPem: { ...WSS, default: null, good: ["PEM"], wrong: [5, null] },
  wssHostname: { ...WSS, default: null, good: ["example.com"], wrong: [5, null], beyond: [""] },
  wssTrustSystem: { ...WSS, default: false, ...flag },
  notify: {
    of: [Router],
    default: [],
    good: [["connect"], ["disconnect"], ["connect", "disconnect"], []],
    wrong: ["connect", true, null, 3, ["come"]],
    draft: true,
    since: "4.3.0",
  },
  helloMessage: { of: [Router, Dealer, Request], ...bytes, draft: true, since: "4.3.3" },
  disconnectMessage: { of: [Router], ...bytes, draft: true, since: "4.3.3" },
  hiccupMessage: { of: [Dealer], ...bytes, draft: true, since: "4.3.5" },
  manualLastValue: { of: [XPublisher], default: false, ...flag, since: "4.3.2" },
  onlyFirstSubscribe: {
    of: [Publisher, XPublisher, XSubscriber],
    default: false,
    ...flag,
    since: "4.3.3",
  },
  verboseUnsubscribe: { of: [XSubscriber], default: false, ...flag, draft: true, since: "4.3.5" },
};

const get = (socket: Socket, name: string): unknown => Reflect.get(socket, name);
const set = (socket: Socket, name: string, value: unknown) =>
  Reflect.set(socket, name, value, socket);

/** Whether the libzmq in use is older than a version. */
function older(than: string): boolean {
  const [one, other] = [version, than].map((text) => text.split(".").map(Number));
  const at = one.findIndex((part, i) => part !== other[i]);
  return at >= 0 && one[at] < other[at];
}

for (const [name, expected] of Object.entries(OPTIONS)) {
  const { of, draft = false, since = "4.0.0", needs } = expected;
  const missing = draft && !capability.draft || older(since) ||
    needs !== undefined && !has(needs);

  Deno.test({
    name: `${name}: its default is as documented, and it reads as it was set`,
    ignore: missing,
    fn: () => {
      for (const Class of of) {
        using socket = new Class();
        assertEquals(get(socket, name), expected.default);
        for (const value of expected.good) {
          set(socket, name, value);
          assertEquals(get(socket, name), value);
          using other = new Class({ [name]: value });
          assertEquals(get(other, name), value);
        }
      }
    },
  });

  Deno.test(`${name}: refuses what is of another type, and what is out of its range`, () => {
    using socket = new of[0]();
    for (const value of expected.wrong) {
      throws(() => set(socket, name, value), {
        name: "TypeError",
        message: new RegExp(`The option ${name} must`),
      });
    }
    for (const value of expected.beyond ?? []) {
      throws(() => set(socket, name, value), { name: "RangeError" });
    }
  });

  Deno.test({
    name: `${name}: a libzmq that doesn't know it says what it takes`,
    ignore: !missing,
    fn: () => {
      using socket = new of[0]();
      const says = needs !== undefined && !has(needs)
        ? `a libzmq that was built with ${needs.toLowerCase()}`
        : older(since)
        ? `libzmq ${since} or newer`
        : "a libzmq that was built with its draft API";
      const expectedError = {
        name: "ZmqError",
        code: "EINVAL",
        message: new RegExp(`The option ${name} needs ${says}`),
      };
      throws(() => set(socket, name, expected.good.at(-1)), expectedError);
      throws(() => new of[0]({ [name]: expected.good[0] }), expectedError);
      // What libzmq can't read anyway reads as what is in force: the default.
      let read: unknown;
      try {
        read = get(socket, name);
      } catch (error) {
        assert(expectedError.message.test((error as Error).message), String(error));
        return;
      }
      assertEquals(read, expected.default);
    },
  });

  Deno.test(`${name}: can be neither read nor set on a closed socket`, () => {
    const socket = new of[0]();
    socket.close();
    throws(() => get(socket, name), { name: "ZmqError", code: "EBADF" });
    throws(() => set(socket, name, expected.good[0]), { name: "ZmqError", code: "EBADF" });
  });
}

Deno.test({
  name: "reconnectStop: before 4.3.5, disconnect implies the others, and reads so",
  ignore: older("4.3.3") || !older("4.3.5"),
  fn: () => {
    using pair = new Pair({ reconnectStop: ["disconnect"] });
    assertEquals(pair.reconnectStop, ["refused", "handshake", "disconnect"]);
    assertEquals(pair.getOption(109, "int"), 3);
  },
});

Deno.test({
  name: "reconnectStop: since 4.3.5 each is for itself",
  ignore: older("4.3.5"),
  fn: () => {
    using pair = new Pair({ reconnectStop: ["disconnect", "refused"] });
    assertEquals(pair.reconnectStop, ["refused", "disconnect"]);
    assertEquals(pair.getOption(109, "int"), 5);
  },
});

// What they do ------------------------------------------------------------------------------------

Deno.test({
  name: "with reconnectStop, a refused connection isn't tried again",
  ignore: older("4.3.3"),
  fn: async () => {
    const push = new Push({ reconnectStop: ["refused"], reconnectInterval: 1, linger: 0 });
    const { events } = push;
    push.connect(futureAddress());
    await next(events, "close");
    push.close();
    // Otherwise "connect:retry" stands before it.
    assertEquals((await soon(all(events))).map(({ type }) => type), ["end"]);
  },
});

Deno.test("a SOCKS5 proxy that asks for it is told name and password", async () => {
  using proxy = new ProxyServer(true);
  const pull = new Pull();
  const push = new Push({
    socksProxy: proxy.address,
    socksUsername: "somebody",
    socksPassword: "secret",
  });
  await join(pull, push);
  await push.send("through the proxy");
  assertEquals(await received(pull), ["through the proxy"]);
  assertEquals(proxy.users, ["somebody:secret"]);
  push.close();
  pull.close();
  await proxy.idle();
});

Deno.test("with manualLastValue, what follows a subscription goes to the peer concerned only", async () => {
  using publisher = new XPublisher({ manualLastValue: true, verbosity: "allSubs" });
  await publisher.bind(freshAddress("tcp"));
  const subscribers: Subscriber[] = [];
  for (let i = 0; i < 2; i++) {
    const subscriber = new Subscriber();
    subscriber.subscribe("news");
    subscriber.connect(publisher.lastEndpoint!);
    assertEquals(await received(publisher), ["\x01news"]);
    publisher.subscribe("news");
    await publisher.send(`news for ${i}`);
    subscribers.push(subscriber);
  }
  await publisher.send("news for all");
  for (const [i, subscriber] of subscribers.entries()) {
    assertEquals(await received(subscriber), [`news for ${i}`]);
    assertEquals(await received(subscriber), ["news for all"]);
    subscriber.close();
  }
});

for (const onlyFirst of [false, true]) {
  const what = onlyFirst ? "aren't subscriptions with" : "are subscriptions without";
  Deno.test(`later parts of a message ${what} onlyFirstSubscribe`, async () => {
    using publisher = new XPublisher({ onlyFirstSubscribe: onlyFirst });
    using subscriber = new XSubscriber({ onlyFirstSubscribe: onlyFirst });
    await join(publisher, subscriber, freshAddress("inproc"));
    await subscriber.send(["no subscription", "\x01a"]);
    await subscriber.send("\x01b");
    while ((await received(publisher)).join() !== "\x01b");
    await publisher.send("a");
    await publisher.send("b");
    assertEquals(await received(subscriber), [onlyFirst ? "b" : "a"]);
  });
}

for (const over of eachTransportOfDrafts("tcp")) {
  Deno.test(over("a Router is told of peers that come and go, by empty messages", async () => {
    using router = new Router({ notify: ["connect", "disconnect"] });
    const dealer = new Dealer({ routingId: "dealer" });
    await join(router, dealer);
    assertEquals(await received(router), ["dealer", ""]);
    dealer.close();
    assertEquals(await received(router), ["dealer", ""]);
  }));

  Deno.test(over("a hello message comes before anything else", async () => {
    using router = new Router({ helloMessage: "hello" });
    using dealer = new Dealer();
    await join(router, dealer);
    assertEquals(await received(dealer), ["hello"]);
    using server = new Server({ helloMessage: new Uint8Array([0, 1]) });
    using client = new Client();
    await join(server, client);
    assertEquals([...(await soon(client.receive()))[0]], [0, 1]);
  }));

  Deno.test(over("a disconnect message comes from a peer that has gone", async () => {
    using router = new Router({ disconnectMessage: "it's gone" });
    const dealer = new Dealer({ routingId: "dealer" });
    await join(router, dealer);
    await dealer.send("hello");
    assertEquals(await received(router), ["dealer", "hello"]);
    dealer.close();
    assertEquals(await received(router), ["dealer", "it's gone"]);
    using server = new Server({ disconnectMessage: "it's gone" });
    const client = new Client();
    await join(server, client);
    await client.send("hello");
    const [, from] = await soon(server.receive());
    client.close();
    const [text, gone] = await soon(server.receive());
    assertEquals([String(text), gone], ["it's gone", from]);
  }));

  Deno.test(over("a hiccup message says that a connection was lost", async () => {
    const router = new Router();
    using dealer = new Dealer({ hiccupMessage: "lost" });
    await join(router, dealer);
    await dealer.send("hello");
    await soon(router.receive());
    router.close();
    assertEquals(await received(dealer), ["lost"]);
  }));

  Deno.test(over("with verboseUnsubscribe, every end of a subscription is passed on", async () => {
    for (const verbose of [false, true]) {
      using publisher = new XPublisher({ verbosity: "allSubsUnsubs" });
      using subscriber = new XSubscriber({ verboseUnsubscribe: verbose });
      await join(publisher, subscriber);
      for (const text of ["\x01a", "\x01a", "\x00a", "\x00a", "\x01z"]) await subscriber.send(text);
      const seen: string[] = [];
      while (seen.at(-1) !== "\x01z") seen.push(...await received(publisher));
      assertEquals(seen.filter((text) => text === "\x00a").length, verbose ? 2 : 1);
    }
  }));

  Deno.test(over("topicsCount counts subscriptions, and can't be set", async () => {
    using publisher = new XPublisher();
    using subscriber = new Subscriber();
    await join(publisher, subscriber);
    assertEquals([publisher.topicsCount, subscriber.topicsCount], [0, 0]);
    subscriber.subscribe("a", "b");
    await received(publisher);
    await received(publisher);
    assertEquals([publisher.topicsCount, subscriber.topicsCount], [2, 2]);
    assertEquals(set(subscriber, "topicsCount", 1), false);
  }));
}

// Of what one says of oneself ---------------------------------------------------------------------

Deno.test("metadata is what later peers read", async () => {
  using pull = new Pull({ receivedProperties: ["X-room", "X-größe", "X-floor", "X-later"] });
  await pull.bind(freshAddress("tcp"));
  using push = new Push({ metadata: { "X-room": "kitchen", "X-größe": "12 m²" } });
  push.metadata = { "X-room": "kitchen", "X-floor": "2: upstairs" };
  throws(() => push.metadata = { "X-room": "bath" }, { name: "ZmqError", code: "EEXIST" });
  push.connect(pull.lastEndpoint!);
  push.metadata = { "X-later": "too late" };
  await push.send("hello");
  const said = { "X-room": "kitchen", "X-größe": "12 m²", "X-floor": "2: upstairs" };
  assertEquals(metadataOf(await soon(pull.receive())), said);
  assertEquals(push.metadata, { ...said, "X-later": "too late" });
});

Deno.test("what can't be metadata is refused, and nothing of it is set", () => {
  using push = new Push();
  for (const metadata of [null, "X-a:b", ["X-a"], 5]) {
    throws(() => set(push, "metadata", metadata), {
      name: "TypeError",
      message: "The option metadata must be an object",
    });
  }
  for (
    const metadata of [
      { room: "kitchen" },
      { "X-": "nameless" },
      { "X-a:b": "a colon" },
      { "X-a\0": "NUL" },
      { "X-a": "" },
      { "X-a": 5 },
      { "X-a": "a\0b" },
    ]
  ) {
    throws(() => set(push, "metadata", { "X-good": "1", ...metadata }), { name: "TypeError" });
  }
  throws(() => set(push, "metadata", { [`X-${"x".repeat(253)}`]: "1" }), {
    name: "RangeError",
  });
  assertEquals(push.metadata, {});
  push.metadata = { [`X-${"x".repeat(252)}`]: "1", "X-a": "b" };
  assertEquals(Object.keys(push.metadata).length, 2);
  push.close();
  throws(() => push.metadata, { name: "ZmqError", code: "EBADF" });
  throws(() => set(push, "metadata", {}), { name: "ZmqError", code: "EBADF" });
});
