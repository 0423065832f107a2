import { deepStrictEqual as assertEquals, ok as assert, rejects } from "node:assert/strict";
import { Dealer, Pull, Push } from "../../mod.ts";
import { freshAddress, join } from "../util.ts";
import {
  eachTransport,
  pending,
  pipeline,
  received,
  receivedMany,
  useUpBudget,
} from "./support.ts";
import { soon, turn } from "../waiting.ts";

const TIMED_OUT = { name: "ZmqError", code: "EAGAIN", errno: 11, call: "zmq_send" };
const CLOSED = { name: "ZmqError", code: "EBADF", errno: 9, call: "zmq_send" };

for (const over of eachTransport()) {
  Deno.test(over(
    "at its high-water mark a Push waits, and goes on as its peer takes",
    async (address) => {
      // The system's buffers would take thousands of small messages.
      using push = new Push({ sendHighWaterMark: 10, sendBufferSize: 4096 });
      using pull = new Pull({ receiveHighWaterMark: 10, receiveBufferSize: 4096 });
      await join(pull, push, address);
      const numbers = Array.from({ length: 300 }, (_, i) => `${i}`);
      let waits = 0;
      const sending = (async () => {
        for (const number of numbers) {
          if (push.trySend(number.padEnd(10_000))) continue;
          waits++;
          await push.send(number.padEnd(10_000));
        }
      })();
      while (waits === 0) await turn();
      const all = await receivedMany(pull, 300);
      await soon(sending);
      assertEquals(all.map((text) => text.trim()), numbers);
    },
  ));
}

Deno.test("at its high-water mark a Push waits for as long as its peer takes nothing", async () => {
  using push = new Push({ sendHighWaterMark: 3 });
  using pull = new Pull({ receiveHighWaterMark: 3 });
  await join(pull, push, freshAddress("inproc"));
  let count = 0;
  while (push.trySend(`${count}`)) count++;
  assertEquals(count, 6);
  const sends = [6, 7].map((number) => push.send(`${number}`));
  for (let i = 0; i < 5; i++) await turn();
  assert(await pending(Promise.race(sends)));
  assertEquals(await receivedMany(pull, 8), ["0", "1", "2", "3", "4", "5", "6", "7"]);
  await soon(Promise.all(sends));
});

for (const over of eachTransport()) {
  Deno.test(over("a stream of messages larger than all queues flows", async (address) => {
    using push = new Push({ sendHighWaterMark: 2 });
    using pull = new Pull({ receiveHighWaterMark: 2 });
    await join(pull, push, address);
    const sending = (async () => {
      for (let i = 0; i < 1000; i++) await push.send(`${i}`);
    })();
    const all = await receivedMany(pull, 1000);
    await soon(sending);
    assertEquals(all, all.map((_, i) => `${i}`));
  }));

  Deno.test(over("sends that overlap go out in their order", async (address) => {
    using push = new Push();
    using pull = new Pull();
    const numbers = Array.from({ length: 100 }, (_, i) => `${i}`);
    const order: string[] = [];
    const sends = numbers.map((number) => push.send(number).then(() => order.push(number)));
    await turn();
    assertEquals(order, []);
    await join(pull, push, address);
    await soon(Promise.all(sends));
    assertEquals(order, numbers);
    assertEquals(await receivedMany(pull, 100), numbers);
  }));
}

Deno.test("a send waits behind those that wait, although there is room now", async () => {
  using push = new Push();
  using pull = new Pull();
  const first = push.send("first");
  await join(pull, push, freshAddress("inproc"));
  const second = push.send("second");
  await soon(second);
  await soon(first);
  assertEquals(await receivedMany(pull, 2), ["first", "second"]);
});

Deno.test("more sends than one tick may do go out in their order", async () => {
  using push = new Push({ sendHighWaterMark: 0 });
  using pull = new Pull({ receiveHighWaterMark: 0 });
  await join(pull, push, freshAddress("inproc"));
  const numbers = Array.from({ length: 3000 }, (_, i) => `${i}`);
  const sends = numbers.map((number) => push.send(number));
  await soon(Promise.all(sends));
  assertEquals(await receivedMany(pull, 3000), numbers);
});

Deno.test("a signal that was aborted before rejects a send with its reason, and nothing is sent", async () => {
  using push = new Push();
  using pull = new Pull();
  await join(pull, push, freshAddress("inproc"));
  const reason = new Error("no more");
  const signal = AbortSignal.abort(reason);
  assert(await push.send("aborted", { signal }).catch((error) => error) === reason);
  await push.send("sent");
  assertEquals(await received(pull), ["sent"]);
});

Deno.test("what isn't a signal is refused at once, and nothing is sent", async () => {
  using sockets = await pipeline();
  const { push, pull } = sockets;
  for (const signal of [{}, null, "abort"] as never[]) {
    await rejects(push.send("x", { signal }), { name: "TypeError" });
  }
  await push.send("last");
  assertEquals(await received(pull), ["last"]);
});

