import { deepStrictEqual as assertEquals, ok as assert, rejects } from "node:assert/strict";
import { Context, Dealer, type Frame, Poller, Pull, Push, Router } from "../../mod.ts";
import { Proxy } from "../../proxy.ts";
import { handleOf } from "../../socket/handle.ts";
import { pending, received, receivedMany } from "../socket/support.ts";
import { watched } from "../replacing.ts";
import { freshAddress } from "../util.ts";
import { bindBoth, fill, rest, Setting, tasks, WAYS } from "./support.ts";
import { soon, turn } from "../waiting.ts";

/** As many numbers, as text. */
const numbers = (count: number, from = 0) => Array.from({ length: count }, (_, i) => `${from + i}`);

for (const [way, options] of WAYS) {
  Deno.test(`${way}: what one side has no room for holds up the other, and nothing is lost`, async () => {
    await using setting = await tasks(options, 2);
    const { sender, receiver } = setting;
    const sent = await fill(sender);
    assert(sent > 0 && sent < 50, `${sent} messages found room between five marks of 2`);
    const sending = (async () => {
      for (let i = sent; i < sent + 1000; i++) await sender.send(`${i}`);
    })();
    assert(await pending(sending));
    assertEquals(await receivedMany(receiver, sent + 1000), numbers(sent + 1000));
    await soon(sending);
    assertEquals(receiver.tryReceive(), undefined);
  });

  Deno.test(`${way}: while it's paused nothing goes on, and afterwards everything does`, async () => {
    await using setting = await tasks(options);
    const { proxy, sender, receiver } = setting;
    await sender.send("before");
    assertEquals(await received(receiver), ["before"]);
    proxy.pause();
    assert(proxy.paused && proxy.running);
    proxy.statistics(); // a native one answers on its thread, behind the pause
    for (const text of numbers(10)) await sender.send(text);
    assertEquals(await rest(receiver), []);
    proxy.resume();
    assert(!proxy.paused);
    assertEquals(await receivedMany(receiver, 10), numbers(10));
    assertEquals(await rest(receiver), []);
  });

  Deno.test(`${way}: pausing and resuming again and again loses nothing and doubles nothing`, async () => {
    await using setting = await tasks(options, 10);
    const { proxy, sender, receiver } = setting;
    const sending = (async () => {
      for (const text of numbers(2000)) await sender.send(text);
    })();
    const steering = (async () => {
      for (let i = 0; i < 50; i++) {
        proxy.pause();
        await turn();
        proxy.resume();
        await turn();
      }
    })();
    assertEquals(await receivedMany(receiver, 2000), numbers(2000));
    await soon(Promise.all([sending, steering]));
    assertEquals(receiver.tryReceive(), undefined);
  });

  Deno.test(`${way}: terminate passes on what has come, closes both sockets, and then run resolves`, async () => {
    await using setting = await tasks(options);
    const { proxy, sender, receiver, run } = setting;
    proxy.pause();
    for (const text of numbers(500)) await sender.send(text);
    proxy.terminate();
    assertEquals(await soon(run), undefined);
    assert(proxy.frontEnd.closed && proxy.backEnd.closed && !proxy.running);
    assertEquals(await receivedMany(receiver, 500), numbers(500));
    assertEquals(proxy.statistics().toBack.messages, 500);
    assertEquals(proxy.unsent, []);
  });

  Deno.test(`${way}: with keepOpen the sockets stay open, with what is left in them`, async () => {
    await using setting = await tasks({ ...options, keepOpen: true });
    const { proxy, sender, receiver, run } = setting;
    proxy.pause();
    proxy.statistics();
    for (const text of numbers(5)) await sender.send(text);
    proxy.terminate();
    await soon(run);
    assertEquals(await receivedMany(proxy.frontEnd, 5), numbers(5));
    await proxy.backEnd.send("by hand");
    assertEquals(await received(receiver), ["by hand"]);
    const again = proxy.run();
    await sender.send("again");
    assertEquals(await received(receiver), ["again"]);
    proxy.terminate();
    await soon(again);
  });
}

