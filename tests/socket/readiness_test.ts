import {
  deepStrictEqual as assertEquals,
  match as assertMatch,
  ok as assert,
  rejects,
  throws,
} from "node:assert/strict";
import { Dealer, Pull, Push, Router, type Socket } from "../../mod.ts";
import { READABLE as READABLE_BIT } from "../../poller/backend.ts";
import { libc } from "../../ffi/libc.ts";
import { handleOf } from "../../socket/handle.ts";
import { Client, Server } from "../../socket/draft.ts";
import { reactor } from "../../poller/reactor.ts";
import type { Pending } from "../../poller/pending.ts";
import { Parks } from "../poller/support.ts";
import { replaced } from "../replacing.ts";
import { freshAddress, join } from "../util.ts";
import { eachTransportOfDrafts } from "./drafts.ts";
import { eachTransport, pending, pipeline, received } from "./support.ts";
import { held, soon, turn, turnsUntil } from "../waiting.ts";

const CLOSED = { name: "ZmqError", code: "EBADF", call: "zmq_getsockopt" };

for (const over of eachTransport()) {
  Deno.test(over(
    "wait waits until a message can be received, and leaves it there",
    async (address) => {
      using push = new Push();
      using pull = new Pull();
      await join(pull, push, address);
      const waited = pull.wait();
      for (let i = 0; i < 5; i++) await turn();
      assert(await pending(waited));
      await push.send("hello");
      assertEquals(await soon(waited), true);
      assertEquals(await pull.wait(), true);
      assertEquals(await received(pull), ["hello"]);
      assertEquals(await pull.wait({ timeout: 0 }), false);
    },
  ));

  Deno.test(over(
    "waitSync waits until a message can be received, and leaves it there",
    async (address) => {
      using push = new Push();
      using pull = new Pull();
      await join(pull, push, address);
      push.sendSync("hello");
      assertEquals(pull.waitSync({ timeout: 10_000 }), true);
      assertEquals(pull.waitSync(), true);
      assertEquals(pull.receiveSync().map(String), ["hello"]);
      assertEquals(pull.waitSync({ timeout: 0 }), false);
    },
  ));
}

Deno.test("wait gives up when its time is over, and not before", async () => {
  using pull = new Pull();
  const begin = performance.now();
  assertEquals(await pull.wait({ timeout: 60 }), false);
  const took = performance.now() - begin;
  assert(took >= 59, `${took} ms`);
});

Deno.test("waitSync gives up when its time is over, and not before", () => {
  using pull = new Pull();
  const begin = performance.now();
  assertEquals(pull.waitSync({ timeout: 130 }), false);
  const took = performance.now() - begin;
  assert(took >= 129, `${took} ms`);
});

Deno.test("waitSync sleeps until something comes, and looks again then", async () => {
  using pull = new Pull();
  using push = new Push();
  await join(pull, push, freshAddress("inproc"));
  using _ = replaced(libc(), "poll", () => {
    push.trySend("hello");
    return 1;
  });
  assertEquals(pull.waitSync({ timeout: 20_000 }), true);
});

Deno.test("wait waits until a message can be sent", async () => {
  using push = new Push({ sendHighWaterMark: 1 });
  using pull = new Pull({ receiveHighWaterMark: 1 });
  const alone = push.wait();
  assert(await pending(alone));
  await join(pull, push, freshAddress("inproc"));
  assertEquals(await soon(alone), true);
  while (push.trySend("x"));
  const full = push.wait();
  for (let i = 0; i < 5; i++) await turn();
  assert(await pending(full));
  assertEquals(push.waitSync({ timeout: 0 }), false);
  for (let i = 0; i < 2; i++) await pull.receive();
  assertEquals(await soon(full), true);
  assertEquals(push.waitSync(), true);
  assert(push.trySend("x"));
});

Deno.test("wait for both directions ends with whichever is ready first", async () => {
  using dealer = new Dealer();
  using router = new Router();
  const both = { readable: true, writable: true };
  const waited = dealer.wait(both);
  assert(await pending(waited));
  await join(router, dealer, freshAddress("inproc"));
  assertEquals(await soon(waited), true);
  assertEquals(await dealer.wait({ timeout: 0 }), false);
});

Deno.test("those that wait for messages have theirs before a wait ends", async () => {
  using sockets = await pipeline();
  const { push, pull } = sockets;
  const receives = [pull.receive(), pull.receive()];
  const waited = pull.wait();
  await push.send("1");
  await push.send("2");
  assertEquals((await soon(Promise.all(receives))).map(String), ["1", "2"]);
  for (let i = 0; i < 5; i++) await turn();
  assert(await pending(waited));
  await push.send("3");
  assertEquals(await soon(waited), true);
  assertEquals(await received(pull), ["3"]);
});

