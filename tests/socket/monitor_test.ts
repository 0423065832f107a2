import { deepStrictEqual as assertEquals, ok as assert, rejects, throws } from "node:assert/strict";
import { capability, Context, Pull, Push } from "../../mod.ts";
import { handleOf } from "../../socket/handle.ts";
import type { Monitor } from "../../socket/monitor.ts";
import { FrameMessage } from "../../socket/native_message.ts";
import { replaced } from "../replacing.ts";
import { Reported } from "../reported.ts";
import { freshAddress, join } from "../util.ts";
import { all, finish } from "./observing.ts";
import { portOf } from "./support.ts";
import { soon, turnsUntil } from "../waiting.ts";

/** Has the first frame of the next message be missing, as where a signal has interrupted its send, until the end of the block. */
function tornOnce(): Disposable {
  const { receive } = FrameMessage.prototype;
  let torn = false;
  return replaced(FrameMessage.prototype, "receive", function (this: FrameMessage, socket) {
    const size = receive.call(this, socket);
    if (torn || size < 0) return size;
    torn = true;
    return receive.call(this, socket);
  });
}

/** Has the last frame of the next message be missing, so that the message goes on with the one behind it. */
function joinedOnce(): Disposable {
  const { receive } = FrameMessage.prototype;
  let frames = 0;
  return replaced(FrameMessage.prototype, "receive", function (this: FrameMessage, socket) {
    const size = receive.call(this, socket);
    return size >= 0 && ++frames === 2 ? receive.call(this, socket) : size;
  });
}

/** Has the reading of the next frame fail, or of one so many behind it, until the end of the block. */
function failingOnce(error: Error, behind = 0): Disposable {
  const { receive } = FrameMessage.prototype;
  let frames = 0;
  return replaced(FrameMessage.prototype, "receive", function (this: FrameMessage, socket) {
    if (frames++ === behind) throw error;
    return receive.call(this, socket);
  });
}

for (const awaited of [false, true]) {
  const whether = awaited ? "while a receive waits for it" : "unawaited";
  Deno.test(`an event that can't be read, ${whether}, is reported, and no other follows`, async () => {
    const pull = new Pull();
    const { events } = pull;
    using reported = new Reported();
    const mistake = new Error("mistake");
    using _failing = failingOnce(mistake);
    const event = awaited ? events.receive() : undefined;
    await pull.bind(freshAddress("tcp"));
    await turnsUntil(() => reported.errors.length > 0, "the report");
    assertEquals(reported.errors, [mistake]);
    assertEquals((await soon(event ?? events.receive())).type, "end");
    await finish(pull);
  });
}

Deno.test("an event that couldn't be read stopped all sockets of its context", async () => {
  using context = new Context();
  using pull = new Pull({ context });
  using push = new Push({ context });
  const { events } = pull;
  {
    using reported = new Reported();
    using _failing = failingOnce(new Error("mistake"));
    await pull.bind(freshAddress("tcp"));
    await turnsUntil(() => reported.errors.length > 0, "the report");
  }
  push.connect(pull.lastEndpoint!);
  await soon(push.send("hello"));
  assertEquals((await soon(pull.receive()))[0].text(), "hello");
  assertEquals((await soon(events.receive())).type, "end");
});

Deno.test("an event that couldn't be read took those with it that were read just before", async () => {
  const pull = new Pull();
  const { events } = pull;
  using reported = new Reported();
  const mistake = new Error("mistake");
  {
    using _failing = failingOnce(mistake, capability.draft ? 5 : 2); // frames of the first
    const addresses = [1, 2].map(() => pull.bindSync(freshAddress("tcp")));
    await turnsUntil(() => reported.errors.length > 0, "the report");
    assertEquals(reported.errors, [mistake]);
    const told = (await soon(all(events))).map((event) => "address" in event ? event.address : "");
    assertEquals(told, [addresses[0], ""]);
  }
  await finish(pull);
});

Deno.test("what fails before an event can be read ends the receive that waits for one, or else is reported", async () => {
  const pull = new Pull();
  const { events } = pull;
  const monitor = handleOf(pull).monitor as Monitor;
  using reported = new Reported();
  const [awaited, unawaited] = [new Error("awaited"), new Error("unawaited")];
  const event = events.receive();
  monitor.onFailed(awaited);
  await rejects(event, awaited);
  monitor.onFailed(unawaited);
  assertEquals(reported.errors, [unawaited]);
  await finish(pull);
});

Deno.test("an event of which a signal had taken a part away ended the process", async () => {
  const pull = new Pull();
  const { events } = pull;
  {
    using _torn = tornOnce();
    await pull.bind(freshAddress("tcp"));
    await turnsUntil(() => events.lost === 1, "the torn event");
  }
  const address = await pull.bind(freshAddress("tcp"));
  const event = await soon(events.receive());
  assertEquals([event.type, "address" in event && event.address], ["bind", address]);
  await finish(pull);
});

Deno.test({
  name:
    "an event whose last part a signal had taken away counts as lost, and the one behind it is read",
  ignore: capability.draft, // in the second version, neither can be told
  fn: async () => {
    const pull = new Pull();
    const { events } = pull;
    {
      using _joined = joinedOnce();
      pull.bindSync(freshAddress("tcp"));
      const address = pull.bindSync(freshAddress("tcp"));
      const event = await soon(events.receive());
      assertEquals([event.type, "address" in event && event.address], ["bind", address]);
    }
    assertEquals(events.lost, 1);
    await finish(pull);
  },
});

