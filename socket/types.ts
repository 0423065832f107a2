/** The table of socket types: what is known of each. A new type is a row here, and a class. */

import { stateError } from "../ffi/errno.ts";

/** One type of socket. */
export interface SocketType {
  /** libzmq's number. */
  readonly number: number;
  /** The name of its class. */
  readonly name: string;
  readonly receives: boolean;
  readonly sends: boolean;
  /** How few and how many parts its messages may have, where libzmq drops others, or loses its place in them; undefined: any. */
  readonly parts?: readonly [least: number, most: number];
  /** What a message's first part is, where that names a peer. */
  readonly addressedBy?: "routing id" | "address";
  /** The option `rawMode` makes its messages like a Stream's. */
  readonly hasRawMode?: true;
  /** What a message has beside its bytes. */
  readonly beside?: "routingId" | "group";
  /** It takes libzmq's draft API. */
  readonly draft?: true;
  /** Several threads may use it. It has no ZMQ_FD, and a receive isn't this thread's alone. */
  readonly threadSafe?: true;
  /** It sends and receives in strict turn. A receive doesn't hear what its peers tell it out of turn. */
  readonly takesTurns?: true;
  /** A send can fail at once though the socket isn't writable: to a peer that isn't there, where it's mandatory. */
  readonly refusesUnready?: true;
  /** Asked for ZMQ_EVENTS, it takes a message off its queue. */
  readonly looksTake?: true;
  /** A receive can find nothing in the middle of a message. */
  readonly tearsMessages?: true;
  /** An empty part that is sent to a peer closes its connection. */
  readonly closesPeers?: true;
  /** libzmq builds it on ROUTER, and it takes that one's options. */
  readonly builtOnRouter?: true;
}

const IN = { receives: true, sends: false } as const;
const OUT = { receives: false, sends: true } as const;
const BOTH = { receives: true, sends: true } as const;
const ROUTED = { ...BOTH, addressedBy: "routing id" } as const;
const DRAFT = { draft: true, threadSafe: true, parts: [1, 1] } as const;

/** All of them by their classes' names. */
export const TYPES = {
  Pair: { number: 0, name: "Pair", ...BOTH },
  Publisher: { number: 1, name: "Publisher", ...OUT },
  Subscriber: { number: 2, name: "Subscriber", ...IN, looksTake: true },
  Request: { number: 3, name: "Request", ...BOTH, takesTurns: true },
  Reply: { number: 4, name: "Reply", ...BOTH, takesTurns: true, builtOnRouter: true },
  Dealer: { number: 5, name: "Dealer", ...BOTH },
  Router: {
    number: 6,
    name: "Router",
    ...ROUTED,
    parts: [2, Infinity],
    hasRawMode: true,
    refusesUnready: true,
  },
  Pull: { number: 7, name: "Pull", ...IN },
  Push: { number: 8, name: "Push", ...OUT },
  XPublisher: { number: 9, name: "XPublisher", ...BOTH, tearsMessages: true },
  XSubscriber: { number: 10, name: "XSubscriber", ...BOTH },
  Stream: { number: 11, name: "Stream", ...ROUTED, parts: [2, 2], closesPeers: true },
  Server: { number: 12, name: "Server", ...BOTH, ...DRAFT, beside: "routingId" },
  Client: { number: 13, name: "Client", ...BOTH, ...DRAFT },
  Radio: { number: 14, name: "Radio", ...OUT, ...DRAFT, beside: "group" },
  Dish: { number: 15, name: "Dish", ...IN, ...DRAFT, beside: "group" },
  Gather: { number: 16, name: "Gather", ...IN, ...DRAFT },
  Scatter: { number: 17, name: "Scatter", ...OUT, ...DRAFT },
  Datagram: {
    number: 18,
    name: "Datagram",
    ...BOTH,
    parts: [2, 2],
    addressedBy: "address",
    draft: true,
  },
  Peer: { number: 19, name: "Peer", ...BOTH, ...DRAFT, beside: "routingId" },
  Channel: { number: 20, name: "Channel", ...BOTH, ...DRAFT },
} as const satisfies Readonly<Record<string, SocketType>>;

/** The type of a number. Throws EINVAL, as libzmq does, where there is none. */
export function typeOf(number: number): SocketType {
  for (const type of Object.values(TYPES)) if (type.number === number) return type;
  throw stateError(
    "EINVAL",
    "zmq_socket",
    `libzmq has no type of socket with the number ${number}`,
  );
}
