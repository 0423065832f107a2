import { deepStrictEqual as assertEquals, ok as assert, rejects, throws } from "node:assert/strict";
import { inspect } from "node:util";
import { Context, context, Pair, Poller, Pull, Push } from "../mod.ts";
import { coreOf } from "../context.ts";
import { idle } from "../poller/reactor.ts";
import { openDescriptors } from "./fds.ts";
import { run } from "./program.ts";
import { join } from "./util.ts";
import { turn } from "./waiting.ts";
import "./socket/observing.ts"; // has used every foreign function once

const CLOSED = (call: string) => ({
  name: "ZmqError",
  code: "EBADF",
  errno: 9,
  call,
  message: "The context is closed",
});

Deno.test("a context's options have libzmq's defaults", () => {
  using context = new Context();
  assertEquals(
    {
      ioThreads: context.ioThreads,
      maxSockets: context.maxSockets,
      ipv6: context.ipv6,
      blocky: context.blocky,
      exitLinger: context.exitLinger,
      closed: context.closed,
    },
    {
      ioThreads: 1,
      maxSockets: 1023,
      ipv6: false,
      blocky: true,
      exitLinger: 10_000,
      closed: false,
    },
  );
  assert(context.maxSocketsLimit >= 1023);
});

Deno.test("a context's options read as they're set, as properties and by the constructor", () => {
  const options = { ioThreads: 3, maxSockets: 17, ipv6: true, blocky: false, exitLinger: 0 };
  using made = new Context(options);
  using set = new Context();
  Object.assign(set, options);
  for (const [name, value] of Object.entries(options)) {
    assertEquals(Reflect.get(made, name), value);
    assertEquals(Reflect.get(set, name), value);
  }
});

Deno.test("a context refuses options of another type, and numbers out of range", () => {
  using context = new Context();
  for (const name of ["ioThreads", "maxSockets", "exitLinger"] as const) {
    for (const value of ["1", null, true, 1n, {}]) {
      const refused = { name: "TypeError", message: `The option ${name} must be a number` };
      throws(() => context[name] = value as never, refused);
      throws(() => new Context({ [name]: value }), refused);
    }
    const least = name === "maxSockets" ? 1 : 0;
    for (const value of [least - 1, 0.5, NaN, Infinity, 2 ** 31]) {
      const refused = { name: "RangeError", message: new RegExp(`The option ${name} must be a`) };
      throws(() => context[name] = value, refused);
      throws(() => new Context({ [name]: value }), refused);
    }
  }
  for (const name of ["ipv6", "blocky"] as const) {
    for (const value of [0, 1, "true", null]) {
      const refused = { name: "TypeError", message: `The option ${name} must be a boolean` };
      throws(() => context[name] = value as never, refused);
      throws(() => new Context({ [name]: value }), refused);
    }
  }
  assertEquals([context.ioThreads, context.maxSockets, context.exitLinger], [1, 1023, 10_000]);
});

Deno.test("a context's unknown options, and what isn't an object, are refused", () => {
  for (const name of ["iothreads", "closed", "maxSocketsLimit", "close", "toString"]) {
    const message = new RegExp(`^A Context has no option ${name}\\b`);
    throws(() => new Context({ [name]: 1 } as never), { name: "TypeError", message });
  }
  throws(() => new Context({ ioThread: 2 } as never), /did you mean ioThreads\?/);
  for (const options of [null, 5, "ioThreads", () => {}]) {
    throws(() => new Context(options as never), { name: "TypeError", message: /an object/ });
  }
});

Deno.test("a property that a context doesn't have is a TypeError that names the nearest option", () => {
  using context = new Context();
  const wrong = context as unknown as Record<string, number>;
  throws(() => wrong.ioThread = 2, { name: "TypeError", message: /did you mean ioThreads\?/ });
  class Own extends Context {
    name = "mine";
  }
  using own = new Own();
  assertEquals([own.name, "ioThread" in context], ["mine", false]);
});

