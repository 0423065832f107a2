/** What a socket's Observer tells, and when. */

import { deepStrictEqual as assertEquals, ok as assert, rejects, throws } from "node:assert/strict";
import { Context, Observer, Pair, Pull, Push, Reply, Request, ZmqError } from "../../mod.ts";
import { idle } from "../../poller/reactor.ts";
import { observe } from "../../socket/observer.ts";
import { freshAddress, join } from "../util.ts";
import { all, finish, next } from "./observing.ts";
import { pending } from "./support.ts";
import { soon, turn, turnsUntil } from "../waiting.ts";
import { run, withoutWaiting } from "../program.ts";
import { Reported } from "../reported.ts";

Deno.test("a connection's events come in order on both sides, each with its address", async () => {
  const reply = new Reply();
  const request = new Request();
  const server = all(reply.events);
  const client = all(request.events);
  const address = await join(reply, request);
  await request.send("hello");
  await soon(reply.receive());
  await reply.send("hello");
  await soon(request.receive());
  request.close();
  const ofClient = await soon(client);
  assertEquals(ofClient.map(({ type }) => type), ["connect:delay", "connect", "handshake", "end"]);
  reply.close();
  // Whether the server still hears that its client has gone is a matter of time.
  const ofServer = (await soon(server)).filter(({ type }) => type !== "disconnect");
  assertEquals(ofServer.map(({ type }) => type), ["bind", "accept", "handshake", "close", "end"]);
  for (const event of [...ofServer, ...ofClient]) {
    if (event.type !== "end") assertEquals((event as { address: string }).address, address);
  }
});

Deno.test("a listener for one call is off before it, also where it throws, and may add itself again", async () => {
  using reported = new Reported();
  using pull = new Pull();
  const heard: string[] = [];
  pull.events.on("bind", ({ address }) => {
    heard.push(address);
    throw new Error("a listener's own");
  }, { once: true });
  const twice = ({ address }: { address: string }) => {
    heard.push(address);
    if (heard.length < 3) pull.events.on("bind", twice, { once: true });
  };
  pull.events.on("bind", twice, { once: true });
  const [one, other] = [1, 2, 3].map(() => pull.bindSync("tcp://127.0.0.1:*"));
  await turnsUntil(() => heard.length === 3, "the third call");
  assertEquals(heard, [one, one, other]);
  assertEquals(reported.errors.length, 1);
});

Deno.test("a connection of this side's hasn't the peer of one that was accepted with its descriptor before", async () => {
  using pull = new Pull();
  const server = new Push();
  const address = await server.bind("tcp://127.0.0.1:*");
  const { events } = pull;
  const accepted = next(events, "accept");
  const push = new Push();
  await join(pull, push);
  const { fd, peer } = await accepted;
  push.close();
  assertEquals(await next(events, "disconnect").then((event) => [event.fd, event.peer]), [
    fd,
    peer,
  ]);
  // The least number that is free is the next one's.
  let had = -1;
  while (had < fd) {
    pull.connect(address);
    ({ fd: had } = await next(events, "connect"));
  }
  server.close();
  let ended;
  do ended = await next(events, "disconnect"); while (ended.fd !== had);
  assert(ended.peer !== peer, ended.peer);
});

Deno.test("a peer's going is told, with the connection's descriptor", async () => {
  const pull = new Pull();
  const { events } = pull;
  const push = new Push();
  await join(pull, push);
  const { fd } = await next(events, "accept");
  if (Deno.build.os === "linux") {
    assert(Deno.readLinkSync(`/proc/self/fd/${fd}`).startsWith("socket:"));
  }
  await next(events, "handshake");
  push.close();
  assertEquals((await next(events, "disconnect")).fd, fd);
  await finish(pull);
});

Deno.test("a socket has one Observer, which begins when it's first asked for", () => {
  const pair = new Pair();
  assert(pair.events instanceof Observer);
  assertEquals(pair.events, pair.events);
  throws(() => observe(pair), { name: "ZmqError", code: "EBUSY" });
  pair.events.close();
  assertEquals(pair.events.closed, true);
  pair.close();
  const closed = new Pair();
  closed.close();
  throws(() => closed.events, { name: "ZmqError", code: "EBADF" });
});

