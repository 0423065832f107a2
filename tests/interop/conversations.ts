/**
 * What is said between our sockets and those of other libraries: each pair of types that can talk, and how. The
 * other side is one of `peer.py`'s roles.
 */

import { ok as assert, strictEqual as assertEquals } from "node:assert/strict";
import { Buffer } from "node:buffer";
import type { Program } from "../program.ts";
import { Digest, messages, type Options, type Role } from "./peer.ts";
import { pause } from "../waiting.ts";

/** How many messages go one way, or both ways without waiting for each other: more than a high-water mark. */
const COUNT = 1100;
/** How many do so in turn. */
const TURNS = 100;
const BYTES = 2 ** 20;
const EMPTY = new Uint8Array(0);
/** Not UTF-8, and with a zero in it. */
export const BINARY_ID: Uint8Array = new Uint8Array([0xff, 0, 0x80, 0xc3, 0x28, 0x0a]);

/** A socket of ours, or of the drop-in's. Each class has some of this. */
export interface Talker extends AsyncIterable<Uint8Array[]> {
  readonly lastEndpoint: string | null;
  readonly securityMechanism: string | null;
  bind(address: string): Promise<void>;
  connect(address: string): void;
  close(): void;
  send(message: string | Uint8Array | readonly Uint8Array[]): Promise<void>;
  receive(): Promise<Uint8Array[]>;
  subscribe?(...prefixes: string[]): void;
  unsubscribe?(...prefixes: string[]): void;
}

type ClassName =
  | "Pair"
  | "Publisher"
  | "Subscriber"
  | "Request"
  | "Reply"
  | "Dealer"
  | "Router"
  | "Pull"
  | "Push"
  | "XPublisher"
  | "XSubscriber"
  | "Stream";

/** `mod.ts`, or the drop-in. */
export type Sockets = Record<ClassName, new (options?: object) => Talker>;

/** A conversation of two types of sockets. */
export interface Conversation {
  claim: string;
  ours: ClassName;
  options?: Options;
  theirs: string;
  role: Role;
  count?: number;
  theirOptions?: Options;
  talk: (socket: Talker, peer: Program) => Promise<unknown>;
}

/** Each type with the one that it's made for. */
export const PATTERNS: readonly Conversation[] = [
  {
    claim: "a Push sends to a PULL what it was given",
    ours: "Push",
    theirs: "PULL",
    role: "receive",
    count: COUNT,
    talk: sendAll,
  },
  {
    claim: "a Pull receives what a PUSH sends",
    ours: "Pull",
    theirs: "PUSH",
    role: "send",
    count: COUNT,
    talk: receiveAll,
  },
  {
    claim: "a Pair gets everything back from a PAIR",
    ours: "Pair",
    theirs: "PAIR",
    role: "echo",
    talk: askAndListen,
  },
  {
    claim: "a Pair gives everything back to a PAIR",
    ours: "Pair",
    theirs: "PAIR",
    role: "ask",
    count: TURNS,
    talk: echoAll(),
  },
  {
    claim: "a Request has its answers from a REP",
    ours: "Request",
    theirs: "REP",
    role: "echo",
    talk: (socket) => askInTurn(socket),
  },
  {
    claim: "a Reply answers a REQ",
    ours: "Reply",
    theirs: "REQ",
    role: "ask",
    count: TURNS,
    talk: echoAll(),
  },
  {
    claim: "a Dealer gets everything back from a ROUTER, which sees its binary routing id",
    ours: "Dealer",
    // A ROUTER drops what its peer can't take, so there is no limit to what that can take.
    options: { routingId: BINARY_ID, receiveHighWaterMark: 0 },
    theirs: "ROUTER",
    role: "echo",
    theirOptions: { sendHighWaterMark: 0 },
    talk: async (socket, peer) => {
      const [id] = await Promise.all([peer.line(), askAndListen(socket)]);
      assertEquals(id, BINARY_ID.toHex());
    },
  },
  {
    claim: "a Router gives everything back to a DEALER, whose binary routing id it sees",
    ours: "Router",
    theirs: "DEALER",
    role: "ask",
    count: TURNS,
    theirOptions: { routingId: BINARY_ID },
    talk: echoAll(1, ([id]) => assertEquals(id.toHex(), BINARY_ID.toHex())),
  },
  {
    claim: "a Publisher's messages reach a SUB by prefix",
    ours: "Publisher",
    options: { sendHighWaterMark: 0 },
    theirs: "SUB",
    role: "subscribe",
    theirOptions: { receiveHighWaterMark: 0 },
    talk: publishUntilSubscribed,
  },
  {
    claim: "a Subscriber has from a PUB what begins with its prefix",
    ours: "Subscriber",
    options: { receiveHighWaterMark: 0 },
    theirs: "PUB",
    role: "publish",
    count: COUNT,
    theirOptions: { sendHighWaterMark: 0 },
    talk: subscribe,
  },
  {
    claim: "an XPublisher sees the subscriptions of an XSUB, and serves them by prefix",
    ours: "XPublisher",
    options: { sendHighWaterMark: 0 },
    theirs: "XSUB",
    role: "subscribe",
    theirOptions: { receiveHighWaterMark: 0 },
    talk: publishToKnown,
  },
  {
    claim: "an XSubscriber's subscriptions are seen by an XPUB, and served by prefix",
    ours: "XSubscriber",
    options: { receiveHighWaterMark: 0 },
    theirs: "XPUB",
    role: "publish-to-known",
    count: COUNT,
    theirOptions: { sendHighWaterMark: 0 },
    talk: subscribeVisibly,
  },
];

