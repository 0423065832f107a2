import { deepStrictEqual as assertEquals, ok as assert, rejects, throws } from "node:assert/strict";
import { Context, Dealer, Poller, Pull, Push, Router } from "../../mod.ts";
import { Proxy } from "../../proxy.ts";
import { received, receivedMany } from "../socket/support.ts";
import { bindBoth, Setting, tasks } from "./support.ts";
import { pause, soon, turn } from "../waiting.ts";

const BUSY = { name: "ZmqError", code: "EBUSY", message: /A native proxy has this socket/ };

Deno.test("while a native proxy runs, every call on its sockets throws EBUSY", async () => {
  await using setting = await tasks({ native: true, keepOpen: true });
  const { frontEnd: pull, backEnd: push } = setting.proxy;
  const sync: (() => unknown)[] = [
    () => pull.tryReceive(),
    () => pull.receiveSync({ timeout: 0 }),
    () => [...pull.drain()],
    () => pull.visit(() => {}),
    () => push.trySend("x"),
    () => push.sendSync("x", { timeout: 0 }),
    () => pull.readable,
    () => push.writable,
    () => pull.lastEndpoint,
    () => pull.bindSync("inproc://x"),
    () => push.connect("inproc://x"),
    () => push.disconnect("inproc://x"),
    () => pull.linger,
    () => pull.linger = 1,
    () => pull.close(),
  ];
  for (const call of sync) throws(call, BUSY, String(call));
  const async: (() => Promise<unknown>)[] = [
    () => pull.receive(),
    () => pull[Symbol.asyncIterator]().next(),
    () => push.send("x"),
    () => pull.bind("inproc://x"),
    () => pull.unbind("inproc://x"),
  ];
  for (const call of async) await rejects(call(), BUSY, String(call));
  assert(!pull.closed);
  await setting.sender.send("undisturbed");
  assertEquals(await received(setting.receiver), ["undisturbed"]);
  setting.proxy.terminate();
  await soon(setting.run);
  assertEquals([pull.linger, pull.tryReceive()], [-1, undefined]);
});

Deno.test("calls beyond a turn's budget fail, too, and don't reach the socket later", async () => {
  await using setting = await tasks({ native: true });
  const { frontEnd: pull, backEnd: push } = setting.proxy;
  const calls = Array.from({ length: 600 }, () => [pull.receive(), push.send("x")]).flat();
  for (const call of calls) await rejects(call, BUSY);
  await setting.sender.send("undisturbed");
  assertEquals(await received(setting.receiver), ["undisturbed"]);
});

Deno.test("a native proxy doesn't begin while something waits for its sockets", async () => {
  const proxy = new Proxy(new Router(), new Dealer(), { native: true });
  await bindBoth(proxy);
  const why = { code: "EBUSY", message: /needs it for itself/ };
  const waiting = new AbortController();
  const receive = proxy.frontEnd.receive({ signal: waiting.signal });
  throws(() => proxy.run(), why);
  waiting.abort();
  await rejects(receive);
  const poller = new Poller();
  poller.add(proxy.backEnd);
  throws(() => proxy.run(), why);
  poller.close();
  const run = proxy.run();
  proxy.terminate();
  await soon(run);
});

Deno.test("what a native proxy had left in a socket was reported by no Poller that had it by then", async () => {
  const proxy = new Proxy(new Pull(), new Push(), { native: true, keepOpen: true });
  await bindBoth(proxy);
  const { frontEnd: pull, backEnd: push } = proxy;
  using sender = new Push({ linger: 0 });
  sender.connect(pull.lastEndpoint!);
  const run = proxy.run();
  using poller = new Poller<string>();
  poller.add(pull, { readable: true }, "left");
  const wait = poller.wait();
  // Its back end has no peer, so it takes nothing. An answer of its thread says that it has looked.
  await sender.send("x");
  for (let i = 0; i < 3; i++) proxy.statistics;
  proxy.terminate({ drain: 0 });
  await soon(run);
  assertEquals((await soon(wait)).map(({ key }) => key), ["left"]);
  for (const socket of [pull, push]) socket.close();
});

