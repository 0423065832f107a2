import { deepStrictEqual as assertEquals, ok as assert, rejects } from "node:assert/strict";
import { Dealer, Pull, Push } from "../../mod.ts";
import { freshAddress, join } from "../util.ts";
import { eachTransport, pending, received, texts, useUpBudget } from "./support.ts";
import { soon, turn } from "../waiting.ts";

const TIMED_OUT = { name: "ZmqError", code: "EAGAIN", errno: 11, call: "zmq_msg_recv" };
const CLOSED = { name: "ZmqError", code: "EBADF", errno: 9, call: "zmq_msg_recv" };

for (const over of eachTransport()) {
  Deno.test(over("receives that overlap are served in their order", async (address) => {
    using pull = new Pull();
    using push = new Push();
    await join(pull, push, address);
    const order: number[] = [];
    const receives = Array.from({ length: 50 }, async (_, i) => {
      const [text] = texts(await pull.receive());
      order.push(i);
      return text;
    });
    const numbers = Array.from({ length: 50 }, (_, i) => `${i}`);
    for (const number of numbers) await push.send(number);
    assertEquals(await soon(Promise.all(receives)), numbers);
    assertEquals(order.map(String), numbers);
  }));
}

Deno.test("a receive waits behind those that wait, although its message is there", async () => {
  using pull = new Pull();
  using push = new Push();
  await join(pull, push, freshAddress("inproc"));
  const first = pull.receive();
  await push.send("first");
  await push.send("second");
  const second = pull.receive();
  assertEquals(texts(await soon(second)), ["second"]);
  assertEquals(texts(await soon(first)), ["first"]);
});

Deno.test("a receive waits for a peer that isn't there yet", async () => {
  using pull = new Pull();
  await pull.bind(freshAddress("tcp"));
  const waiting = pull.receive();
  await turn();
  assert(await pending(waiting));
  using push = new Push();
  push.connect(pull.lastEndpoint!);
  await push.send("late");
  assertEquals(texts(await soon(waiting)), ["late"]);
});

Deno.test("many sockets wait at once, and each gets its own message", async () => {
  const pairs = await Promise.all(Array.from({ length: 60 }, async (_, i) => {
    const pull = new Pull();
    const push = new Push();
    await join(pull, push, freshAddress(i % 2 === 0 ? "inproc" : "tcp"));
    return { pull, push };
  }));
  const receives = pairs.map(({ pull }) => pull.receive());
  await turn();
  for (const [i, { push }] of [...pairs.entries()].reverse()) await push.send(`${i}`);
  const messages = await soon(Promise.all(receives));
  assertEquals(messages.map((message) => texts(message)[0]), pairs.map((_, i) => `${i}`));
  for (const { pull, push } of pairs) {
    pull.close();
    push.close();
  }
});

Deno.test("a signal that was aborted before rejects a receive with its reason, and takes nothing", async () => {
  using pull = new Pull();
  using push = new Push();
  await join(pull, push, freshAddress("inproc"));
  await push.send("stays");
  const reason = new Error("no more");
  const error = await pull.receive({ signal: AbortSignal.abort(reason) }).catch((error) => error);
  assert(error === reason);
  assertEquals(await received(pull), ["stays"]);
});

Deno.test("a signal ends a pending receive with its reason, whatever that is", async () => {
  using pull = new Pull();
  for (const reason of [new Error("no more"), "text", 0, null]) {
    const controller = new AbortController();
    const ended = pull.receive({ signal: controller.signal }).catch((error) => error);
    await turn();
    assert(await pending(ended));
    controller.abort(reason);
    assert(Object.is(await soon(ended), reason));
  }
  const controller = new AbortController();
  const receive = pull.receive({ signal: controller.signal });
  controller.abort();
  await rejects(soon(receive), { name: "AbortError" });
});

Deno.test("anyone who waits behind an aborted receive still gets the message", async () => {
  using pull = new Pull();
  using push = new Push();
  await join(pull, push, freshAddress("inproc"));
  const controller = new AbortController();
  const first = pull.receive();
  const aborted = pull.receive({ signal: controller.signal });
  const last = pull.receive();
  await turn();
  controller.abort(new Error("no more"));
  await rejects(soon(aborted), { message: "no more" });
  await push.send("for the first");
  await push.send("for the last");
  assertEquals(texts(await soon(first)), ["for the first"]);
  assertEquals(texts(await soon(last)), ["for the last"]);
});

Deno.test("one signal ends the receives of many sockets, and no other", async () => {
  using push = new Push();
  using other = new Pull();
  await join(other, push, freshAddress("inproc"));
  const controller = new AbortController();
  const pulls = Array.from({ length: 20 }, () => new Pull());
  const ended = pulls.flatMap((pull) => [
    pull.receive({ signal: controller.signal }).catch((error) => error.message),
    pull.receive({ signal: controller.signal }).catch((error) => error.message),
  ]);
  const untouched = other.receive({ signal: new AbortController().signal });
  await turn();
  controller.abort(new Error("all of you"));
  assertEquals(await soon(Promise.all(ended)), new Array(40).fill("all of you"));
  await push.send("not you");
  assertEquals(texts(await soon(untouched)), ["not you"]);
  for (const pull of pulls) pull.close();
});

