/** Conversations in which programs that watch ZMQ_FD lose a wake-up, or turn in circles. */

import { deepStrictEqual as assertEquals, ok as assert } from "node:assert/strict";
import { Dealer, Poller, Pull, Push, Reply, Request, Router } from "../../mod.ts";
import { dealers, eachBackend, fillUp, keys, Parks, Patience } from "./support.ts";
import { freshAddress, join, ownLoopback, withFolder } from "../util.ts";
import { held, soon, STUCK, turn, turns, turnsUntil } from "../waiting.ts";

Deno.test("a burst of messages takes one wake, also where they're taken one by one", async () => {
  using pull = new Pull({ receiveHighWaterMark: 0 });
  using push = new Push({ sendHighWaterMark: 0 });
  await join(pull, push, freshAddress("inproc"));
  const first = held(pull.receive());
  using parks = new Parks();
  await turnsUntil(() => parks.outstanding === 1, "the sleep");
  const number = 2000;
  for (let i = 0; i < number; i++) assert(push.trySend(`${i}`));
  assertEquals((await soon(first))[0].text(), "0");
  for (let i = 1; i < number; i++) assertEquals((await pull.receive())[0].text(), `${i}`);
  assert(parks.count <= 2, `${parks.count} parks`);
});

for (const over of eachBackend()) {
  Deno.test(
    over("a burst of messages takes one wake of a Poller, whose program drains", async (poller) => {
      using pull = new Pull({ receiveHighWaterMark: 0 });
      using push = new Push({ sendHighWaterMark: 0 });
      await join(pull, push, freshAddress("inproc"));
      poller.add(pull, { key: "pull" });
      const wait = held(poller.wait());
      using parks = new Parks();
      await turnsUntil(() => parks.outstanding === 1, "the sleep");
      const number = 2000;
      for (let i = 0; i < number; i++) assert(push.trySend(`${i}`));
      assertEquals(keys(await soon(wait)), ["pull"]);
      assertEquals([...pull.drain()].length, number);
      assertEquals(await poller.wait({ timeout: 0 }), []);
      assert(parks.count <= 2, `${parks.count} parks`);
    }),
  );
}

Deno.test("requests without an envelope end no server, and don't make it turn in circles", async () => {
  using reply = new Reply();
  using stranger = new Dealer({ linger: 0 });
  using request = new Request();
  await join(reply, stranger);
  request.connect(reply.lastEndpoint!);
  const controller = new AbortController();
  const serving = (async () => {
    while (!controller.signal.aborted) {
      const [question] = await reply.receive({ signal: controller.signal });
      await reply.send(`${question.text()}!`);
    }
  })().catch((error) => assertEquals(error, controller.signal.reason));
  using parks = new Parks();
  for (let round = 0; round < 10; round++) {
    await stranger.send("no envelope");
    await stranger.send(["none", "here", "either"]);
    if (round % 3 === 0) await turns(10);
    await request.send(`${round}`);
    assertEquals((await soon(request.receive()))[0].text(), `${round}!`);
  }
  assert(parks.count <= 200, `${parks.count} parks`);
  // And where nothing follows it:
  await stranger.send("no envelope");
  const before = parks.count;
  using patience = new Patience(100);
  await turnsUntil(() => patience.expired, "the deadline");
  assert(parks.count - before <= 10, `${parks.count - before} parks`);
  controller.abort("enough");
  await soon(serving);
});

for (const over of eachBackend()) {
  Deno.test(
    over("requests without an envelope end no server that uses a Poller", async (poller) => {
      using reply = new Reply();
      using stranger = new Dealer({ linger: 0 });
      using request = new Request();
      await join(reply, stranger, freshAddress("inproc"));
      request.connect(reply.lastEndpoint!);
      poller.add(reply, { key: "reply" });
      for (let round = 0; round < 10; round++) {
        const wait = held(poller.wait());
        await stranger.send("no envelope");
        await turns(round);
        await request.send("a question");
        // The stranger's may be reported, but then there is nothing to receive.
        assertEquals(keys(await soon(wait)), ["reply"]);
        let question = reply.tryReceive();
        while (question === undefined) {
          assertEquals(keys(await soon(poller.wait())), ["reply"]);
          question = reply.tryReceive();
        }
        assertEquals(question[0].text(), "a question");
        await reply.send("an answer");
        assertEquals((await soon(request.receive()))[0].text(), "an answer");
      }
    }),
  );
}

