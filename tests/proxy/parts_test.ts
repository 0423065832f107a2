import { deepStrictEqual as assertEquals, ok as assert } from "node:assert/strict";
import { Dealer, Pull, Push, XPublisher, XSubscriber } from "../../mod.ts";
import { blockUntilReadable } from "../../poller/fd.ts";
import { resetBudget, takeBudget } from "../../poller/budget.ts";
import { BLOCKED, type End, LATE, LIMIT, NativeRelay } from "../../proxy/relay.ts";
import { MovableMessage, PartBuffer } from "../../proxy/parts.ts";
import { Proxy } from "../../proxy.ts";
import { type Handle, handleOf } from "../../socket/handle.ts";
import { printed } from "../collecting.ts";
import { replaced, watched } from "../replacing.ts";
import { callPublicly, received } from "../socket/support.ts";
import { freshAddress, join, until } from "../util.ts";
import { Setting } from "./support.ts";

/** A relay's end, outside of a proxy; `before` is called when its socket is about to be used. */
function endOf(socket: Dealer | Pull | Push, before: () => void = () => {}): End {
  const real = handleOf(socket);
  const handle = new Proxied(real, before) as unknown as Handle;
  return { handle, stale: false, ready: 0, look: () => real.look() };
}

class Proxied {
  midMessage = false;
  readonly type: Handle["type"];
  readonly partsLimits: Handle["partsLimits"];

  constructor(readonly real: Handle, readonly before: () => void) {
    this.type = real.type;
    this.partsLimits = real.partsLimits;
  }

  get pointer(): Deno.PointerObject {
    this.before();
    return this.real.pointer;
  }
}

const idle = new Pull();
Deno.test.afterAll(() => idle.close());

/** Long enough for libzmq to read what others have told a socket, which it does at most once a millisecond. */
function pause(): void {
  blockUntilReadable(handleOf(idle).fd, 5);
}

/** Closes a socket's peer, and waits until the socket would know of it. */
function closeBehind(target: Dealer, peer: Dealer): void {
  // What it was told before would make its descriptor readable at once.
  handleOf(target).look();
  peer.close();
  blockUntilReadable(handleOf(target).fd, 1000);
  pause();
}

/** A relay to a socket whose only peer goes just before the socket is used for the `nth` time: between two parts. */
function relayTo(target: Dealer, source: Dealer, peer: Dealer, nth: number): NativeRelay {
  let used = 0;
  const end = endOf(target, () => {
    if (++used === nth) closeBehind(target, peer);
  });
  return new NativeRelay(endOf(source), end, undefined);
}

const MESSAGES: Record<string, string[]> = {
  "small parts": ["first", "", "third", "last"],
  "large parts": ["first", "x".repeat(1000), "y".repeat(50_000), "last".repeat(100)],
};

for (const [what, parts] of Object.entries(MESSAGES)) {
  for (const last of [false, true]) {
    const where = last ? "at the end" : "in the middle";
    Deno.test(`${what}: a message that is refused ${where} goes whole to the next peer`, async () => {
      using source = new Dealer();
      using sender = new Dealer();
      await join(source, sender, freshAddress("inproc"));
      using target = new Dealer();
      const peer = new Dealer();
      await join(peer, target, freshAddress("inproc"));
      await sender.send(parts);
      await sender.send("after");
      await until(source);

      const relay = relayTo(target, source, peer, last ? 4 : 2);
      assertEquals([relay.move(1), relay.outcome, relay.holds], [0, BLOCKED, true]);
      assertEquals([relay.move(1), relay.outcome], [0, BLOCKED]);
      using next = new Dealer();
      await join(next, target, freshAddress("inproc"));
      assertEquals([relay.move(2), relay.outcome, relay.holds], [2, LIMIT, false]);
      assertEquals(await received(next), parts);
      assertEquals(await received(next), ["after"]);
      assertEquals(next.tryReceive(), undefined);
      const bytes = parts.join("").length + "after".length;
      assertEquals([relay.count.messages, relay.count.bytes], [2, bytes]);
    });

    Deno.test(`${what}: a message that is refused ${where} goes whole to a peer that was there`, async () => {
      using source = new Dealer();
      using sender = new Dealer();
      await join(source, sender, freshAddress("inproc"));
      using target = new Dealer();
      const peer = new Dealer();
      await join(peer, target, freshAddress("inproc"));
      using next = new Dealer();
      await join(next, target, freshAddress("inproc"));
      await sender.send(parts);
      await until(source);
      const relay = relayTo(target, source, peer, last ? 4 : 2);
      for (let turns = 0; turns < 3 && relay.count.messages === 0; turns++) relay.move(1);
      assertEquals(await received(next), parts);
      assertEquals(next.tryReceive(), undefined);
    });

    Deno.test(`${what}: a message that was refused ${where} is there when the relay ends`, async () => {
      using source = new Dealer();
      using sender = new Dealer();
      await join(source, sender, freshAddress("inproc"));
      using target = new Dealer();
      const peer = new Dealer();
      await join(peer, target, freshAddress("inproc"));
      await sender.send(parts);
      await until(source);
      const relay = relayTo(target, source, peer, last ? 4 : 2);
      relay.move(1);
      assertEquals(relay.end()?.map(String), parts);
      assertEquals(relay.end(), undefined);
      assertEquals(source.tryReceive(), undefined);
    });
  }
}

