import { deepStrictEqual as assertEquals, ok as assert, throws } from "node:assert/strict";
import { libc } from "../../ffi/libc.ts";
import { Dealer, Poller, Pull, Push, Reply, Request, Router } from "../../mod.ts";
import { DescriptorSet } from "../../poller/descriptor_set.ts";
import { handleOf } from "../../socket/handle.ts";
import { NativeSocket } from "../../socket/native_socket.ts";
import { StoppedClock } from "../poller/clock.ts";
import { run } from "../program.ts";
import { replaced } from "../replacing.ts";
import { freshAddress, join } from "../util.ts";
import { eachTransport, received, receivedMany, texts, useUpBudget } from "./support.ts";
import { held, soon } from "../waiting.ts";

const NOTHING_CAME = { name: "ZmqError", code: "EAGAIN", call: "zmq_msg_recv" };
const NO_PEER = { name: "ZmqError", code: "EAGAIN", call: "zmq_send" };

for (const over of eachTransport()) {
  Deno.test(over("a blocking conversation of both ends in one thread", (address) => {
    using reply = new Reply();
    using request = new Request();
    reply.bind(address);
    request.connect(reply.lastEndpoint!);
    for (let i = 0; i < 100; i++) {
      request.sendSync([`${i}`, "x"]);
      assertEquals(texts(reply.receiveSync()), [`${i}`, "x"]);
      reply.sendSync(`answer ${i}`);
      assertEquals(texts(request.receiveSync({ timeout: 10_000 })), [`answer ${i}`]);
    }
  }));
}

// So that a worker can be terminated in it.
Deno.test("rule 9: receiveSync blocks for 100 ms at a time", () => {
  using pull = new Pull();
  const handle = handleOf(pull);
  const limits: number[] = [];
  const { set } = Object.getOwnPropertyDescriptor(NativeSocket.prototype, "blockingLimit")!;
  Object.defineProperty(handle, "blockingLimit", {
    set(limit) {
      limits.push(limit);
      set!.call(handle, limit);
    },
  });
  throws(() => pull.receiveSync({ timeout: 150 }), NOTHING_CAME);
  assertEquals(Math.max(...limits), 100);
});

Deno.test("rule 9: in a worker, so does a receiveSync without a limit", async () => {
  const { stdout, stderr } = await run(`
    const code = \`
      import { Pull } from "$MOD";
      import { NativeSocket } from "$ROOT/socket/native_socket.ts";
      Object.defineProperty(NativeSocket.prototype, "blockingLimit", { set: postMessage });
      new Pull().receiveSync();
    \`;
    const worker = new Worker("data:text/javascript," + encodeURIComponent(code), { type: "module" });
    worker.onmessage = ({ data }) => {
      console.log(data);
      Deno.exit();
    };
  `);
  assertEquals(stdout || stderr, "100\n");
});

Deno.test("rule 9: waitSync, a Poller's too, blocks for 100 ms at a time, and sendSync for 50", () => {
  const longest = (wait: () => void): number => {
    const limits: number[] = [];
    using clock = new StoppedClock();
    const pass = (limit: number) => {
      limits.push(limit);
      clock.pass(limit);
    };
    using _poll = replaced(libc(), "poll", (_fds, _count, limit) => {
      pass(limit);
      return 0;
    });
    using _set = replaced(DescriptorSet.prototype, "waitSync", pass);
    wait();
    return Math.max(...limits);
  };
  const timeout = 1000;
  // Each socket is the only one: beside others, that these are looked at is a reason, too.
  {
    using pull = new Pull();
    assertEquals(longest(() => assertEquals(pull.waitSync({ timeout }), false)), 100);
    using poller = new Poller();
    poller.add(pull);
    assertEquals(longest(() => assertEquals(poller.waitSync({ timeout }), [])), 100);
  }
  using push = new Push();
  assertEquals(longest(() => throws(() => push.sendSync("x", { timeout }), NO_PEER)), 50);
});