Deno.test("those that wait for messages have theirs before a waitSync ends", async () => {
  using sockets = await pipeline();
  const { push, pull } = sockets;
  const receive = pull.receive();
  push.sendSync("1");
  assertEquals(pull.waitSync({ timeout: 20 }), false);
  assertEquals(String(await receive), "1");
});

Deno.test("what those that wait for messages leave ends a waitSync", async () => {
  using sockets = await pipeline();
  const { push, pull } = sockets;
  const receive = pull.receive();
  push.sendSync("1");
  push.sendSync("2");
  assertEquals(pull.waitSync({ timeout: 1000 }), true);
  assertEquals(String(await receive), "1");
});

Deno.test("the room that those that wait to send leave ends a waitSync", async () => {
  using push = new Push({ sendHighWaterMark: 5 });
  using pull = new Pull({ receiveHighWaterMark: 5 });
  await join(pull, push, freshAddress("inproc"));
  while (push.trySend("x"));
  const send = push.send("last");
  while (pull.tryReceive() !== undefined);
  assertEquals(push.waitSync({ timeout: 1000 }), true);
  await send;
});

Deno.test("a Router that is writable isn't so for others while a send to a full peer waits", async () => {
  using router = new Router({ mandatory: true, sendHighWaterMark: 1 });
  using full = new Dealer({ routingId: "full", receiveHighWaterMark: 1 });
  using empty = new Dealer({ routingId: "empty" });
  for (const dealer of [full, empty]) await join(dealer, router, freshAddress("inproc"));
  for (const name of ["full", "empty"]) await router.send([name, "x"]);
  while (router.trySend(["full", "x"]));
  const send = held(router.send(["full", "last"]));
  assert(router.writable);
  assertEquals(router.waitSync({ writable: true, timeout: 0 }), false);
  router.close();
  await rejects(soon(send), { code: "EBADF" });
});

Deno.test("a wait without time says what has come already, and begins no wait", async () => {
  using sockets = await pipeline();
  const { push, pull } = sockets;
  const now = () => {
    const waited = pull.wait({ timeout: 0 });
    assertEquals(handleOf(pull).dependents, 0);
    return waited;
  };
  assertEquals(await now(), false);
  await push.send("x");
  assertEquals(await now(), true);
});

Deno.test("a wait that has ended, in any way, leaves nothing at its socket", async () => {
  using sockets = await pipeline();
  const { push, pull } = sockets;
  const handle = handleOf(pull);
  const waited = pull.wait();
  await push.send("x");
  assertEquals(await soon(waited), true);
  assertEquals(handle.dependents, 0, "ready");
  await pull.receive();
  assertEquals(await soon(pull.wait({ timeout: 1 })), false);
  assertEquals(handle.dependents, 0, "timed out");
  const controller = new AbortController();
  const aborted = rejects(pull.wait({ signal: controller.signal }));
  controller.abort();
  await soon(aborted);
  assertEquals(handle.dependents, 0, "aborted");
});

Deno.test("an error of the socket ends its waits with it", async () => {
  using pull = new Pull();
  const waited = held(pull.wait());
  const error = new Error("the descriptor is gone");
  handleOf(pull).fail(error);
  await rejects(soon(waited), error);
});

Deno.test("one message ends all waits for a socket", async () => {
  using sockets = await pipeline();
  const { push, pull } = sockets;
  const waits = Array.from({ length: 10 }, () => pull.wait());
  await push.send("x");
  assertEquals(await soon(Promise.all(waits)), Array(10).fill(true));
  assertEquals(await received(pull), ["x"]);
});

Deno.test("a loop of waits that are ready at once lets a timer fire", async () => {
  using sockets = await pipeline();
  const { push, pull } = sockets;
  await push.send("x");
  let fired = false;
  const timer = setTimeout(() => fired = true, 1);
  for (let i = 0; i < 1_000_000 && !fired; i++) assert(await pull.wait());
  clearTimeout(timer);
  assert(fired);
});

Deno.test("a wait can be aborted, before and while it waits", async () => {
  using pull = new Pull();
  const reason = new Error("enough");
  await rejects(pull.wait({ signal: AbortSignal.abort(reason) }), reason);
  const controller = new AbortController();
  const waited = pull.wait({ signal: controller.signal });
  assert(await pending(waited));
  controller.abort(reason);
  await rejects(waited, reason);
});

Deno.test("closing a socket fails its waits, and a closed one can't be waited for", async () => {
  const pull = new Pull();
  const waited = pull.wait();
  const failed = rejects(waited, CLOSED);
  pull.close();
  await failed;
  await rejects(pull.wait(), CLOSED);
  throws(() => pull.waitSync(), CLOSED);
});

/** The error of an asynchronous wait that is refused, and of the same that blocks. */
async function refusals(socket: Socket, ...args: unknown[]): Promise<Error[]> {
  const rejected = Reflect.apply(socket.wait, socket, args).catch((error: Error) => error);
  let thrown: Error | undefined;
  try {
    Reflect.apply(socket.waitSync, socket, args);
  } catch (error) {
    thrown = error as Error;
  }
  return [await rejected, thrown!];
}

