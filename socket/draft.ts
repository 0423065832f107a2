/**
 * Sockets of libzmq's draft API, which may still change there: Server and Client, Radio and Dish, Gather and Scatter,
 * Peer, Channel and Datagram. They need a libzmq that was built with it (`capability.draft`); on others their
 * constructors throw.
 *
 * All but Datagram send and receive messages of one part. They're received, iterated over, watched by a Poller and
 * closed as other sockets are.
 *
 * @example A server that knows its clients by number
 * ```ts
 * import { capability } from "@deno-zmq/zmq";
 * import { Client, Server } from "@deno-zmq/zmq/draft";
 *
 * if (capability.draft) {
 *   using server = new Server();
 *   await server.bind("tcp://127.0.0.1:*");
 *   using client = new Client();
 *   client.connect(server.lastEndpoint!);
 *
 *   await client.send("hello");
 *   const [text, { routingId }] = await server.receive();
 *   await server.send(`${text} to you`, { routingId });
 *   console.log(String((await client.receive())[0]));
 * }
 * ```
 *
 * @module
 */

import "../ffi/ready.ts";
import { checkAddress } from "./binding.ts";
import { compose } from "./compose.ts";
import type { Receives, Sends } from "./halves.ts";
import { openHandleOf } from "./handle.ts";
import { changeGroup, connectPeer, groupBytes } from "./draft_core.ts";
import {
  checkRoutingId,
  composeAddressed,
  type GroupMessage,
  type GroupTarget,
  type PeerTarget,
  type ReceivesAs,
  type RoutedMessage,
  type SendsTo,
} from "./draft_halves.ts";
import type {
  DisconnectMessageOption,
  HelloMessageOption,
  HiccupMessageOption,
} from "./newer_option_types.ts";
import type {
  ConflateOption,
  PublishOptions,
  ReceiveOptions,
  SendOptions,
} from "./option_types.ts";
import { Socket, type SocketOptions } from "./socket.ts";
import { TYPES } from "./types.ts";

export type { GroupMessage, GroupTarget, PeerTarget, ReceivesAs, RoutedMessage, SendsTo };

/** Options of a {@linkcode Server}. */
export interface ServerOptions
  extends
    SocketOptions,
    Partial<ReceiveOptions & SendOptions & HelloMessageOption & DisconnectMessageOption> {}

/**
 * Receives from all its clients, each message with its client's routing id, a number, and sends to the client of an
 * id (`ZMQ_SERVER`). Peers are {@linkcode Client} sockets.
 */
export class Server extends Socket {
  /** Opens a socket. */
  constructor(options?: ServerOptions) {
    super(TYPES.Server.number, options);
  }
}
/** The members of a {@linkcode Server} that its type of socket brings. */
export interface Server
  extends
    ReceivesAs<RoutedMessage>,
    SendsTo<PeerTarget>,
    ReceiveOptions,
    SendOptions,
    HelloMessageOption,
    DisconnectMessageOption {}
composeAddressed(Server, TYPES.Server, targetOfPeer);

/** Options of a {@linkcode Client}. */
export interface ClientOptions
  extends
    SocketOptions,
    Partial<ReceiveOptions & SendOptions & HelloMessageOption & HiccupMessageOption> {}

/** Sends to its servers in turn, and receives from all of them (`ZMQ_CLIENT`). Peers are {@linkcode Server} sockets. */
export class Client extends Socket {
  /** Opens a socket. */
  constructor(options?: ClientOptions) {
    super(TYPES.Client.number, options);
  }
}
/** The members of a {@linkcode Client} that its type of socket brings. */
export interface Client
  extends Receives, Sends, ReceiveOptions, SendOptions, HelloMessageOption, HiccupMessageOption {}
compose(Client, TYPES.Client);

/** Options of a {@linkcode Radio}. */
export interface RadioOptions extends SocketOptions, Partial<SendOptions & PublishOptions> {}

