import { deepStrictEqual as assertEquals, ok as assert, rejects, throws } from "node:assert/strict";
import {
  Dealer,
  type Frame,
  Pair,
  Publisher,
  Pull,
  Push,
  Reply,
  Request,
  Router,
  Stream,
  Subscriber,
  version,
} from "../../mod.ts";
import { Proxy, type ProxyDirection, type ProxyFilter } from "../../proxy.ts";
import { portOf, received, receivedMany } from "../socket/support.ts";
import { freshAddress, join } from "../util.ts";
import { Setting, tasks, WAYS } from "./support.ts";
import { soon, turn } from "../waiting.ts";

for (const [way, options] of WAYS) {
  Deno.test(`${way}: messages and bytes are counted each way, with all parts`, async () => {
    const proxy = new Proxy(new Router(), new Dealer(), options);
    await using setting = await Setting.begin(
      proxy,
      new Dealer({ routingId: "five!" }),
      new Dealer(),
    );
    assertEquals(proxy.statistics.toBack, { messages: 0, bytes: 0, dropped: 0, undeliverable: 0 });
    for (let i = 0; i < 3; i++) await setting.sender.send(["x".repeat(10), "y".repeat(100)]);
    for (let i = 0; i < 3; i++) await received(setting.receiver);
    await setting.receiver.send(["five!", "z"]);
    await received(setting.sender);
    const { toBack, toFront } = proxy.statistics;
    // In libzmq 4.3.5, each part counts as a message.
    const parts = options.native && version === "4.3.5";
    assertEquals([toBack.messages, toBack.bytes], [parts ? 9 : 3, 3 * 115]);
    assertEquals([toFront.messages, toFront.bytes], [parts ? 2 : 1, 6]);
    proxy.terminate();
    await soon(setting.run);
    assertEquals(proxy.statistics, { toBack, toFront });
  });
}

Deno.test("a Publisher as the capture socket gets a copy of what goes either way", async () => {
  await using capture = new Publisher();
  await capture.bind("inproc://spy");
  await using spy = new Subscriber();
  spy.connect("inproc://spy");
  spy.subscribe();
  const proxy = new Proxy(new Router(), new Dealer(), { capture });
  const sender = new Request({ routingId: "me" });
  await using _setting = await Setting.begin(proxy, sender, new Reply());
  await sender.send("question");
  assertEquals(await received(_setting.receiver), ["question"]);
  await _setting.receiver.send(["answer", "x".repeat(1000)]);
  await received(sender);
  assertEquals(await received(spy), ["me", "", "question"]);
  assertEquals(await received(spy), ["me", "", "answer", "x".repeat(1000)]);
});

Deno.test("what a connection has told of itself isn't freed twice with its messages' copies", async () => {
  await using capture = new Push();
  await using spy = new Pull();
  await join(spy, capture, freshAddress("inproc"));
  await using proxy = new Proxy(new Pull(), new Push(), { capture });
  await proxy.backEnd.bind(freshAddress("inproc"));
  await using pull = new Pull();
  pull.connect(proxy.backEnd.lastEndpoint!);
  for (let connection = 0; connection < 10; connection++) {
    await using push = new Push();
    await join(proxy.frontEnd, push);
    if (!proxy.running) proxy.run();
    for (let i = 0; i < 50; i++) {
      await push.send([`${i}`, "small"]);
      assertEquals(await received(pull), [`${i}`, "small"]);
      assertEquals(await received(spy), [`${i}`, "small"]);
    }
  }
});

for (const filter of [undefined, (message: Frame[]) => message]) {
  const how = filter === undefined ? "" : ", with a filter";
  Deno.test(`a capture socket without room holds the proxy up, and misses nothing${how}`, async () => {
    await using capture = new Push({ sendHighWaterMark: 1, linger: 0 });
    await capture.bind(freshAddress("inproc"));
    await using spy = new Pull({ receiveHighWaterMark: 1 });
    spy.connect(capture.lastEndpoint!);
    await using setting = await tasks({ capture, filter });
    const { sender, receiver, proxy } = setting;
    for (let i = 0; i < 50; i++) await sender.send([`${i}`, i % 2 ? "small" : "x".repeat(200)]);
    for (let i = 0; i < 5; i++) await turn();
    assert(proxy.statistics.toBack.messages < 10);
    const seen = [];
    while (seen.length < 50) seen.push(await received(spy));
    const got = [];
    while (got.length < 50) got.push(await received(receiver));
    assertEquals(seen, got);
    assertEquals(got.map(([i]) => Number(i)), Array.from({ length: 50 }, (_, i) => i));
  });
}

