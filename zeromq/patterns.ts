/** The classes of sockets, one for each type. */

import type { Buffer } from "node:buffer";
import { OPTION_NUMBERS } from "../socket/options_table.ts";
import { TYPES } from "../socket/types.ts";
import { compose } from "./compose.ts";
import { Socket } from "./socket.ts";
import type {
  Message,
  MessageLike,
  Readable,
  RouterConnectOptions,
  SocketOptions,
  StreamConnectOptions,
  Writable,
} from "./socket_types.ts";

/** Sockets that have exactly one peer, another Pair. */
export class Pair extends Socket {
  /** Opens a socket (`ZMQ_PAIR`). */
  constructor(options?: SocketOptions<Pair>) {
    super(TYPES.Pair.number, options);
  }
}
/** Pairs send and receive. */
export interface Pair extends Writable, Readable {}

/** Sockets that send to all subscribers. */
export class Publisher extends Socket {
  /** Opens a socket (`ZMQ_PUB`). */
  constructor(options?: SocketOptions<Publisher>) {
    super(TYPES.Publisher.number, options);
  }
}
/** Publishers send. Their `noDrop` and `conflate` can't be read. */
export interface Publisher extends Writable {
  /** Whether a send waits for slow subscribers instead of dropping for them. Takes effect at once. Default false (`ZMQ_XPUB_NODROP`). */
  noDrop: boolean;
  /**
   * Whether only the last message is kept, in either direction. To be set before bind and connect; over inproc, what the
   * connecting side has set counts for both. A peer that sends a multipart message makes libzmq end the process. Default
   * false (`ZMQ_CONFLATE`).
   */
  conflate: boolean;
  /** Whether messages that match *no* subscription are sent. Both sides must set it. Takes effect at once. Default false (`ZMQ_INVERT_MATCHING`). */
  invertMatching: boolean;
}

/** Sockets that receive what they have subscribed to. */
export class Subscriber extends Socket {
  /** Opens a socket (`ZMQ_SUB`). */
  constructor(options?: SocketOptions<Subscriber>) {
    super(TYPES.Subscriber.number, options);
  }

  /** Subscribes to messages that begin with any of the prefixes; without one, to all (`ZMQ_SUBSCRIBE`). */
  subscribe(...prefixes: Array<Buffer | string>): void {
    if (prefixes.length === 0) this.setStringOption(OPTION_NUMBERS.subscribe, null);
    else for (const prefix of prefixes) this.setStringOption(OPTION_NUMBERS.subscribe, prefix);
  }

  /** Removes subscriptions; without a prefix, the one to all (`ZMQ_UNSUBSCRIBE`). */
  unsubscribe(...prefixes: Array<Buffer | string>): void {
    if (prefixes.length === 0) this.setStringOption(OPTION_NUMBERS.unsubscribe, null);
    else for (const prefix of prefixes) this.setStringOption(OPTION_NUMBERS.unsubscribe, prefix);
  }
}
/** Subscribers receive. Their `conflate` can't be read. */
export interface Subscriber extends Readable {
  /**
   * Whether only the last message is kept. To be set before bind and connect; over inproc, what the connecting side has
   * set counts for both. A Subscriber that was asked whether it's readable, or was in a Poller, returns the message that
   * it had then before the last one. A peer that sends a multipart message makes libzmq end the process. Default false
   * (`ZMQ_CONFLATE`).
   */
  conflate: boolean;
  /** Whether messages that match *no* subscription are sent. Both sides must set it. Takes effect at once. Default false (`ZMQ_INVERT_MATCHING`). */
  invertMatching: boolean;
}

/** Sockets that send a request and receive its reply, by turns. */
export class Request extends Socket {
  /** The id by which Routers know the socket; `null` for one of their making (`ZMQ_ROUTING_ID`). */
  declare routingId: string | null;

