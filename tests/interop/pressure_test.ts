/** Queues between us and pyzmq that are full, and whether something can be sent. */

import { deepStrictEqual as assertEquals, ok as assert } from "node:assert/strict";
import {
  Dealer,
  Pair,
  Pull,
  Push,
  Request,
  Router,
  type Sender,
  type Socket,
  XPublisher,
} from "../../mod.ts";
import { until } from "../util.ts";
import { BINARY_ID } from "./conversations.ts";
import { endWell } from "./hold.ts";
import { Digest, peerTest, startPeer } from "./peer.ts";
import { pause, soon, turn } from "../waiting.ts";

const MARK = 5;
const SIZE = 2 ** 16;
/** So many messages of that size don't fit into the system's buffers. */
const COUNT = 400;
/** How long, in ms, a peer doesn't read. */
const IDLE = 200;

/** Numbered messages of that size. */
function* numbered(): Generator<Uint8Array> {
  for (let number = 0; number < COUNT; number++) yield new Uint8Array(SIZE).fill(number);
}

/** The sockets that wait at the high-water mark, and what must come before each message. */
const WAITING: [
  theirs: string,
  open: () => Socket & Sender,
  envelope: (socket: never) => Promise<readonly Uint8Array[]>,
][] = [
  ["PULL", () => new Push({ sendHighWaterMark: MARK }), () => Promise.resolve([])],
  ["PAIR", () => new Pair({ sendHighWaterMark: MARK }), () => Promise.resolve([])],
  ["ROUTER", () => new Dealer({ sendHighWaterMark: MARK }), () => Promise.resolve([])],
  [
    "DEALER",
    () => new Router({ mandatory: true, sendHighWaterMark: MARK }),
    // A Router has to know a peer before it can send to it: this one has introduced itself.
    async (socket: Router) => [(await soon(socket.receive()))[0]],
  ],
];

for (const [type, open, envelope] of WAITING) {
  Deno.test(peerTest(
    "pyzmq",
    `a ${open.toString().match(/new (\w+)/)![1]} waits for a ${type} that doesn't read, goes on ` +
      "when it does, and nothing is lost",
    async () => {
      using socket = open();
      await socket.bind("tcp://127.0.0.1:*");
      await using peer = startPeer("pyzmq", {
        type,
        verb: "connect",
        address: socket.lastEndpoint!,
        role: "receive-when-told",
        options: {
          receiveHighWaterMark: MARK,
          ...(type === "DEALER" ? { routingId: BINARY_ID, probeRouter: true } : {}),
        },
      });
      await peer.line();
      const before = await envelope(socket as never);
      const digest = new Digest();
      const sends: Promise<void>[] = [];
      for (const body of numbered()) {
        digest.add([body]);
        sends.push(socket.send([...before, body]));
      }
      let done = false;
      const all = Promise.all(sends).then(() => done = true);
      await sends[0];
      await pause(IDLE);
      assertEquals(done, false);

      await peer.say(String(COUNT));
      await all;
      assertEquals(await peer.line(), digest.hex());
      await endWell(peer);
    },
  ));
}

for (const [type, Class] of [["PUSH", Pull], ["PAIR", Pair], ["DEALER", Dealer]] as const) {
  Deno.test(peerTest(
    "pyzmq",
    `a ${type} waits for a ${Class.name} that doesn't read, and can send again when it does`,
    async () => {
      using socket = new Class({ receiveHighWaterMark: MARK });
      await socket.bind("tcp://127.0.0.1:*");
      await using peer = startPeer("pyzmq", {
        type,
        verb: "connect",
        address: socket.lastEndpoint!,
        role: "fill",
        count: SIZE,
        options: { sendHighWaterMark: MARK },
      });
      await peer.line();
      const count = Number(await peer.line());
      for (let number = 0; number < count; number++) {
        const message = await soon(socket.receive());
        assertEquals(message.map(({ length }) => length), [SIZE]);
      }
      assertEquals(await peer.line(), "writable");
      assertEquals(socket.tryReceive(), undefined);
      await endWell(peer);
    },
  ));
}

Deno.test(peerTest(
  "pyzmq",
  "an XPublisher drops whole messages for a SUB that doesn't read, and never waits for it",
  async () => {
    using socket = new XPublisher({ sendHighWaterMark: MARK, linger: 0 });
    await socket.bind("tcp://127.0.0.1:*");
    await using peer = startPeer("pyzmq", {
      type: "SUB",
      verb: "connect",
      address: socket.lastEndpoint!,
      role: "subscribe-when-told",
      count: SIZE,
      options: { receiveHighWaterMark: MARK },
    });
    await peer.line();
    assertEquals((await soon(socket.receive())).map(String), ["\x01"]);
    const body = new Uint8Array(SIZE);
    for (let number = 0; number < COUNT; number++) {
      assertEquals(socket.trySend([String(number), body]), true);
    }
    await peer.say("go");
    // Where there is no room, the end is dropped as well: it's said until it's heard.
    let heard = false;
    const line = peer.line().finally(() => heard = true);
    while (!heard) {
      await socket.send("end");
      await turn();
    }
    const numbers: number[] = JSON.parse(await line);
    assertEquals(numbers[0], 0);
    assert(numbers.length < COUNT);
    assertEquals(numbers, [...new Set(numbers)].sort((one, other) => one - other));
    await endWell(peer);
  },
));

/** Each with a peer, without which it can't send. */
const SENDERS: [theirs: string, open: () => Socket & Sender][] = [
  ["PULL", () => new Push()],
  ["ROUTER", () => new Dealer()],
  ["PAIR", () => new Pair()],
  ["REP", () => new Request()],
];

for (const [type, open] of SENDERS) {
  const name = open.toString().match(/new (\w+)/)![1];
  Deno.test(peerTest(
    "pyzmq",
    `a ${name} is writable from the moment that a ${type} comes until it's killed`,
    async () => {
      using socket = open();
      await socket.bind("tcp://127.0.0.1:*");
      const address = socket.lastEndpoint!;
      assertEquals(socket.writable, false);
      assertEquals(socket.trySend("to nobody"), false);
      const writable = until(socket, "writable");
      await using peer = startPeer("pyzmq", { type, verb: "connect", address, role: "echo" });
      await soon(writable);
      assertEquals(socket.writable, true);
      peer.kill("SIGKILL");
      await peer.outcome();
      await soon(not(() => socket.writable));
      assertEquals(socket.trySend("to nobody"), false);
    },
  ));
}

async function not(condition: () => boolean): Promise<void> {
  while (condition()) await turn();
}

Deno.test(peerTest("pyzmq", "a Request isn't writable until its REP has answered", async () => {
  using socket = new Request();
  await socket.bind("tcp://127.0.0.1:*");
  const address = socket.lastEndpoint!;
  await using peer = startPeer("pyzmq", {
    type: "REP",
    verb: "connect",
    address,
    role: "echo-when-told",
  });
  await peer.line();
  await socket.send("question");
  assertEquals(socket.writable, false);
  await peer.say("answer");
  await soon(until(socket));
  assertEquals([socket.readable, socket.writable], [true, false]);
  assertEquals(String(await socket.receive()), "question");
  assertEquals([socket.readable, socket.writable], [false, true]);
  await endWell(peer);
}));
