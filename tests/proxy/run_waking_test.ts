import { deepStrictEqual as assertEquals, ok as assert } from "node:assert/strict";
import { Dealer, Poller, Pull, Push, Router } from "../../mod.ts";
import { Proxy } from "../../proxy.ts";
import { MovableMessage } from "../../proxy/parts.ts";
import { handleOf } from "../../socket/handle.ts";
import { Looks, Parks, Patience } from "../poller/support.ts";
import { replaced, watched } from "../replacing.ts";
import { received, receivedMany } from "../socket/support.ts";
import { fill, Setting, tasks } from "./support.ts";
import { soon, turn, turnsUntil } from "../waiting.ts";

/** Claims that in 200 ms nothing turns in circles: of a proxy's sockets, each 50 ms may bring a trial. */
async function assertQuiet(proxy: Proxy): Promise<void> {
  using parks = new Parks();
  using looks = new Looks();
  using patience = new Patience(200);
  await turnsUntil(() => patience.expired, "the deadline");
  const counts = [proxy.frontEnd, proxy.backEnd].map((socket) => looks.of(socket));
  assert(parks.count <= 20, `${parks.count} parks`);
  assert(counts.every((count) => count <= 60), `${counts} looks`);
}

Deno.test("a proxy for which nothing comes sleeps", async () => {
  await using setting = await tasks();
  await setting.sender.send("x");
  assertEquals(await received(setting.receiver), ["x"]);
  await assertQuiet(setting.proxy);
});

Deno.test("a proxy that's held up by a full side sleeps, and wakes when there is room", async () => {
  await using setting = await tasks({}, 2);
  const sent = await fill(setting.sender);
  await assertQuiet(setting.proxy);
  assertEquals((await receivedMany(setting.receiver, sent)).length, sent);
});

Deno.test("a paused proxy sleeps, though messages wait in its sockets", async () => {
  await using setting = await tasks();
  const { proxy, sender, receiver } = setting;
  proxy.pause();
  for (let i = 0; i < 10; i++) await sender.send("x");
  await assertQuiet(proxy);
  proxy.resume();
  assertEquals((await receivedMany(receiver, 10)).length, 10);
});

for (const beside of [false, true]) {
  const also = beside ? ", nor while a Poller and a receive wait for it as well" : "";
  Deno.test(`a Router that says writable, and refuses a proxy's message, isn't tried in circles${also}`, async () => {
    const marks = { receiveHighWaterMark: 1, sendHighWaterMark: 1, linger: 0 };
    const proxy = new Proxy(new Dealer(), new Router({ ...marks, mandatory: true }));
    const full = new Dealer({ ...marks, routingId: "full" });
    await using setting = await Setting.begin(proxy, new Dealer({ linger: 0 }), full);
    const other = new Dealer({ ...marks, routingId: "other" });
    other.connect(proxy.backEnd.lastEndpoint!);
    for (const dealer of [full, other]) {
      await dealer.send("here I am");
      await received(setting.sender);
    }
    for (let i = 0; i < 20; i++) await setting.sender.send(["full", `${i}`]);
    for (let i = 0; i < 5; i++) await turn();
    assert(proxy.backEnd.writable);
    using poller = new Poller();
    const abort = new AbortController();
    const waits: Promise<unknown>[] = [];
    if (beside) {
      poller.add(proxy.backEnd, { readable: true });
      waits.push(poller.wait(), proxy.backEnd.receive({ signal: abort.signal }));
    }
    const settled = Promise.allSettled(waits);
    await assertQuiet(proxy);
    poller.close();
    abort.abort();
    await settled;
    const all = await receivedMany(full, 20);
    assertEquals(all, Array.from({ length: 20 }, (_, i) => `${i}`));
    other.close();
  });
}

