import { deepStrictEqual as assertEquals, ok as assert, rejects, throws } from "node:assert/strict";
import { Context, Dealer, Poller, Pull, Push, Router } from "../../mod.ts";
import { Proxy } from "../../proxy.ts";
import { libc } from "../../ffi/libc.ts";
import { zmq } from "../../ffi/libzmq.ts";
import { zmqSteerable } from "../../ffi/proxying.ts";
import { coreOf } from "../../context.ts";
import { keepers } from "../../poller/reactor.ts";
import { openSources } from "../../poller/source.ts";
import { handleOf } from "../../socket/handle.ts";
import { GRACE_PERIOD } from "../../socket/native_socket.ts";
import { takeMessage } from "../../socket/native_message.ts";
import { sendParts } from "../../socket/native_send.ts";
import { replaced, watched } from "../replacing.ts";
import { received, receivedMany } from "../socket/support.ts";
import { StoppedClock } from "../poller/clock.ts";
import { bindBoth, Setting, tasks } from "./support.ts";
import { held, pause, soon, STUCK, turn, turnsUntil } from "../waiting.ts";

Deno.test("a native proxy doesn't begin while something waits for its sockets", async () => {
  const proxy = new Proxy(new Router(), new Dealer(), { native: true });
  await bindBoth(proxy);
  const why = { code: "EBUSY", message: /needs it for itself/ };
  const waiting = new AbortController();
  const receive = proxy.frontEnd.receive({ signal: waiting.signal });
  await rejects(proxy.run(), why);
  waiting.abort();
  await rejects(receive);
  const poller = new Poller();
  poller.add(proxy.backEnd);
  await rejects(proxy.run(), why);
  poller.close();
  const run = proxy.run();
  proxy.terminate();
  await soon(run);
});

Deno.test("a native proxy that a visitor began in the middle of a message passed its other parts on as a message", async () => {
  const proxy = new Proxy(new Pull(), new Push(), { native: true });
  await bindBoth(proxy);
  using push = new Push();
  push.connect(proxy.frontEnd.lastEndpoint!);
  await push.send(["one", "two"]);
  await soon(proxy.frontEnd.wait());
  const parts: string[] = [];
  const runs: Promise<void>[] = [];
  proxy.frontEnd.visit((part) => {
    parts.push(new TextDecoder().decode(part));
    if (runs.length === 0) runs.push(proxy.run());
  });
  await rejects(soon(runs[0]), { code: "EBUSY", message: /A visit is showing a part/ });
  assertEquals(parts, ["one", "two"]);
  proxy[Symbol.dispose]();
});

Deno.test("what a native proxy had left in a socket was reported by no Poller that had it by then", async () => {
  const proxy = new Proxy(new Pull(), new Push(), { native: true, keepOpen: true });
  await bindBoth(proxy);
  const { frontEnd: pull, backEnd: push } = proxy;
  using sender = new Push({ linger: 0 });
  sender.connect(pull.lastEndpoint!);
  const run = proxy.run();
  using poller = new Poller<string>();
  poller.add(pull, { key: "left" });
  const wait = poller.wait();
  // Its back end has no peer, so it takes nothing. An answer of its thread says that it has looked.
  await sender.send("x");
  for (let i = 0; i < 3; i++) proxy.statistics();
  proxy.terminate({ timeout: 0 });
  await soon(run);
  assertEquals((await soon(wait)).map(({ key }) => key), ["left"]);
  for (const socket of [pull, push]) socket.close();
});