Deno.test("inproc has no events but the end, and what waits gets it", async () => {
  const [one, other] = [new Pair(), new Pair()];
  await join(one, other, freshAddress("inproc"));
  const first = one.events.receive();
  const second = one.events.receive();
  assert(await pending(first));
  one.close();
  assertEquals(await soon(first), { type: "end" });
  await rejects(soon(second), { name: "ZmqError", code: "EBADF" });
  assertEquals(one.events.closed, true);
  await rejects(one.events.receive(), { name: "ZmqError", code: "EBADF" });
  assertEquals(await all(one.events), []);
  other.close();
});

Deno.test("receives of events are served in their order, and one that's aborted takes none", async () => {
  const pull = new Pull();
  const controller = new AbortController();
  const first = pull.events.receive();
  const second = pull.events.receive({ signal: controller.signal });
  const third = pull.events.receive();
  controller.abort("enough");
  assertEquals(await soon(second.catch((reason) => reason)), "enough");
  await pull.bind(freshAddress("tcp"));
  pull.close();
  assertEquals([(await soon(first)).type, (await soon(third)).type], ["bind", "close"]);
  assertEquals(await soon(all(pull.events)), [{ type: "end" }]);
  const other = new Pull();
  await rejects(other.events.receive({ signal: AbortSignal.abort("no") }), (e) => e === "no");
  await rejects(other.events.receive({ signal: 1 as never }), { name: "TypeError" });
  await finish(other);
});

Deno.test("leaving an iteration takes no event, and another goes on with the next", async () => {
  const pull = new Pull();
  const { events } = pull;
  await pull.bind(freshAddress("tcp"));
  for await (const { type } of events) {
    assertEquals(type, "bind");
    break;
  }
  const iterator = events[Symbol.asyncIterator]();
  const turn = iterator.next();
  await iterator.return!();
  assertEquals(await turn, { value: undefined, done: true });
  assertEquals(await iterator.next(), { value: undefined, done: true });
  pull.close();
  assertEquals((await soon(all(events))).map(({ type }) => type), ["close", "end"]);
});

Deno.test("listeners get the events of their type, those included that are still unread", async () => {
  const pull = new Pull();
  const { events } = pull;
  await pull.bind(freshAddress("tcp"));
  await turn();
  const seen: string[] = [];
  const note = ({ type }: { type: string }) => {
    seen.push(type);
  };
  events.on("bind", note).on("end", note).on("end", () => seen.push("the end"));
  await pull.bind(freshAddress("tcp"));
  pull.close();
  await turnsUntil(() => seen.includes("the end"), "the end");
  assertEquals(seen, ["bind", "bind", "end", "the end"]);
  assertEquals(events.closed, true);
});

Deno.test("a listener that's taken off gets nothing more; without any, events are kept again", async () => {
  const pull = new Pull();
  const { events } = pull;
  let seen = 0;
  const count = () => {
    seen++;
    events.off("bind", count);
  };
  events.on("bind", count);
  await rejects(events.receive(), { name: "ZmqError", code: "EBUSY" });
  await rejects(soon(events.iterate().next()), { name: "ZmqError", code: "EBUSY" });
  await pull.bind(freshAddress("tcp"));
  await pull.bind(freshAddress("tcp"));
  await turnsUntil(() => seen === 1, "the event");
  const waiting = next(events, "bind");
  assertEquals((await soon(waiting)).type, "bind");
  assertEquals(seen, 1);
  const receive = events.receive();
  throws(() => events.on("bind", count), { name: "ZmqError", code: "EBUSY" });
  throws(() => events.on("bind", 1 as never), { name: "TypeError" });
  pull.close();
  await soon(receive);
  await soon(all(events));
});

Deno.test("a listener was still called after the one before it had closed the Observer", async () => {
  using pull = new Pull();
  const { events } = pull;
  const seen: string[] = [];
  events.on("bind", () => {
    seen.push("first");
    events.close();
  });
  events.on("bind", () => seen.push("second"));
  await pull.bind(freshAddress("tcp"));
  await turnsUntil(() => seen.length > 0, "the event");
  assertEquals(seen, ["first"]);
});