Deno.test("rule 15: a proxy's socket that had refused is asked no more once the proxy has ended", async () => {
  const marks = { receiveHighWaterMark: 1, sendHighWaterMark: 1, linger: 0 };
  const router = new Router({ ...marks, mandatory: true });
  const proxy = new Proxy(new Dealer({ linger: 0 }), router, { keepOpen: true });
  const full = new Dealer({ ...marks, routingId: "full" });
  await using setting = await Setting.begin(proxy, new Dealer({ linger: 0 }), full);
  using other = new Dealer({ ...marks, routingId: "other" });
  other.connect(router.lastEndpoint!);
  for (const dealer of [full, other]) {
    await dealer.send("here I am");
    await received(setting.sender);
  }
  using parks = new Parks();
  using _patience = new Patience();
  for (let i = 0; i < 20; i++) await setting.sender.send(["full", `${i}`]);
  const asleep = (limit: boolean) => parks.outstanding === 1 && (parks.timeout !== -1) === limit;
  await turnsUntil(() => asleep(true), "the short sleep");
  proxy.terminate({ timeout: 0 });
  await soon(setting.run);
  await turnsUntil(() => asleep(false), "the long sleep");
});

Deno.test("a proxy overlooked that there was room again, once its other direction had heard of it", async () => {
  const marks = { receiveHighWaterMark: 1, sendHighWaterMark: 1, linger: 0 };
  const proxy = new Proxy(new Dealer({ linger: 0 }), new Dealer(marks));
  await using setting = await Setting.begin(proxy, new Dealer({ linger: 0 }), new Dealer(marks));
  const { backEnd } = proxy;
  await setting.sender.send("first");
  const all = await received(setting.receiver);
  while (backEnd.trySend("filling"));
  const { receive } = MovableMessage.prototype;
  using _drained = replaced(
    MovableMessage.prototype,
    "receive",
    function (this: MovableMessage, pointer) {
      // After the send was refused, and before the other direction's receive.
      if (pointer === handleOf(backEnd).pointer) {
        for (const [text] of setting.receiver.drain()) all.push(`${text}`);
      }
      return receive.call(this, pointer);
    },
  );
  await setting.sender.send("last");
  await turnsUntil(() => all.includes("last"), "the last");
});

Deno.test("what comes while a proxy looks at a socket that a Poller has as well goes on at once", async () => {
  await using setting = await tasks();
  const { proxy, sender, receiver } = setting;
  using poller = new Poller();
  poller.add(proxy.frontEnd);
  const passed = () => proxy.statistics().toBack.messages;
  let sent = false;
  using _ = watched(handleOf(proxy.frontEnd), "look", () => {
    if (passed() === 1 && !sent) sent = sender.trySend("second");
  });
  await sender.send("first");
  assertEquals(await received(receiver), ["first"]);
  assertEquals([sent, passed()], [true, 2]);
});

Deno.test("a program that asks a proxy's sockets all the time takes no wake-up away from it", async () => {
  await using setting = await tasks({}, 2);
  const { proxy, sender, receiver } = setting;
  let asking = true;
  const asked = (async () => {
    while (asking) {
      proxy.frontEnd.readable;
      proxy.backEnd.writable;
      proxy.frontEnd.lastEndpoint;
      await turn();
    }
  })();
  const sending = (async () => {
    for (let i = 0; i < 500; i++) await sender.send(`${i}`);
  })();
  assertEquals((await receivedMany(receiver, 500)).length, 500);
  asking = false;
  await soon(Promise.all([sending, asked]));
});

Deno.test("what waits beside a proxy for the other direction is woken, too", async () => {
  // The proxy receives from the pull and sends by the push; the program sends by the same push.
  await using pull = new Pull({ receiveHighWaterMark: 1 });
  const proxy = new Proxy(new Pull(), new Push({ sendHighWaterMark: 1, linger: 0 }));
  await using setting = await Setting.begin(proxy, new Push(), pull);
  const mine = (async () => {
    for (let i = 0; i < 100; i++) await proxy.backEnd.send("mine");
  })();
  for (let i = 0; i < 100; i++) await setting.sender.send("the proxy's");
  const all = await receivedMany(pull, 200);
  await soon(mine);
  assertEquals(all.filter((text) => text === "mine").length, 100);
});

Deno.test("what a proxy has taken just before its end isn't reported by a Poller that had its socket", async () => {
  let terminate = () => {};
  const filter = (message: Uint8Array[]) => {
    terminate();
    return message;
  };
  await using setting = await tasks({ filter, keepOpen: true });
  const { proxy, sender, run } = setting;
  terminate = () => proxy.terminate({ timeout: 0 });
  using poller = new Poller();
  poller.add(proxy.frontEnd);
  await sender.send("the only one");
  await soon(run);
  assertEquals(poller.waitSync({ timeout: 0 }), []);
});