Deno.test("the capture socket stays open at the end, and one that is closed ends the proxy", async () => {
  using capture = new Pair();
  await capture.bind(freshAddress("inproc"));
  const first = await tasks({ capture });
  first.proxy.terminate();
  await soon(first.run);
  await first[Symbol.asyncDispose]();
  assert(!capture.closed);
  await using second = await tasks({ capture });
  capture.close();
  await rejects(soon(second.run), { code: "EBADF", message: /capture socket was closed/ });
});

Deno.test("a capture socket must be bound or connected", async () => {
  using capture = new Pair();
  const proxy = new Proxy(new Pull(), new Push(), { capture });
  await proxy.frontEnd.bind(freshAddress("inproc"));
  await proxy.backEnd.bind(freshAddress("inproc"));
  throws(() => proxy.run(), { code: "EINVAL", message: /capture socket must be bound/ });
  proxy[Symbol.dispose]();
});

Deno.test("a filter sees every message with its direction, and may change and drop it", async () => {
  const seen: [string[], ProxyDirection][] = [];
  const filter: ProxyFilter = (message, direction) => {
    seen.push([message.map((frame) => frame.text()), direction]);
    const text = message.at(-1)!.text();
    if (text === "drop") return undefined;
    return [...message.slice(0, -1), text.toUpperCase(), new Uint8Array(2)];
  };
  const proxy = new Proxy(new Router(), new Dealer(), { filter });
  await using setting = await Setting.begin(proxy, new Dealer({ routingId: "me" }), new Dealer());
  const { sender, receiver } = setting;
  for (const text of ["one", "drop", "two"]) await sender.send(text);
  assertEquals(await received(receiver), ["me", "ONE", "\0\0"]);
  assertEquals(await received(receiver), ["me", "TWO", "\0\0"]);
  await receiver.send(["me", "back"]);
  assertEquals(await received(sender), ["BACK", "\0\0"]);
  assertEquals(seen, [
    [["me", "one"], "toBack"],
    [["me", "drop"], "toBack"],
    [["me", "two"], "toBack"],
    [["me", "back"], "toFront"],
  ]);
  const { toBack, toFront } = proxy.statistics;
  assertEquals(toBack, { messages: 2, bytes: 14, dropped: 1, undeliverable: 0 });
  assertEquals(toFront, { messages: 1, bytes: 8, dropped: 0, undeliverable: 0 });
});

Deno.test("what a filter has passed waits for room, unchanged, and nothing is lost", async () => {
  let calls = 0;
  const filter: ProxyFilter = ([frame]) => {
    calls++;
    return [`<${frame.text()}>`];
  };
  await using setting = await tasks({ filter }, 1);
  const sending = (async () => {
    for (let i = 0; i < 200; i++) await setting.sender.send(`${i}`);
  })();
  const expected = Array.from({ length: 200 }, (_, i) => `<${i}>`);
  assertEquals(await receivedMany(setting.receiver, 200), expected);
  await soon(sending);
  assertEquals(calls, 200);
});

const WRONG: [what: string, filter: () => unknown, error: object][] = [
  ["throws", () => {
    throw new Error("no good");
  }, { message: "no good" }],
  ["gives no array", () => "text", { name: "TypeError", message: /gives an array of parts/ }],
  ["gives no parts", () => [], { name: "TypeError", message: /at least one part/ }],
  ["gives what can't be sent", () => [{}], { name: "TypeError", message: /JSON.stringify/ }],
];
for (const [what, filter, error] of WRONG) {
  Deno.test(`a filter that ${what} ends the proxy, and the message isn't lost`, async () => {
    await using setting = await tasks({ filter: filter as ProxyFilter });
    await setting.sender.send(["this", "one"]);
    await rejects(soon(setting.run), error);
    const unsent = setting.proxy.unsent.map(({ direction, message }) => [direction, `${message}`]);
    assertEquals(unsent, [["toBack", "this,one"]]);
    assert(setting.proxy.frontEnd.closed);
  });
}