Deno.test("a signal ends a pending send, and the one behind it goes out", async () => {
  using push = new Push();
  using pull = new Pull();
  const controller = new AbortController();
  const { signal } = controller;
  const first = push.send("first", { signal });
  const second = push.send("second");
  const third = push.send("third", { signal });
  await turn();
  const reason = { why: "changed my mind" };
  controller.abort(reason);
  assert(await soon(first.catch((error) => error)) === reason);
  assert(await soon(third.catch((error) => error)) === reason);
  await join(pull, push, freshAddress("inproc"));
  await soon(second);
  await push.send("fourth");
  assertEquals(await receivedMany(pull, 2), ["second", "fourth"]);
});

Deno.test("a signal that is aborted after a send changes nothing", async () => {
  using push = new Push();
  using pull = new Pull();
  const controller = new AbortController();
  const sent = push.send("sent", { signal: controller.signal });
  await join(pull, push, freshAddress("inproc"));
  await soon(sent);
  controller.abort();
  assertEquals(await received(pull), ["sent"]);
});

Deno.test("with a sendTimeout of 0, a send only tries", async () => {
  using push = new Push({ sendTimeout: 0 });
  using pull = new Pull();
  await rejects(soon(push.send("nobody")), TIMED_OUT);
  useUpBudget();
  await rejects(soon(push.send("nobody, in the next turn")), TIMED_OUT);
  await join(pull, push, freshAddress("inproc"));
  await push.send("somebody");
  useUpBudget();
  await soon(push.send("somebody, in the next turn"));
  assertEquals(await receivedMany(pull, 2), ["somebody", "somebody, in the next turn"]);
});

Deno.test("a sendTimeout ends a send when it's over, and not before, and nothing is sent", async () => {
  using push = new Push({ sendTimeout: 80 });
  using pull = new Pull();
  const begin = performance.now();
  await rejects(soon(push.send("nobody")), TIMED_OUT);
  const took = performance.now() - begin;
  assert(took >= 79, `${took} ms`);
  await join(pull, push, freshAddress("inproc"));
  await push.send("somebody");
  assertEquals(await received(pull), ["somebody"]);
});

Deno.test("a send's time-out says how long it was", async () => {
  using push = new Push({ sendTimeout: 15 });
  await rejects(soon(push.send("x")), {
    message: "No peer could take the message within 15 ms: Push, neither bound nor connected",
  });
});

Deno.test("a sendTimeout can be changed while nothing waits", async () => {
  using push = new Push({ sendTimeout: 0 });
  using pull = new Pull();
  push.sendTimeout = -1;
  const waiting = push.send("comes");
  await turn();
  await turn();
  assert(await pending(waiting));
  await join(pull, push, freshAddress("inproc"));
  await soon(waiting);
  push.disconnect(pull.lastEndpoint!);
  assertEquals(await received(pull), ["comes"]);
});

for (const over of eachTransport()) {
  Deno.test(over("a Dealer receives while it waits to send", async (address) => {
    using one = new Dealer({ sendHighWaterMark: 1, sendBufferSize: 4096 });
    using other = new Dealer({ receiveHighWaterMark: 1, receiveBufferSize: 4096 });
    await join(one, other, address);
    const large = "x".repeat(1_000_000);
    const sends: Promise<void>[] = [];
    for (let i = 0; i < 12; i++) sends.push(one.send(large));
    const last = sends.at(-1)!;
    await turn();
    assert(await pending(last));
    await other.send("back");
    assertEquals(await received(one), ["back"]);
    assert(await pending(last));
    for (let i = 0; i < 12; i++) assertEquals((await received(other))[0].length, large.length);
    await soon(Promise.all(sends));
  }));
}

Deno.test("closing a socket fails all sends that wait", async () => {
  const push = new Push();
  const sends = [push.send("a"), push.send(["b", "c"])];
  await turn();
  push.close();
  for (const send of sends) await rejects(soon(send), CLOSED);
});

Deno.test("trySend succeeds as soon as a peer has made room", async () => {
  using push = new Push({ sendHighWaterMark: 1, linger: 0 });
  using pull = new Pull({ receiveHighWaterMark: 1 });
  await join(pull, push, freshAddress("inproc"));
  while (push.trySend("x"));
  for (const _ of pull.drain());
  assert(push.trySend("y"));
});

Deno.test("a send whose options close its socket is refused, whenever they're read", async () => {
  /** Sends to no one, and closes as the time-out is read for the `closing`th time. Returns how often it was read. */
  const send = async (closing: number, error: object) => {
    using push = new Push();
    let reads = 0;
    const options = {
      get timeout() {
        if (++reads === closing) push.close();
        return 0;
      },
    };
    await rejects(soon(push.send("x", options)), error);
    return reads;
  };
  const reads = await send(Infinity, TIMED_OUT);
  for (let closing = 1; closing <= reads; closing++) await send(closing, CLOSED);
});
