import { deepStrictEqual as assertEquals, ok as assert, rejects } from "node:assert/strict";
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
import { Proxy } from "../../proxy.ts";
import { portOf, received } from "../socket/support.ts";
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
    assertEquals(proxy.statistics().toBack, {
      messages: 0,
      bytes: 0,
      dropped: 0,
      undeliverable: 0,
    });
    for (let i = 0; i < 3; i++) await setting.sender.send(["x".repeat(10), "y".repeat(100)]);
    for (let i = 0; i < 3; i++) await received(setting.receiver);
    await setting.receiver.send(["five!", "z"]);
    await received(setting.sender);
    const { toBack, toFront } = proxy.statistics();
    // In libzmq 4.3.5, each part counts as a message.
    const parts = options.native && version === "4.3.5";
    assertEquals([toBack.messages, toBack.bytes], [parts ? 9 : 3, 3 * 115]);
    assertEquals([toFront.messages, toFront.bytes], [parts ? 2 : 1, 6]);
    proxy.terminate();
    await soon(setting.run);
    assertEquals(proxy.statistics(), { toBack, toFront });
  });
}

for (
  const [how, filter] of [["", undefined], [
    ", with a filter",
    (message: Frame[]) => message,
  ]] as const
) {
  Deno.test(`what a mandatory Router as the capture socket couldn't take had the next message captured only${how}`, async () => {
    await using capture = new Router({ mandatory: true });
    await capture.bind(freshAddress("inproc"));
    await using setting = await tasks({ capture, filter });
    for (const text of ["one", "two", "three"]) await setting.sender.send(["no peer", text]);
    for (const text of ["one", "two", "three"]) {
      assertEquals(await received(setting.receiver), ["no peer", text]);
    }
    const { messages, undeliverable } = setting.proxy.statistics().toBack;
    assertEquals([messages, undeliverable], [3, 0]);
  });
}

Deno.test("a Publisher as the capture socket gets a copy of what goes either way", async () => {
  await using capture = new Publisher();
  await capture.bind("inproc://spy");
  await using spy = new Subscriber();
  spy.connect("inproc://spy");
  spy.subscribe("");
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
    assert(proxy.statistics().toBack.messages < 10);
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
  await rejects(proxy.run(), { code: "EINVAL", message: /capture socket must be bound/ });
  proxy[Symbol.dispose]();
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
    const { messages, undeliverable } = proxy.statistics().toBack;
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
    assertEquals(proxy.statistics().toFront.undeliverable, 2);
    proxy.terminate();
    await soon(run);
  });
}
