import { deepStrictEqual as assertEquals, ok as assert, rejects, throws } from "node:assert/strict";
import { Dealer, Router, Stream } from "../../mod.ts";
import { freshAddress, join, until } from "../util.ts";
import { eachTransport, pattern, pending, received, sameBytes, useUpBudget } from "./support.ts";
import { soon, turn } from "../waiting.ts";

const UNREACHABLE = { name: "ZmqError", code: "EHOSTUNREACH", call: "zmq_send" };

for (const over of eachTransport()) {
  Deno.test(over("a Router tells its peers apart by the ids that it makes up", async (address) => {
    using router = new Router();
    await router.bind(address);
    using one = new Dealer();
    using other = new Dealer();
    for (const dealer of [one, other]) dealer.connect(router.lastEndpoint!);
    await one.send("one");
    const [idOfOne, text] = await soon(router.receive());
    await other.send("other");
    const [idOfOther] = await soon(router.receive());
    assertEquals(text.text(), "one");
    assertEquals([idOfOne.length, idOfOther.length], [5, 5]);
    assert(!sameBytes(idOfOne, idOfOther));
    await router.send([idOfOther, "to the other"]);
    await router.send([idOfOne, "to the one"]);
    assertEquals(await received(one), ["to the one"]);
    assertEquals(await received(other), ["to the other"]);
  }));
}

const IDS: Record<string, Uint8Array> = {
  "one byte": new Uint8Array([200]),
  "255 bytes": pattern(255, 3).fill(1, 0, 1),
  "bytes that aren't text": new Uint8Array([255, 254, 0, 128]),
};

for (const [what, id] of Object.entries(IDS)) {
  Deno.test(`a routing id of ${what} stays as it is`, async () => {
    using router = new Router();
    using dealer = new Dealer({ routingId: id });
    assert(sameBytes(dealer.routingId!, id));
    await join(router, dealer);
    await dealer.send("hello");
    const [received1, text] = await soon(router.receive());
    assert(sameBytes(received1, id));
    await router.send([received1, text]);
    assertEquals(await received(dealer), ["hello"]);
  });
}

for (const over of eachTransport()) {
  Deno.test(over("a Router connects to a peer under a name of its own choice", async (address) => {
    using dealer = new Dealer();
    await dealer.bind(address);
    using router = new Router({ mandatory: true });
    router.connect(dealer.lastEndpoint!, { routingId: "worker" });
    // Nothing has come from there yet.
    await soon(router.send(["worker", "job"]));
    assertEquals(await received(dealer), ["job"]);
    await dealer.send("done");
    assertEquals(await received(router), ["worker", "done"]);
  }));

  Deno.test(over("each connection of a Router has its own name", async (address) => {
    using one = new Dealer();
    using other = new Dealer();
    using router = new Router({ mandatory: true });
    await one.bind(address);
    await other.bind(freshAddress("inproc"));
    const binary = new Uint8Array([9, 0, 255]);
    router.connect(one.lastEndpoint!, { routingId: binary });
    router.connect(other.lastEndpoint!, { routingId: "other" });
    await router.send(["other", "for the other"]);
    await router.send([binary, "for the one"]);
    assertEquals(await received(one), ["for the one"]);
    assertEquals(await received(other), ["for the other"]);
  }));
}

Deno.test("a name for a connection has 1 to 255 bytes", () => {
  using router = new Router();
  const address = freshAddress("inproc");
  for (const routingId of ["", "x".repeat(256), new Uint8Array(0), "ä".repeat(128)]) {
    throws(() => router.connect(address, { routingId }), {
      name: "RangeError",
      message: /1 to 255/,
    });
  }
  for (const routingId of [5, null, ["a"], new ArrayBuffer(1)]) {
    throws(() => router.connect(address, { routingId: routingId as never }), {
      name: "TypeError",
      message: /routing id/,
    });
  }
  // None of the refused ones was kept for the next connection.
  router.connect(address);
});

Deno.test("a refused connect leaves no name behind for the next one", async () => {
  using dealer = new Dealer();
  await dealer.bind(freshAddress("inproc"));
  using router = new Router({ mandatory: true });
  throws(() => router.connect("nowhere", { routingId: "first" }), { code: "EINVAL" });
  router.connect(dealer.lastEndpoint!, { routingId: "second" });
  await rejects(router.send(["first", "?"]), UNREACHABLE);
  await router.send(["second", "!"]);
  assertEquals(await received(dealer), ["!"]);
});