Deno.test("receiveSync gives up when its time is over, and not before", () => {
  using pull = new Pull();
  const begin = performance.now();
  throws(() => pull.receiveSync({ timeout: 130 }), NOTHING_CAME);
  const took = performance.now() - begin;
  assert(took >= 129, `${took} ms`);
  throws(() => pull.receiveSync({ timeout: 0 }), {
    ...NOTHING_CAME,
    message: "No message came within 0 ms: Pull, neither bound nor connected",
  });
});

/** What blocks until its time is over, where nothing comes. */
const WAITS: [string, (pull: Pull, timeout: number) => void][] = [
  ["receiveSync", (pull, timeout) => throws(() => pull.receiveSync({ timeout }), NOTHING_CAME)],
  ["visit", (pull, timeout) => assertEquals(pull.visit(() => {}, { timeout }), 0)],
];

for (const [call, wait] of WAITS) {
  Deno.test(`${call} lasts as long as each call says, longer or shorter than the one before`, () => {
    using pull = new Pull();
    // A machine may be slow, but it isn't each time.
    const shortest = (timeout: number) => {
      const took = Array.from({ length: 4 }, () => {
        const begin = performance.now();
        wait(pull, timeout);
        return performance.now() - begin;
      });
      return Math.min(...took);
    };
    for (const timeout of [130, 10, 60, 20]) {
      const took = shortest(timeout);
      // Up to the next slice of 100 ms would be too long.
      assert(took >= timeout - 1 && took < timeout + 30, `${took} ms instead of ${timeout}`);
    }
  });
}

Deno.test("sendSync gives up when its time is over, and not before", () => {
  using push = new Push();
  const begin = performance.now();
  throws(() => push.sendSync("x", { timeout: 130 }), NO_PEER);
  const took = performance.now() - begin;
  assert(took >= 129, `${took} ms`);
  throws(() => push.sendSync("x", { timeout: 0 }), {
    ...NO_PEER,
    message: "No peer could take the message within 0 ms: Push, neither bound nor connected",
  });
});

Deno.test("without a timeout, the socket's own time-outs bound the blocking calls", () => {
  using pull = new Pull({ receiveTimeout: 20 });
  throws(() => pull.receiveSync(), {
    message: "No message came within 20 ms: Pull, neither bound nor connected",
  });
  using push = new Push({ sendTimeout: 0 });
  throws(() => push.sendSync("x"), { message: /within 0 ms/ });
});

Deno.test("a timeout of Infinity goes before the socket's own time-outs", async () => {
  using push = new Push({ sendTimeout: 0 });
  using pull = new Pull({ receiveTimeout: 0 });
  await join(pull, push);
  // The connection takes a moment, and so does the message's way: both are waited out.
  push.sendSync("x", { timeout: Infinity });
  assertEquals(texts(pull.receiveSync({ timeout: Infinity })), ["x"]);
});

Deno.test("a timeout is checked, and nothing is sent or received with a wrong one", async () => {
  using push = new Push();
  using pull = new Pull();
  await join(pull, push, freshAddress("inproc"));
  await push.send("stays");
  for (const [timeout, name] of [[-1, "RangeError"], [NaN, "TypeError"], ["1", "TypeError"]]) {
    const options = { timeout: timeout as number };
    const refused = { name: name as string, message: /timeout/ };
    throws(() => pull.receiveSync(options), refused);
    throws(() => push.sendSync("not sent", options), refused);
  }
  assertEquals(texts(pull.receiveSync()), ["stays"]);
  assertEquals(pull.tryReceive(), undefined);
});

Deno.test("sendSync waits for a peer that comes from libzmq's own thread", async () => {
  using pull = new Pull();
  await pull.bind(freshAddress("tcp"));
  using push = new Push({ immediate: true });
  push.connect(pull.lastEndpoint!);
  push.sendSync("x", { timeout: 10_000 });
  assertEquals(texts(pull.receiveSync({ timeout: 10_000 })), ["x"]);
});