Deno.test("a signal that is aborted after the message came changes nothing", async () => {
  using pull = new Pull();
  using push = new Push();
  await join(pull, push, freshAddress("inproc"));
  const controller = new AbortController();
  const { signal } = controller;
  for (let i = 0; i < 3; i++) {
    const waiting = pull.receive({ signal });
    await push.send(`${i}`);
    assertEquals(texts(await soon(waiting)), [`${i}`]);
  }
  const next = pull.receive();
  controller.abort();
  await push.send("next");
  assertEquals(texts(await soon(next)), ["next"]);
});

Deno.test("what isn't a signal is refused at once, and waits for nothing", async () => {
  using pull = new Pull();
  using push = new Push();
  for (const signal of [5, null, {}, new AbortController()]) {
    const options = { signal: signal as never };
    await rejects(pull.receive(options), { name: "TypeError", message: /AbortSignal/ });
    await rejects(push.send("x", options), { name: "TypeError", message: /AbortSignal/ });
  }
  await join(pull, push, freshAddress("inproc"));
  await push.send("first");
  assertEquals(await received(pull), ["first"]);
});

Deno.test("with a receiveTimeout of 0, a receive only tries", async () => {
  using pull = new Pull({ receiveTimeout: 0 });
  using push = new Push();
  await join(pull, push, freshAddress("inproc"));
  await rejects(soon(pull.receive()), TIMED_OUT);
  await push.send("there");
  assertEquals(await received(pull), ["there"]);
  await push.send("there when the turn is used up");
  useUpBudget();
  assertEquals(await received(pull), ["there when the turn is used up"]);
  useUpBudget();
  await rejects(soon(pull.receive()), TIMED_OUT);
});

Deno.test("a receiveTimeout ends a receive when it's over, and not before", async () => {
  using pull = new Pull({ receiveTimeout: 80 });
  const begin = performance.now();
  await rejects(soon(pull.receive()), TIMED_OUT);
  const took = performance.now() - begin;
  assert(took >= 79, `${took} ms`);
});

Deno.test("a receive's time-out says how long it was", async () => {
  using pull = new Pull({ receiveTimeout: 15 });
  await rejects(soon(pull.receive()), {
    message: "No message came within 15 ms: Pull, neither bound nor connected",
  });
});

Deno.test("a receiveTimeout can be changed while nothing waits", async () => {
  using pull = new Pull({ receiveTimeout: 0 });
  using push = new Push();
  await join(pull, push, freshAddress("inproc"));
  pull.receiveTimeout = -1;
  const waiting = pull.receive();
  await turn();
  await turn();
  assert(await pending(waiting));
  await push.send("comes");
  assertEquals(texts(await soon(waiting)), ["comes"]);
  pull.receiveTimeout = 20;
  await rejects(soon(pull.receive()), TIMED_OUT);
});

Deno.test("time-outs of different length end in their own order", async () => {
  const ended: number[] = [];
  const pulls = [60, 20, 100, 40].map((receiveTimeout) => new Pull({ receiveTimeout }));
  await soon(Promise.all(pulls.map(async (pull) => {
    await rejects(pull.receive(), TIMED_OUT);
    ended.push(pull.receiveTimeout);
  })));
  assertEquals(ended, [20, 40, 60, 100]);
  for (const pull of pulls) pull.close();
});

Deno.test("a message after a time-out goes to the next receive", async () => {
  using pull = new Pull({ receiveTimeout: 20 });
  using push = new Push();
  await join(pull, push, freshAddress("inproc"));
  await rejects(soon(pull.receive()), TIMED_OUT);
  await push.send("late");
  assertEquals(await received(pull), ["late"]);
});

for (const over of eachTransport()) {
  Deno.test(over("a Dealer sends while it waits to receive", async (address) => {
    using one = new Dealer();
    using other = new Dealer();
    await join(one, other, address);
    for (let round = 0; round < 200; round++) {
      const waiting = one.receive();
      await turn();
      // The send may use up the signal that the answer's coming makes.
      await one.send(`question ${round}`);
      other.receive().then(([question]) => other.send([question, "answered"]));
      await one.send("and another");
      assertEquals(texts(await soon(waiting)), [`question ${round}`, "answered"]);
      assertEquals(await received(other), ["and another"]);
    }
  }));
}

Deno.test("closing a socket fails all receives that wait", async () => {
  const pull = new Pull();
  const receives = [pull.receive(), pull.receive(), pull.receive()];
  await turn();
  pull.close();
  for (const receive of receives) await rejects(soon(receive), CLOSED);
});

Deno.test("a receive that is closed in the same turn fails as well", async () => {
  const pull = new Pull();
  const receive = pull.receive();
  pull.close();
  await rejects(soon(receive), CLOSED);
});
