import "../util.ts";
import { ok as assert, strictEqual as assertEquals } from "node:assert/strict";
import { Buffer } from "node:buffer";
import {
  Dealer,
  Pair,
  Publisher,
  Pull,
  Push,
  Reply,
  Request,
  Router,
  type Socket,
  Stream,
  Subscriber,
  XPublisher,
  XSubscriber,
} from "../../mod.ts";
import type { Receives, Sends } from "../../socket/socket.ts";
import type { Program } from "../program.ts";
import { freshAddress, withFolder } from "../util.ts";
import { Digest, hasPyzmq, messages, type Role, startPeer } from "./peer.ts";

/** How many messages go one way, or both ways without waiting for each other. */
const COUNT = 3000;
/** How many do so in turn. */
const TURNS = 1000;
const UNLIMITED = { sendHighWaterMark: 0 };
const text = new TextDecoder();

/** A conversation: our socket, the peer's type and role, and what we do. */
interface Conversation {
  claim: string;
  open: () => Socket;
  type: string;
  role: Role;
  count: number;
  options?: string[];
  talk: (socket: never, peer: Program) => Promise<void>;
}

const CONVERSATIONS: Conversation[] = [
  {
    claim: "a Push sends to pyzmq's PULL what it was given",
    open: () => new Push(),
    type: "PULL",
    role: "receive",
    count: COUNT,
    talk: sendAll,
  },
  {
    claim: "a Pull receives what pyzmq's PUSH sends",
    open: () => new Pull(),
    type: "PUSH",
    role: "send",
    count: COUNT,
    talk: receiveAll,
  },
  {
    claim: "a Pair gets everything back from pyzmq's PAIR",
    open: () => new Pair(),
    type: "PAIR",
    role: "echo",
    count: 0,
    talk: askAndListen,
  },
  {
    claim: "a Pair gives everything back to pyzmq's PAIR",
    open: () => new Pair(),
    type: "PAIR",
    role: "ask",
    count: TURNS,
    talk: echoAll,
  },
  {
    claim: "a Request has its answers from pyzmq's REP",
    open: () => new Request(),
    type: "REP",
    role: "echo",
    count: 0,
    talk: askInTurn,
  },
  {
    claim: "a Reply answers pyzmq's REQ",
    open: () => new Reply(),
    type: "REQ",
    role: "ask",
    count: TURNS,
    talk: echoAll,
  },
  {
    claim: "a Dealer gets everything back from pyzmq's ROUTER",
    // A ROUTER drops what its peer can't take, so there is no limit to what that can take.
    open: () => new Dealer({ routingId: "us", receiveHighWaterMark: 0 }),
    type: "ROUTER",
    role: "echo",
    count: 0,
    options: ["SNDHWM=0"],
    talk: askAndListen,
  },
  {
    claim: "a Router gives everything back to pyzmq's DEALER, whose routing id it sees",
    open: () => new Router(),
    type: "DEALER",
    role: "ask",
    count: TURNS,
    options: ["ROUTING_ID=pyzmq's"],
    talk: (socket: Router, peer) =>
      echoAll(socket, peer, ([id]) => assertEquals(text.decode(id), "pyzmq's")),
  },
  {
    claim: "a Publisher's messages reach pyzmq's SUB by prefix",
    open: () => new Publisher(UNLIMITED),
    type: "SUB",
    role: "subscribe",
    count: 0,
    options: ["RCVHWM=0"],
    talk: publishUntilSubscribed,
  },
  {
    claim: "a Subscriber has from pyzmq's PUB what begins with its prefix",
    open: () => new Subscriber({ receiveHighWaterMark: 0 }),
    type: "PUB",
    role: "publish",
    count: COUNT,
    options: ["SNDHWM=0"],
    talk: subscribe,
  },
  {
    claim: "an XPublisher sees the subscriptions of pyzmq's XSUB, and serves them by prefix",
    open: () => new XPublisher(UNLIMITED),
    type: "XSUB",
    role: "subscribe",
    count: 0,
    options: ["RCVHWM=0"],
    talk: publishToKnown,
  },
  {
    claim: "an XSubscriber's subscriptions are seen by pyzmq's XPUB, and served by prefix",
    open: () => new XSubscriber({ receiveHighWaterMark: 0 }),
    type: "XPUB",
    role: "publish-to-known",
    count: COUNT,
    options: ["SNDHWM=0"],
    talk: subscribeVisibly,
  },
];

for (const binder of ["we", "pyzmq"] as const) {
  const BYTES = 2 ** 20;
  Deno.test({
    name: `pyzmq: a Stream gets its bytes back from pyzmq's STREAM (${whoBinds(binder)})`,
    ignore: !hasPyzmq,
    fn: async () => {
      using socket = new Stream();
      if (binder === "we") await socket.bind("tcp://127.0.0.1:*");
      await using peer = binder === "we"
        ? startPeer("STREAM", "connect", socket.lastEndpoint!, "echo-stream", BYTES)
        : startPeer("STREAM", "bind", "tcp://127.0.0.1:*", "echo-stream", BYTES);
      const first = await peer.line();
      if (binder === "pyzmq") socket.connect(first);
      const [id, nothing] = await socket.receive();
      assertEquals(nothing.length, 0);
      const bytes = new Uint8Array(BYTES).map((_, at) => at ^ (at >> 8));
      await socket.send([id, bytes]);
      const back = new Uint8Array(BYTES);
      for (let at = 0; at < BYTES;) {
        const [from, chunk] = await socket.receive();
        assertEquals(from.equals(id), true);
        back.set(chunk, at);
        at += chunk.length;
      }
      assertEquals(Buffer.compare(back, bytes), 0);
      await endWell(peer);
    },
  });
}

