import { deepStrictEqual as assertEquals, ok as assert, rejects, throws } from "node:assert/strict";
import { Dealer, Pair, Pull, Push, Router } from "../../mod.ts";
import { freshAddress, join } from "../util.ts";
import { eachTransport, pending, received, texts } from "./support.ts";
import { soon, turn } from "../waiting.ts";

// A message's coming is signalled once. Each call on its socket may use that signal up, so after each
// someone has to look for the receive that waits. Over inproc the signal is there as soon as the
// message was sent, and the call can be made in the same turn.

/** Calls on a socket that read its signal and have nothing to do with the receive that waits. */
const CALLS: Record<string, (socket: Dealer) => unknown> = {
  "readable": (socket) => socket.readable,
  "writable": (socket) => socket.writable,
  "an option's reading": (socket) => socket.receiveHighWaterMark,
  "an option's setting": (socket) => socket.linger = 0,
  "lastEndpoint": (socket) => socket.lastEndpoint,
  "tryReceive": (socket) => socket.tryReceive(),
  "drain": (socket) => [...socket.drain()],
  "trySend": (socket) => socket.trySend("there"),
  "send": (socket) => socket.send("there"),
  "bind": (socket) => socket.bind(freshAddress("inproc")),
  "connect": (socket) => socket.connect(freshAddress("inproc")),
  "connect and disconnect": (socket) => {
    const address = freshAddress("inproc");
    socket.connect(address);
    socket.disconnect(address);
  },
};

for (const [name, call] of Object.entries(CALLS)) {
  for (const parked of [false, true]) {
    const when = parked ? "is parked" : "has just begun";
    Deno.test(`a receive that ${when} gets its message although ${name} used the signal up`, async () => {
      using one = new Dealer({ linger: 0 });
      using other = new Dealer({ linger: 0 });
      await join(one, other, freshAddress("inproc"));
      for (let i = 0; i < 20; i++) {
        const waiting = one.receive();
        if (parked) { for (let j = 0; j < 3; j++) await turn(); }
        await other.send(`${i}`);
        call(one);
        assertEquals(texts(await soon(waiting)), [`${i}`]);
      }
    });
  }
}

/** Calls that fail, and have read the signal before. */
const FAILING: Record<string, (router: Router, taken: string) => unknown> = {
  "a trySend": (router) => throws(() => router.trySend(["no one", "x"]), { code: "EHOSTUNREACH" }),
  "a sendSync": (router) =>
    throws(() => router.sendSync(["no one", "x"]), { code: "EHOSTUNREACH" }),
  "a send": (router) => rejects(router.send(["no one", "x"]), { code: "EHOSTUNREACH" }),
  "a bind": (router, taken) => rejects(router.bind(taken), { code: "EADDRINUSE" }),
  "a bindSync": (router, taken) => throws(() => router.bindSync(taken), { code: "EADDRINUSE" }),
  "a disconnect": (router) => throws(() => router.disconnect("tcp://127.0.0.1:1"), ABSENT),
  "an unbind": (router) => throws(() => router.unbindSync("tcp://127.0.0.1:1"), ABSENT),
};
const ABSENT = { code: "ENOENT" };

for (const [name, fail] of Object.entries(FAILING)) {
  Deno.test(`a receive never got its message when ${name} that failed had used the signal up`, async () => {
    using router = new Router({ linger: 0, mandatory: true });
    using dealer = new Dealer({ linger: 0 });
    const taken = freshAddress("inproc");
    await join(router, dealer, taken);
    for (let i = 0; i < 20; i++) {
      const waiting = router.receive();
      await dealer.send(`${i}`);
      fail(router, taken);
      assertEquals(texts((await soon(waiting)).slice(1)), [`${i}`]);
    }
  });
}

for (const over of eachTransport()) {
  Deno.test(over(
    "a receive gets its message while readable and writable are read all the time",
    async (address) => {
      using one = new Pair();
      using other = new Pair();
      await join(one, other, address);
      let over = false;
      const reading = (async () => {
        while (!over) {
          for (let i = 0; i < 20; i++) void [one.readable, one.writable, other.readable];
          await turn();
        }
      })();
      for (let i = 0; i < 500; i++) {
        const waiting = soon(one.receive());
        await other.send(`${i}`);
        assertEquals(texts(await waiting), [`${i}`]);
      }
      over = true;
      await reading;
    },
  ));
}