  /** Opens a socket (`ZMQ_REQ`). */
  constructor(options?: SocketOptions<Request>) {
    super(TYPES.Request.number, options);
  }
}
/** Requests send and receive. Their `probeRouter`, `correlate` and `relaxed` can't be read. */
export interface Request extends Readable, Writable {
  /** Whether an empty message is sent to every new peer, so that a Router there learns the routing id. Default false (`ZMQ_PROBE_ROUTER`). */
  probeRouter: boolean;
  /** Whether a reply must carry its request's number; others are dropped. Default false (`ZMQ_REQ_CORRELATE`). */
  correlate: boolean;
  /** Whether a new request may be sent while a reply is outstanding, and abandons that. Default false (`ZMQ_REQ_RELAXED`). */
  relaxed: boolean;
}

/** Sockets that receive a request and send its reply, by turns. */
export class Reply extends Socket {
  /** The id by which Routers know the socket; `null` for one of their making (`ZMQ_ROUTING_ID`). */
  declare routingId: string | null;

  /** Opens a socket (`ZMQ_REP`). */
  constructor(options?: SocketOptions<Reply>) {
    super(TYPES.Reply.number, options);
  }
}
/** Replies send and receive. */
export interface Reply extends Readable, Writable {}

/** Sockets that send to their peers by turns, and receive from all. */
export class Dealer extends Socket {
  /** The id by which Routers know the socket; `null` for one of their making (`ZMQ_ROUTING_ID`). */
  declare routingId: string | null;

  /** Opens a socket (`ZMQ_DEALER`). */
  constructor(options?: SocketOptions<Dealer>) {
    super(TYPES.Dealer.number, options);
  }
}
/** Dealers send and receive. Their `probeRouter` and `conflate` can't be read. */
export interface Dealer extends Readable, Writable {
  /** Whether an empty message is sent to every new peer, so that a Router there learns the routing id. Default false (`ZMQ_PROBE_ROUTER`). */
  probeRouter: boolean;
  /**
   * Whether only the last message is kept, in either direction. To be set before bind and connect; over inproc, what the
   * connecting side has set counts for both. A peer that sends a multipart message makes libzmq end the process. Default
   * false (`ZMQ_CONFLATE`).
   */
  conflate: boolean;
}

/** Sockets whose messages begin with the peer's routing id. */
export class Router extends Socket {
  /** The id by which other Routers know the socket; `null` for one that they make (`ZMQ_ROUTING_ID`). */
  declare routingId: string | null;

  /** Opens a socket (`ZMQ_ROUTER`). */
  constructor(options?: SocketOptions<Router>) {
    super(TYPES.Router.number, options);
  }

  /** Connects to an address, where the peer is given a routing id if one is named (`ZMQ_CONNECT_ROUTING_ID`). */
  override connect(address: string, options: RouterConnectOptions = {}): void {
    if (options.routingId) this.setStringOption(OPTION_NUMBERS.connectRoutingId, options.routingId);
    super.connect(address);
  }
}
/** Routers send and receive. Their `mandatory`, `probeRouter` and `handover` can't be read. */
export interface Router extends Readable, Writable {
  /** Whether an empty message is sent to every new peer, so that a Router there learns the routing id. Default false (`ZMQ_PROBE_ROUTER`). */
  probeRouter: boolean;
  /**
   * Whether sending to a peer that isn't there fails with EHOSTUNREACH, and to one whose
   * queue is full waits; otherwise both are dropped silently. A peer that goes while its queue is full counts as
   * there until all that came from it was received. Default false (`ZMQ_ROUTER_MANDATORY`).
   */
  mandatory: boolean;
  /**
   * Whether a new peer takes over a routing id in use. Otherwise it's connected, but not heard, also where it's the same one
   * that has come back before its old connection has gone. Default false (`ZMQ_ROUTER_HANDOVER`).
   */
  handover: boolean;
}

/** Sockets that receive from Pushes. */
export class Pull extends Socket {
  /** Opens a socket (`ZMQ_PULL`). */
  constructor(options?: SocketOptions<Pull>) {
    super(TYPES.Pull.number, options);
  }
}
/** Pulls receive. Their `conflate` can't be read. */
export interface Pull extends Readable {
  /**
   * Whether only the last message is kept, in either direction. To be set before bind and connect; over inproc, what the
   * connecting side has set counts for both. A peer that sends a multipart message makes libzmq end the process. Default
   * false (`ZMQ_CONFLATE`).
   */
  conflate: boolean;
}

