import { deepStrictEqual as assertEquals, ok as assert, rejects, throws } from "node:assert/strict";
import { Context, Dealer, Poller, Pull, Push, Socket } from "../../mod.ts";
import { idle } from "../../poller/reactor.ts";
import { handleOf } from "../../socket/handle.ts";
import { freshAddress, join, withFolder } from "../util.ts";
import { CLASSES, pending, received } from "./support.ts";
import { held, soon, turn, turnsUntil } from "../waiting.ts";

const ARGUMENTS: Record<string, unknown[]> = {
  bind: ["inproc://closed"],
  unbind: ["inproc://closed"],
  connect: ["inproc://closed"],
  disconnect: ["inproc://closed"],
  send: [["two", "parts"]],
  trySend: [["two", "parts"]],
  sendSync: [["two", "parts"]],
  visit: [() => {}],
  getOption: [17, "int"],
  setOption: [17, 0],
  ...Object.fromEntries(
    [
      ...["receive", "tryReceive", "receiveSync", "drain", "iterate", "wait", "waitSync"],
      ...["toReadableStream", "toWritableStream", "toReadableByteStream", "toWritableByteStream"],
      ...["clearTcpAcceptFilters", "clearIpcFilters"],
    ].map((name) => [name, []]),
  ),
  bindToRandomPort: ["tcp://127.0.0.1"],
  addIpcFilterPid: [1],
  addIpcFilterUid: [1],
  addIpcFilterGid: [1],
};

/** The ids of libzmq's threads of this process, on Linux. */
function libzmqThreads(): string[] {
  return [...Deno.readDirSync("/proc/self/task")].map(({ name }) => name).filter((id) => {
    try {
      return Deno.readTextFileSync(`/proc/self/task/${id}/comm`).startsWith("ZMQbg");
    } catch {
      return false; // it has ended
    }
  });
}

/** What came of an action. */
type Outcome = { value: unknown } | { error: Error & { code?: string; call?: string } };

async function outcomeOf(action: () => unknown): Promise<Outcome> {
  try {
    return { value: await action() };
  } catch (error) {
    return { error: error as Error };
  }
}

/** Calls every method of a socket, and reads and sets every property. */
async function everything(socket: Socket): Promise<Map<string, Outcome>> {
  const outcomes = new Map<string, Outcome>();
  const members = socket as unknown as Record<string, (...values: unknown[]) => unknown>;
  const seen = new Set<string>(["constructor", "close", "context"]);
  for (let at: object = socket; at !== Object.prototype; at = Object.getPrototypeOf(at)) {
    for (const [name, property] of Object.entries(Object.getOwnPropertyDescriptors(at))) {
      if (seen.has(name)) continue;
      seen.add(name);
      if (typeof property.value === "function") {
        outcomes.set(
          `${name}()`,
          await outcomeOf(() => members[name](...ARGUMENTS[name] ?? ["x"])),
        );
      }
      if (property.get !== undefined) {
        outcomes.set(`${name} is read`, await outcomeOf(() => Reflect.get(socket, name)));
      }
      if (property.set === undefined) continue;
      // One of these is of the right type; the others may be refused for that alone.
      const sets = await Promise.all(
        [1, true, "x", null].map((value) =>
          outcomeOf(() => Reflect.set(socket, name, value, socket))
        ),
      );
      const refused = sets.filter((outcome) =>
        !("error" in outcome && ["TypeError", "RangeError"].includes(outcome.error.name))
      );
      for (const [i, outcome] of refused.entries()) outcomes.set(`${name} is set ${i}`, outcome);
      if (refused.length === 0) outcomes.set(`${name} is set`, sets[0]);
    }
  }
  return outcomes;
}

for (const Class of CLASSES) {
  Deno.test(`a closed ${Class.name} fails with EBADF whatever it's asked for`, async () => {
    const socket = new Class();
    socket.close();
    const outcomes = await everything(socket);
    // What says what it is, or was, says so of one that's closed as well.
    const told = { closed: true, readable: false, writable: false, droppedMessages: 0 };
    for (const [name, value] of Object.entries(told)) {
      assertEquals(
        outcomes.get(`${name} is read`),
        name in socket ? { value } : undefined,
      );
      outcomes.delete(`${name} is read`);
    }
    // An iteration over its messages ends at once.
    outcomes.delete("iterate()");
    assertEquals(outcomes.get("type is read"), { value: socket.type });
    outcomes.delete("type is read");
    // Each says what it was itself, and not that a closed socket has nothing for libzmq any more.
    const others = [...outcomes].filter(([, outcome]) =>
      !("error" in outcome) || outcome.error.code !== "EBADF" || outcome.error.call === "zmq_close"
    );
    assertEquals(others, []);
    assert(outcomes.size > 40, `only ${outcomes.size} members were tried`);
  });
}

Deno.test("a closed socket's error says which call it was", async () => {
  const dealer = new Dealer();
  dealer.close();
  const address = "inproc://closed";
  const calls: Record<string, () => unknown> = {
    zmq_bind: () => dealer.bind(address),
    zmq_unbind: () => dealer.unbind(address),
    zmq_connect: () => dealer.connect(address),
    zmq_disconnect: () => dealer.disconnect(address),
    zmq_send: () => dealer.send("x"),
    zmq_msg_recv: () => dealer.receive(),
    zmq_getsockopt: () => dealer.linger,
    zmq_setsockopt: () => dealer.linger = 0,
  };
  for (const [call, action] of Object.entries(calls)) {
    const error = { name: "ZmqError", code: "EBADF", errno: 9, call, message: /closed/ };
    await rejects(async () => await action(), error);
  }
});