Deno.test("a mandatory ROUTER with one full peer of two parks until that peer reads, and then sends", async () => {
  const options = { linger: 0, sendHighWaterMark: 1, receiveHighWaterMark: 1 };
  using router = new Router({ ...options, mandatory: true });
  using full = new Dealer({ ...options, routingId: "full" });
  using other = new Dealer({ ...options, routingId: "other" });
  await join(router, full, freshAddress("inproc"));
  other.connect(router.lastEndpoint!);
  for (const dealer of [full, other]) {
    await dealer.send("here I am");
    await soon(router.receive());
  }
  while (router.trySend(["full", "filling"]));
  const toFull = held(router.send(["full", "late"]));
  const toOther = held(router.send(["other", "behind it"]));
  using parks = new Parks();
  {
    using patience = new Patience(200);
    await turnsUntil(() => patience.expired, "the deadline");
  }
  assert(parks.count <= 20, `${parks.count} parks in 200 ms`);
  assert([...full.drain()].length > 0);
  await soon(toFull);
  await soon(toOther);
  assertEquals((await soon(other.receive()))[0].text(), "behind it");
  assertEquals((await soon(full.receive()))[0].text(), "late");
});

// What fills the queue up, or takes the last message, is refused in the end. That was taken for a socket that says
// ready and isn't, which is asked again after 50 ms only: a line of sends to a quick peer took a hundred times as long.

Deno.test("a line of sends that has filled the queue again sleeps until there's room, and no shorter", async () => {
  using pair = await dealers();
  const { one, peer } = pair;
  fillUp(one);
  const sends = Array.from({ length: 20 }, (_, number) => one.send(`${number}`));
  let sent = 0;
  for (const send of sends) send.then(() => sent++);
  using parks = new Parks();
  while (sent === 0) {
    peer.tryReceive();
    await turn();
  }
  await turnsUntil(() => parks.outstanding > 0, "the sleep");
  assert(sent < sends.length);
  assertEquals(parks.timeout, -1);
  while (String(await soon(peer.receive())) !== "19");
  await soon(Promise.all(sends));
});

Deno.test("a line of receives that has taken the last message sleeps until the next, and no shorter", async () => {
  using pair = await dealers();
  const { one, peer } = pair;
  fillUp(one);
  const late = one.send("late");
  const [first, second] = [one.receive(), one.receive()];
  using parks = new Parks();
  await peer.send("first");
  assertEquals(String(await soon(first)), "first");
  await turnsUntil(() => parks.outstanding > 0, "the sleep");
  assertEquals(parks.timeout, -1);
  await peer.send("second");
  assertEquals(String(await soon(second)), "second");
  for (const _ of peer.drain());
  await soon(late);
});

for (const transport of ["tcp", "inproc"] as const) {
  Deno.test(`a DEALER sends while it receives, in both directions at their high-water marks (${transport})`, async () => {
    const options = { sendHighWaterMark: 2, receiveHighWaterMark: 2, linger: 0 };
    using one = new Dealer(options);
    using other = new Dealer(options);
    // Another socket that connects to where one is bound would be sent some of the messages.
    await join(one, other, transport === "tcp" ? ownLoopback() : freshAddress(transport));
    const number = 3000;
    const send = async (socket: Dealer) => {
      for (let i = 0; i < number; i++) await socket.send(`${i}`);
    };
    const receive = async (socket: Dealer) => {
      for (let i = 0; i < number; i++) {
        assertEquals((await socket.receive())[0].text(), `${i}`);
        // Not always at once, so that the other side meets the mark.
        if (i % 50 === 0) await turn();
      }
    };
    await soon(Promise.all([send(one), send(other), receive(one), receive(other)]), "the end");
  });
}

Deno.test("a message that comes while both directions wait wakes the receive, and its answer the send", async () => {
  using sockets = await dealers();
  const { one, peer } = sockets;
  fillUp(one);
  const sent = held(one.send("waiting"));
  const message = held(one.receive());
  using parks = new Parks();
  await turnsUntil(() => parks.outstanding === 1, "the sleep");
  assert(peer.trySend("a message"));
  assertEquals((await soon(message))[0].text(), "a message");
  const again = held(one.receive());
  await turns(3);
  // One call makes room, the other's command comes with the same edge.
  assert([...peer.drain()].length > 0);
  assert(peer.trySend("another"));
  await soon(sent);
  assertEquals((await soon(again))[0].text(), "another");
});