Deno.test("a filter may pause the proxy, and terminate it", async () => {
  const act: Record<string, (proxy: Proxy) => void> = {
    pause: (proxy) => proxy.pause(),
    end: (proxy) => proxy.terminate({ drain: 0 }),
  };
  let proxy: Proxy | undefined = undefined;
  const filter: ProxyFilter = (message) => {
    act[message[0].text()]?.(proxy!);
    return message;
  };
  await using setting = await tasks({ filter });
  proxy = setting.proxy;
  const { sender, receiver } = setting;
  await sender.send("pause");
  await sender.send("behind");
  assertEquals(await received(receiver), ["pause"]);
  for (let i = 0; i < 5; i++) await turn();
  assertEquals(receiver.tryReceive(), undefined);
  proxy.resume();
  assertEquals(await received(receiver), ["behind"]);
  await sender.send("end");
  await soon(setting.run);
  assertEquals(setting.proxy.unsent.map(({ message }) => `${message}`), ["end"]);
});

Deno.test("a filter may close the proxy's sockets", async () => {
  let close: () => void = () => {};
  await using setting = await tasks({
    filter: (message) => {
      close();
      return message;
    },
  });
  close = () => setting.proxy.backEnd.close();
  await setting.sender.send("last");
  await rejects(soon(setting.run), { code: "EBADF" });
  assertEquals(setting.proxy.unsent.map(({ message }) => `${message}`), ["last"]);
});

for (const filter of [undefined, (message: Frame[]) => message]) {
  const how = filter === undefined ? "" : ", with a filter";
  Deno.test(`a message without the parts that its socket wants is counted, and the rest goes on${how}`, async () => {
    const proxy = new Proxy(new Dealer(), new Router(), { filter });
    const receiver = new Dealer({ routingId: "there" });
    await using setting = await Setting.begin(proxy, new Dealer(), receiver);
    await receiver.send("here I am");
    assertEquals(await received(setting.sender), ["there", "here I am"]);
    await setting.sender.send("without an id");
    await setting.sender.send(["there", "with one"]);
    assertEquals(await received(receiver), ["with one"]);
    const { messages, undeliverable } = proxy.statistics.toBack;
    assertEquals([messages, undeliverable], [1, 1]);
  });

  Deno.test(`a message with too many parts for a Stream doesn't lead the next one astray${how}`, async () => {
    const proxy = new Proxy(new Stream({ notify: false }), new Dealer(), { filter });
    await proxy.frontEnd.bind("tcp://127.0.0.1:*");
    await proxy.backEnd.bind(freshAddress("inproc"));
    await using dealer = new Dealer();
    dealer.connect(proxy.backEnd.lastEndpoint!);
    const run = proxy.run();
    const port = portOf(proxy.frontEnd);
    using connection = await Deno.connect({ hostname: "127.0.0.1", port });
    await connection.write(new TextEncoder().encode("hello"));
    const [id] = await soon(dealer.receive());
    await dealer.send("one part");
    await dealer.send([id, "three", "parts"]);
    await dealer.send([id, "two"]);
    const buffer = new Uint8Array(20);
    const length = await soon(connection.read(buffer));
    assertEquals(new TextDecoder().decode(buffer.subarray(0, length!)), "two");
    assertEquals(proxy.statistics.toFront.undeliverable, 2);
    proxy.terminate();
    await soon(run);
  });
}

Deno.test("metadata that its socket reads is there for a filter", async () => {
  const { metadataOf } = await import("../../mod.ts");
  const found: unknown[] = [];
  await using push = new Push();
  await using pull = new Pull();
  const filter: ProxyFilter = (message) => {
    found.push(metadataOf(message)?.["Socket-Type"]);
    return message;
  };
  const proxy = new Proxy(new Pull(), new Push(), { filter });
  proxy.frontEnd.metadata = ["Socket-Type"];
  await join(proxy.frontEnd, push);
  await join(proxy.backEnd, pull);
  const run = proxy.run();
  await push.send("x");
  await received(pull);
  assertEquals(found, ["PUSH"]);
  proxy.terminate();
  await soon(run);
});
