/** The sockets under test: which peers they have, and what they do for them. */

import * as zmq from "../../mod.ts";
import * as draft from "../../socket/draft.ts";
import { Authenticator, hardenedOptions } from "../../security/mod.ts";
import type { Certificate } from "../../security/mod.ts";

/** Who decides whether a peer comes in. By `hardened`, CURVE is with the preset for sockets that face others. */
export const MECHANISMS = ["NULL", "PLAIN", "CURVE", "hardened"] as const;
export type Mechanism = typeof MECHANISMS[number];

/** Whether sockets under test bind, or connect to servers that mean them ill. */
export type Side = "bind" | "connect";

// deno-lint-ignore no-explicit-any -- of any class, with its own methods
type AnySocket = any;
// deno-lint-ignore no-explicit-any -- and with its own options
type AnyClass = new (options?: any) => AnySocket;

/** By which of them peers talk. */
export type Transport = "tcp" | "ws";

export interface Target {
  socket: AnyClass;
  peer: AnyClass;
  /** What it does: takes what its peer sends, gives it something all the time, answers, or asks and takes the answer. */
  service: "takes" | "gives" | "answers" | "asks";
  /** Its peer has to say what it wants: a topic or a group. */
  wants?: "subscribe" | "join";
  /** A good peer's own options. */
  peerOptions?: object;
  /** The preset refuses it, since such a socket must not face others. */
  unfit?: true;
  /** It has one peer, so that a good one finds its place only when the bad ones have gone. */
  onePeer?: true;
}

/** By name. Streams and Datagrams are left out, since they have no protocol that could be broken. */
export const TARGETS: Readonly<Record<string, Target>> = {
  Pull: { socket: zmq.Pull, peer: zmq.Push, service: "takes" },
  Push: { socket: zmq.Push, peer: zmq.Pull, service: "gives" },
  Subscriber: { socket: zmq.Subscriber, peer: zmq.Publisher, service: "takes", wants: "subscribe" },
  XSubscriber: {
    socket: zmq.XSubscriber,
    peer: zmq.XPublisher,
    service: "takes",
    wants: "subscribe",
  },
  Publisher: { socket: zmq.Publisher, peer: zmq.Subscriber, service: "gives", wants: "subscribe" },
  XPublisher: {
    socket: zmq.XPublisher,
    peer: zmq.Subscriber,
    service: "gives",
    wants: "subscribe",
  },
  Router: { socket: zmq.Router, peer: zmq.Dealer, service: "answers" },
  Dealer: { socket: zmq.Dealer, peer: zmq.Dealer, service: "takes" },
  Reply: { socket: zmq.Reply, peer: zmq.Request, service: "answers", unfit: true },
  Request: { socket: zmq.Request, peer: zmq.Reply, service: "asks", unfit: true },
  Pair: { socket: zmq.Pair, peer: zmq.Pair, service: "answers", unfit: true, onePeer: true },
};

/** Those of libzmq's draft API. */
export const DRAFT_TARGETS: Readonly<Record<string, Target>> = {
  Server: { socket: draft.Server, peer: draft.Client, service: "answers" },
  Client: { socket: draft.Client, peer: draft.Server, service: "gives" },
  // A good one introduces itself, so that it hears by which id it can send: the answer to that has it.
  Peer: {
    socket: draft.Peer,
    peer: draft.Peer,
    service: "answers",
    peerOptions: { helloMessage: "hello" },
  },
  Gather: { socket: draft.Gather, peer: draft.Scatter, service: "takes" },
  Scatter: { socket: draft.Scatter, peer: draft.Gather, service: "gives" },
  Radio: { socket: draft.Radio, peer: draft.Dish, service: "gives", wants: "join" },
  Dish: { socket: draft.Dish, peer: draft.Radio, service: "takes", wants: "join", unfit: true },
  Channel: {
    socket: draft.Channel,
    peer: draft.Channel,
    service: "answers",
    unfit: true,
    onePeer: true,
  },
};

export const targets = (): Readonly<Record<string, Target>> =>
  zmq.capability.draft ? { ...TARGETS, ...DRAFT_TARGETS } : TARGETS;