Deno.test({
  name: "a context that refuses its options leaves nothing open",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    const before = openDescriptors().length;
    for (let i = 0; i < 60; i++) {
      throws(() => new Context({ ioThreads: 2, maxSockets: -1 }), RangeError);
    }
    // libzmq ends contexts on threads of their own; each has a descriptor at least until then.
    const limit = performance.now() + 20_000;
    while (openDescriptors().length > before + 20) {
      assert(performance.now() < limit, "the descriptors aren't given back");
      await turn();
    }
  },
});

Deno.test("an option that is undefined is as if it weren't there", () => {
  using context = new Context({ ioThreads: undefined, exitLinger: undefined });
  assertEquals([context.ioThreads, context.exitLinger], [1, 10_000]);
});

Deno.test("an option that an object inherits was checked, and had no effect", () => {
  using context = new Context(Object.create({ ioThreads: 3, exitLinger: 5 }));
  assertEquals([context.ioThreads, context.exitLinger], [3, 5]);
});

Deno.test("closing a context twice does nothing, and using closes it", () => {
  let kept: Context;
  {
    using own = new Context();
    kept = own;
    void own.ioThreads;
  }
  assert(kept.closed);
  kept.close();
  kept[Symbol.dispose]();
  assert(kept.closed);
});

Deno.test("a closed context opens no socket, and its options can't be reached", () => {
  for (const used of [false, true]) {
    const own = new Context();
    if (used) new Pair({ context: own });
    own.close();
    throws(() => new Pair({ context: own }), CLOSED("zmq_socket"));
    throws(() => own.ioThreads, CLOSED("zmq_ctx_get"));
    throws(() => own.ipv6, CLOSED("zmq_ctx_get"));
    throws(() => own.maxSockets = 5, CLOSED("zmq_ctx_set"));
  }
});

Deno.test("what was sent in a context is delivered although the context is closed", async () => {
  using pull = new Pull();
  await pull.bind("tcp://127.0.0.1:*");
  const own = new Context();
  const push = new Push({ context: own });
  push.connect(pull.lastEndpoint!);
  for (let i = 0; i < 500; i++) await push.send(`${i}`);
  own.close();
  for (let i = 0; i < 500; i++) assertEquals((await pull.receive())[0].text(), `${i}`);
});

Deno.test("sockets of different contexts talk over tcp", async () => {
  using one = new Context({ ioThreads: 2 });
  using other = new Context();
  using push = new Push({ context: one });
  using pull = new Pull({ context: other });
  await join(pull, push);
  await push.send("across");
  assertEquals((await pull.receive())[0].text(), "across");
});

Deno.test("a context without I/O threads serves inproc, and says what tcp would need", async () => {
  using own = new Context({ ioThreads: 0 });
  using push = new Push({ context: own });
  using pull = new Pull({ context: own });
  await join(pull, push, "inproc://without-threads");
  await push.send("inside");
  assertEquals((await pull.receive())[0].text(), "inside");
  await rejects(pull.bind("tcp://127.0.0.1:*"), {
    name: "ZmqError",
    code: "EMTHREAD",
    message: /ioThreads/,
  });
});

Deno.test("an inproc name belongs to its context", async () => {
  using one = new Context();
  using other = new Context();
  const address = "inproc://the-same-name";
  for (const own of [one, other]) {
    const pull = new Pull({ context: own });
    await pull.bind(address);
    const push = new Push({ context: own });
    push.connect(address);
    await push.send(own === one ? "one" : "other");
    assertEquals((await pull.receive())[0].text(), own === one ? "one" : "other");
  }
});

Deno.test("the default context is a Context, made once", async () => {
  assert(context instanceof Context);
  using socket = new Pair();
  assert(socket.context === context);
  assert((await import("../context.ts")).context === context);
});

Deno.test("a shutdown before the first socket holds: a later one fails with ETERM, and the context ends", async () => {
  const { code, stdout, stderr } = await run(`
    import { Context, Pair } from "$MOD";
    const context = new Context();
    context.shutdown();
    try {
      new Pair({ context });
    } catch (error) {
      console.log(error.code, /context was shut down/.test(error.message));
    }
    context.close();
    console.log("closed");
  `);
  assertEquals([code, stdout, stderr], [0, "ETERM true\nclosed\n", ""]);
});