/** The other pairs that can talk. */
export const MIXED: readonly Conversation[] = [
  {
    claim: "a Request has its answers from a ROUTER",
    ours: "Request",
    theirs: "ROUTER",
    role: "echo",
    talk: (socket) => askInTurn(socket),
  },
  {
    claim: "a Router answers a REQ, whose binary routing id it sees",
    ours: "Router",
    theirs: "REQ",
    role: "ask",
    count: TURNS,
    theirOptions: { routingId: BINARY_ID },
    talk: echoAll(2, ([id, empty]) => {
      assertEquals(id.toHex(), BINARY_ID.toHex());
      assertEquals(empty.length, 0);
    }),
  },
  {
    claim: "a Dealer has its answers from a REP",
    ours: "Dealer",
    theirs: "REP",
    role: "echo",
    talk: (socket) => askInTurn(socket, [EMPTY]),
  },
  {
    claim: "a Reply answers a DEALER",
    ours: "Reply",
    theirs: "DEALER",
    role: "ask-replier",
    count: TURNS,
    talk: echoAll(),
  },
  {
    claim: "a Dealer gets everything back from a DEALER",
    ours: "Dealer",
    theirs: "DEALER",
    role: "echo",
    talk: askAndListen,
  },
  {
    claim: "a Router has its answers from a ROUTER, which has made itself known by its binary id",
    ours: "Router",
    theirs: "ROUTER",
    role: "echo",
    theirOptions: { routingId: BINARY_ID, probeRouter: true },
    talk: async (socket) => {
      const [id, nothing] = await socket.receive();
      assertEquals(id.toHex(), BINARY_ID.toHex());
      assertEquals(nothing.length, 0);
      await askInTurn(socket, [id]);
    },
  },
  {
    claim: "a Publisher's messages reach an XSUB by prefix",
    ours: "Publisher",
    options: { sendHighWaterMark: 0 },
    theirs: "XSUB",
    role: "subscribe",
    theirOptions: { receiveHighWaterMark: 0 },
    talk: publishUntilSubscribed,
  },
  {
    claim: "an XPublisher sees the subscriptions of a SUB, and serves them by prefix",
    ours: "XPublisher",
    options: { sendHighWaterMark: 0 },
    theirs: "SUB",
    role: "subscribe",
    theirOptions: { receiveHighWaterMark: 0 },
    talk: publishToKnown,
  },
  {
    claim: "a Subscriber's subscriptions are seen by an XPUB, and served by prefix",
    ours: "Subscriber",
    options: { receiveHighWaterMark: 0 },
    theirs: "XPUB",
    role: "publish-to-known",
    count: COUNT,
    theirOptions: { sendHighWaterMark: 0 },
    talk: subscribeVisibly,
  },
  {
    claim: "an XSubscriber has from a PUB what begins with its prefix",
    ours: "XSubscriber",
    options: { receiveHighWaterMark: 0 },
    theirs: "PUB",
    role: "publish",
    count: COUNT,
    theirOptions: { sendHighWaterMark: 0 },
    talk: subscribe,
  },
];

/** Streams, which need tcp. */
export const STREAM: Conversation = {
  claim: "a Stream gets its bytes back from a STREAM",
  ours: "Stream",
  theirs: "STREAM",
  role: "echo-stream",
  count: BYTES,
  talk: streamBytes,
};

/** The same with a peer that knows no ZeroMQ. */
export const PLAIN_TCP: Conversation = {
  claim: "a Stream gets its bytes back from a plain TCP peer, and ends the connection",
  ours: "Stream",
  theirs: "TCP",
  role: "echo-bytes",
  talk: async (socket, peer) => {
    const id = await streamBytes(socket);
    await socket.send([id, EMPTY]);
    assertEquals(await peer.line(), "closed");
  },
};

async function sendAll(socket: Talker, peer: Program): Promise<void> {
  const digest = new Digest();
  for (const message of messages(COUNT)) {
    await socket.send(message);
    digest.add(message);
  }
  assertEquals(await peer.line(), digest.hex());
}