Deno.test("sendSync at the high-water mark goes on as the network takes messages", async () => {
  using push = new Push({ sendHighWaterMark: 1 });
  using pull = new Pull({ receiveHighWaterMark: 0 });
  await join(pull, push);
  for (let i = 0; i < 2000; i++) push.sendSync(`${i}`, { timeout: 10_000 });
  for (let i = 0; i < 2000; i++) {
    assertEquals(texts(pull.receiveSync({ timeout: 10_000 })), [`${i}`]);
  }
});

Deno.test("receiveSync serves those that wait before itself", async () => {
  using push = new Push();
  using pull = new Pull();
  await join(pull, push, freshAddress("inproc"));
  const waiting = [pull.receive(), pull.receive()];
  for (const text of ["a", "b", "c"]) await push.send(text);
  assertEquals(texts(pull.receiveSync()), ["c"]);
  assertEquals((await soon(Promise.all(waiting))).map(texts), [["a"], ["b"]]);
});

Deno.test("receiveSync serves those that wait also when the turn is used up", async () => {
  using push = new Push({ sendHighWaterMark: 0 });
  using pull = new Pull({ receiveHighWaterMark: 0 });
  await join(pull, push, freshAddress("inproc"));
  useUpBudget();
  // More than one tick may do.
  const waiting = Array.from({ length: 3000 }, () => pull.receive());
  for (let i = 0; i <= 3000; i++) assert(push.trySend(`${i}`));
  assertEquals(texts(pull.receiveSync({ timeout: 0 })), ["3000"]);
  const messages = await soon(Promise.all(waiting));
  assertEquals(messages.map((message) => texts(message)[0]), messages.map((_, i) => `${i}`));
});

Deno.test("sendSync waits behind the sends that wait, also when the turn is used up", async () => {
  using push = new Push({ sendHighWaterMark: 0 });
  using pull = new Pull({ receiveHighWaterMark: 0 });
  const waiting = Array.from({ length: 3000 }, (_, i) => push.send(`${i}`));
  throws(() => push.sendSync("never", { timeout: 0 }), NO_PEER);
  await pull.bind(freshAddress("inproc"));
  push.connect(pull.lastEndpoint!);
  useUpBudget();
  push.sendSync("3000", { timeout: 0 });
  await soon(Promise.all(waiting));
  const all = await receivedMany(pull, 3001);
  assertEquals(all, all.map((_, i) => `${i}`));
});

Deno.test("a blocking call leaves a receive that waits on the same socket its wake-up", async () => {
  using router = new Router();
  using dealer = new Dealer();
  await join(router, dealer);
  for (let i = 0; i < 50; i++) {
    const waiting = dealer.receive();
    dealer.sendSync(`${i}`);
    const [id, text] = router.receiveSync({ timeout: 10_000 });
    router.sendSync([id, text]);
    assertEquals(texts(await soon(waiting)), [`${i}`]);
  }
});

Deno.test("a sendSync to a peer that has room doesn't overtake a send to a full one", async () => {
  using router = new Router({ mandatory: true, sendHighWaterMark: 1 });
  using full = new Dealer({ routingId: "full", receiveHighWaterMark: 1 });
  using other = new Dealer({ routingId: "other" });
  for (const dealer of [full, other]) await join(dealer, router, freshAddress("inproc"));
  for (const name of ["full", "other"]) await router.send([name, "x"]);
  while (router.trySend(["full", "x"]));
  const waiting = held(router.send(["full", "last"]));
  assertEquals(await received(other), ["x"]);
  throws(() => router.sendSync(["other", "y"], { timeout: 60 }), NO_PEER);
  while (full.tryReceive() !== undefined);
  await soon(waiting);
  router.sendSync(["other", "y"]);
  assertEquals(await received(other), ["y"]);
});