Deno.test("an Observer whose close was refused, since a native proxy has its socket, counted as closed", async () => {
  const proxy = new Proxy(new Pull(), new Push(), { native: true, keepOpen: true });
  await bindBoth(proxy);
  const { frontEnd: pull, backEnd: push } = proxy;
  const { events } = pull;
  const event = events.receive();
  const run = proxy.run();
  throws(() => events.close(), { code: "EBUSY" });
  assertEquals(events.closed, false);
  proxy.terminate();
  await soon(run);
  for (const socket of [pull, push]) socket.close();
  assertEquals((await soon(event)).type, "end");
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

Deno.test("closing the context closed a native proxy's sockets under its thread where a signal came", async () => {
  const context = new Context();
  const proxy = new Proxy(new Pull({ context }), new Push({ context }), { native: true });
  await bindBoth(proxy);
  const thread = Promise.withResolvers<number>();
  using _held = replaced(zmqSteerable(), "zmq_proxy_steerable", () => thread.promise);
  const ended = rejects(soon(proxy.run()), { code: "ETERM" });
  const { poll } = libc();
  // Each wait ends at once.
  using _signals = replaced(
    libc(),
    "poll",
    (fds, count, timeout) => timeout === 0 ? poll(fds, count, 0) : -1,
  );
  const started = performance.now();
  context.close();
  // It has waited for statistics first, for 100 ms.
  assert(performance.now() - started >= 100 + GRACE_PERIOD);
  await ended;
  thread.resolve(0);
});

for (const side of ["front", "back"]) {
  Deno.test(`shutting the ${side} end's context down ends a native proxy with ETERM`, async () => {
    const contexts = [new Context(), new Context()];
    const [front, back] = contexts.map((context) => new Dealer({ context }));
    const proxy = new Proxy(front, back, { native: true });
    await bindBoth(proxy);
    const run = proxy.run();
    contexts[side === "front" ? 0 : 1].shutdown();
    await rejects(soon(run), { code: "ETERM" });
    assert(proxy.frontEnd.closed && proxy.backEnd.closed);
    for (const context of contexts) context.close();
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

Deno.test("a context that was shut down and closed at once left its native proxy's sockets open, and its run never settled", async () => {
  const context = new Context();
  const proxy = new Proxy(new Pull({ context }), new Push({ context }), { native: true });
  await bindBoth(proxy);
  const ended = rejects(soon(proxy.run()), { code: "ETERM" });
  context.shutdown();
  context.close();
  await ended;
  assert(proxy.frontEnd.closed && proxy.backEnd.closed && !proxy.running);
});

Deno.test("a native proxy whose back end's context was closed left its own sockets open in the other one's", async () => {
  const [one, other] = [new Context(), new Context()];
  const before = new Set(openSources);
  const proxy = new Proxy(new Pull({ context: one }), new Push({ context: other }), {
    native: true,
  });
  await bindBoth(proxy);
  const ended = rejects(soon(proxy.run()), { code: "ETERM" });
  other.close();
  await ended;
  assertEquals([...openSources].filter((source) => !before.has(source)), []);
  one.close();
});

Deno.test("a native proxy that was to end after its context's shutdown threw ETERM, also where it was disposed of", async () => {
  const context = new Context();
  const proxy = new Proxy(new Pull({ context }), new Push({ context }), { native: true });
  await bindBoth(proxy);
  const ended = rejects(soon(proxy.run()), { code: "ETERM" });
  context.shutdown();
  proxy.terminate();
  proxy[Symbol.dispose]();
  await ended;
  context.close();
});

Deno.test("a native proxy goes on after a message for a Router's peer that isn't there", async () => {
  const proxy = new Proxy(new Dealer(), new Router({ mandatory: true }), { native: true });
  const receiver = new Dealer({ routingId: "there" });
  await using setting = await Setting.begin(proxy, new Dealer(), receiver);
  const { sender } = setting;
  await receiver.send("here I am");
  assertEquals(await received(sender), ["there", "here I am"]);
  await sender.send(["unknown", "one"]);
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
    proxy.statistics();
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

/** Has libzmq's loops be told and ended by the test, until the end of the block. */
function ownLoops() {
  const begun: { theirs: Deno.PointerObject; end(result: number): void }[] = [];
  const replacement = replaced(
    zmqSteerable(),
    "zmq_proxy_steerable",
    (_front, _back, _capture, theirs) => {
      const { promise, resolve } = Promise.withResolvers<number>();
      begun.push({ theirs: theirs!, end: resolve });
      return promise;
    },
  );
  return { begun, [Symbol.dispose]: () => replacement[Symbol.dispose]() };
}

Deno.test("a native proxy's statistics began again with zeros where libzmq's own loop did", async () => {
  using loops = ownLoops();
  const { begun } = loops;
  const proxy = new Proxy(new Pull(), new Push(), { native: true });
  await bindBoth(proxy);
  const run = proxy.run();
  /** Has the loop say that it has passed on so many messages of ten bytes. */
  const tell = (messages: bigint) => {
    const numbers = [0n, 0n, 0n, 0n, messages, 10n * messages, messages, 10n * messages];
    const answer = numbers.map((number) => new Uint8Array(BigUint64Array.of(number).buffer));
    assert(sendParts(begun.at(-1)!.theirs, answer));
  };
  tell(5n);
  tell(7n);
  begun[0].end(-1);
  await turnsUntil(() => begun.length === 2, "another beginning");
  tell(1n);
  proxy.terminate();
  begun[1].end(0);
  await soon(run);
  const { messages, bytes } = proxy.statistics().toBack;
  assertEquals([messages, bytes], [8, 80]);
});

Deno.test("a paused proxy that libzmq's own loop has left begins again as a paused one", async () => {
  using loops = ownLoops();
  const { begun } = loops;
  const told = () => takeMessage(begun.at(-1)!.theirs)?.map(String);
  const proxy = new Proxy(new Pull(), new Push(), { native: true });
  await bindBoth(proxy);
  const run = proxy.run();
  proxy.pause();
  const words = told();
  begun[0].end(-1);
  await turnsUntil(() => begun.length === 2, "another beginning");
  assertEquals([told(), told()], [words, undefined]);
  proxy.terminate();
  begun[1].end(0);
  await soon(run);
});

Deno.test("a native proxy that is paused isn't told so twice", async () => {
  await using setting = await tasks({ native: true });
  let told = 0;
  using _told = watched(zmq(), "zmq_send_pinned", () => told++);
  for (let i = 0; i < 3; i++) setting.proxy.pause();
  assertEquals(told, 1);
});

Deno.test("a native proxy that was paused, and is ending, isn't paused any more", async () => {
  using loops = ownLoops();
  const proxy = new Proxy(new Pull(), new Push(), { native: true });
  await bindBoth(proxy);
  const run = proxy.run();
  proxy.pause();
  assertEquals([proxy.running, proxy.paused], [true, true]);
  proxy.terminate();
  assertEquals([proxy.running, proxy.paused], [true, false]);
  loops.begun[0].end(0);
  await soon(run);
});

Deno.test("a native proxy for which there is no place closes what it has opened", async () => {
  using context = new Context({ maxSockets: 3 });
  const proxy = new Proxy(new Pull({ context }), new Push({ context }), { native: true });
  await bindBoth(proxy);
  await rejects(proxy.run(), { code: "EMFILE" });
  assertEquals(coreOf(context).sockets.length, 2);
});

Deno.test("a native proxy whose own two sockets can't be connected closes both", async () => {
  const proxy = new Proxy(new Pull(), new Push(), { native: true });
  await bindBoth(proxy);
  const before = openSources.size;
  {
    using _broken = replaced(zmq(), "zmq_connect", () => {
      throw new Error("injected");
    });
    await rejects(proxy.run(), /injected/);
  }
  assertEquals(openSources.size, before);
  proxy[Symbol.dispose]();
});

Deno.test("a native proxy that has ended isn't among what keeps the process alive", async () => {
  const before = keepers();
  const proxy = new Proxy(new Pull(), new Push(), { native: true });
  await bindBoth(proxy);
  const run = proxy.run();
  assertEquals(keepers().length, before.length + 1);
  proxy.terminate();
  await soon(run);
  assertEquals(keepers(), before);
});

Deno.test("what a native proxy has passed on is known when it has ended", async () => {
  await using setting = await tasks({ native: true });
  const { proxy, sender, receiver, run } = setting;
  for (const text of ["a", "b", "c"]) await sender.send(text);
  await receivedMany(receiver, 3);
  proxy.terminate();
  await soon(run);
  assertEquals(proxy.statistics().toBack.messages, 3);
});

for (const left of [false, true]) {
  const when = left ? "when libzmq's loop has left its sockets" : "at once";
  for (const timeout of [0, 10]) {
    Deno.test(`a native proxy that can't pass on the rest, and is told again to end, ${when}, ends by the second time-out of ${timeout} ms`, async () => {
      const proxy = new Proxy(new Pull(), new Push(), { native: true });
      await bindBoth(proxy);
      using sender = new Push({ linger: 0 });
      sender.connect(proxy.frontEnd.lastEndpoint!);
      const run = held(proxy.run());
      // Its back end has no peer, so libzmq's loop, which takes a message when there is room for it, begins no send.
      await sender.send("x");
      proxy.terminate({ timeout: 10 * STUCK });
      const front = handleOf(proxy.frontEnd);
      if (left) await turnsUntil(() => !front.lent, "the end of libzmq's loop");
      proxy.terminate({ timeout });
      await soon(run);
    });
  }
}

Deno.test("a native proxy begins again after nine quick ends of libzmq's loop, one that lasted, and nine more; not after the tenth in a row", async () => {
  using loops = ownLoops();
  const { begun } = loops;
  const proxy = new Proxy(new Pull(), new Push(), { native: true });
  await bindBoth(proxy);
  using clock = new StoppedClock();
  const run = held(proxy.run());
  const end = async (times: number) => {
    for (let i = 0; i < times; i++) {
      begun.at(-1)!.end(-1);
      await turn();
    }
  };
  await end(9);
  clock.pass(10);
  await end(1 + 9);
  assertEquals([proxy.running, begun.length], [true, 20]);
  await end(1);
  await rejects(soon(run), { code: "EINVAL", message: /ends again and again/ });
});
