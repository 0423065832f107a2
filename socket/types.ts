/** The table of socket types: what is known of each. A new type is a row here, and a class. */

import { PAIR_TYPE, PULL_TYPE } from "../ffi/constants.ts";
import { stateError } from "../ffi/errno.ts";
import type { ParticularName } from "./options_table.ts";

/** One type of socket. */
export interface SocketType {
  /** libzmq's number. */
  readonly number: number;
  /** The name of its class. */
  readonly name: string;
  readonly receives: boolean;
  readonly sends: boolean;
  /** Its options, beside those that every socket has, or every one that sends or receives. */
  readonly options?: readonly ParticularName[];
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
  /** It sends and receives in strict turn. A receive out of turn doesn't run the commands in its mailbox. */
  readonly takesTurns?: true;
  /** A send can fail at once though the socket isn't writable: to a peer that isn't there, where it's mandatory. */
  readonly refusesUnready?: true;
  /** A send to a peer whose queue is full drops the message, with success, unless an option says otherwise. */
  readonly drops?: true;
  /** What it sends are subscriptions. */
  readonly subscribes?: true;
  /** With `conflate`, a look keeps a message that is older than the last: see `prefetches`. */
  readonly looksTake?: true;
  /** Asked for ZMQ_EVENTS, it takes the first part of a message off its queue. */
  readonly prefetches?: true;
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

const MATCHING = ["invertMatching", "topicsCount"] as const;
const PUBLISHING = [...MATCHING, "noDrop", "onlyFirstSubscribe"] as const;
const NAMED = ["routingId", "probeRouter", "helloMessage"] as const;

/** All of them by their classes' names. */
export const TYPES = named({
  Pair: { number: PAIR_TYPE, ...BOTH },
  Publisher: { number: 1, ...OUT, drops: true, options: [...PUBLISHING, "conflate"] },
  Subscriber: {
    number: 2,
    ...IN,
    prefetches: true,
    looksTake: true,
    options: [...MATCHING, "conflate"],
  },
  Request: { number: 3, ...BOTH, takesTurns: true, options: [...NAMED, "correlate", "relaxed"] },
  Reply: {
    number: 4,
    ...BOTH,
    takesTurns: true,
    prefetches: true,
    drops: true,
    builtOnRouter: true,
    options: ["routingId"],
  },
  Dealer: { number: 5, ...BOTH, options: [...NAMED, "conflate", "hiccupMessage"] },
  Router: {
    number: 6,
    ...ROUTED,
    parts: [2, Infinity],
    hasRawMode: true,
    refusesUnready: true,
    prefetches: true,
    drops: true,
    options: [...NAMED, "mandatory", "handover", "rawMode", "disconnectMessage"],
  },
  Pull: { number: PULL_TYPE, ...IN, options: ["conflate"] },
  Push: { number: 8, ...OUT, options: ["conflate"] },
  XPublisher: {
    number: 9,
    ...BOTH,
    tearsMessages: true,
    drops: true,
    options: [...PUBLISHING, "manual", "manualLastValue", "welcomeMessage"],
  },
  XSubscriber: {
    number: 10,
    ...BOTH,
    prefetches: true,
    subscribes: true,
    options: ["onlyFirstSubscribe", "verboseUnsubscribe", "topicsCount"],
  },
  Stream: { number: 11, ...ROUTED, parts: [2, 2], closesPeers: true, options: ["notify"] },
  Server: {
    number: 12,
    ...BOTH,
    ...DRAFT,
    beside: "routingId",
    options: ["helloMessage", "disconnectMessage"],
  },
  Client: { number: 13, ...BOTH, ...DRAFT, options: ["helloMessage", "hiccupMessage"] },
  Radio: { number: 14, ...OUT, ...DRAFT, drops: true, beside: "group", options: ["noDrop"] },
  Dish: { number: 15, ...IN, ...DRAFT, beside: "group" },
  Gather: { number: 16, ...IN, ...DRAFT, options: ["conflate"] },
  Scatter: { number: 17, ...OUT, ...DRAFT, options: ["conflate"] },
  Datagram: { number: 18, ...BOTH, parts: [2, 2], addressedBy: "address", draft: true },
  Peer: {
    number: 19,
    ...BOTH,
    ...DRAFT,
    beside: "routingId",
    options: ["helloMessage", "disconnectMessage", "hiccupMessage"],
  },
  Channel: { number: 20, ...BOTH, ...DRAFT },
});

/** Puts into each row the name by which it stands there. */
function named<Name extends string>(
  rows: Readonly<Record<Name, Omit<SocketType, "name">>>,
): Readonly<Record<Name, SocketType>> {
  for (const [name, row] of Object.entries(rows)) Object.assign(row as object, { name });
  return rows as Readonly<Record<Name, SocketType>>;
}

/**
 * Whether its messages may have any number of parts, and one of them may be left out: a Request or a Reply, which takes
 * turns, would be out of turn then.
 */
export function takesMultipart({ receives, parts, takesTurns }: SocketType): boolean {
  return receives && takesTurns !== true && (parts === undefined || parts[1] === Infinity);
}

const ofClasses = new WeakMap<object, SocketType>();

/** Remembers the type of a class's sockets. */
export function setTypeOfClass(
  { prototype }: { readonly prototype: object },
  type: SocketType,
): void {
  ofClasses.set(prototype, type);
}

/** The type of a class's sockets, its own or that of the class from which it derives; undefined where there is none. */
export function typeOfClass(socketClass: unknown): SocketType | undefined {
  if (typeof socketClass !== "function") return undefined;
  let at: object | null | undefined = socketClass.prototype;
  while (at !== undefined && at !== null && !ofClasses.has(at)) at = Object.getPrototypeOf(at);
  return ofClasses.get(at ?? {});
}

/** The type of a number. Throws EINVAL, as libzmq does, where there is none. */
export function typeOf(number: number): SocketType {
  for (const type of Object.values(TYPES)) if (type.number === number) return type;
  throw stateError(
    "EINVAL",
    "zmq_socket",
    `libzmq has no type of socket with the number ${number}`,
  );
}