Deno.test("terminate gives up after its time where there is no room, and tells what it couldn't send", async () => {
  await using setting = await tasks({ keepOpen: true }, 2);
  const { proxy, sender, receiver, run } = setting;
  const sent = await fill(sender);
  proxy.terminate({ timeout: 50 });
  await soon(run);
  const unsent = proxy.unsent.map(({ direction, message }) => [direction, ...message.map(String)]);
  const passed = (await rest(receiver)).flat();
  const queued = (await rest(proxy.frontEnd)).flat();
  assertEquals(unsent.length, 1);
  const [[direction, held]] = unsent;
  assertEquals(direction, "toBack");
  // Every message is in one of three places, and in its order.
  assertEquals([...passed, held, ...queued], numbers(sent));
});

Deno.test("a second terminate sets another time", async () => {
  await using setting = await tasks({}, 2);
  await fill(setting.sender);
  setting.proxy.terminate({ timeout: 1e9 });
  await turn();
  assert(setting.proxy.running);
  setting.proxy.terminate({ timeout: 10 });
  await soon(setting.run);
});

Deno.test("a message of several parts that is held when the proxy ends is told whole", async () => {
  const proxy = new Proxy(
    new Pull(),
    new Push({ sendHighWaterMark: 1, linger: 0 }),
    { keepOpen: true },
  );
  const sender = new Push({ linger: 0 });
  await using setting = await Setting.begin(proxy, sender, new Pull({ receiveHighWaterMark: 1 }));
  for (let i = 0; i < 10; i++) await sender.send([`${i}`, "x".repeat(100), "last"]);
  while (!handleOf(proxy.frontEnd).midMessage) await turn();
  proxy.terminate();
  await soon(setting.run);
  const taken = proxy.statistics().toBack.messages;
  assertEquals(
    proxy.unsent.map(({ message }) => message.map(String)),
    [[`${taken}`, "x".repeat(100), "last"]],
  );
  assertEquals((await rest(proxy.frontEnd)).map(([i]) => i), numbers(9 - taken, taken + 1));
  assertEquals((await rest(setting.receiver)).length, taken);
});

Deno.test("no one else receives the rest of a message whose beginning the proxy holds", async () => {
  const proxy = new Proxy(new Pull(), new Push({ sendHighWaterMark: 1, linger: 0 }));
  const sender = new Push({ linger: 0 });
  await using setting = await Setting.begin(proxy, sender, new Pull({ receiveHighWaterMark: 1 }));
  for (let i = 0; i < 10; i++) await sender.send([`${i}`, "middle", "last"]);
  while (!handleOf(proxy.frontEnd).midMessage) await turn();
  assertEquals(proxy.frontEnd.tryReceive(), undefined);
  const all = [];
  while (all.length < 10) all.push((await received(setting.receiver)).join("|"));
  assertEquals(all, numbers(10).map((i) => `${i}|middle|last`));
});

Deno.test("dispose ends a proxy at once, and closes its sockets, whether it runs or not", async () => {
  let sockets: [Pull, Push];
  {
    using proxy = new Proxy(new Pull(), new Push());
    sockets = [proxy.frontEnd, proxy.backEnd];
  }
  assert(sockets.every(({ closed }) => closed));
  let run: Promise<void>;
  {
    using proxy = new Proxy(new Pull(), new Push());
    sockets = [proxy.frontEnd, proxy.backEnd];
    await bindBoth(proxy);
    run = proxy.run();
  }
  assert(sockets.every(({ closed }) => closed));
  await soon(run);
});

for (const [way, options] of WAYS) {
  Deno.test(`${way}: await using passes on what has come, and waits for the end`, async () => {
    await using push = new Push();
    await using pull = new Pull();
    let sockets: [Pull, Push];
    {
      await using proxy = new Proxy(new Pull(), new Push(), options);
      sockets = [proxy.frontEnd, proxy.backEnd];
      await bindBoth(proxy);
      push.connect(proxy.frontEnd.lastEndpoint!);
      pull.connect(proxy.backEnd.lastEndpoint!);
      proxy.run();
      for (const text of numbers(100)) await push.send(text);
    }
    assert(sockets.every(({ closed }) => closed));
    assertEquals(await receivedMany(pull, 100), numbers(100));
  });
}

