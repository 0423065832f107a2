import { deepStrictEqual as assertEquals, ok as assert, rejects } from "node:assert/strict";
import { Dealer, Pull, Push, Router, type Socket } from "../../mod.ts";
import { Proxy, type ProxyDirection, type ProxyFilter } from "../../proxy.ts";
import { resetBudget } from "../../poller/budget.ts";
import { FilteredRelay } from "../../proxy/filtered.ts";
import { BLOCKED } from "../../proxy/relay.ts";
import { handleOf } from "../../socket/handle.ts";
import { received, receivedMany } from "../socket/support.ts";
import { freshAddress, join } from "../util.ts";
import { Setting, tasks } from "./support.ts";
import { soon, turn, turnsUntil } from "../waiting.ts";

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
  const { toBack, toFront } = proxy.statistics();
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
  ["returns no array", () => "text", { name: "TypeError", message: /returns an array of parts/ }],
  ["returns no parts", () => [], { name: "TypeError", message: /at least one part/ }],
  ["returns what can't be sent", () => [{}], { name: "TypeError", message: /JSON.stringify/ }],
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
    end: (proxy) => proxy.terminate({ timeout: 0 }),
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

Deno.test("a message whose filter terminated the proxy was sent, and told as unsent as well", async () => {
  let terminate: () => void = () => {};
  await using setting = await tasks({
    filter: (message) => {
      terminate();
      return message;
    },
    keepOpen: true,
  });
  const { proxy, sender, receiver, run } = setting;
  terminate = () => proxy.terminate({ timeout: 0 });
  await sender.send("last");
  await soon(run);
  assertEquals(proxy.unsent.map(({ message }) => `${message}`), ["last"]);
  await proxy.backEnd.send("by hand");
  assertEquals(await received(receiver), ["by hand"]);
  assertEquals(proxy.statistics().toBack.messages, 0);
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

Deno.test("what a filter had passed was sent as its buffer had become while it waited for room", async () => {
  const scratch = new Uint8Array(1);
  await using setting = await tasks({
    filter: ([[number]]) => {
      scratch[0] = number;
      queueMicrotask(() => scratch.fill(255));
      return [scratch];
    },
  }, 1);
  const numbers = Array.from({ length: 50 }, (_, i) => i);
  const sending = (async () => {
    for (const number of numbers) await setting.sender.send(Uint8Array.of(number));
  })();
  for (const number of numbers) {
    const [[arrived]] = await soon(setting.receiver.receive());
    assertEquals(arrived, number);
  }
  await soon(sending);
});

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
  proxy.frontEnd.receivedProperties = ["Socket-Type"];
  await join(proxy.frontEnd, push);
  await join(proxy.backEnd, pull);
  const run = proxy.run();
  await push.send("x");
  await received(pull);
  assertEquals(found, ["PUSH"]);
  proxy.terminate();
  await soon(run);
});

/** A socket as its relays see it. */
function endOf(socket: Socket) {
  const handle = handleOf(socket);
  return { handle, stale: false, ready: 0, look: () => handle.look() };
}

Deno.test("a relay's send, and its copy's, may take a wake-up away, so that both sockets are looked at again", async () => {
  await using front = new Pull();
  await using back = new Push();
  await using capture = new Push();
  await using sender = new Push();
  await join(front, sender, freshAddress("inproc"));
  await using receivers = new AsyncDisposableStack();
  for (const socket of [back, capture]) {
    await join(receivers.use(new Pull()), socket, freshAddress("inproc"));
  }
  const [source, target, copied] = [front, back, capture].map(endOf);
  const relay = new FilteredRelay(source, target, copied, (message) => message, "toBack");
  await sender.send("x");
  resetBudget(); // else the relay may leave it to the next tick
  assertEquals([relay.move(1), target.stale, copied.stale], [1, true, true]);
});

Deno.test("of two messages that a filter has passed, one after the other, and that wait for room, the second is copied, too", async () => {
  await using front = new Pull();
  await using back = new Push({ sendHighWaterMark: 1, linger: 0 });
  await using sender = new Push();
  await using receiver = new Pull({ receiveHighWaterMark: 1 });
  await join(front, sender, freshAddress("inproc"));
  await join(receiver, back, freshAddress("inproc"));
  const scratch = new Uint8Array(1);
  const [source, target] = [front, back].map(endOf);
  const relay = new FilteredRelay(source, target, undefined, ([[number]]) => {
    scratch[0] = number;
    return [scratch];
  }, "toBack");
  await turnsUntil(() => back.writable, "the receiver");
  for (const number of [1, 2]) {
    await sender.send(Uint8Array.of(number));
    while (back.trySend("filling"));
    await turnsUntil(() => front.readable, "the message");
    resetBudget(); // else the relay may leave it to the next tick
    assertEquals([relay.move(1), relay.outcome], [0, BLOCKED]);
    scratch[0] = 255;
    let last: string | undefined;
    await turnsUntil(() => {
      last = receiver.tryReceive()?.[0].join() ?? last;
      return relay.move(1) === 1;
    }, "room");
    for (let message; (message = receiver.tryReceive()) !== undefined;) last = message[0].join();
    assertEquals(last, String(number));
  }
});