for (const { claim, open, type, role, count, options, talk } of CONVERSATIONS) {
  for (const transport of ["tcp", "ipc"] as const) {
    for (const binder of ["we", "pyzmq"] as const) {
      Deno.test({
        name: `pyzmq: ${claim} (${transport}, ${whoBinds(binder)})`,
        ignore: !hasPyzmq,
        fn: () =>
          withFolder(async (folder) => {
            using socket = open();
            const address = freshAddress(transport, folder);
            if (binder === "we") await socket.bind(address);
            const [verb, place] = binder === "we"
              ? ["connect", socket.lastEndpoint!] as const
              : ["bind", address] as const;
            await using peer = startPeer(type, verb, place, role, count, options);
            const first = await peer.line();
            if (binder === "pyzmq") socket.connect(first);
            await Promise.race([talk(socket as never, peer), peer.died]);
            await endWell(peer);
          }),
      });
    }
  }
}

function whoBinds(binder: "we" | "pyzmq"): string {
  return binder === "we" ? "we bind" : "it binds";
}

async function endWell(peer: Program): Promise<void> {
  await peer.hush();
  const { code, stderr } = await peer.outcome();
  assertEquals(`${stderr}exit status ${code}`, "exit status 0");
}

async function sendAll(socket: Push, peer: Program): Promise<void> {
  const digest = new Digest();
  for (const message of messages(COUNT)) {
    await socket.send(message);
    digest.add(message);
  }
  assertEquals(await peer.line(), digest.hex());
}

async function receiveAll(socket: Pull, peer: Program): Promise<void> {
  const digest = new Digest();
  for (let count = 0; count < COUNT; count++) digest.add(await socket.receive());
  assertEquals(await peer.line(), digest.hex());
}

/** Sends without waiting for answers, and listens at the same time. */
async function askAndListen(socket: Receives & Sends): Promise<void> {
  const asked = new Digest();
  const answered = new Digest();
  const ask = async () => {
    for (const message of messages(COUNT)) {
      asked.add(message);
      await socket.send(message);
    }
  };
  const listen = async () => {
    for (let count = 0; count < COUNT; count++) answered.add(await socket.receive());
  };
  await Promise.all([ask(), listen()]);
  assertEquals(answered.hex(), asked.hex());
}

async function askInTurn(socket: Request): Promise<void> {
  const asked = new Digest();
  const answered = new Digest();
  for (const message of messages(TURNS)) {
    asked.add(message);
    await socket.send(message);
    answered.add(await socket.receive());
  }
  assertEquals(answered.hex(), asked.hex());
}

/** Sends everything back. The peer compares, and says what it had sent. */
async function echoAll(
  socket: Receives & Sends,
  peer: Program,
  look?: (message: Uint8Array[]) => void,
): Promise<void> {
  const digest = new Digest();
  const routed = socket instanceof Router ? 1 : 0;
  for (let count = 0; count < TURNS; count++) {
    const message = await socket.receive();
    look?.(message);
    digest.add(message.slice(routed));
    await socket.send(message);
  }
  assertEquals(await peer.line(), digest.hex());
}

async function publishUntilSubscribed(socket: Publisher, peer: Program): Promise<void> {
  // Neither side of PUB and SUB knows when a subscription has arrived, until something comes.
  let subscribed = false;
  const line = peer.line().finally(() => subscribed = true);
  while (!subscribed) {
    await socket.send("ready?");
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  assertEquals(await line, "subscribed");
  assertEquals(await publish(socket), await peer.line());
}

async function publishToKnown(socket: XPublisher, peer: Program): Promise<void> {
  const subscription = async () => (await socket.receive())[0].text();
  assertEquals(await subscription(), "\x01ev");
  assertEquals(await subscription(), "\x01ready?");
  await socket.send("ready?");
  assertEquals(await peer.line(), "subscribed");
  assertEquals(await publish(socket), await peer.line());
  assertEquals(await subscription(), "\x00ev");
}

async function publish(socket: Publisher | XPublisher): Promise<string> {
  const digest = new Digest();
  let number = 0;
  for (const message of messages(COUNT)) {
    const topic = new TextEncoder().encode(number++ % 2 === 1 ? "odd" : "even");
    await socket.send([topic, ...message]);
    if (topic.length === 4) digest.add([topic, ...message]);
  }
  await socket.send("even.end");
  return digest.hex();
}

async function subscribe(socket: Subscriber, peer: Program): Promise<void> {
  socket.subscribe("ev", "ready?");
  await socket.receive();
  await peer.say("go");
  assertEquals(await collect(socket), await peer.line());
}

async function subscribeVisibly(socket: XSubscriber, peer: Program): Promise<void> {
  const hex = (text: string) => new TextEncoder().encode(text).toHex();
  await socket.send("\x01ev");
  await socket.send("\x01ready?");
  // Whoever makes no call on a socket leaves its subscriptions lying, when a peer has come.
  const announcement = socket.receive();
  assertEquals(await peer.line(), hex("\x01ev"));
  assertEquals(await peer.line(), hex("\x01ready?"));
  assertEquals((await announcement)[0].text(), "ready?");
  assertEquals(await collect(socket), await peer.line());
  await socket.send("\x00ev");
  assertEquals(await peer.line(), hex("\x00ev"));
}

/** What comes up to the end, announcements left out. */
async function collect(socket: Receives): Promise<string> {
  const digest = new Digest();
  for await (const message of socket) {
    const topic = message[0].text();
    if (topic === "even.end") break;
    if (topic === "ready?") continue;
    assert(topic.startsWith("ev"), topic);
    digest.add(message);
  }
  return digest.hex();
}
