/** The table of socket types: what is known of each. A new type is a row here, and a class. */

import { stateError } from "../ffi/errno.ts";

/** One type of socket. */
export class SocketType {
  /** Whether it receives, and whether it sends. */
  readonly receives: boolean = true;
  readonly sends: boolean = true;
  /** How few and how many parts a message that it sends may have: others libzmq drops, or loses its place in them. */
  readonly leastParts: number = 1;
  readonly mostParts: number = Infinity;
  /** What the first part of a message names its peer by, where it does. */
  readonly addressedBy: "routing id" | "address" | undefined = undefined;
  /** The option `rawMode` makes its messages like a Stream's. */
  readonly hasRawMode: boolean = false;
  /** What a message has beside its bytes. */
  readonly beside: "routingId" | "group" | undefined = undefined;
  /** It takes libzmq's draft API. */
  readonly draft: boolean = false;
  /** Several threads may use it. It has no ZMQ_FD, and a receive isn't this thread's alone. */
  readonly threadSafe: boolean = false;
  /** It sends and receives in strict turn. What its peers tell it out of turn a receive doesn't hear. */
  readonly takesTurns: boolean = false;
  /** A send can fail at once though the socket isn't writable: to a peer that isn't there, where it's mandatory. */
  readonly refusesUnready: boolean = false;
  /** Asked for ZMQ_EVENTS, it takes a message off its queue. */
  readonly looksTake: boolean = false;
  /** A receive can find nothing in the middle of a message. */
  readonly tearsMessages: boolean = false;
  /** An empty part that is sent to a peer closes its connection. */
  readonly closesPeers: boolean = false;
  /** libzmq builds it upon ROUTER, and lets it have that one's options. */
  readonly builtOnRouter: boolean = false;

  constructor(
    /** libzmq's number. */
    readonly number: number,
    /** The name of its class. */
    readonly name: string,
    traits: Partial<SocketType> = {},
  ) {
    Object.assign(this, traits);
  }
}

const RECEIVES = { sends: false } as const;
const SENDS = { receives: false } as const;
const PEERS = { addressedBy: "routing id", leastParts: 2 } as const;
const DRAFT = { draft: true, threadSafe: true, mostParts: 1 } as const;

/** All of them by their classes' names. */
export const TYPES = {
  Pair: new SocketType(0, "Pair"),
  Publisher: new SocketType(1, "Publisher", SENDS),
  Subscriber: new SocketType(2, "Subscriber", { ...RECEIVES, looksTake: true }),
  Request: new SocketType(3, "Request", { takesTurns: true }),
  Reply: new SocketType(4, "Reply", { takesTurns: true, builtOnRouter: true }),
  Dealer: new SocketType(5, "Dealer"),
  Router: new SocketType(6, "Router", { ...PEERS, hasRawMode: true, refusesUnready: true }),
  Pull: new SocketType(7, "Pull", RECEIVES),
  Push: new SocketType(8, "Push", SENDS),
  XPublisher: new SocketType(9, "XPublisher", { tearsMessages: true }),
  XSubscriber: new SocketType(10, "XSubscriber"),
  Stream: new SocketType(11, "Stream", { ...PEERS, mostParts: 2, closesPeers: true }),
  Server: new SocketType(12, "Server", { ...DRAFT, beside: "routingId" }),
  Client: new SocketType(13, "Client", DRAFT),
  Radio: new SocketType(14, "Radio", { ...DRAFT, ...SENDS, beside: "group" }),
  Dish: new SocketType(15, "Dish", { ...DRAFT, ...RECEIVES, beside: "group" }),
  Gather: new SocketType(16, "Gather", { ...DRAFT, ...RECEIVES }),
  Scatter: new SocketType(17, "Scatter", { ...DRAFT, ...SENDS }),
  Datagram: new SocketType(18, "Datagram", {
    draft: true,
    addressedBy: "address",
    leastParts: 2,
    mostParts: 2,
  }),
  Peer: new SocketType(19, "Peer", { ...DRAFT, beside: "routingId" }),
  Channel: new SocketType(20, "Channel", DRAFT),
} as const;

/** The type of a number. Throws EINVAL, as libzmq does, where there is none. */
export function typeOf(number: number): SocketType {
  for (const type of Object.values(TYPES)) if (type.number === number) return type;
  throw stateError(
    "EINVAL",
    "zmq_socket",
    `libzmq has no type of socket with the number ${number}`,
  );
}