Deno.test("closing twice, and disposing of what is closed, does nothing", async () => {
  const pull = new Pull();
  pull.close();
  pull.close();
  pull[Symbol.dispose]();
  await pull[Symbol.asyncDispose]();
  assert(pull.closed);
});

Deno.test("using closes at the end of its block, also when that throws", () => {
  let socket: Pull | undefined;
  const block = () => {
    using pull = new Pull();
    socket = pull;
    assert(!pull.closed);
    throw new Error("left");
  };
  throws(block, { message: "left" });
  assert(socket!.closed);
});

Deno.test("await using closes, and waits until the waiting thread was given back", async () => {
  const order: string[] = [];
  let waiting: Promise<unknown>;
  {
    await using pull = new Pull();
    waiting = pull.receive().catch((error) => error.code);
    await turn();
    idle().then(() => order.push("given back"));
  }
  assertEquals([order, await waiting], [["given back"], "EBADF"]);
});

Deno.test("closing fails what waits in both directions, in order", async () => {
  const dealer = new Dealer();
  const ended: string[] = [];
  const note = (name: string) => (error: { code: string; call: string }) => {
    ended.push(`${name} ${error.code} ${error.call}`);
  };
  const all = [
    dealer.send("a").catch(note("send 1")),
    dealer.receive().catch(note("receive 1")),
    dealer.send("b").catch(note("send 2")),
    dealer.receive().catch(note("receive 2")),
  ];
  await turn();
  dealer.close();
  assert(dealer.closed);
  await soon(Promise.all(all));
  assertEquals(ended, [
    "receive 1 EBADF zmq_msg_recv",
    "receive 2 EBADF zmq_msg_recv",
    "send 1 EBADF zmq_send",
    "send 2 EBADF zmq_send",
  ]);
});

Deno.test("closing one socket leaves the others' waits alone", async () => {
  using push = new Push();
  using pull = new Pull();
  await join(pull, push, freshAddress("inproc"));
  const closed = new Pull();
  const fails = closed.receive();
  const waits = pull.receive();
  await turn();
  closed.close();
  await rejects(soon(fails), { code: "EBADF" });
  assert(await pending(waits));
  await push.send("x");
  assertEquals((await soon(waits))[0].text(), "x");
});

Deno.test("what was sent before closing is delivered", async () => {
  using pull = new Pull({ receiveHighWaterMark: 0 });
  await pull.bind(freshAddress("tcp"));
  const push = new Push({ sendHighWaterMark: 0 });
  push.connect(pull.lastEndpoint!);
  for (let i = 0; i < 2000; i++) await push.send(`${i}`);
  push.close();
  for (let i = 0; i < 2000; i++) assertEquals(await received(pull), [`${i}`]);
});

Deno.test("five hundred sockets are opened and closed, and none is left over", async () => {
  await withFolder(async (folder) => {
    for (let i = 0; i < 500; i++) {
      const pull = new Pull();
      if (i % 50 === 0) await pull.bind(freshAddress("ipc", folder));
      const waiting = i % 10 === 0 ? pull.receive().catch((error) => error.code) : undefined;
      pull.close();
      if (waiting !== undefined) assertEquals(await soon(waiting), "EBADF");
    }
  });
});

Deno.test("a close in which one step failed left the socket open in libzmq, and its context waiting for it", async () => {
  const address = freshAddress("inproc");
  const pull = new Pull();
  await pull.bind(address);
  const handle = handleOf(pull);
  const { pointer } = handle; // a closed one has none
  const waiting = held(pull.receive());
  const poller = new Poller();
  poller.add(pull);
  const failing = (name: string) => () => {
    throw new Error(name);
  };
  // The first waits for a lock of the whole process, which it may not get.
  const context = Object.assign(handle.context, { remove: failing("the first") });
  Object.assign(handle, { release: failing("the second") });
  try {
    throws(() => pull.close(), { message: "the first" });
  } finally {
    Reflect.deleteProperty(context, "remove");
  }
  context.remove(handle, pointer);
  assertEquals([pull.closed, poller.size], [true, 0]);
  await rejects(soon(waiting), { code: "EBADF" });
  using other = new Pull();
  await turnsUntil(() => {
    try {
      other.bindSync(address);
      return true;
    } catch {
      return false;
    }
  }, "the address");
});

Deno.test("closing a context in which a socket's close failed left the others open", () => {
  const context = new Context();
  const [one, other] = [new Pull({ context }), new Pull({ context })];
  Object.assign(handleOf(one), {
    release() {
      throw new Error("the first");
    },
  });
  throws(() => context.close(), { message: "the first" });
  assertEquals([one.closed, other.closed, context.closed], [true, true, true]);
});

Deno.test({
  name: "a full Pull over ipc whose peer had gone kept its context after its close",
  ignore: Deno.build.os !== "linux",
  fn: () =>
    withFolder(async (folder) => {
      const address = freshAddress("ipc", folder);
      // Not descriptors: meanwhile the runtime and the loop may open some of their own.
      const before = libzmqThreads();
      const ours = new Context();
      const pull = new Pull({ context: ours, receiveHighWaterMark: 1 });
      const theirs = new Context();
      const push = new Push({ context: theirs, linger: 0, sendHighWaterMark: 1 });
      await join(pull, push, address);
      // The first one shows that they're connected, and the others fill what there is between them.
      await push.send("x");
      await pull.receive();
      assert(libzmqThreads().length > before.length);
      while (await push.wait({ timeout: 50 })) push.trySend(new Uint8Array(10_000));
      theirs.close();
      pull.close();
      ours.close();
      await turnsUntil(
        () => libzmqThreads().every((id) => before.includes(id)),
        "the end of the contexts",
      );
    }),
});