/**
 * Whether sockets can be tested so. Neither a Request nor a Dish can be the server to clients with a user id: libzmq takes that
 * for a broken message. Over ws:// with CURVE, no subscription arrives in libzmq 4.3.4 and 4.3.5.
 */
export function isFit(
  type: string,
  side: Side,
  mechanism: Mechanism,
  transport: Transport = "tcp",
): boolean {
  if (mechanism === "NULL") return true;
  const { unfit, wants } = targets()[type];
  if (transport === "ws" && mechanism !== "PLAIN" && wants === "subscribe") return false;
  if (mechanism === "hardened") return side === "bind" && !unfit;
  return !(side === "bind" ? ["Request", "Dish"] : ["Reply", "Radio"]).includes(type);
}

/** What ZMTP calls a class of sockets. */
export function typeName({ name }: AnyClass): string {
  const short: Record<string, string> = {
    Subscriber: "SUB",
    XSubscriber: "XSUB",
    Publisher: "PUB",
    XPublisher: "XPUB",
    Request: "REQ",
    Reply: "REP",
  };
  return short[name] ?? name.toUpperCase();
}

const DOMAIN = "fuzz";
/** Whom PLAIN lets in. */
export const [NAME, PASSWORD] = ["ada", "lovelace"] as const;
const GROUP = "group";

/** Has a socket hear all that its peers send, where it has to say so. */
export function want(socket: AnySocket, { wants }: Target): void {
  if (socket instanceof zmq.XSubscriber) socket.trySend(Uint8Array.of(1));
  else if (wants !== undefined) socket[wants](wants === "join" ? GROUP : "");
}

/** Sends if that can be done now, to the group that peers want, or to the one from whom a message came. */
export function trySend(
  socket: AnySocket,
  { wants }: Target,
  message: unknown,
  from?: readonly unknown[],
): void {
  if (wants === "join") socket.trySend(message, { group: GROUP });
  else if (hasRoutingId(from)) socket.trySend(message, from[1]);
  else socket.trySend(message);
}

/** Whether a message is of a type of socket that names its peers by numbers. */
export function hasRoutingId(
  message: readonly unknown[] | undefined,
): message is [unknown, { routingId: number }] {
  return (message?.[1] as { routingId?: number } | undefined)?.routingId !== undefined;
}

/** Has an authenticator admit the good peer, by name and by key. */
export function authenticator(client: Certificate): Authenticator {
  const one = new Authenticator({ onDenied() {}, onError() {} });
  one.configurePlain({ [NAME]: PASSWORD }, { domain: DOMAIN });
  one.configureCurve([client], { domain: DOMAIN });
  return one;
}

/** The options of the side that decides who comes in. */
export function serverOptions(
  { socket }: Target,
  mechanism: Mechanism,
  certificate: Certificate,
): object {
  if (mechanism === "hardened") {
    return hardenedOptions(socket as typeof zmq.Router, certificate, { domain: DOMAIN });
  }
  const domain = { zapDomain: DOMAIN, zapEnforceDomain: true };
  return {
    // Who says nothing goes soon, and no queue is ever full: that's where libzmq's own weakness is.
    handshakeInterval: 1000,
    linger: 0,
    // A Radio has the size that keeps it alive.
    ...socket === draft.Radio ? {} : { maxMessageSize: 1_000_000 },
    ...mechanism === "PLAIN" ? { plainServer: true, ...domain } : {},
    ...mechanism === "CURVE" ? certificate.serverOptions(domain) : {},
  };
}

/** The options of a good peer. */
export function clientOptions(mechanism: Mechanism, own: Certificate, server: Certificate): object {
  if (mechanism === "NULL") return { linger: 0 };
  if (mechanism === "PLAIN") return { linger: 0, plainUsername: NAME, plainPassword: PASSWORD };
  return own.clientOptions(server, { linger: 0 });
}

/** Takes a receive mark off, and has a Request give up an answer that doesn't come. */
export function prepare(socket: AnySocket): void {
  if ("receiveHighWaterMark" in socket) socket.receiveHighWaterMark = 0;
  if (socket instanceof zmq.Request) Object.assign(socket, { relaxed: true, correlate: true });
}
