/** The sockets of the model, what they're connected to, and what is known of them. */

import {
  type Context,
  Dealer,
  type Frame,
  Pair,
  type Pollable,
  Publisher,
  Pull,
  Push,
  type Receiver,
  Reply,
  Request,
  Router,
  type Sender,
  type Socket,
  Subscriber,
} from "../../mod.ts";
import type { Transport } from "../util.ts";
import type { Watched } from "./watched.ts";

/** A socket of any class. What its class doesn't have isn't called. */
export type AnySocket = Socket & Pollable & Sender & Receiver;

/** What the model knows of a class. */
export interface Kind {
  readonly name: string;
  readonly sends: boolean;
  readonly receives: boolean;
  /** The other kind of its pattern. */
  readonly other: KindName;
  /** A message goes to each peer. */
  readonly toAll?: true;
  /** It sends and receives by turns, and begins with this. */
  readonly begins?: "send" | "receive";
  /** It has one peer. */
  readonly exclusive?: true;
  /** Its messages begin with a peer's id. */
  readonly routes?: true;
  make(context: Context, mark: number): Socket;
}

/** How long a socket that is closed may go on to send, in ms: less than what is waited for, so that what it leaves shows. */
const LINGER = 2_000;
/** The same where what it has sent may be lost. */
export const SHORT_LINGER = 20;

/** The names of the kinds. */
export type KindName =
  | "Push"
  | "Pull"
  | "Publisher"
  | "Subscriber"
  | "Request"
  | "Reply"
  | "Dealer"
  | "Router"
  | "Pair";

const marks = (mark: number) => ({ sendHighWaterMark: mark, receiveHighWaterMark: mark });
const OUT = { sends: true, receives: false } as const;
const IN = { sends: false, receives: true } as const;
const BOTH = { sends: true, receives: true } as const;

/** The kinds. Publishers have no mark, since they'd drop beyond it; Routers are mandatory, and wait. */
export const KINDS: Readonly<Record<KindName, Kind>> = {
  Push: {
    name: "Push",
    ...OUT,
    other: "Pull",
    make: (context, mark) => new Push({ context, sendHighWaterMark: mark }),
  },
  Pull: {
    name: "Pull",
    ...IN,
    other: "Push",
    make: (context, mark) => new Pull({ context, receiveHighWaterMark: mark }),
  },
  Publisher: {
    name: "Publisher",
    ...OUT,
    other: "Subscriber",
    toAll: true,
    make: (context) => new Publisher({ context, sendHighWaterMark: 0 }),
  },
  Subscriber: {
    name: "Subscriber",
    ...IN,
    other: "Publisher",
    make: (context) => new Subscriber({ context, receiveHighWaterMark: 0 }),
  },
  Request: {
    name: "Request",
    ...BOTH,
    other: "Reply",
    begins: "send",
    make: (context) => new Request({ context }),
  },
  Reply: {
    name: "Reply",
    ...BOTH,
    other: "Request",
    begins: "receive",
    make: (context) => new Reply({ context }),
  },
  Dealer: {
    name: "Dealer",
    ...BOTH,
    other: "Router",
    make: (context, mark) => new Dealer({ context, ...marks(mark) }),
  },
  Router: {
    name: "Router",
    ...BOTH,
    other: "Dealer",
    routes: true,
    make: (context, mark) => new Router({ context, mandatory: true, ...marks(mark) }),
  },
  Pair: {
    name: "Pair",
    ...BOTH,
    other: "Pair",
    exclusive: true,
    make: (context, mark) => new Pair({ context, ...marks(mark) }),
  },
};

/** A connection between two sockets. */
export class Link {
  /**
   * `up`: what is sent arrives. `loose`: one side has let go of it, so that what is sent may arrive, or be lost, or come
   * out of order with what came by another one.
   */
  state: "up" | "loose" = "up";

  constructor(
    readonly connected: Peer,
    readonly bound: Peer,
    readonly address: string,
    readonly transport: Transport,
  ) {}

  other(peer: Peer): Peer {
    return peer === this.connected ? this.bound : this.connected;
  }
}

/** An address to which a socket is bound. */
export interface Endpoint {
  readonly peer: Peer;
  readonly address: string;
  readonly transport: Transport;
}

/** A socket of the model. */
export class Peer {
  readonly socket: AnySocket;
  readonly name: string;
  /** `shut`: its context was shut down. */
  state: "open" | "shut" | "closed" = "open";
  readonly links: Link[] = [];
  readonly bound: Endpoint[] = [];
  /** Receives and turns of its iteration that wait, in their order; sends that wait. */
  readonly receives: Watched[] = [];
  readonly sends: Watched[] = [];
  /** Other waits that end with it. */
  readonly waits = new Set<Watched>();
  /** Its iteration, if one was begun. */
  iteration: AsyncIterableIterator<Frame[]> | undefined;
  /** A peer has gone, so what it sends may go where no one receives it. */
  loose = false;
  /** What its turn is, for one that has turns; undefined where the model can't know it. */
  turn: "send" | "receive" | undefined;
  /** Whose request a Reply answers next. */
  requester: Peer | undefined;
  /** The ids by which a Router sends, once it has received from their peers. */
  readonly ids = new Map<Peer, Uint8Array<ArrayBuffer>>();
  /** It was seen to be readable, and nothing was received since. */
  seenReadable = false;
  /** How often something was received or sent, for those who want to know whether anything was. */
  consumed = 0;
  produced = 0;
  /** What it last had from each sender. */
  readonly last = new Map<Peer, number>();
  /** What it's subscribed to. */
  topic = "";

  constructor(
    readonly kind: Kind,
    readonly context: Context,
    readonly mark: number,
    number: number,
  ) {
    this.socket = kind.make(context, mark) as unknown as AnySocket;
    this.socket.linger = LINGER;
    this.name = `${kind.name.toLowerCase()}${number}`;
    this.turn = kind.begins;
  }

  get open(): boolean {
    return this.state === "open";
  }

  /** The peers that it has, or has had. */
  get peers(): Peer[] {
    return [...new Set(this.links.map((link) => link.other(this)))];
  }

  /** Lets go of what it has sent and wasn't received, for what is done meanwhile. */
  abandon<T>(action: () => T): T {
    this.socket.linger = SHORT_LINGER;
    try {
      return action();
    } finally {
      if (this.open) this.socket.linger = LINGER;
    }
  }

  /** The connection to a peer. */
  linkTo(peer: Peer): Link | undefined {
    return this.links.find((link) => link.other(this) === peer);
  }

  /** Whether all that it has ever been connected to is still there. */
  get whole(): boolean {
    return !this.loose && this.links.length > 0 && this.links.every(({ state }) => state === "up");
  }

  /** Whether what is in its queue can be received at once: nothing is under way. */
  get immediate(): boolean {
    return this.links.every(({ transport }) => transport === "inproc");
  }
}