/** Closes a socket's peer just before its part of that number, counted from now, until the end of the block. */
function closesBefore(number: number, target: Dealer, peer: Dealer): Disposable {
  let sent = 0;
  return watched(MovableMessage.prototype, "send", (pointer) => {
    if (pointer === handleOf(target).pointer && ++sent === number) closeBehind(target, peer);
  });
}

/** A peer of a socket, as soon as that one knows it. */
async function peerOf(target: Dealer): Promise<Dealer> {
  const peer = new Dealer();
  await join(peer, target, freshAddress("inproc"));
  await until(target, "writable");
  return peer;
}

Deno.test("a message whose second try was refused in the middle was lost at the third", async () => {
  using source = new Dealer();
  using sender = new Dealer();
  await join(source, sender, freshAddress("inproc"));
  using target = new Dealer();
  const parts = ["first", "second", "x".repeat(100), "last"];
  await sender.send(parts);
  await sender.send("after");
  await until(source);
  const relay = new NativeRelay(endOf(source), endOf(target), undefined);
  // At the first try the two parts before the refused one are kept, and the second sends these.
  for (const number of [3, 2]) {
    using _closed = closesBefore(number, target, await peerOf(target));
    assertEquals([relay.move(1), relay.outcome, relay.holds], [0, BLOCKED, true]);
  }
  using third = await peerOf(target);
  assertEquals([relay.move(2), relay.outcome, relay.holds], [2, LIMIT, false]);
  assertEquals(await received(third), parts);
  assertEquals(await received(third), ["after"]);
});

Deno.test("the first parts of a message that are refused, and then taken, stay parts of it", async () => {
  using source = new Dealer();
  using sender = new Dealer();
  await join(source, sender, freshAddress("inproc"));
  using target = new Dealer();
  const parts = ["first", "second", "x".repeat(100), "last"];
  await sender.send(parts);
  await until(source);
  const relay = new NativeRelay(endOf(source), endOf(target), undefined);
  {
    using _closed = closesBefore(3, target, await peerOf(target));
    assertEquals([relay.move(1), relay.holds], [0, true]);
  }
  using next = await peerOf(target);
  // As where the socket hadn't run the command that reports room.
  let tries = 0;
  const { send } = PartBuffer.prototype;
  using _refused = replaced(PartBuffer.prototype, "send", function (this: PartBuffer, ...args) {
    return tries++ > 0 && send.apply(this, args);
  });
  assertEquals([relay.move(1), tries], [1, 2]);
  assertEquals(await received(next), parts);
});

Deno.test("a copy that was refused in the middle was lost at its second try", async () => {
  using source = new Dealer();
  using sender = new Dealer();
  await join(source, sender, freshAddress("inproc"));
  using target = new Dealer();
  using receiver = await peerOf(target);
  using capture = new Dealer();
  const parts = ["first", "second", "x".repeat(100), "last"];
  await sender.send(parts);
  await sender.send("after");
  await until(source);
  const relay = new NativeRelay(endOf(source), endOf(target), endOf(capture));
  {
    using _closed = closesBefore(3, capture, await peerOf(capture));
    assertEquals([relay.move(1), relay.outcome, relay.holds], [0, BLOCKED, true]);
  }
  using next = await peerOf(capture);
  assertEquals([relay.move(1), relay.outcome, relay.holds], [1, LIMIT, false]);
  assertEquals(relay.move(1), 1);
  for (const socket of [next, receiver]) {
    assertEquals(await received(socket), parts);
    assertEquals(await received(socket), ["after"]);
  }
});

Deno.test("a copy that was refused at its end goes to another peer, which gets nothing else", async () => {
  using source = new Dealer();
  using sender = new Dealer();
  await join(source, sender, freshAddress("inproc"));
  using target = new Dealer();
  using _receiver = await peerOf(target);
  using capture = new Dealer();
  const parts = ["first", "second", "x".repeat(100), "last"];
  await sender.send(parts);
  await until(source);
  const relay = new NativeRelay(endOf(source), endOf(target), endOf(capture));
  using _closed = closesBefore(parts.length, capture, await peerOf(capture));
  using other = await peerOf(capture);
  for (let turns = 0; turns < 3 && (turns === 0 || relay.holds); turns++) relay.move(1);
  assertEquals(await received(other), parts);
  assertEquals(other.tryReceive(), undefined);
});

