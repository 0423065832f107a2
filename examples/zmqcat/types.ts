/** The types of sockets that zmqcat has, and how it opens them. */

import {
  Dealer,
  Pair,
  Pull,
  Push,
  type Receiver,
  Reply,
  Request,
  Router,
  type Sender,
  type Socket,
  Stream,
  Subscriber,
  XPublisher,
  XSubscriber,
} from "../../mod.ts";
import type { Job } from "./arguments.ts";

/** A socket of any type. What it can't do isn't called: its {@linkcode TypeInfo} says what that is. */
export type AnySocket = Socket & Sender & Receiver;

/** What zmqcat knows of a type. */
export interface TypeInfo {
  /** It sends what is read: a file or standard input. */
  readonly reads: boolean;
  /** It receives messages, and they're printed. */
  readonly prints: boolean;
  /** Its messages begin with the routing id of a peer. */
  readonly routes: boolean;
  /** A message that looks like the end marker goes the same way as all others. */
  readonly ends: boolean;
  readonly topics: "none" | "one" | "many";
}

const SENDER = { reads: true, prints: false, routes: false, ends: true, topics: "none" } as const;
const RECEIVER = { ...SENDER, reads: false, prints: true } as const;
const DUPLEX = { ...SENDER, prints: true } as const;

export const TYPES = {
  push: SENDER,
  pull: RECEIVER,
  pub: { ...SENDER, topics: "one" },
  sub: { ...RECEIVER, topics: "many" },
  req: { ...DUPLEX, ends: false },
  rep: { ...RECEIVER, ends: false },
  dealer: DUPLEX,
  router: { ...DUPLEX, routes: true, ends: false },
  pair: DUPLEX,
  xpub: { ...DUPLEX, topics: "one" },
  xsub: { ...DUPLEX, topics: "many" },
  stream: { ...DUPLEX, routes: true, ends: false },
} as const satisfies Record<string, TypeInfo>;

export type TypeName = keyof typeof TYPES;

/** How many bytes may be queued in the sending process, and how many messages in the receiving one. */
const SEND_QUEUE = 2 ** 24;
const RECEIVE_QUEUE = 128;
/** How many messages may be queued where they're small. */
const LARGEST_QUEUE = 1000;
const METADATA = ["Peer-Address", "Socket-Type", "Identity", "User-Id"];

/** Opens the socket that a job needs. It isn't bound or connected yet. */
export function openSocket(job: Job): AnySocket {
  const { linger = -1, hwm } = job;
  const sending = {
    linger,
    sendHighWaterMark: hwm ??
      (job.cut.by === "chunk"
        ? Math.min(Math.ceil(SEND_QUEUE / job.cut.size), LARGEST_QUEUE)
        : LARGEST_QUEUE),
  };
  // Nothing is queued for a receiver that isn't there yet. And what was queued for one that has gone
  // isn't kept for the next one, which couldn't make a whole file of it. (Not for those that receive,
  // too: libzmq would also drop what has come from a peer, and wasn't received when it went.)
  const immediate = true;
  // Bytes come in large messages. Text comes in small ones, and publishers of other programs drop what
  // a subscriber can't take.
  const receiveQueue = overIpc(job) ? 0 : job.format === "raw" ? RECEIVE_QUEUE : LARGEST_QUEUE;
  const receiving = { receiveHighWaterMark: hwm ?? receiveQueue };
  const socket = ((): Socket => {
    switch (job.type) {
      case "push":
        return new Push({ ...sending, immediate });
      case "pull":
        return new Pull(receiving);
      case "pub":
        // In libzmq's words an XPUB, for it has to learn of its first subscriber.
        return new XPublisher({ ...sending, immediate, noDrop: true });
      case "sub":
        return subscribed(new Subscriber(receiving), job.topics);
      case "req":
        return new Request({ ...sending, ...receiving });
      case "rep":
        return new Reply({ ...sending, ...receiving });
      case "dealer":
        return new Dealer({ ...sending, ...receiving });
      case "router":
        return new Router({ ...sending, ...receiving, mandatory: true });
      case "pair":
        return new Pair({ ...sending, ...receiving });
      case "xpub":
        return new XPublisher({ ...sending, ...receiving, noDrop: true });
      case "xsub":
        return asking(new XSubscriber({ ...sending, ...receiving }), job.topics);
      case "stream":
        return new Stream({ ...sending, ...receiving });
    }
  })() as AnySocket;
  if (job.format === "json") socket.receivedProperties = METADATA;
  return socket;
}

/**
 * Whether peers come over ipc. Fact: a connection whose receive queue is full isn't read, and when its
 * other end is closed meanwhile, libzmq (4.3.4 and 4.3.5) drops it with what is in it. Failure: of many
 * short messages the last thousands were lost, nearly always, and of large ones now and then the last.
 * Decision: no limit to that queue. Cost: a reader of our output who is slower than the sender no longer
 * holds the sender up, and all that he's behind lies in memory, until --hwm sets a limit.
 */
function overIpc({ addresses }: Job): boolean {
  return addresses.some(({ address }) => address.startsWith("ipc:"));
}

function subscribed(socket: Subscriber, topics: string[]): Subscriber {
  for (const topic of topics.length > 0 ? topics : [""]) socket.subscribe(topic);
  return socket;
}

/** libzmq keeps what is asked for, and tells it every publisher that comes. */
function asking(socket: XSubscriber, topics: string[]): XSubscriber {
  for (const topic of topics) socket.trySend(`\x01${topic}`);
  return socket;
}