/**
 * Sends each message to all peers that have joined its group (`ZMQ_RADIO`). Peers are {@linkcode Dish} sockets. For those
 * that aren't there it's dropped.
 *
 * @example
 * ```ts
 * import { capability } from "@deno-zmq/zmq";
 * import { Dish, Radio } from "@deno-zmq/zmq/draft";
 *
 * if (capability.draft) {
 *   using radio = new Radio();
 *   await radio.bind("tcp://127.0.0.1:*");
 *   using dish = new Dish();
 *   dish.join("weather");
 *   dish.connect(radio.lastEndpoint!);
 *   // Until the radio knows that a dish has joined, it drops messages.
 *   const timer = setInterval(() => radio.send("rain", { group: "weather" }), 10);
 *   const [text, { group }] = await dish.receive();
 *   clearInterval(timer);
 *   console.log(`${group}: ${text}`);
 * }
 * ```
 */
export class Radio extends Socket {
  /** Opens a socket. */
  constructor(options?: RadioOptions) {
    super(TYPES.Radio.number, options);
  }
}
/** The members of a {@linkcode Radio} that its type of socket brings. */
export interface Radio extends SendsTo<GroupTarget>, SendOptions, PublishOptions {}
composeAddressed(Radio, TYPES.Radio, targetOfGroup);

/** Options of a {@linkcode Dish}. */
export interface DishOptions extends SocketOptions, Partial<ReceiveOptions> {}

/** Receives the messages of the groups that it has joined, each with its group (`ZMQ_DISH`). Peers are {@linkcode Radio} sockets. */
export class Dish extends Socket {
  /** Opens a socket. */
  constructor(options?: DishOptions) {
    super(TYPES.Dish.number, options);
  }

  /**
   * Joins groups (`zmq_join`).
   *
   * @throws {TypeError} If a group is neither a string nor bytes, or contains NUL.
   * @throws {RangeError} If a group has more than 255 bytes.
   * @throws {ZmqError} EINVAL If it has joined already.
   * @throws {ZmqError} EBADF If the socket is closed.
   */
  join(...groups: (string | Uint8Array)[]): void {
    const handle = openHandleOf(this, "zmq_join");
    for (const group of groups.map(groupBytes)) changeGroup(handle, "zmq_join", group);
  }

  /**
   * Leaves groups (`zmq_leave`).
   *
   * @throws {ZmqError} EINVAL If it hasn't joined; the rest as {@linkcode Dish.join} does.
   */
  leave(...groups: (string | Uint8Array)[]): void {
    const handle = openHandleOf(this, "zmq_leave");
    for (const group of groups.map(groupBytes)) changeGroup(handle, "zmq_leave", group);
  }
}
/** The members of a {@linkcode Dish} that its type of socket brings. */
export interface Dish extends ReceivesAs<GroupMessage>, ReceiveOptions {}
composeAddressed(Dish, TYPES.Dish);

/** Options of a {@linkcode Gather}. */
export interface GatherOptions extends SocketOptions, Partial<ReceiveOptions & ConflateOption> {}

/** Receives from all its peers (`ZMQ_GATHER`). Peers are {@linkcode Scatter} sockets. */
export class Gather extends Socket {
  /** Opens a socket. */
  constructor(options?: GatherOptions) {
    super(TYPES.Gather.number, options);
  }
}
/** The members of a {@linkcode Gather} that its type of socket brings. */
export interface Gather extends Receives, ReceiveOptions, ConflateOption {}
compose(Gather, TYPES.Gather);

/** Options of a {@linkcode Scatter}. */
export interface ScatterOptions extends SocketOptions, Partial<SendOptions & ConflateOption> {}

/** Sends each message to one of its peers, in turn (`ZMQ_SCATTER`). Peers are {@linkcode Gather} sockets. */
export class Scatter extends Socket {
  /** Opens a socket. */
  constructor(options?: ScatterOptions) {
    super(TYPES.Scatter.number, options);
  }
}
/** The members of a {@linkcode Scatter} that its type of socket brings. */
export interface Scatter extends Sends, SendOptions, ConflateOption {}
compose(Scatter, TYPES.Scatter);