Deno.test("a relay takes one operation of the tick's budget for each eight receives", async () => {
  using source = new Pull();
  using sender = new Push();
  await join(source, sender, freshAddress("inproc"));
  using target = new Push();
  using receiver = new Pull();
  await join(receiver, target, freshAddress("inproc"));
  for (let i = 0; i < 20; i++) await sender.send(`${i}`);
  await until(source);
  const relay = new NativeRelay(endOf(source), endOf(target), undefined);
  const moved: number[] = [];
  for (let tick = 0; tick < 2; tick++) {
    resetBudget();
    moved.push(relay.move(1));
    while (takeBudget());
    moved.push(relay.move(20));
    assertEquals(relay.outcome, LATE);
  }
  resetBudget();
  assertEquals(moved, [1, 7, 1, 7]);
});

Deno.test("an XPublisher's message that ends in a known subscription goes on without it", async () => {
  const proxy = new Proxy(new XPublisher(), new Dealer());
  const sender = new XSubscriber();
  await using setting = await Setting.begin(proxy, sender, new Dealer());
  await sender.send("\x01topic");
  assertEquals(await received(setting.receiver), ["\x01topic"]);
  await sender.send(["first", "x".repeat(100), "\x01topic"]);
  assertEquals(await received(setting.receiver), ["first", "x".repeat(100)]);
  await sender.send(["next", "one"]);
  assertEquals(await received(setting.receiver), ["next", "one"]);
});

Deno.test("by public calls alone, parts of every size go through", async () => {
  callPublicly(true);
  try {
    const capture = new Push();
    await capture.bind(freshAddress("inproc"));
    await using spy = new Pull();
    spy.connect(capture.lastEndpoint!);
    const proxy = new Proxy(new Pull(), new Push(), { capture });
    await using setting = await Setting.begin(proxy, new Push(), new Pull());
    const messages = [[""], ["x".repeat(33)], ["x".repeat(34), "", "y"], ["one"]];
    for (const message of messages) await setting.sender.send(message);
    for (const message of messages) {
      assertEquals(await received(setting.receiver), message);
      assertEquals(await received(spy), message);
    }
    capture.close();
  } finally {
    callPublicly(false);
  }
});

Deno.test("a proxy's memory doesn't grow with what goes through", async () => {
  // Collected in both, so that what grows isn't garbage that a busy machine leaves longer.
  const growth = await printed(`
    const [sender, receiver] = [new Dealer(), new Dealer()];
    const proxy = new Proxy(new Dealer(), new Dealer());
    await proxy.frontEnd.bind("inproc://front");
    await proxy.backEnd.bind("inproc://back");
    sender.connect("inproc://front");
    receiver.connect("inproc://back");
    const running = proxy.run();
    const part = new Uint8Array(1 << 20);
    const pass = async (count) => {
      for (let i = 0; i < count; i++) {
        await sender.send([part, "between", part]);
        await sender.send(["small", "between", part]);
        for (let k = 0; k < 2; k++) await receiver.receive();
      }
      await collect();
      return Deno.memoryUsage().rss;
    };
    const before = await pass(20);
    console.log(((await pass(150) - before) / (1 << 20)).toFixed());
    proxy.terminate();
    await running;
  `);
  assert(Number(growth) < 120, `450 MB went through, and memory grew by ${growth} MB`);
});

Deno.test("a copy of a small part has no share in its connection's metadata, which libzmq counts", async () => {
  using pull = new Pull();
  using push = new Push();
  await join(pull, push, freshAddress("tcp"));
  const [message, copy] = [new MovableMessage(), new MovableMessage()];
  for (const one of [copy, message]) { // what had another message before has no share left in its either
    await push.send("small");
    await until(pull);
    assertEquals(one.receive(handleOf(pull).pointer), 5);
  }
  copy.copy(message);
  const metadata = ({ words }: MovableMessage) => words.slice(0, 2).some((word) => word !== 0);
  assertEquals([metadata(message), metadata(copy), copy.takeFrame().text()], [
    true,
    false,
    "small",
  ]);
});

Deno.test("copies of large parts that were refused are given back", async () => {
  using pull = new Pull();
  using push = new Push();
  await join(pull, push, freshAddress("inproc"));
  using refusing = new Push();
  const [message, parts] = [new MovableMessage(), new PartBuffer()];
  const large = new Uint8Array(200_000);
  const { rss } = Deno.memoryUsage();
  for (let round = 0; round < 300; round++) {
    for (const part of [large, "small"]) {
      await push.send(part);
      message.receive(handleOf(pull).pointer);
      parts.add(message);
      message.drop();
      assertEquals(parts.send(handleOf(refusing).pointer, false), false);
      parts.clear();
    }
  }
  const grown = Deno.memoryUsage().rss - rss;
  assert(grown < 30e6, String(grown)); // of 60 MB
});
