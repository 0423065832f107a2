/**
 * The other side of the interoperability tests: one socket of zeromq.js's, and one role for it.
 *
 *     node peer.mjs TYPE bind|connect ADDRESS ROLE COUNT OPTIONS
 *
 * It does the same as peer.py, which says more. The folder in whose node_modules zeromq.js lies is given by
 * the variable ZEROMQ_FOLDER.
 */

import { createHash } from "node:crypto";
import { createRequire } from "node:module";
import process from "node:process";

const zmq = createRequire(`${process.env.ZEROMQ_FOLDER}/`)("zeromq");

const PATIENCE = 15_000;
const EMPTY = Buffer.alloc(0);

const CLASSES = {
  PAIR: zmq.Pair,
  PUB: zmq.Publisher,
  SUB: zmq.Subscriber,
  REQ: zmq.Request,
  REP: zmq.Reply,
  DEALER: zmq.Dealer,
  ROUTER: zmq.Router,
  PULL: zmq.Pull,
  PUSH: zmq.Push,
  XPUB: zmq.XPublisher,
  XSUB: zmq.XSubscriber,
  STREAM: zmq.Stream,
};

const SIZES = [0, 1, 7, 32, 33, 34, 35, 64, 255, 256, 1000, 4096, 4097, 8192, 0];

/** Messages of one to four parts of all kinds of sizes, then one with a part of 3 MB. */
function* messages(count) {
  for (let number = 0; number < count - 1; number++) {
    yield Array.from(
      { length: 1 + number % 4 },
      (_, part) => Buffer.alloc(SIZES[(number + 4 * part) % SIZES.length], number + 31 * part),
    );
  }
  yield [Buffer.from("large"), Buffer.alloc(3 * 2 ** 20).map((_, at) => at), EMPTY];
}

/** A hash of messages, their order, and where their parts begin and end. */
class Digest {
  #hash = createHash("sha256");

  add(message) {
    this.#number(message.length);
    for (const part of message) {
      this.#number(part.length);
      this.#hash.update(part);
    }
  }

  hex() {
    return this.#hash.digest("hex");
  }

  #number(value) {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(value);
    this.#hash.update(bytes);
  }
}

function say(text) {
  process.stdout.write(`${text}\n`);
}

/** Standard input has said something, or has ended. */
let told = false;
const ended = new Promise((resolve) => process.stdin.on("end", resolve));
process.stdin.on("data", () => told = true);

/** Sends messages, and says what they were. */
async function send(socket, count) {
  const digest = new Digest();
  for (const message of messages(count)) {
    await socket.send(message);
    digest.add(message);
  }
  say(digest.hex());
}

/** Receives so many messages, and says what they were. */
async function receive(socket, count) {
  const digest = new Digest();
  for (let number = 0; number < count; number++) digest.add(await socket.receive());
  say(digest.hex());
}

/** Sends everything back, until standard input ends. A ROUTER says first whom it has heard of. */
async function echo(socket) {
  if (socket instanceof zmq.Router) {
    const message = await socket.receive();
    say(message[0].toString("hex"));
    await socket.send(message);
  }
  const echoing = (async () => {
    for await (const message of socket) await socket.send(message);
  })();
  await Promise.race([ended, echoing]);
}

/** Sends so many bytes back. A STREAM's empty messages say that the other side has come or gone. */
async function echoStream(socket, count) {
  while (count > 0) {
    const [peer, data] = await socket.receive();
    if (data.length > 0) await socket.send([peer, data]);
    count -= data.length;
  }
}

/** Sends one message at a time, whose echo must be the same, and says what they were. */
async function ask(socket, count, envelope = []) {
  const digest = new Digest();
  for (const message of messages(count)) {
    const question = [...envelope, ...message];
    await socket.send(question);
    const answer = await socket.receive();
    const same = answer.length === question.length &&
      answer.every((part, at) => part.equals(question[at]));
    if (!same) throw new Error(`the echo of ${message.length} parts differs`);
    digest.add(message);
  }
  say(digest.hex());
}

/** Publishes under two topics, once a subscriber has said that its subscriptions have arrived. */
async function publish(socket, count) {
  while (!told) {
    await socket.send("ready?");
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await publishTopics(socket, count);
}

/** The same for an XPUB, which sees subscriptions: says what it saw, before and after. */
async function publishToKnown(socket, count) {
  const subscription = async () => (await socket.receive())[0].toString("hex");
  say(await subscription());
  say(await subscription());
  await socket.send("ready?");
  await publishTopics(socket, count);
  say(await subscription());
}

async function publishTopics(socket, count) {
  const digest = new Digest();
  let number = 0;
  for (const message of messages(count)) {
    const topic = Buffer.from(number++ % 2 === 1 ? "odd" : "even");
    await socket.send([topic, ...message]);
    if (topic.length === 4) digest.add([topic, ...message]);
  }
  await socket.send("even.end");
  say(digest.hex());
}

/** Subscribes by a prefix, says when the first announcement came, then what came until the end. */
async function subscribe(socket) {
  await change(socket, true, "ev");
  await change(socket, true, "ready?"); // the last one: when it has arrived, so has the other
  await socket.receive();
  say("subscribed");
  const digest = new Digest();
  for await (const message of socket) {
    const topic = message[0].toString();
    if (topic === "even.end") break;
    if (topic !== "ready?") digest.add(message);
  }
  await change(socket, false, "ev");
  say(digest.hex());
}

/** Changes a subscription, in the way of the socket's type. */
async function change(socket, subscribed, topic) {
  if (socket instanceof zmq.XSubscriber) await socket.send((subscribed ? "\x01" : "\x00") + topic);
  else if (subscribed) socket.subscribe(topic);
  else socket.unsubscribe(topic);
}

const ROLES = {
  "send": send,
  "receive": receive,
  "echo": echo,
  "echo-stream": echoStream,
  "ask": ask,
  "ask-replier": (socket, count) => ask(socket, count, [EMPTY]),
  "publish": publish,
  "publish-to-known": publishToKnown,
  "subscribe": subscribe,
};

/** Admits peers that know the password: without such a handler, a PLAIN server admits no one. */
async function authenticate(handler) {
  await handler.bind("inproc://zeromq.zap.01");
  (async () => {
    for await (const [id, empty, version, request, , , , , name, password] of handler) {
      const known = `${name} ${password}` === "ada lovelace";
      const [status, user] = known ? ["200", name] : ["400", ""];
      await handler.send([id, empty, version, request, status, "", user, ""]);
    }
  })();
}

const [type, verb, address, role, count, json] = process.argv.slice(2);
const options = JSON.parse(
  json,
  (_, value) => value?.hex === undefined ? value : Buffer.from(value.hex, "hex"),
);
const socket = new CLASSES[type](options);
for (const limit of ["receiveTimeout", "sendTimeout"]) {
  if (limit in socket) socket[limit] = PATIENCE;
}
const handler = new zmq.Router();
if (options.plainServer) await authenticate(handler);
await socket[verb](address);
say(verb === "bind" ? socket.lastEndpoint : "connected");
await ROLES[role](socket, Number(count));
await ended;
socket.close(); // what is queued still goes out
handler.close();