Deno.test("a monitor whose last report a signal had torn kept its place in the context", async () => {
  using context = new Context({ maxSockets: 4 });
  const opens = () => {
    try {
      using pull = new Pull({ context });
      const { events } = pull;
      using _torn = tornOnce();
      events.close();
      return true;
    } catch (error) {
      if ((error as { code?: string }).code === "EMFILE") return false; // closed in the background
      throw error;
    }
  };
  for (let i = 0; i < 8; i++) await turnsUntil(opens, "a place");
});

Deno.test("an Observer that is closed gives its places in the context back, while its socket goes on", async () => {
  using context = new Context({ maxSockets: 4 });
  using pull = new Pull({ context });
  pull.events.close();
  const opens = () => {
    try {
      using _one = new Push({ context });
      using _other = new Push({ context });
      using _third = new Push({ context });
      return true;
    } catch (error) {
      if ((error as { code?: string }).code === "EMFILE") return false; // closed in the background
      throw error;
    }
  };
  await turnsUntil(opens, "three places");
});

Deno.test("what happened before the first read is kept", async () => {
  const pull = new Pull();
  const push = new Push();
  const { events } = pull;
  await join(pull, push);
  await push.send("hello");
  await soon(pull.receive());
  const types: string[] = [];
  while (types.at(-1) !== "handshake") types.push((await soon(events.receive())).type);
  assertEquals(types, ["bind", "accept", "handshake"]);
  push.close();
  await finish(pull);
});

Deno.test("what had happened when its context is closed can still be read", async () => {
  const context = new Context();
  const pull = new Pull({ context });
  const { events } = pull;
  pull.bindSync("tcp://127.0.0.1:*");
  context.close();
  assertEquals((await soon(all(events))).map(({ type }) => type), ["bind", "end"]);
});

Deno.test("what had happened when its context is closed can be read to the last, however much it was", async () => {
  const context = new Context();
  const pull = new Pull({ context });
  const { events } = pull;
  for (let i = 0; i < 300; i++) pull.unbindSync(pull.bindSync("tcp://127.0.0.1:*"));
  context.close();
  const types = (await soon(all(events))).map(({ type }) => type);
  assertEquals(types.filter((type) => type === "bind").length, 300);
  assertEquals(types.at(-1), "end");
});

Deno.test("beyond the capacity the oldest events are dropped, and counted", async () => {
  const pull = new Pull();
  const { events } = pull;
  assertEquals([events.capacity, events.lost], [1000, 0]);
  events.capacity = 3;
  for (let i = 0; i < 5; i++) await pull.bind(freshAddress("tcp"));
  pull.close();
  // Five times "bind", five times "close", and the end.
  await turnsUntil(() => events.lost === 8, "the end");
  assertEquals((await soon(all(events))).map(({ type }) => type), ["close", "close", "end"]);
});

Deno.test("the end of a connection that was accepted at a wildcard before anyone observed it has this side's address", async () => {
  await using pull = new Pull();
  await pull.bind("tcp://*:*");
  const port = portOf(pull);
  const push = new Push({ linger: 0 });
  push.connect(`tcp://127.0.0.1:${port}`);
  await push.send("x");
  await soon(pull.receive());
  const { events } = pull;
  push.close();
  let event = await soon(events.receive());
  while (event.type !== "disconnect") event = await soon(events.receive());
  assertEquals(event.address, `tcp://127.0.0.1:${port}`);
});

Deno.test("a smaller capacity drops at once what is beyond it", async () => {
  const pull = new Pull();
  const { events } = pull;
  for (const wrong of ["1", null, 1n]) {
    throws(() => Reflect.set(events, "capacity", wrong), { name: "TypeError" });
  }
  for (const wrong of [0, -1, 1.5, NaN]) {
    throws(() => events.capacity = wrong, { name: "RangeError" });
  }
  events.capacity = Infinity;
  events.capacity = 10;
  for (let i = 0; i < 5; i++) await pull.bind(freshAddress("tcp"));
  pull.close();
  await turnsUntil(() => events.lost === 1, "all eleven events");
  events.capacity = 1;
  assertEquals(events.lost, 10);
  assertEquals(await events.receive(), { type: "end" });
});

Deno.test("an unread Observer holds no one up, even while its isolate takes nothing in", async () => {
  const context = new Context({ maxSockets: 5000 }); // closed ones keep their places until libzmq comes to them
  const pull = new Pull({ context });
  const { events } = pull;
  await pull.bind(freshAddress("tcp"));
  // No turn of the event loop in between, and no wait: nothing is drained.
  for (let i = 0; i < 1500; i++) {
    const push = new Push({ context, linger: 0 });
    push.connect(pull.lastEndpoint!);
    push.sendSync("x", { timeout: 5000 });
    const limit = performance.now() + 30_000;
    while (pull.tryReceive() === undefined) assert(performance.now() < limit, "it's held up");
    push.close();
  }
  assertEquals(events.lost, 0);
  pull.close();
  const count = (await soon(all(events))).length + events.lost;
  // At least "accept" and "handshake" for each: more than libzmq's own limits would let through.
  assert(count > 3000, `${count} events`);
  context.close();
});

Deno.test("an Observer that's closed after its socket leaves no one behind that blocks", async () => {
  const context = new Context();
  for (let i = 0; i < 20; i++) {
    const pull = new Pull({ context });
    const { events } = pull;
    await pull.bind(freshAddress("tcp"));
    pull.close();
    events.close();
  }
  // The thread that reports would block every later closing.
  const pull = new Pull({ context });
  await pull.bind(freshAddress("tcp"));
  await finish(pull);
  context.close();
});