Deno.test("a listener's error is reported, and keeps nothing from the others", async () => {
  const pull = new Pull();
  const mistake = new Error("a mistake");
  using reported = new Reported();
  let seen = 0;
  pull.events.on("bind", () => {
    throw mistake;
  }).on("bind", () => seen++).on("end", () => seen++);
  await pull.bind(freshAddress("tcp"));
  pull.close();
  await turnsUntil(() => seen === 2, "the other listeners");
  assertEquals(reported.errors, [mistake]);
});

Deno.test("closing an Observer ends what waits for it, and leaves its socket alone", async () => {
  const pull = new Pull();
  const push = new Push();
  const { events } = pull;
  await pull.bind(freshAddress("tcp"));
  await next(events, "bind");
  const receive = events.receive();
  const iteration = all(events);
  events.close();
  events[Symbol.dispose]();
  await rejects(receive, { name: "ZmqError", code: "EBADF" });
  assertEquals(await iteration, []);
  assertEquals(events.closed, true);
  await rejects(events.receive(), { name: "ZmqError", code: "EBADF" });
  push.connect(pull.lastEndpoint!);
  await push.send("hello");
  assertEquals(String(await soon(pull.receive())), "hello");
  push.close();
  pull.close();
});

Deno.test("a context's end is the end of its sockets' events", async () => {
  const context = new Context();
  const pull = new Pull({ context });
  const { events } = pull;
  await pull.bind(freshAddress("tcp"));
  await next(events, "bind");
  const last = events.receive();
  context.close();
  assertEquals(await soon(last), { type: "end" });
  assertEquals(events.closed, true);
});

Deno.test("what had happened up to a context's end can still be read", async () => {
  const context = new Context();
  const pull = new Pull({ context });
  const { events } = pull;
  await pull.bind(freshAddress("tcp"));
  context.close();
  assertEquals((await soon(all(events))).map(({ type }) => type), ["bind", "end"]);
});

Deno.test("a context's shutdown is it, too", async () => {
  using context = new Context();
  const pull = new Pull({ context });
  const last = next(pull.events, "end");
  context.shutdown();
  assertEquals((await soon(last)).type, "end");
});

Deno.test("a socket that can't be observed goes on", async () => {
  using context = new Context({ maxSockets: 2 });
  using one = new Pair({ context });
  using other = new Pair({ context });
  throws(() => one.events, (error) => error instanceof ZmqError && error.code === "EMFILE");
  await join(one, other, freshAddress("inproc"));
  await one.send("hello");
  assertEquals(String(await soon(other.receive())), "hello");
  throws(() => one.events, { name: "ZmqError", code: "EMFILE" });
});

// The process's life ------------------------------------------------------------------------------

Deno.test("the first look at a socket's events doesn't load the runtime's timers, which takes milliseconds", async () => {
  const { stdout, stderr } = await run(`
    let loaded = false;
    const { setImmediate } = globalThis;
    Object.defineProperty(globalThis, "setImmediate", { get: () => (loaded = true, setImmediate) });
    const { Pull } = await import("$MOD");
    const pull = new Pull();
    pull.events;
    await Promise.resolve();
    await new Promise((done) => queueMicrotask(done));
    console.log(loaded);
    pull.close();
  `);
  assertEquals([stdout, stderr], ["false\n", ""]);
});

Deno.test("events for which a full context has no place leave it as many places as before", async () => {
  const context = new Context({ maxSockets: 4 });
  const sockets = Array.from({ length: 3 }, () => new Pull({ context }));
  for (let i = 0; i < 5; i++) throws(() => sockets[0].events, { code: "EMFILE" });
  let last: Pull | undefined;
  await turnsUntil(() => {
    try {
      last = new Pull({ context });
    } catch {
      // libzmq's thread still has to give the place back.
    }
    return last !== undefined;
  }, "the place");
  for (const socket of [...sockets, last!]) socket.close();
  context.close();
});