Deno.test("a wait for nothing is refused", async () => {
  using pull = new Pull();
  using push = new Push();
  using dealer = new Dealer();
  for (const socket of [pull, push, dealer]) {
    for (const none of [{ readable: false }, { writable: false }]) {
      for (const error of await refusals(socket, none)) {
        assert(error instanceof TypeError);
        assertMatch(error.message, /nothing to wait for/);
      }
    }
  }
});

Deno.test("a wait for a direction that the class doesn't have is refused", async () => {
  using pull = new Pull();
  using push = new Push();
  for (const error of await refusals(pull, { writable: true })) {
    assert(error instanceof TypeError);
    assertMatch(error.message, /A Pull never becomes writable/);
  }
  for (const error of await refusals(push, { readable: true })) {
    assert(error instanceof TypeError);
    assertMatch(error.message, /A Push never becomes readable/);
  }
});

Deno.test("a wait with wrong options is refused", async () => {
  using pull = new Pull();
  const { signal } = new AbortController();
  for (
    const wrong of [[50], [{ readble: true }], [{ timeout: "1" }], [{ readable: 1 }], [{}, {}]]
  ) {
    for (const error of await refusals(pull, ...wrong)) assert(error instanceof TypeError);
  }
  for (const error of await refusals(pull, { timeout: -1 })) assert(error instanceof RangeError);
  await rejects(Reflect.apply(pull.wait, pull, [{ signal: {} }]), { name: "TypeError" });
  throws(() => Reflect.apply(pull.waitSync, pull, [{ signal }]), { name: "TypeError" });
});

Deno.test("the default of a wait is receiving, where the class has both directions, unless it's told to be sending", async () => {
  using dealer = new Dealer();
  using router = new Router();
  await join(router, dealer, freshAddress("inproc"));
  assertEquals(await dealer.wait({ timeout: 0 }), false);
  assertEquals(await dealer.wait({ readable: true, writable: false, timeout: 0 }), false);
  assertEquals(await dealer.wait({ readable: undefined, timeout: 0 }), false);
  assertEquals(await dealer.wait({ writable: true, timeout: 0 }), true);
  assertEquals(await dealer.wait({ readable: true, writable: true, timeout: 0 }), true);
});

for (const over of eachTransportOfDrafts()) {
  Deno.test(over("wait waits until a thread-safe socket has a message", async (address) => {
    using server = new Server();
    using client = new Client();
    await join(server, client, address);
    const waited = server.wait();
    for (let i = 0; i < 5; i++) await turn();
    assert(await pending(waited));
    await client.send("x");
    assertEquals(await soon(waited), true);
    assertEquals(server.waitSync(), true);
    await server.receive();
    assertEquals(server.waitSync({ timeout: 20 }), false);
  }));
}

Deno.test("the receive time-out isn't a wait's", async () => {
  using pull = new Pull({ receiveTimeout: 1 });
  const waited = pull.wait({ timeout: 30 });
  const begin = performance.now();
  assertEquals(await waited, false);
  assert(performance.now() - begin >= 20);
});

Deno.test("a wait that ended in the look at the end of its time left the reactor twice", async () => {
  using pull = new Pull();
  const handle = handleOf(pull);
  const engine = reactor();
  const { removePending } = engine;
  const left = new Map<Pending, number>();
  engine.removePending = (waiting, set) => {
    left.set(waiting, (left.get(waiting) ?? 0) + 1);
    // Not again: nothing would be counted right in the tests that follow.
    if (left.get(waiting) === 1) removePending.call(engine, waiting, set);
  };
  try {
    using parks = new Parks();
    const waited = pull.wait({ timeout: 20 });
    await turnsUntil(() => parks.outstanding === 1, "the sleep");
    // As where the message is there at the first look, and its peer has gone by the second.
    handle.ask = () => {
      for (const listener of [...handle.listeners!]) listener.onReady(READABLE_BIT);
      return 0;
    };
    assertEquals(await soon(waited), true);
    assertEquals([...left.values()], [1]);
  } finally {
    Reflect.deleteProperty(engine, "removePending");
  }
});

Deno.test("a direction that a class doesn't have could be waited for, as the types had it", () => {
  const wrong = (push: Push, pull: Pull): unknown[] => [
    // @ts-expect-error -- it only sends
    push.wait({ readable: true }),
    // @ts-expect-error -- it only receives
    pull.wait({ writable: true }),
    // @ts-expect-error -- it only sends
    push.waitSync({ readable: true }),
    // @ts-expect-error -- it only receives
    pull.waitSync({ writable: true }),
    push.wait({ writable: true, timeout: 5 }),
    pull.waitSync({ readable: true, timeout: 5 }),
  ];
  assertEquals(wrong.length, 2); // a check of types: it isn't called
});