Deno.test("the peer of the connect after a refused one got that one's routing id", async () => {
  using other = new Dealer({ routingId: "other" });
  using friend = new Dealer();
  await other.bind(freshAddress("inproc"));
  await friend.bind(freshAddress("inproc"));
  using router = new Router({ mandatory: true, probeRouter: true });
  for (const _ of [1, 2]) {
    throws(() => router.connect("nowhere", { routingId: "friend" }), { code: "EINVAL" });
  }
  router.connect(other.lastEndpoint!);
  await rejects(router.send(["friend", "?"]), UNREACHABLE);
  await other.send("hello");
  assertEquals(await received(router), ["other", "hello"]);
  router.connect(friend.lastEndpoint!, { routingId: "friend" });
  await router.send(["friend", "!"]);
  assertEquals([await received(friend), await received(friend)], [[""], ["!"]]);
});

Deno.test("the routing id of a refused connect, and then of a connect without one, was taken", async () => {
  using other = new Dealer();
  using friend = new Dealer();
  await other.bind(freshAddress("tcp"));
  await friend.bind(freshAddress("tcp"));
  using router = new Router({ mandatory: true });
  throws(() => router.connect("nowhere", { routingId: "friend" }), { code: "EINVAL" });
  router.connect(other.lastEndpoint!);
  router.connect(friend.lastEndpoint!, { routingId: "friend" });
  await router.send(["friend", "!"]);
  assertEquals(await received(friend), ["!"]);
});

Deno.test("with immediate, a routing id went to the peer of the next connect", async () => {
  using named = new Dealer({ routingId: "its own" });
  using next = new Dealer();
  await named.bind(freshAddress("tcp"));
  await next.bind(freshAddress("inproc"));
  for (const socket of [new Router({ immediate: true }), new Stream({ immediate: true })]) {
    using _ = socket;
    throws(() => socket.connect(named.lastEndpoint!, { routingId: "x" }), {
      name: "TypeError",
      message: /with immediate/,
    });
  }
  using router = new Router({ mandatory: true, immediate: true });
  router.connect(next.lastEndpoint!, { routingId: "x" });
  await router.send(["x", "to it"]);
  assertEquals(await received(next), ["to it"]);
});

Deno.test("what a Router sends to a peer that isn't there is dropped", async () => {
  using router = new Router();
  using dealer = new Dealer({ routingId: "known" });
  await join(router, dealer, freshAddress("inproc"));
  await dealer.send("hello");
  await received(router);
  await router.send(["unknown", "lost"]);
  assert(router.trySend(["unknown", "lost", "as well"]));
  await router.send(["known", "found"]);
  assertEquals(await received(dealer), ["found"]);
});

for (const mandatory of [false, true]) {
  Deno.test(`a ${mandatory ? "mandatory " : ""}Router refuses a message without a routing id, and goes on`, async () => {
    using router = new Router({ mandatory });
    using dealer = new Dealer({ routingId: "peer" });
    await join(router, dealer);
    await dealer.send("hello");
    await soon(router.receive());
    const parts = "two parts or more: the peer's routing id, and the message for it";
    const refused = { name: "TypeError", message: `A message of a Router has ${parts}` };
    for (const message of ["peer", ["peer"], new Uint8Array(5)]) {
      await rejects(router.send(message), refused);
      throws(() => router.trySend(message), refused);
      throws(() => router.sendSync(message), refused);
    }
    await router.send(["peer", ""]);
    await router.send(["peer", "a", "b"]);
    assertEquals([await received(dealer), await received(dealer)], [[""], ["a", "b"]]);
  });
}

Deno.test("a Router in raw mode refuses what isn't a routing id and bytes", () => {
  using router = new Router({ rawMode: true });
  const parts = "two parts: the peer's routing id, and bytes for it";
  const refused = { name: "TypeError", message: `A message of a Router in raw mode has ${parts}` };
  for (const message of ["peer", ["peer", "a", "b"]]) {
    throws(() => router.trySend(message), refused);
  }
});

for (const over of eachTransport()) {
  Deno.test(over("a mandatory Router says that a peer isn't there", async (address) => {
    using router = new Router({ mandatory: true });
    using dealer = new Dealer({ routingId: "known" });
    await join(router, dealer, address);
    await dealer.send("hello");
    await received(router);
    await rejects(router.send(["unknown", "?"]), UNREACHABLE);
    throws(() => router.trySend(["unknown", "?"]), UNREACHABLE);
    throws(() => router.sendSync(["unknown", "?"]), UNREACHABLE);
    await router.send(["known", "still there"]);
    assertEquals(await received(dealer), ["still there"]);
  }));
}