/** Options of a {@linkcode Peer}. */
export interface PeerOptions
  extends
    SocketOptions,
    Partial<ReceiveOptions & SendOptions & HelloMessageOption & DisconnectMessageOption>,
    Partial<HiccupMessageOption> {}

/**
 * A {@linkcode Server} that also connects to others of its kind, on equal terms (`ZMQ_PEER`, since 4.3.3). Peers are
 * Peer sockets.
 */
export class Peer extends Socket {
  /** Opens a socket. */
  constructor(options?: PeerOptions) {
    super(TYPES.Peer.number, options);
  }

  /**
   * Connects to an address, and returns the routing id of the peer there, by which it can be sent to at once
   * (`zmq_connect_peer`).
   *
   * @throws {ZmqError} As {@linkcode Socket.connect} does.
   */
  connectPeer(address: string): number {
    checkAddress(address);
    return connectPeer(openHandleOf(this, "zmq_connect_peer"), address);
  }
}
/** The members of a {@linkcode Peer} that its type of socket brings. */
export interface Peer
  extends
    ReceivesAs<RoutedMessage>,
    SendsTo<PeerTarget>,
    ReceiveOptions,
    SendOptions,
    HelloMessageOption,
    DisconnectMessageOption,
    HiccupMessageOption {}
composeAddressed(Peer, TYPES.Peer, targetOfPeer);

/** Options of a {@linkcode Channel}. */
export interface ChannelOptions extends SocketOptions, Partial<ReceiveOptions & SendOptions> {}

/**
 * Exchanges messages with exactly one other Channel (`ZMQ_CHANNEL`, since 4.3.3), as a {@linkcode Pair} does with
 * another Pair.
 */
export class Channel extends Socket {
  /** Opens a socket. */
  constructor(options?: ChannelOptions) {
    super(TYPES.Channel.number, options);
  }
}
/** The members of a {@linkcode Channel} that its type of socket brings. */
export interface Channel extends Receives, Sends, ReceiveOptions, SendOptions {}
compose(Channel, TYPES.Channel);

/** Options of a {@linkcode Datagram}. */
export interface DatagramOptions extends SocketOptions, Partial<ReceiveOptions & SendOptions> {}

/**
 * Exchanges UDP datagrams with any address (`ZMQ_DGRAM`). A message has two parts: the peer's address, such as
 * `127.0.0.1:5555`, and the datagram's bytes, at most 8192 of them. It's bound to a `udp://` address, and never
 * connected. libzmq knows no wildcard for its port.
 *
 * @example
 * ```ts
 * import { capability } from "@deno-zmq/zmq";
 * import { Datagram } from "@deno-zmq/zmq/draft";
 *
 * if (capability.draft) {
 *   const port = 20_000 + Math.floor(10_000 * Math.random());
 *   using socket = new Datagram();
 *   await socket.bind(`udp://127.0.0.1:${port}`);
 *   await socket.send([`127.0.0.1:${port}`, "to myself"]);
 *   const [address, text] = await socket.receive();
 *   console.log(`${address}: ${text}`);
 * }
 * ```
 */
export class Datagram extends Socket {
  /** Opens a socket. */
  constructor(options?: DatagramOptions) {
    super(TYPES.Datagram.number, options);
  }
}
/** The members of a {@linkcode Datagram} that its type of socket brings. */
export interface Datagram extends Receives, Sends, ReceiveOptions, SendOptions {}
compose(Datagram, TYPES.Datagram);

function targetOfPeer({ routingId }: PeerTarget): string {
  return String(checkRoutingId(routingId));
}

function targetOfGroup({ group }: GroupTarget): Uint8Array {
  return groupBytes(group);
}