for (const over of eachBackend()) {
  Deno.test(over(
    "a PUSH at its high-water mark wakes when its peer takes, over the network",
    async (poller) => {
      using pull = new Pull({ receiveHighWaterMark: 1, receiveBufferSize: 4096 });
      using push = new Push({ sendHighWaterMark: 1, sendBufferSize: 4096, linger: 0 });
      await join(pull, push);
      const body = new Uint8Array(200_000);
      let sent = 0;
      let taken = 0;
      while (push.trySend(body)) sent++;
      poller.add(push, { writable: true, key: "push" });
      const number = sent + 50;
      while (sent < number) {
        const wait = held(poller.wait({ timeout: STUCK }));
        if (taken < sent) {
          await soon(pull.receive());
          taken++;
        }
        if (keys(await soon(wait)).length > 0) {
          while (sent < number && push.trySend(body)) sent++;
        } else assert(taken < sent, "nothing is on its way, and there is no room");
      }
      for (; taken < number; taken++) await soon(pull.receive());
    },
  ));

  Deno.test(over(
    "a Poller that waits for room is woken by a peer that comes later: connect before bind",
    async (poller) => {
      await withFolder(async (folder) => {
        const address = freshAddress("ipc", folder);
        using push = new Push({ immediate: true, reconnectInterval: 1, linger: 0 });
        push.connect(address);
        poller.add(push, { writable: true, key: "push" });
        const wait = held(poller.wait());
        const sent = held(push.send("early"));
        await turns(20);
        using pull = new Pull();
        await pull.bind(address);
        assertEquals((await soon(pull.receive()))[0].text(), "early");
        await soon(sent);
        assertEquals(keys(await soon(wait)), ["push"]);
      });
    },
  ));
}

const ORDERS = {
  "bind, connect, send, add": ["bind", "connect", "send", "add"],
  "connect, bind, send, add": ["connect", "bind", "send", "add"],
  "add, connect, send, bind": ["add", "connect", "send", "bind"],
  "connect, send, add, bind": ["connect", "send", "add", "bind"],
  "bind, add, connect, send": ["bind", "add", "connect", "send"],
} as const;

for (const [name, order] of Object.entries(ORDERS)) {
  for (const over of eachBackend()) {
    Deno.test(
      over(`over inproc, what was sent before the first wait is found: ${name}`, async (poller) => {
        for (const how of ["wait", "waitSync", "receive", "receiveSync"]) {
          using pull = new Pull();
          using push = new Push();
          const address = freshAddress("inproc");
          const steps = {
            bind: () => pull.bind(address),
            connect: () => push.connect(address),
            send: () => assert(push.trySend("x")),
            add: () => poller.add(pull, { key: "pull" }),
          };
          for (const step of order) await steps[step]();
          if (how === "wait") assertEquals(keys(await soon(poller.wait())), ["pull"]);
          if (how === "waitSync") assertEquals(keys(poller.waitSync({ timeout: STUCK })), ["pull"]);
          const message = how === "receiveSync"
            ? pull.receiveSync({ timeout: STUCK })
            : await soon(pull.receive());
          assertEquals(message[0].text(), "x");
        }
      }),
    );
  }
}

Deno.test("a busy socket with many receives waiting doesn't keep another's from being served", async () => {
  using busy = new Pull({ receiveHighWaterMark: 0 });
  using push = new Push({ sendHighWaterMark: 0 });
  await join(busy, push, freshAddress("inproc"));
  using quiet = new Pull();
  using friend = new Push();
  await join(quiet, friend, freshAddress("inproc"));
  const number = 20_000;
  let received = 0;
  const all = Array.from({ length: number }, () => busy.receive().then(() => received++));
  const message = held(quiet.receive());
  await turns(3);
  for (let i = 0; i < number; i++) assert(push.trySend("x"));
  assert(friend.trySend("y"));
  await soon(message);
  assert(received < number / 2, `${received} of the others' messages came before`);
  await soon(Promise.all(all));
});

Deno.test("a visit whose visitor receives elsewhere, closes or throws leaves the others' waits alone", async () => {
  using sockets = await dealers();
  using others = await dealers();
  const { one, peer } = sockets;
  const visitors: (() => void)[] = [
    () => assertEquals(others.one.tryReceive(), undefined),
    () => {
      throw new Error("from the visitor");
    },
    () => one.close(),
  ];
  for (const [i, visitor] of visitors.entries()) {
    const message = held(others.one.receive());
    if (i % 2 === 0) await turns(3);
    await others.peer.send(`${i}`);
    await peer.send("for the visit");
    try {
      assertEquals(one.visit(visitor), 1);
    } catch (error) {
      assertEquals((error as Error).message, "from the visitor");
    }
    assertEquals((await soon(message))[0].text(), `${i}`);
  }
});

Deno.test("a receive that waits while its socket is visited by a Poller's loop gets the next message", async () => {
  using sockets = await dealers();
  const { one, peer } = sockets;
  using poller = new Poller<string>();
  poller.add(one, { key: "one" });
  for (let round = 0; round < 10; round++) {
    await peer.send("for the visit");
    assertEquals(keys(await soon(poller.wait())), ["one"]);
    let message: Promise<unknown> | undefined;
    one.visit(() => message = held(one.receive()));
    await peer.send("for the receive");
    await soon(message!);
  }
});