async function receiveAll(socket: Talker, peer: Program): Promise<void> {
  const digest = new Digest();
  for (let count = 0; count < COUNT; count++) digest.add(await socket.receive());
  assertEquals(await peer.line(), digest.hex());
}

/** Sends without waiting for answers, and listens at the same time. */
async function askAndListen(socket: Talker): Promise<void> {
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

/** Asks one question at a time, all in the same envelope, in which the answers come as well. */
async function askInTurn(socket: Talker, envelope: readonly Uint8Array[] = []): Promise<void> {
  const asked = new Digest();
  const answered = new Digest();
  for (const message of messages(TURNS)) {
    const question = [...envelope, ...message];
    asked.add(question);
    await socket.send(question);
    answered.add(await socket.receive());
  }
  assertEquals(answered.hex(), asked.hex());
}

/** Sends everything back, with its envelope. The peer compares, and says what it had sent. */
function echoAll(envelope = 0, look?: (message: Uint8Array[]) => void): Conversation["talk"] {
  return async (socket, peer) => {
    const digest = new Digest();
    for (let count = 0; count < TURNS; count++) {
      const message = await socket.receive();
      look?.(message);
      digest.add(message.slice(envelope));
      await socket.send(message);
    }
    assertEquals(await peer.line(), digest.hex());
  };
}

async function publishUntilSubscribed(socket: Talker, peer: Program): Promise<void> {
  // Neither side of PUB and SUB knows when a subscription has arrived, until something comes.
  let subscribed = false;
  const line = peer.line().finally(() => subscribed = true);
  while (!subscribed) {
    await socket.send("ready?");
    await pause(1);
  }
  assertEquals(await line, "subscribed");
  assertEquals(await publish(socket), await peer.line());
}

async function publishToKnown(socket: Talker, peer: Program): Promise<void> {
  const subscription = async () => textOf((await socket.receive())[0]);
  assertEquals(await subscription(), "\x01ev");
  assertEquals(await subscription(), "\x01ready?");
  await socket.send("ready?");
  assertEquals(await peer.line(), "subscribed");
  assertEquals(await publish(socket), await peer.line());
  assertEquals(await subscription(), "\x00ev");
}

async function publish(socket: Talker): Promise<string> {
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

async function subscribe(socket: Talker, peer: Program): Promise<void> {
  await change(socket, "ev", true);
  await change(socket, "ready?", true);
  await socket.receive();
  await peer.say("go");
  assertEquals(await collect(socket), await peer.line());
}

async function subscribeVisibly(socket: Talker, peer: Program): Promise<void> {
  const hex = (text: string) => new TextEncoder().encode(text).toHex();
  await change(socket, "ev", true);
  await change(socket, "ready?", true);
  // Anyone who makes no call on a socket leaves its subscriptions lying, when a peer has come.
  const announcement = socket.receive();
  assertEquals(await peer.line(), hex("\x01ev"));
  assertEquals(await peer.line(), hex("\x01ready?"));
  assertEquals(textOf((await announcement)[0]), "ready?");
  assertEquals(await collect(socket), await peer.line());
  await change(socket, "ev", false);
  assertEquals(await peer.line(), hex("\x00ev"));
}

/** Changes a subscription, in the way of the socket's class. */
async function change(socket: Talker, topic: string, subscribed: boolean): Promise<void> {
  if (socket.subscribe === undefined) await socket.send(`${subscribed ? "\x01" : "\x00"}${topic}`);
  else if (subscribed) socket.subscribe(topic);
  else socket.unsubscribe!(topic);
}

/** What comes up to the end, announcements left out. */
async function collect(socket: Talker): Promise<string> {
  const digest = new Digest();
  for await (const message of socket) {
    const topic = textOf(message[0]);
    if (topic === "even.end") break;
    if (topic === "ready?") continue;
    assert(topic.startsWith("ev"), topic);
    digest.add(message);
  }
  return digest.hex();
}

/** Sends bytes to the first peer that comes, which must come back, and returns its id. */
async function streamBytes(socket: Talker): Promise<Uint8Array> {
  const [id, nothing] = await socket.receive();
  assertEquals(nothing.length, 0);
  const bytes = new Uint8Array(BYTES).map((_, at) => at ^ (at >> 8));
  await socket.send([id, bytes]);
  const back = new Uint8Array(BYTES);
  for (let at = 0; at < BYTES;) {
    const [from, chunk] = await socket.receive();
    assertEquals(Buffer.compare(from, id), 0);
    back.set(chunk, at);
    at += chunk.length;
  }
  assertEquals(Buffer.compare(back, bytes), 0);
  return id;
}

function textOf(frame: Uint8Array): string {
  return new TextDecoder().decode(frame);
}
