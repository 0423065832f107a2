/** Peers of pyzmq's that are killed, and others that come in their place. */

import "../util.ts";
import { ok as assert, strictEqual as assertEquals } from "node:assert/strict";
import {
  Dealer,
  Pair,
  Push,
  type Receiver,
  Request,
  Router,
  type Sender,
  type Socket,
  Subscriber,
  XPublisher,
} from "../../mod.ts";
import type { Program } from "../program.ts";
import { finish, next } from "../socket/observing.ts";
import { futureAddress, receivedMany } from "../socket/support.ts";
import { BINARY_ID } from "./conversations.ts";
import { endWell } from "./hold.ts";
import { Digest, messages, peerTest, startPeer } from "./peer.ts";
import { soon } from "../waiting.ts";

/** A socket whose events are kept from now on. */
function observed<T extends Socket>(socket: T): T {
  assert(!socket.events.closed);
  return socket;
}

/** Kills a peer, and waits until the socket has lost it. */
async function kill(peer: Program, socket: Socket): Promise<void> {
  peer.kill("SIGKILL");
  assertEquals((await peer.outcome()).signal, "SIGKILL");
  await next(socket.events, "disconnect");
}

/** Asks one question, which must come back. */
async function ask(socket: Receiver & Sender, question: string): Promise<void> {
  await socket.send(question);
  assertEquals(String(await soon(socket.receive())), question);
}

/** How it is when we connect: the next peer is bound where the first one was. */
const CONNECTING: [type: string, theirs: string, open: () => Socket & Receiver & Sender][] = [
  ["Request", "REP", () => new Request()],
  ["Dealer", "ROUTER", () => new Dealer({ routingId: BINARY_ID })],
  ["Dealer", "DEALER", () => new Dealer()],
  ["Pair", "PAIR", () => new Pair()],
];

for (const [name, type, open] of CONNECTING) {
  Deno.test(peerTest(
    "pyzmq",
    `a ${name} that connects goes on with a ${type} that comes in the place of one that was killed`,
    async () => {
      const socket = observed(open());
      const part = { type, verb: "bind", role: "echo" } as const;
      await using first = startPeer("pyzmq", { ...part, address: futureAddress() });
      const address = await first.line();
      socket.connect(address);
      await ask(socket, "one");
      await kill(first, socket);
      await using second = startPeer("pyzmq", { ...part, address });
      await next(socket.events, "handshake");
      await ask(socket, "two");
      await endWell(second);
      await finish(socket);
    },
  ));
}

/** How it is when we're bound: the next peer connects. */
const BOUND: [type: string, theirs: string, open: () => Socket & Receiver & Sender][] = [
  ["Request", "REP", () => new Request()],
  ["Dealer", "DEALER", () => new Dealer()],
  ["Pair", "PAIR", () => new Pair()],
];

for (const [name, type, open] of BOUND) {
  Deno.test(peerTest(
    "pyzmq",
    `a ${name} that is bound goes on with a ${type} that comes after one that was killed`,
    async () => {
      const socket = observed(open());
      await socket.bind("tcp://127.0.0.1:*");
      const part = { type, verb: "connect", address: socket.lastEndpoint!, role: "echo" } as const;
      await using first = startPeer("pyzmq", part);
      await ask(socket, "one");
      await kill(first, socket);
      await using second = startPeer("pyzmq", part);
      await next(socket.events, "handshake");
      await ask(socket, "two");
      await endWell(second);
      await finish(socket);
    },
  ));
}

Deno.test(
  peerTest(
    "pyzmq",
    "what a Push sends while its PULL is away arrives at the next one",
    async () => {
      const COUNT = 200;
      const socket = observed(new Push());
      const part = { type: "PULL", verb: "bind", role: "receive", count: COUNT } as const;
      await using first = startPeer("pyzmq", { ...part, address: futureAddress() });
      const address = await first.line();
      socket.connect(address);
      const digest = new Digest();
      for (const message of messages(COUNT)) {
        await socket.send(message);
        digest.add(message);
      }
      const expected = digest.hex();
      assertEquals(await first.line(), expected);
      await kill(first, socket);
      for (const message of messages(COUNT)) await socket.send(message);
      await using second = startPeer("pyzmq", { ...part, address });
      assertEquals(await second.line(), address);
      assertEquals(await second.line(), expected);
      await endWell(second);
      await finish(socket);
    },
  ),
);

Deno.test(peerTest(
  "pyzmq",
  "a Subscriber's subscriptions reach an XPUB that comes in the place of one that was killed",
  async () => {
    const socket = observed(new Subscriber());
    socket.subscribe("ev", "ready?");
    const part = { type: "XPUB", verb: "bind", role: "publish-to-known", count: 2 } as const;
    const address = futureAddress();
    for (const _ of ["first", "second"]) {
      await using peer = startPeer("pyzmq", { ...part, address });
      assertEquals(await peer.line(), address);
      if (socket.lastEndpoint === null) socket.connect(address);
      assertEquals(await peer.line(), "01" + new TextEncoder().encode("ev").toHex());
      assertEquals(await peer.line(), "01" + new TextEncoder().encode("ready?").toHex());
      const topics = await receivedMany(socket, 3);
      assertEquals([topics[0], topics[2]].join(), "ready?,even.end");
      await kill(peer, socket);
    }
    await finish(socket);
  },
));

Deno.test(
  peerTest("pyzmq", "an XPublisher sees that the subscriptions of a killed SUB go", async () => {
    const socket = observed(new XPublisher());
    await socket.bind("tcp://127.0.0.1:*");
    const address = socket.lastEndpoint!;
    for (const _ of ["first", "second"]) {
      const part = { type: "SUB", verb: "connect", address, role: "subscribe" } as const;
      await using peer = startPeer("pyzmq", part);
      assertEquals((await receivedMany(socket, 2)).join(), "\x01ev,\x01ready?");
      await kill(peer, socket);
      assertEquals((await receivedMany(socket, 2)).sort().join(), "\x00ev,\x00ready?");
    }
    await finish(socket);
  }),
);

Deno.test(peerTest(
  "pyzmq",
  "a Router knows a DEALER again that was killed, and comes back with its binary routing id",
  async () => {
    const socket = observed(new Router({ mandatory: true }));
    await socket.bind("tcp://127.0.0.1:*");
    const part = {
      type: "DEALER",
      verb: "connect",
      address: socket.lastEndpoint!,
      role: "echo",
      options: { routingId: BINARY_ID, probeRouter: true },
    } as const;
    for (const question of ["one", "two"]) {
      await using peer = startPeer("pyzmq", part);
      assertEquals((await soon(socket.receive()))[0].toHex(), BINARY_ID.toHex());
      await socket.send([BINARY_ID, question]);
      const [id, answer] = await soon(socket.receive());
      assertEquals(id.toHex(), BINARY_ID.toHex());
      assertEquals(String(answer), question);
      await kill(peer, socket);
    }
    await finish(socket);
  },
));