for (const which of ["frontEnd", "backEnd"] as const) {
  Deno.test(`closing the ${which} under a proxy ends it, and run says so`, async () => {
    const proxy = new Proxy(new Router(), new Dealer());
    await bindBoth(proxy);
    const run = proxy.run();
    await turn();
    proxy[which].close();
    const name = which === "frontEnd" ? "front-end" : "back-end";
    await rejects(soon(run), {
      code: "EBADF",
      message: `The proxy's ${name} socket was closed while it ran`,
    });
    assert(proxy.frontEnd.closed && proxy.backEnd.closed && !proxy.running);
  });
}

Deno.test("shutting the context down ends the proxy with ETERM", async () => {
  const context = new Context();
  const proxy = new Proxy(new Router({ context }), new Dealer({ context }));
  await bindBoth(proxy);
  const run = proxy.run();
  await turn();
  context.shutdown();
  await rejects(soon(run), { code: "ETERM" });
  context.close();
});

Deno.test("a mandatory Router's full peer holds its answer until there is room", async () => {
  const proxy = new Proxy(
    new Dealer(),
    new Router({ mandatory: true, sendHighWaterMark: 1, linger: 0 }),
  );
  const sender = new Dealer({ linger: 0 });
  const receiver = new Dealer({ receiveHighWaterMark: 1, routingId: "slow" });
  await using setting = await Setting.begin(proxy, sender, receiver);
  await receiver.send("here I am");
  assertEquals(await received(sender), ["slow", "here I am"]);
  for (let i = 0; i < 50; i++) await sender.send(["slow", `${i}`]);
  for (let i = 0; i < 5; i++) await turn();
  assertEquals(await receivedMany(receiver, 50), numbers(50));
  assertEquals(setting.proxy.statistics().toBack.undeliverable, 0);
});

Deno.test("what a mandatory Router can't deliver is counted, and the rest goes on", async () => {
  const proxy = new Proxy(new Dealer(), new Router({ mandatory: true }));
  const receiver = new Dealer({ routingId: "there" });
  await using setting = await Setting.begin(proxy, new Dealer(), receiver);
  const { sender } = setting;
  await receiver.send("here I am");
  assertEquals(await received(sender), ["there", "here I am"]);
  await sender.send(["unknown", "one", "x".repeat(100)]);
  await sender.send(["there", "two"]);
  await sender.send(["unknown", "three"]);
  await sender.send(["there", "four"]);
  assertEquals(await receivedMany(receiver, 2), ["two", "four"]);
  const { messages, undeliverable } = setting.proxy.statistics().toBack;
  assertEquals([messages, undeliverable], [2, 2]);
});

for (const filter of [undefined, (message: Frame[]) => message]) {
  const how = filter === undefined ? "" : ", with a filter";
  Deno.test(`timers and other sockets go on while a proxy is flooded${how}`, async () => {
    await using setting = await tasks({ filter }, 100_000);
    const { sender, receiver, proxy } = setting;
    proxy.pause();
    for (let i = 0; i < 50_000; i++) sender.trySend("x");
    proxy.resume();
    let others = 0;
    while (proxy.statistics().toBack.messages < 50_000) {
      await turn();
      others++;
    }
    assert(others >= 5, `${others} turns for others while 50,000 messages went through`);
    assertEquals(receiver.visit(() => {}) > 0, true);
  });
}

Deno.test("a Poller and a receive beside a proxy miss nothing of its sockets", async () => {
  await using setting = await tasks();
  const { proxy, sender, receiver } = setting;
  using poller = new Poller();
  poller.add(proxy.backEnd, { writable: true });
  proxy.pause();
  const mine = proxy.frontEnd.receive();
  await sender.send("mine");
  assertEquals((await soon(mine))[0].text(), "mine");
  proxy.resume();
  await sender.send("the proxy's");
  assertEquals(await received(receiver), ["the proxy's"]);
  assertEquals((await soon(poller.wait())).length, 1);
});

Deno.test("a proxy that was told to end isn't paused any more, and passes on what has come", async () => {
  await using setting = await tasks();
  const { proxy, sender, receiver, run } = setting;
  for (const text of ["a", "b", "c"]) await sender.send(text);
  proxy.terminate({ timeout: 60_000 });
  proxy.pause();
  assert(!proxy.paused);
  await soon(run);
  assertEquals((await rest(receiver)).flat(), ["a", "b", "c"]);
});