Deno.test("a native proxy takes its context's sockets as its control, and gives them back", async () => {
  const context = new Context({ maxSockets: 4 });
  const proxy = new Proxy(new Pull({ context }), new Push({ context }), {
    native: true,
    keepOpen: true,
  });
  await bindBoth(proxy);
  for (let i = 0; i < 20; i++) {
    // libzmq takes a moment to give a closed socket's place back.
    let run: Promise<void> | undefined;
    while (run === undefined) {
      try {
        run = proxy.run();
      } catch (error) {
        assertEquals((error as { code?: string }).code, "EMFILE");
        await turn();
      }
    }
    proxy.terminate();
    await soon(run);
  }
  assert(!proxy.frontEnd.closed);
  context.close();
});

Deno.test("sockets of two contexts can have a native proxy between them", async () => {
  const [one, other] = [new Context(), new Context()];
  const proxy = new Proxy(new Pull({ context: one }), new Push({ context: other }), {
    native: true,
  });
  await bindBoth(proxy);
  const [front, back] = [proxy.frontEnd.lastEndpoint!, proxy.backEnd.lastEndpoint!];
  const run = proxy.run();
  const push = new Push({ context: one });
  push.connect(front);
  const pull = new Pull({ context: other });
  pull.connect(back);
  await push.send("across");
  assertEquals(await received(pull), ["across"]);
  proxy.terminate();
  await soon(run);
  one.close();
  other.close();
});

for (const traffic of [false, true]) {
  const when = traffic ? "is held up by a full side" : "is idle";
  Deno.test(`closing the context while a native proxy ${when} ends it, and run says so`, async () => {
    const context = new Context();
    const proxy = new Proxy(
      new Pull({ context, receiveHighWaterMark: 1 }),
      new Push({ context, sendHighWaterMark: 1, linger: 0 }),
      { native: true },
    );
    await bindBoth(proxy);
    const push = new Push({ context, sendHighWaterMark: 1, linger: 0 });
    push.connect(proxy.frontEnd.lastEndpoint!);
    const pull = new Pull({ context, receiveHighWaterMark: 1 });
    pull.connect(proxy.backEnd.lastEndpoint!);
    const run = proxy.run();
    if (traffic) {
      for (let idle = 0; idle < 20;) {
        idle = push.trySend("x") ? 0 : idle + 1;
        await pause(2);
      }
    }
    const ended = rejects(soon(run), { code: "ETERM", message: /context was closed/ });
    context.close();
    await ended;
    assert(proxy.frontEnd.closed && proxy.backEnd.closed && !proxy.running);
  });
}

Deno.test("shutting the context down ends a native proxy with ETERM", async () => {
  const context = new Context();
  const proxy = new Proxy(new Router({ context }), new Dealer({ context }), { native: true });
  await bindBoth(proxy);
  const run = proxy.run();
  context.shutdown();
  await rejects(soon(run), { code: "ETERM" });
  assert(proxy.frontEnd.closed && proxy.backEnd.closed);
  context.close();
});

Deno.test("a native proxy goes on after a message for a Router's peer that isn't there", async () => {
  const proxy = new Proxy(new Dealer(), new Router({ mandatory: true }), { native: true });
  const receiver = new Dealer({ routingId: "there" });
  await using setting = await Setting.begin(proxy, new Dealer(), receiver);
  const { sender } = setting;
  await receiver.send("here I am");
  assertEquals(await received(sender), ["there", "here I am"]);
  await sender.send(["nobody", "one"]);
  await sender.send(["there", "two"]);
  assertEquals(await received(receiver), ["two"]);
  assert(proxy.running);
});

Deno.test("a native proxy that's disposed of ends, and closes its sockets", async () => {
  let run: Promise<void>;
  let sockets: [Pull, Push];
  {
    using proxy = new Proxy(new Pull(), new Push(), { native: true });
    sockets = [proxy.frontEnd, proxy.backEnd];
    await bindBoth(proxy);
    run = proxy.run();
  }
  await soon(run);
  assert(sockets.every(({ closed }) => closed));
});

Deno.test("a native proxy can be told to pause and to end at any time, in any order", async () => {
  await using setting = await tasks({ native: true, keepOpen: true });
  const { proxy, sender, receiver } = setting;
  let run = setting.run;
  for (let i = 0; i < 30; i++) {
    if (i % 2) proxy.pause();
    if (i % 3) proxy.pause();
    if (i % 5) proxy.resume();
    proxy.statistics;
    proxy.terminate();
    proxy.terminate();
    await soon(run);
    run = proxy.run();
    await sender.send(`${i}`);
    assertEquals(await receivedMany(receiver, 1), [`${i}`]);
  }
  proxy.terminate();
  await soon(run);
});
