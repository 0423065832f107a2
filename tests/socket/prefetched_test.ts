import { deepStrictEqual as assertEquals, throws } from "node:assert/strict";
import { libc } from "../../ffi/libc.ts";
import { zmq } from "../../ffi/libzmq.ts";
import { Dealer, Pull, Push, Router } from "../../mod.ts";
import { handleOf } from "../../socket/handle.ts";
import { hasKept, keepPrefetched } from "../../socket/prefetched.ts";
import { run, withoutWaiting } from "../program.ts";
import { replaced, watched } from "../replacing.ts";
import { freshAddress, until } from "../util.ts";

/** Has a socket look at a message of two parts, ends its connection, and receives in some way. */
const LOOK_AND_PART = `
  import * as zmq from "$MOD";
  const ways = {
    receive: (socket) => socket.receive(),
    tryReceive: (socket) => socket.tryReceive(),
    receiveSync: (socket) => socket.receiveSync(),
    drain: (socket) => socket.drain({ limit: 1 }).toArray()[0],
    visit: (socket) => {
      const parts = [];
      socket.visit((bytes) => parts.push(new TextDecoder().decode(bytes)), { limit: 1, timeout: 1000 });
      return parts;
    },
    next: async (socket) => (await socket.iterate().next()).value,
  };
  const pairs = [["XPublisher", "XSubscriber"], ["Publisher", "Subscriber"], ["Dealer", "Router"], ["Request", "Reply"]];
  let number = 0;
  for (const [from, to] of pairs) {
    for (const [name, way] of Object.entries(ways)) {
      using sender = new zmq[from]();
      using receiver = new zmq[to]();
      const address = await sender.bind("inproc://" + ++number);
      receiver.connect(address);
      receiver.subscribe?.("");
      if (to === "XSubscriber") receiver.trySend(new Uint8Array([1]));
      await sender.send(["one", "two"]);
      if (!receiver.readable) throw new Error(to);
      receiver.disconnect(address);
      if (!receiver.readable) throw new Error(to);
      const message = await way(receiver);
      console.log(to, name, message.slice(-2).join());
      if (receiver.readable) throw new Error(to);
    }
  }
`;

Deno.test("a message of several parts that was looked at, after whose connection's end a receive ended the process", async () => {
  const { code, stdout, stderr } = await run(LOOK_AND_PART);
  const ways = ["receive", "tryReceive", "receiveSync", "drain", "visit", "next"];
  const expected = ["XSubscriber", "Subscriber", "Router", "Reply"].flatMap((name) =>
    ways.map((way) => `${name} ${way} one,two\n`)
  );
  assertEquals([code, stdout, withoutWaiting(stderr)], [0, expected.join(""), ""]);
});

Deno.test("a visitor that disconnected in the middle of a message cut that short, or ended the process", async () => {
  for (const transport of ["tcp", "inproc"] as const) {
    for (const [To, From] of [[Pull, Push], [Dealer, Dealer]] as const) {
      using to = new To();
      using from = new From();
      await from.bind(freshAddress(transport));
      const address = from.lastEndpoint!;
      to.connect(address);
      await from.send(["one", "two", "three"]);
      await until(to);
      const seen: string[] = [];
      const visited = to.visit((bytes) => {
        if (seen.push(new TextDecoder().decode(bytes)) > 1) return;
        to.disconnect(address);
        assertEquals(to.readable, true);
      });
      assertEquals([visited, seen, to.readable], [1, ["one", "two", "three"], false]);
    }
  }
});

Deno.test("disconnecting in the middle of a message that was being dropped ended the process", async () => {
  using push = new Push({ sendHighWaterMark: 0 });
  using pull = new Pull({ maxMessageParts: 3, receiveHighWaterMark: 0 });
  const [one, other] = [freshAddress("inproc"), freshAddress("inproc")];
  await push.bind(one);
  pull.connect(one);
  await push.send(new Array(10_000).fill("")); // more than are dropped at once
  assertEquals([pull.tryReceive(), pull.droppedMessages], [undefined, 1]);
  pull.disconnect(one);
  assertEquals([pull.readable, pull.tryReceive()], [false, undefined]);
  await push.bind(other);
  pull.connect(other);
  await push.send("next");
  assertEquals(String(await pull.receive()), "next");
});

Deno.test("what was looked at comes first, and once, after another connection has ended", async () => {
  using first = new Dealer();
  using second = new Dealer();
  using router = new Router();
  const [one, other] = [freshAddress("inproc"), freshAddress("inproc")];
  await first.bind(one);
  await second.bind(other);
  router.connect(one);
  router.connect(other);
  await first.send(["1", "part"]);
  await first.send(["2", "part"]);
  await until(router);
  router.disconnect(other);
  const texts = router.drain().map(([, ...parts]) => parts.join()).toArray();
  assertEquals([texts, router.readable], [["1,part", "2,part"], false]);
});

Deno.test("what was looked at before each of two connections ended comes whole, and in order", async () => {
  using first = new Dealer();
  using second = new Dealer();
  using router = new Router();
  const [one, other] = [freshAddress("inproc"), freshAddress("inproc")];
  await first.bind(one);
  await second.bind(other);
  router.connect(one);
  router.connect(other);
  await first.send(["1", "part"]);
  await second.send(["2", "part"]);
  await until(router);
  router.disconnect(one);
  await until(router);
  router.disconnect(other);
  const texts = router.drain().map(([, ...parts]) => parts.join()).toArray();
  assertEquals([texts, router.readable], [["1,part", "2,part"], false]);
});

Deno.test("the parts before the one that couldn't be received weren't freed", async () => {
  using dealer = new Dealer();
  using router = new Router();
  const address = freshAddress("inproc");
  await dealer.bind(address);
  router.connect(address);
  await dealer.send([new Uint8Array(100), "end"]);
  const { zmq_msg_recv } = zmq();
  const freed: unknown[] = [];
  const received: unknown[] = [];
  {
    using _failing = replaced(zmq(), "zmq_msg_recv", (message, socket, flags) => {
      if (received.length === 2) return -1;
      received.push(message);
      return zmq_msg_recv(message, socket, flags);
    });
    using _lasting = replaced(libc(), "errno", () => 5);
    using _freed = watched(zmq(), "zmq_msg_close", (message) => void freed.push(message));
    throws(() => keepPrefetched(handleOf(router).pointer), { code: "EIO" });
  }
  assertEquals(freed, received);
});

Deno.test("what is kept for a socket is freed when that is closed", async () => {
  using dealer = new Dealer();
  const router = new Router();
  const address = freshAddress("inproc");
  await dealer.bind(address);
  router.connect(address);
  await dealer.send([new Uint8Array(100), "end"]);
  await until(router);
  router.disconnect(address);
  const { pointer } = handleOf(router);
  let freed = 0;
  {
    using _ = watched(zmq(), "zmq_msg_close", () => void freed++);
    router.close();
  }
  // The routing id, and the two parts.
  assertEquals([freed, hasKept(pointer)], [3, false]);
});