/** Sockets that send to Pulls by turns. */
export class Push extends Socket {
  /** Opens a socket (`ZMQ_PUSH`). */
  constructor(options?: SocketOptions<Push>) {
    super(TYPES.Push.number, options);
  }
}
/** Pushes send. Their `conflate` can't be read. */
export interface Push extends Writable {
  /**
   * Whether only the last message is kept, in either direction. To be set before bind and connect; over inproc, what the
   * connecting side has set counts for both. A peer that sends a multipart message makes libzmq end the process. Default
   * false (`ZMQ_CONFLATE`).
   */
  conflate: boolean;
}

/** Publishers that receive their peers' subscriptions. */
export class XPublisher extends Socket {
  /** A message for each new subscriber; `null` for none. Can't be read (`ZMQ_XPUB_WELCOME_MSG`). */
  declare welcomeMessage: string | null;

  /** Opens a socket (`ZMQ_XPUB`). */
  constructor(options?: SocketOptions<XPublisher>) {
    super(TYPES.XPublisher.number, options);
  }

  /**
   * Which of the peers' subscriptions are received: `null` for the first and last of each kind,
   * `"allSubs"` for every subscription, `"allSubsUnsubs"` for every unsubscription as well. Can't be
   * read (`ZMQ_XPUB_VERBOSE`, `ZMQ_XPUB_VERBOSER`).
   */
  set verbosity(value: null | "allSubs" | "allSubsUnsubs") {
    // libzmq has two options for it, and setting either of them to false resets both.
    if (value === null) this.setBoolOption(OPTION_NUMBERS.verbose, false);
    else if (value === "allSubs") this.setBoolOption(OPTION_NUMBERS.verbose, true);
    else if (value === "allSubsUnsubs") this.setBoolOption(OPTION_NUMBERS.verboser, true);
  }
}
/** XPublishers send, and receive subscriptions. Their `noDrop` and `manual` can't be read. */
export interface XPublisher extends Readable, Writable {
  /** Whether a send waits for slow subscribers instead of dropping for them. Takes effect at once. Default false (`ZMQ_XPUB_NODROP`). */
  noDrop: boolean;
  /** Whether messages that match *no* subscription are sent. Both sides must set it. Takes effect at once. Default false (`ZMQ_INVERT_MATCHING`). */
  invertMatching: boolean;
  /**
   * Whether peers' subscriptions are only received, and take effect by `subscribe`, which then
   * concerns the peer whose message was received last. Takes effect at once. Default false (`ZMQ_XPUB_MANUAL`).
   */
  manual: boolean;
}

/** Subscribers that subscribe by sending. */
export class XSubscriber extends Socket {
  /** Opens a socket (`ZMQ_XSUB`). */
  constructor(options?: SocketOptions<XSubscriber>) {
    super(TYPES.XSubscriber.number, options);
  }
}
/** XSubscribers receive, and send subscriptions, of which none is dropped: their `sendHighWaterMark` is 0 by default. */
export interface XSubscriber extends Readable, Writable {}

/** Sockets for peers that use plain TCP. A message is the peer's id, and bytes. */
export class Stream extends Socket {
  /** Opens a socket (`ZMQ_STREAM`). */
  constructor(options?: SocketOptions<Stream>) {
    super(TYPES.Stream.number, options);
  }

  /** Connects to an address, where the peer is given a routing id if one is named (`ZMQ_CONNECT_ROUTING_ID`). */
  override connect(address: string, options: StreamConnectOptions = {}): void {
    if (options.routingId) this.setStringOption(OPTION_NUMBERS.connectRoutingId, options.routingId);
    super.connect(address);
  }
}
/** Streams send and receive, each message an id and bytes. Their `notify` can't be read. */
export interface Stream extends Readable<[Message, Message]>, Writable<[MessageLike, MessageLike]> {
  /** Whether an empty message is received for every peer that comes, or goes by itself. Default true (`ZMQ_STREAM_NOTIFY`). */
  notify: boolean;
}

const CLASSES = {
  ...{ Pair, Publisher, Subscriber, Request, Reply, Dealer },
  ...{ Router, Pull, Push, XPublisher, XSubscriber, Stream },
};
for (const [name, type] of Object.entries(CLASSES)) {
  compose(type, TYPES[name as keyof typeof CLASSES]);
}