Deno.test("await using closes a context, and waits until the threads were given back", async () => {
  const order: string[] = [];
  let kept: Context;
  let waiting: Promise<unknown>;
  {
    await using context = new Context();
    kept = context;
    waiting = new Pair({ context }).receive().catch((error) => error.code);
    await turn();
    idle().then(() => order.push("given back"));
  }
  assertEquals([order, kept.closed, await waiting], [["given back"], true, "EBADF"]);
});

Deno.test("a context prints waits of a kind once, with their number", async () => {
  using pull = new Pull();
  const address = await pull.bind("tcp://127.0.0.1:*");
  const receives = Array.from({ length: 500 }, () => pull.receive());
  const ended = Promise.allSettled(receives);
  const text = Deno.inspect(pull.context);
  assert(text.includes(`"receive: Pull at ${address} (500 times)"`), text);
  assertEquals(text.split("receive: ").length, 2);
  pull.close();
  await ended;
});

Deno.test("a context prints its open sockets, and what keeps the process alive", async () => {
  using context = new Context();
  const [pull, push] = [new Pull({ context }), new Push({ context })];
  const address = await pull.bind("tcp://127.0.0.1:*");
  const waits: Promise<unknown>[] = [
    pull.receive(),
    push.send("x"),
    pull.events.receive(),
    pull.wait(),
  ];
  using poller = new Poller();
  poller.add(push);
  waits.push(poller.wait());
  const ended = Promise.allSettled(waits);
  const expected = [
    `sockets: [ "Pull at ${address}", "Push, neither bound nor connected" ]`,
    `receive: Pull at ${address}`,
    "send: Push, neither bound nor connected",
    `events.receive: Pull at ${address}`,
    `wait: Pull at ${address}`,
    "Poller.wait (1 source)",
  ];
  for (const print of [Deno.inspect, inspect]) {
    const text = print(context).replaceAll("'", '"').replace(/\s+/g, " ");
    for (const part of expected) assert(text.includes(part), `${part}: ${text}`);
    assert(!text.includes("inproc"), text);
  }
  for (const one of [pull, push, poller, pull.events]) one.close();
  await ended;
  assertEquals(
    Deno.inspect(context).replace(/\s+/g, " "),
    "Context { sockets: [], shutDown: false, closed: false, keepsProcessAlive: [] }",
  );
});

Deno.test("a socket whose options are refused leaves nothing open in its context", () => {
  using context = new Context();
  throws(() => new Pull({ context, linger: -2 }), { name: "RangeError" });
  throws(() => new Pull({ context, lingr: 0 } as object), { name: "TypeError" });
  assertEquals(coreOf(context).sockets, []);
});

Deno.test("a context that was shut down says so when it's printed, and nothing else changes", () => {
  using context = new Context();
  using _pair = new Pair({ context });
  context.shutdown();
  assert(Deno.inspect(context).includes("shutDown: true"), Deno.inspect(context));
  assertEquals(context.closed, false);
});

Deno.test("what libzmq reads at a context's first socket is refused after it, and keeps its value", () => {
  using context = new Context();
  context.maxSockets = 5;
  new Pull({ context }).close();
  const late = { name: "TypeError", message: /^\w+ has no effect any more/ };
  const names = [
    ...["ioThreads", "maxSockets", "threadNamePrefix"],
    ...["threadPriority", "threadSchedulingPolicy"],
  ];
  for (const name of names) {
    throws(() => Object.assign(context, { [name]: 7 }), {
      ...late,
      message: RegExp(`^${name} has`),
    });
  }
  throws(() => context.addThreadAffinity(0), late);
  throws(() => context.removeThreadAffinity(0), late);
  assertEquals([context.maxSockets, context.threadPriority], [5, -1]);
  context.maxMessageSize = 100; // which new sockets read
  assertEquals(context.maxMessageSize, 100);
});