Deno.test("a mandatory Router without any peer says so, also when the turn is used up", async () => {
  using router = new Router({ mandatory: true });
  await router.bind(freshAddress("inproc"));
  await rejects(soon(router.send(["unknown", "?"])), UNREACHABLE);
  useUpBudget();
  await rejects(soon(router.send(["unknown", "?"])), UNREACHABLE);
});

Deno.test("mandatory can be switched on later", async () => {
  using router = new Router();
  await router.bind(freshAddress("inproc"));
  await router.send(["unknown", "lost"]);
  router.mandatory = true;
  await rejects(router.send(["unknown", "?"]), UNREACHABLE);
});

Deno.test("a mandatory Router waits for a peer whose queue is full", async () => {
  using router = new Router({ mandatory: true, sendHighWaterMark: 3 });
  using dealer = new Dealer({ routingId: "slow", receiveHighWaterMark: 3 });
  await join(router, dealer, freshAddress("inproc"));
  await dealer.send("hello");
  await received(router);
  let count = 0;
  while (count < 100 && router.trySend(["slow", `${count}`])) count++;
  assert(count < 100);
  const sent = router.send(["slow", `${count}`]);
  await turn();
  assert(await pending(sent));
  for (let i = 0; i <= count; i++) assertEquals(await received(dealer), [`${i}`]);
  await soon(sent);
});

Deno.test("a mandatory Router's send that waits for its only peer hears that it has gone", async () => {
  using router = new Router({ mandatory: true, sendHighWaterMark: 2, linger: 0 });
  using dealer = new Dealer({ routingId: "peer", receiveHighWaterMark: 1, linger: 0 });
  await join(router, dealer);
  await dealer.send("hello");
  await received(router);
  const sending = (async () => {
    for (;;) await router.send(["peer", new Uint8Array(1_000_000)]);
  })();
  while (router.writable) await turn();
  assert(await pending(sending));
  dealer.close();
  await rejects(soon(sending), UNREACHABLE);
});

/** A Router, a peer that it has heard, and a second one that has sent something under the same name. */
async function twoOfAName(handover: boolean) {
  const router = new Router({ handover });
  await router.bind(freshAddress("inproc"));
  const first = new Dealer({ routingId: "name" });
  first.connect(router.lastEndpoint!);
  await first.send("from the first");
  assertEquals(await received(router), ["name", "from the first"]);
  const second = new Dealer({ routingId: "name" });
  second.connect(router.lastEndpoint!);
  await second.send("from the second");
  const all = { router, first, second };
  return {
    ...all,
    [Symbol.dispose]: () => Object.values(all).forEach((socket) => socket.close()),
  };
}

Deno.test("a Router refuses a second peer of the same name", async () => {
  using sockets = await twoOfAName(false);
  const { router, first } = sockets;
  await first.send("from the first again");
  assertEquals(await received(router), ["name", "from the first again"]);
  await router.send(["name", "to whom?"]);
  assertEquals(await received(first), ["to whom?"]);
});

Deno.test("with handover, a second peer of the same name takes the first one's place", async () => {
  using sockets = await twoOfAName(true);
  const { router, second } = sockets;
  assertEquals(await received(router), ["name", "from the second"]);
  await router.send(["name", "to whom?"]);
  assertEquals(await received(second), ["to whom?"]);
});

Deno.test("a message for a Router's peer that has gone isn't sent to another one", async () => {
  using router = new Router({ mandatory: true });
  await router.bind(freshAddress("inproc"));
  using stays = new Dealer({ routingId: "stays" });
  const goes = new Dealer({ routingId: "goes" });
  for (const dealer of [stays, goes]) {
    dealer.connect(router.lastEndpoint!);
    await dealer.send("hello");
    await received(router);
  }
  goes.close();
  // It hasn't gone before the Router has read so, behind all that it had sent.
  for (let gone = false; !gone;) {
    try {
      router.trySend(["goes", "?"]);
      assertEquals(router.tryReceive(), undefined);
      await turn();
    } catch (error) {
      assertEquals((error as { code?: string }).code, "EHOSTUNREACH");
      gone = true;
    }
  }
  await router.send(["stays", "!"]);
  await until(stays);
  assertEquals(await received(stays), ["!"]);
  assertEquals(stays.tryReceive(), undefined);
});