Deno.test("a proxy leaves a signal that outlives it", async () => {
  const { signal } = new AbortController();
  let left = 0;
  using _ = watched(signal, "removeEventListener", () => left++);
  const proxy = new Proxy(new Pull(), new Push());
  await bindBoth(proxy);
  const run = proxy.run({ signal });
  proxy.terminate();
  await soon(run);
  assertEquals(left, 1);
});

Deno.test("a filter that throws while its proxy is disposed of fails the run, and not the block", async () => {
  const setting = await tasks({
    filter: () => {
      throw new Error("thrown");
    },
  });
  const { proxy, sender, run } = setting;
  proxy.pause();
  await sender.send("x");
  await soon(proxy[Symbol.asyncDispose]());
  await rejects(run, /thrown/);
  await setting[Symbol.asyncDispose]();
});

Deno.test("options that a program changes later are those with which the proxy was made", () => {
  const options = { keepOpen: true };
  const proxy = new Proxy(new Pull(), new Push(), options);
  options.keepOpen = false;
  proxy[Symbol.dispose]();
  assertEquals(proxy.frontEnd.closed, false);
  proxy.frontEnd.close();
  proxy.backEnd.close();
});

for (const filter of [undefined, (message: Frame[]) => message]) {
  const how = filter === undefined ? "" : ", with a filter";
  Deno.test(`the parts behind the one that a visitor is shown are the visitor's, also while a proxy is served${how}`, async () => {
    await using setting = await tasks({ filter });
    const { proxy, sender, receiver } = setting;
    proxy.pause();
    await sender.send(["one", "two"]);
    await soon(proxy.frontEnd.wait());
    const parts: string[] = [];
    proxy.frontEnd.visit((part) => {
      if (parts.push(new TextDecoder().decode(part)) > 1) return;
      proxy.resume();
      using poller = new Poller();
      poller.waitSync({ timeout: 0 });
    }, { limit: 1 });
    assertEquals(parts, ["one", "two"]);
    await sender.send("next");
    assertEquals(await received(receiver), ["next"]);
  });

  Deno.test(`more messages than go in one turn are passed on where a proxy is told to end${how}`, async () => {
    await using setting = await tasks({ filter }, 1000);
    const { proxy, sender, receiver } = setting;
    await sender.send("first");
    assertEquals(await received(receiver), ["first"]);
    proxy.pause();
    for (const text of numbers(600)) await sender.send(text);
    proxy.terminate({ timeout: Infinity });
    assertEquals(await receivedMany(receiver, 600), numbers(600));
    await soon(setting.run);
  });

  Deno.test(`a message that was sent, and for which the capture socket had no room, isn't told as unsent${how}`, async () => {
    await using capture = new Push({ linger: 0 });
    await capture.bind(freshAddress("inproc"));
    await using setting = await tasks({ capture, filter });
    const { proxy, sender, receiver } = setting;
    await sender.send("sent");
    assertEquals(await received(receiver), ["sent"]);
    proxy.terminate({ timeout: 0 });
    await soon(setting.run);
    assertEquals(proxy.unsent, []);
  });
}

for (const [way, options] of WAYS) {
  Deno.test(`${way}: a proxy that is told to end isn't paused any more`, async () => {
    await using setting = await tasks(options);
    const { proxy } = setting;
    proxy.terminate();
    if (proxy.running) proxy.pause();
    assertEquals(proxy.paused, false);
    await soon(setting.run);
  });

  Deno.test(`${way}: a run that fails leaves its signal, and is uncaught nowhere else`, async () => {
    const context = new Context();
    const [pull, push] = [new Pull({ context }), new Push({ context })];
    const proxy = new Proxy(pull, push, options);
    await bindBoth(proxy);
    const { signal } = new AbortController();
    let left = 0;
    using _ = watched(signal, "removeEventListener", () => left++);
    const run = proxy.run({ signal });
    context.shutdown();
    await rejects(soon(run), { code: "ETERM" });
    assertEquals(left, 1);
    context.close();
  });
}