Deno.test("a send gets its room although readable was read when the peer made it", async () => {
  using push = new Push({ sendHighWaterMark: 1 });
  using pull = new Pull({ receiveHighWaterMark: 1 });
  await join(pull, push, freshAddress("inproc"));
  for (let round = 0; round < 20; round++) {
    while (push.writable) push.trySend("fills");
    const waiting = push.send("waits");
    await turn();
    assert(await pending(waiting));
    while (pull.tryReceive() !== undefined) {
      void push.writable;
      void push.sendHighWaterMark;
    }
    await soon(waiting);
    assertEquals(await received(pull), ["waits"]);
  }
});

/** Calls that look for a message, and use up the signal that there is room. */
const LOOKS: Record<string, (socket: Dealer) => unknown> = {
  "tryReceive": (socket) => assertEquals(socket.tryReceive(), undefined),
  "drain": (socket) => assertEquals([...socket.drain()], []),
  "visit": (socket) => assertEquals(socket.visit(() => {}), 0),
  "receiveSync": (socket) => throws(() => socket.receiveSync({ timeout: 0 }), { code: "EAGAIN" }),
  "receive": (socket) => {
    const controller = new AbortController();
    socket.receive({ signal: controller.signal }).catch(() => {});
    controller.abort();
  },
};

for (const [name, look] of Object.entries(LOOKS)) {
  Deno.test(`a send that waits gets its room although ${name} used the signal up`, async () => {
    using one = new Dealer({ sendHighWaterMark: 1, linger: 0 });
    using other = new Dealer({ receiveHighWaterMark: 1, linger: 0 });
    await join(one, other, freshAddress("inproc"));
    for (let round = 0; round < 20; round++) {
      while (one.writable) one.trySend("fills");
      const waiting = one.send("waits");
      if (round % 2 === 0) await turn();
      while (other.tryReceive() !== undefined);
      look(one);
      await soon(waiting);
      assertEquals(await received(other), ["waits"]);
    }
  });
}

Deno.test("a send that fails to go out leaves a receive that waits its message", async () => {
  using one = new Dealer({ sendHighWaterMark: 1, linger: 0 });
  using other = new Dealer({ receiveHighWaterMark: 1, linger: 0 });
  await join(one, other, freshAddress("inproc"));
  while (one.trySend("fills"));
  for (let i = 0; i < 20; i++) {
    const waiting = one.receive();
    await other.send(`${i}`);
    assertEquals(one.trySend("no room"), false);
    assertEquals(texts(await soon(waiting)), [`${i}`]);
  }
});

Deno.test("a receive that waits gets a message which came before a peer's bind", async () => {
  using pull = new Pull();
  using push = new Push();
  const address = freshAddress("inproc");
  const waiting = pull.receive();
  await turn();
  push.connect(address);
  await push.send("early");
  await pull.bind(address);
  assertEquals(texts(await soon(waiting)), ["early"]);
});

for (const over of eachTransport()) {
  Deno.test(over("a burst of messages wakes everyone who waits, once each", async (address) => {
    using push = new Push();
    using pull = new Pull();
    await join(pull, push, address);
    const waiting = Array.from({ length: 3000 }, () => pull.receive());
    await turn();
    for (let i = 0; i < 3000; i++) {
      assert(push.trySend(`${i}`) || await push.send(`${i}`) === undefined);
    }
    const all = await soon(Promise.all(waiting));
    assertEquals(all.map((message) => texts(message)[0]), all.map((_, i) => `${i}`));
  }));
}

Deno.test("messages of a burst are there for anyone who comes later", async () => {
  using push = new Push();
  using pull = new Pull();
  await join(pull, push);
  for (let i = 0; i < 100; i++) await push.send(`${i}`);
  for (let i = 0; i < 100; i++) {
    assertEquals(await received(pull), [`${i}`]);
    if (i % 10 === 0) await turn();
  }
});