Deno.test("neither an Observer nor its listeners keep the process alive", async () => {
  const { code, stdout } = await run(`
    import { Pull } from "$MOD";
    const pull = new Pull();
    pull.events.on("accept", () => {});
    await pull.bind("tcp://127.0.0.1:*");
    const other = new Pull();
    other.events;
    await other.bind("tcp://127.0.0.1:*");
    console.log("done");
  `);
  assertEquals([code, stdout], [0, "done\n"]);
});

for (
  const [how, wait] of [
    ["a receive of events", "pull.events.receive()"],
    ["an iteration over events", "pull.events[Symbol.asyncIterator]().next()"],
  ]
) {
  Deno.test(`${how} keeps the process alive until it has ended`, async () => {
    const { code, stdout } = await run(`
      import { Pull } from "$MOD";
      const pull = new Pull();
      ${wait}.then(() => console.log("an event"));
      const timer = setTimeout(() => pull.bind("tcp://127.0.0.1:*"), 300);
      Deno.unrefTimer(timer);
    `);
    assertEquals([code, stdout], [0, "an event\n"]);
  });
}

Deno.test("a program that observes many sockets ends in the middle of their closing", async () => {
  const { code, stdout, stderr } = await run(`
    import { Pull, Push } from "$MOD";
    const sockets = [];
    for (let i = 0; i < 100; i++) {
      const pull = new Pull();
      pull.events;
      await pull.bind("tcp://127.0.0.1:*");
      const push = new Push({ linger: 0 });
      push.events;
      push.connect(pull.lastEndpoint);
      sockets.push(pull, push);
    }
    for (const socket of sockets.slice(50)) socket.close();
    console.log("done");
  `);
  assertEquals([code, stdout, withoutWaiting(stderr)], [0, "done\n", ""]);
});

Deno.test("a socket that's dropped is collected, though it has listeners that hold it", async () => {
  const { code, stdout, stderr } = await run(
    `
    import { Pull } from "$MOD";
    const registry = new FinalizationRegistry(() => collected = true);
    let collected = false;
    (() => {
      const pull = new Pull();
      registry.register(pull);
      pull.events.on("bind", () => console.log(pull.closed));
    })();
    while (!collected) {
      await new Promise((resolve) => setTimeout(resolve, 1));
      gc();
    }
    console.log("collected");
  `,
    { flags: ["-A", "--v8-flags=--expose-gc"] },
  );
  assertEquals([code, stdout, stderr], [0, "collected\n", ""]);
});

/** What doesn't compile; never called. */
export const REFUSED = async ({ events }: Pull): Promise<void> => {
  // @ts-expect-error -- no such event
  events.on("bound", () => {});
  // @ts-expect-error -- "end" has no address
  events.on("end", ({ address }) => address);
  const event = await events.receive();
  // @ts-expect-error -- not every event has one
  void event.fd;
  switch (event.type) {
    case "accept": {
      const known: [string, string | undefined, number] = [event.address, event.peer, event.fd];
      return void known;
    }
    case "connect:retry":
      return void (event.interval satisfies number);
    case "handshake:error:auth":
      return void (event.error.code satisfies string, event.status satisfies number);
  }
};

Deno.test("an Observer takes no property that it doesn't have", () => {
  using pull = new Pull();
  const events = pull.events as Observer & { capacty: number };
  throws(() => events.capacty = 5, {
    name: "TypeError",
    message: "An Observer has no property capacty; did you mean capacity?",
  });
  events.capacity = 5;
  assertEquals(events.capacity, 5);
});

Deno.test("an event that there isn't is refused with the nearest one's name, or with all of them", () => {
  using pull = new Pull();
  throws(() => pull.events.on("connected" as never, () => {}), {
    message: /did you mean connect\?/,
  });
  throws(() => pull.events.on("listening" as never, () => {}), {
    message: /^There is no event listening: it's one of connect, .*bind, .*unknown$/,
  });
});

Deno.test("await using closes an Observer, and waits until the runtime has its threads back", async () => {
  const order: string[] = [];
  {
    using pull = new Pull();
    await using _ = pull.events;
    idle().then(() => order.push("given back"));
  }
  assertEquals(order, ["given back"]);
});
