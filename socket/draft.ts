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
 *   const address = await server.bind("tcp://127.0.0.1:*");
 *   using client = new Client();
 *   client.connect(address);
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
import { checkCount } from "../poller/wait_options.ts";
import { handleFor } from "./binding.ts";
import { compose } from "./compose.ts";
import type { Interest } from "../poller/poller.ts";
import type { Receiver, Sender } from "./halves.ts";
import { openHandleOf } from "./handle.ts";
import { changeGroup, connectPeer, groupBytes } from "./draft_core.ts";
import {
  composeAddressed,
  type DraftReceiver,
  type DraftSender,
  type GroupMessage,
  type GroupTarget,
  peerOf,
  type PeerTarget,
  type RoutedMessage,
} from "./draft_halves.ts";
import type { ReceiverOptions, SenderOptions } from "./option_types.ts";
import { Socket } from "./socket.ts";
import type { SocketOptions } from "./socket_options.ts";
import { TYPES } from "./types.ts";
import type { SyncWaitOptions, WaitOptions } from "../poller/wait_options.ts";

export type { DraftReceiver, DraftSender, GroupMessage, GroupTarget, PeerTarget, RoutedMessage };
// The types that those above name.
export type { Context } from "../context.ts";
export type { ContextOptions } from "../context_options.ts";
export type { ZmqError } from "../errors.ts";
export type { Interest } from "../poller/poller.ts";
export type { SyncWaitOptions, WaitOptions } from "../poller/wait_options.ts";
export type { BindToRandomPortOptions } from "./binding.ts";
export type { SocketEvent } from "./event_types.ts";
export type { Metadata } from "./metadata.ts";
export type { Frame } from "./frame.ts";
export type { Receiver, Sender } from "./halves.ts";
export type { MessageLike, MessagePart } from "./message.ts";
export type { Observer } from "./observer.ts";
export type { OptionTypes, ReceiverOptions, SenderOptions } from "./option_types.ts";
export type { Socket } from "./socket.ts";
export type { SocketOptions } from "./socket_options.ts";
export type { Visitor } from "./visit.ts";
export type { ReceiveOptions } from "./waits.ts";

/** Options of a {@linkcode Server}. */
export interface ServerOptions extends SocketOptions, ReceiverOptions, SenderOptions {
  /** A message that each new peer gets first; `null` for none. Default `null`. Draft, since 4.3.3 (`ZMQ_HELLO_MSG`). */
  helloMessage?: string | Uint8Array | null;
  /** A message that is received, as if from the peer, when a peer has gone; `null` for none. Default `null`. Draft, since 4.3.3 (`ZMQ_DISCONNECT_MSG`). */
  disconnectMessage?: string | Uint8Array | null;
}

/**
 * Receives from all its clients, each message with its client's routing id, a number, and sends to the client of an
 * id (`ZMQ_SERVER`). Peers are {@linkcode Client} sockets.
 *
 * It receives by {@linkcode DraftReceiver}: `receive`, `tryReceive`, `receiveSync`, `iterate` and `drain`. It sends by
 * {@linkcode DraftSender}: `send`, `trySend` and `sendSync`.
 *
 * As every {@linkcode Socket} it has `bind`, `bindSync`, `bindToRandomPort`, `unbind`, `unbindSync`, `connect`,
 * `disconnect`, `wait`, `waitSync`, `close`, `getOption`, `setOption`, the filters `addTcpAcceptFilter`, `addIpcFilterPid`,
 * `addIpcFilterUid`, `addIpcFilterGid`, `clearTcpAcceptFilters` and `clearIpcFilters`, and the options of
 * {@linkcode SocketOptions} as properties.
 *
 * @example An answer to the client that asked
 * ```ts
 * import { capability } from "@deno-zmq/zmq";
 * import { Client, Server } from "@deno-zmq/zmq/draft";
 *
 * if (capability.draft) {
 *   using server = new Server();
 *   using client = new Client();
 *   client.connect(await server.bind("tcp://127.0.0.1:*"));
 *   await client.send("hello");
 *   const [text, { routingId }] = await server.receive();
 *   await server.send(`${text} to you`, { routingId });
 *   console.log(String((await client.receive())[0])); // hello to you
 * }
 * ```
 */
export class Server extends Socket {
  /**
   * Opens a socket.
   *
   * @throws {TypeError} If the options aren't an object, one is unknown or has the wrong type, or there's an argument too many.
   * @throws {RangeError} If an option is out of range.
   * @throws {ZmqError} EMFILE If the context or the process can have no more sockets.
   * @throws {ZmqError} EINVAL If libzmq refuses an option.
   * @throws {ZmqError} ENOTSUP If the libzmq in use was built without its draft API.
   */
  constructor(options?: ServerOptions) {
    super(TYPES.Server.number, options, arguments.length);
  }
}
/** The members of a {@linkcode Server} that its type of socket brings. */
export interface Server
  extends
    DraftReceiver<RoutedMessage>,
    DraftSender<PeerTarget>,
    Required<Omit<ServerOptions, keyof SocketOptions>> {}
composeAddressed(Server, TYPES.Server, "routingId", peerOf);

/** Options of a {@linkcode Client}. */
export interface ClientOptions extends SocketOptions, ReceiverOptions, SenderOptions {
  /** A message that each new peer gets first; `null` for none. Default `null`. Draft, since 4.3.3 (`ZMQ_HELLO_MSG`). */
  helloMessage?: string | Uint8Array | null;
  /** A message that is received when a connection of this side's was lost; `null` for none. Default `null`. Draft, since 4.3.5 (`ZMQ_HICCUP_MSG`). */
  hiccupMessage?: string | Uint8Array | null;
}

/**
 * Sends to its servers in turn, and receives from all of them (`ZMQ_CLIENT`). Peers are {@linkcode Server} sockets.
 *
 * It receives by {@linkcode Receiver}: `receive`, `tryReceive`, `receiveSync`, `iterate`, `drain`, `visit`,
 * `toReadableStream` and `toReadableByteStream`. It sends by {@linkcode Sender}: `send`, `trySend`, `sendSync`,
 * `toWritableStream` and `toWritableByteStream`.
 *
 * As every {@linkcode Socket} it has `bind`, `bindSync`, `bindToRandomPort`, `unbind`, `unbindSync`, `connect`,
 * `disconnect`, `wait`, `waitSync`, `close`, `getOption`, `setOption`, the filters `addTcpAcceptFilter`, `addIpcFilterPid`,
 * `addIpcFilterUid`, `addIpcFilterGid`, `clearTcpAcceptFilters` and `clearIpcFilters`, and the options of
 * {@linkcode SocketOptions} as properties.
 *
 * @example A question
 * ```ts
 * import { capability } from "@deno-zmq/zmq";
 * import { Client, Server } from "@deno-zmq/zmq/draft";
 *
 * if (capability.draft) {
 *   using server = new Server();
 *   using client = new Client();
 *   client.connect(await server.bind("tcp://127.0.0.1:*"));
 *   await client.send("hello");
 *   const [text] = await server.receive();
 *   console.log(text.text()); // hello
 * }
 * ```
 */
export class Client extends Socket {
  /**
   * Opens a socket.
   *
   * @throws {TypeError} If the options aren't an object, one is unknown or has the wrong type, or there's an argument too many.
   * @throws {RangeError} If an option is out of range.
   * @throws {ZmqError} EMFILE If the context or the process can have no more sockets.
   * @throws {ZmqError} EINVAL If libzmq refuses an option.
   * @throws {ZmqError} ENOTSUP If the libzmq in use was built without its draft API.
   */
  constructor(options?: ClientOptions) {
    super(TYPES.Client.number, options, arguments.length);
  }
}
/** The members of a {@linkcode Client} that its type of socket brings. */
export interface Client
  extends Receiver, Sender, Required<Omit<ClientOptions, keyof SocketOptions>> {}
compose(Client, TYPES.Client);

/** Options of a {@linkcode Radio}. */
export interface RadioOptions extends SocketOptions, SenderOptions {
  /** Whether a send waits for slow subscribers instead of dropping for them. Default false (`ZMQ_XPUB_NODROP`). */
  noDrop?: boolean;
  /**
   * The largest part, in bytes, that a peer may send before it's disconnected; -1 for any. Default, set where the socket is
   * bound or connected: what the longest group takes, 260, and 293 under CURVE (`ZMQ_MAXMSGSIZE`).
   */
  maxMessageSize?: number;
}

/**
 * Sends each message to all peers that have joined its group (`ZMQ_RADIO`). Peers are {@linkcode Dish} sockets. For those
 * that aren't there it's dropped.
 *
 * It sends by {@linkcode DraftSender}: `send`, `trySend` and `sendSync`.
 *
 * As every {@linkcode Socket} it has `bind`, `bindSync`, `bindToRandomPort`, `unbind`, `unbindSync`, `connect`,
 * `disconnect`, `wait`, `waitSync`, `close`, `getOption`, `setOption`, the filters `addTcpAcceptFilter`, `addIpcFilterPid`,
 * `addIpcFilterUid`, `addIpcFilterGid`, `clearTcpAcceptFilters` and `clearIpcFilters`, and the options of
 * {@linkcode SocketOptions} as properties.
 *
 * @example A message for a group
 * ```ts
 * import { capability } from "@deno-zmq/zmq";
 * import { Dish, Radio } from "@deno-zmq/zmq/draft";
 *
 * if (capability.draft) {
 *   using radio = new Radio();
 *   const address = await radio.bind("tcp://127.0.0.1:*");
 *   using dish = new Dish();
 *   dish.join("weather");
 *   dish.connect(address);
 *   // Until the radio knows that a dish has joined, it drops messages.
 *   const timer = setInterval(() => radio.send("rain", { group: "weather" }), 10);
 *   const [text, { group }] = await dish.receive();
 *   clearInterval(timer);
 *   console.log(`${group}: ${text}`);
 * }
 * ```
 */
export class Radio extends Socket {
  /**
   * Opens a socket.
   *
   * @throws {TypeError} If the options aren't an object, one is unknown or has the wrong type, or there's an argument too many.
   * @throws {RangeError} If an option is out of range.
   * @throws {ZmqError} EMFILE If the context or the process can have no more sockets.
   * @throws {ZmqError} EINVAL If libzmq refuses an option.
   * @throws {ZmqError} ENOTSUP If the libzmq in use was built without its draft API.
   */
  constructor(options?: RadioOptions) {
    super(TYPES.Radio.number, options, arguments.length);
  }
}
/** The members of a {@linkcode Radio} that its type of socket brings. */
export interface Radio
  extends DraftSender<GroupTarget>, Required<Omit<RadioOptions, keyof SocketOptions>> {
  /** Waits until a message can be sent, and sends none. See {@linkcode Socket.wait}. */
  wait(options?: WaitOptions & Pick<Interest, "writable">): Promise<boolean>;
  /** Does so while it blocks this thread. See {@linkcode Socket.waitSync}. */
  waitSync(options?: SyncWaitOptions & Pick<Interest, "writable">): boolean;
}
composeAddressed(Radio, TYPES.Radio, "group", ({ group }: GroupTarget) => groupBytes(group));

/** Options of a {@linkcode Dish}. */
export interface DishOptions extends SocketOptions, ReceiverOptions {}

/**
 * Receives the messages of the groups that it has joined, each with its group (`ZMQ_DISH`). Peers are {@linkcode Radio} sockets.
 *
 * It receives by {@linkcode DraftReceiver}: `receive`, `tryReceive`, `receiveSync`, `iterate` and `drain`.
 *
 * As every {@linkcode Socket} it has `bind`, `bindSync`, `bindToRandomPort`, `unbind`, `unbindSync`, `connect`,
 * `disconnect`, `wait`, `waitSync`, `close`, `getOption`, `setOption`, the filters `addTcpAcceptFilter`, `addIpcFilterPid`,
 * `addIpcFilterUid`, `addIpcFilterGid`, `clearTcpAcceptFilters` and `clearIpcFilters`, and the options of
 * {@linkcode SocketOptions} as properties.
 *
 * @example The messages of one group
 * ```ts
 * import { capability } from "@deno-zmq/zmq";
 * import { Dish, Radio } from "@deno-zmq/zmq/draft";
 *
 * if (capability.draft) {
 *   using radio = new Radio();
 *   using dish = new Dish();
 *   dish.join("weather");
 *   dish.connect(await radio.bind("tcp://127.0.0.1:*"));
 *   // Until the radio knows that a dish has joined, it drops messages.
 *   const timer = setInterval(() => radio.trySend("rain", { group: "weather" }), 10);
 *   const [text, { group }] = await dish.receive();
 *   clearInterval(timer);
 *   console.log(`${group}: ${text}`); // weather: rain
 * }
 * ```
 */
export class Dish extends Socket {
  /**
   * Opens a socket.
   *
   * @throws {TypeError} If the options aren't an object, one is unknown or has the wrong type, or there's an argument too many.
   * @throws {RangeError} If an option is out of range.
   * @throws {ZmqError} EMFILE If the context or the process can have no more sockets.
   * @throws {ZmqError} EINVAL If libzmq refuses an option.
   * @throws {ZmqError} ENOTSUP If the libzmq in use was built without its draft API.
   */
  constructor(options?: DishOptions) {
    super(TYPES.Dish.number, options, arguments.length);
  }

  /**
   * Joins groups (`zmq_join`).
   *
   * @throws {TypeError} If a group is neither a string nor bytes, or contains NUL.
   * @throws {RangeError} If a group has more than 255 bytes, or over udp more than 127.
   * @throws {ZmqError} EINVAL If it has joined already.
   * @throws {ZmqError} EBADF If the socket is closed.
   */
  join(group: string | Uint8Array, ...more: (string | Uint8Array)[]): void {
    const handle = openHandleOf(this, "zmq_join");
    for (const one of [group, ...more].map(groupBytes)) changeGroup(handle, "zmq_join", one);
  }

  /**
   * Leaves groups (`zmq_leave`).
   *
   * @throws {ZmqError} EINVAL If it hasn't joined; the rest as {@linkcode Dish.join} does.
   */
  leave(group: string | Uint8Array, ...more: (string | Uint8Array)[]): void {
    const handle = openHandleOf(this, "zmq_leave");
    for (const one of [group, ...more].map(groupBytes)) changeGroup(handle, "zmq_leave", one);
  }
}
/** The members of a {@linkcode Dish} that its type of socket brings. */
export interface Dish
  extends DraftReceiver<GroupMessage>, Required<Omit<DishOptions, keyof SocketOptions>> {
  /** Waits until a message can be received, and receives none. See {@linkcode Socket.wait}. */
  wait(options?: WaitOptions & Pick<Interest, "readable">): Promise<boolean>;
  /** Does so while it blocks this thread. See {@linkcode Socket.waitSync}. */
  waitSync(options?: SyncWaitOptions & Pick<Interest, "readable">): boolean;
}
composeAddressed(Dish, TYPES.Dish);

/** Options of a {@linkcode Gather}. */
export interface GatherOptions extends SocketOptions, ReceiverOptions {
  /**
   * Whether only the last message is kept, in either direction. To be set before bind and connect; over inproc, what the
   * connecting side has set counts for both. A peer that sends a multipart message makes libzmq end the process. Default
   * false (`ZMQ_CONFLATE`).
   */
  conflate?: boolean;
}

/**
 * Receives from all its peers (`ZMQ_GATHER`). Peers are {@linkcode Scatter} sockets.
 *
 * It receives by {@linkcode Receiver}: `receive`, `tryReceive`, `receiveSync`, `iterate`, `drain`, `visit`,
 * `toReadableStream` and `toReadableByteStream`.
 *
 * As every {@linkcode Socket} it has `bind`, `bindSync`, `bindToRandomPort`, `unbind`, `unbindSync`, `connect`,
 * `disconnect`, `wait`, `waitSync`, `close`, `getOption`, `setOption`, the filters `addTcpAcceptFilter`, `addIpcFilterPid`,
 * `addIpcFilterUid`, `addIpcFilterGid`, `clearTcpAcceptFilters` and `clearIpcFilters`, and the options of
 * {@linkcode SocketOptions} as properties.
 *
 * @example Work from several senders
 * ```ts
 * import { capability } from "@deno-zmq/zmq";
 * import { Gather, Scatter } from "@deno-zmq/zmq/draft";
 *
 * if (capability.draft) {
 *   using gather = new Gather();
 *   using scatter = new Scatter();
 *   scatter.connect(await gather.bind("tcp://127.0.0.1:*"));
 *   await scatter.send("work");
 *   for await (const [work] of gather) {
 *     console.log(work.text()); // work
 *     break;
 *   }
 * }
 * ```
 */
export class Gather extends Socket {
  /**
   * Opens a socket.
   *
   * @throws {TypeError} If the options aren't an object, one is unknown or has the wrong type, or there's an argument too many.
   * @throws {RangeError} If an option is out of range.
   * @throws {ZmqError} EMFILE If the context or the process can have no more sockets.
   * @throws {ZmqError} EINVAL If libzmq refuses an option.
   * @throws {ZmqError} ENOTSUP If the libzmq in use was built without its draft API.
   */
  constructor(options?: GatherOptions) {
    super(TYPES.Gather.number, options, arguments.length);
  }
}
/** The members of a {@linkcode Gather} that its type of socket brings. */
export interface Gather extends Receiver, Required<Omit<GatherOptions, keyof SocketOptions>> {
  /** Waits until a message can be received, and receives none. See {@linkcode Socket.wait}. */
  wait(options?: WaitOptions & Pick<Interest, "readable">): Promise<boolean>;
  /** Does so while it blocks this thread. See {@linkcode Socket.waitSync}. */
  waitSync(options?: SyncWaitOptions & Pick<Interest, "readable">): boolean;
}
compose(Gather, TYPES.Gather);

/** Options of a {@linkcode Scatter}. */
export interface ScatterOptions extends SocketOptions, SenderOptions {
  /**
   * Whether only the last message is kept, in either direction. To be set before bind and connect; over inproc, what the
   * connecting side has set counts for both. A peer that sends a multipart message makes libzmq end the process. Default
   * false (`ZMQ_CONFLATE`).
   */
  conflate?: boolean;
}

/**
 * Sends each message to one of its peers, in turn (`ZMQ_SCATTER`). Peers are {@linkcode Gather} sockets.
 *
 * It sends by {@linkcode Sender}: `send`, `trySend`, `sendSync`, `toWritableStream` and `toWritableByteStream`.
 *
 * As every {@linkcode Socket} it has `bind`, `bindSync`, `bindToRandomPort`, `unbind`, `unbindSync`, `connect`,
 * `disconnect`, `wait`, `waitSync`, `close`, `getOption`, `setOption`, the filters `addTcpAcceptFilter`, `addIpcFilterPid`,
 * `addIpcFilterUid`, `addIpcFilterGid`, `clearTcpAcceptFilters` and `clearIpcFilters`, and the options of
 * {@linkcode SocketOptions} as properties.
 *
 * @example Work for several receivers
 * ```ts
 * import { capability } from "@deno-zmq/zmq";
 * import { Gather, Scatter } from "@deno-zmq/zmq/draft";
 *
 * if (capability.draft) {
 *   using scatter = new Scatter();
 *   using gather = new Gather();
 *   gather.connect(await scatter.bind("tcp://127.0.0.1:*"));
 *   await scatter.send("work");
 *   console.log(String((await gather.receive())[0])); // work
 * }
 * ```
 */
export class Scatter extends Socket {
  /**
   * Opens a socket.
   *
   * @throws {TypeError} If the options aren't an object, one is unknown or has the wrong type, or there's an argument too many.
   * @throws {RangeError} If an option is out of range.
   * @throws {ZmqError} EMFILE If the context or the process can have no more sockets.
   * @throws {ZmqError} EINVAL If libzmq refuses an option.
   * @throws {ZmqError} ENOTSUP If the libzmq in use was built without its draft API.
   */
  constructor(options?: ScatterOptions) {
    super(TYPES.Scatter.number, options, arguments.length);
  }
}
/** The members of a {@linkcode Scatter} that its type of socket brings. */
export interface Scatter extends Sender, Required<Omit<ScatterOptions, keyof SocketOptions>> {
  /** Waits until a message can be sent, and sends none. See {@linkcode Socket.wait}. */
  wait(options?: WaitOptions & Pick<Interest, "writable">): Promise<boolean>;
  /** Does so while it blocks this thread. See {@linkcode Socket.waitSync}. */
  waitSync(options?: SyncWaitOptions & Pick<Interest, "writable">): boolean;
}
compose(Scatter, TYPES.Scatter);

/** Options of a {@linkcode Peer}. */
export interface PeerOptions extends SocketOptions, ReceiverOptions, SenderOptions {
  /** A message that each new peer gets first; `null` for none. Default `null`. Draft, since 4.3.3 (`ZMQ_HELLO_MSG`). */
  helloMessage?: string | Uint8Array | null;
  /** A message that is received, as if from the peer, when a peer has gone; `null` for none. Default `null`. Draft, since 4.3.3 (`ZMQ_DISCONNECT_MSG`). */
  disconnectMessage?: string | Uint8Array | null;
  /** A message that is received when a connection of this side's was lost; `null` for none. Default `null`. Draft, since 4.3.5 (`ZMQ_HICCUP_MSG`). */
  hiccupMessage?: string | Uint8Array | null;
}

/**
 * A {@linkcode Server} that also connects to others of its kind, on equal terms (`ZMQ_PEER`, since 4.3.3). Peers are
 * Peer sockets.
 *
 * It receives by {@linkcode DraftReceiver}: `receive`, `tryReceive`, `receiveSync`, `iterate` and `drain`. It sends by
 * {@linkcode DraftSender}: `send`, `trySend` and `sendSync`.
 *
 * As every {@linkcode Socket} it has `bind`, `bindSync`, `bindToRandomPort`, `unbind`, `unbindSync`, `connect`,
 * `disconnect`, `wait`, `waitSync`, `close`, `getOption`, `setOption`, the filters `addTcpAcceptFilter`, `addIpcFilterPid`,
 * `addIpcFilterUid`, `addIpcFilterGid`, `clearTcpAcceptFilters` and `clearIpcFilters`, and the options of
 * {@linkcode SocketOptions} as properties.
 *
 * @example A message to a peer by its number
 * ```ts
 * import { capability } from "@deno-zmq/zmq";
 * import { Peer } from "@deno-zmq/zmq/draft";
 *
 * if (capability.draft) {
 *   using one = new Peer();
 *   using other = new Peer();
 *   const routingId = other.connectPeer(await one.bind("tcp://127.0.0.1:*"));
 *   await other.send("hello", { routingId });
 *   const [text] = await one.receive();
 *   console.log(text.text()); // hello
 * }
 * ```
 */
export class Peer extends Socket {
  /**
   * Opens a socket.
   *
   * @throws {TypeError} If the options aren't an object, one is unknown or has the wrong type, or there's an argument too many.
   * @throws {RangeError} If an option is out of range.
   * @throws {ZmqError} EMFILE If the context or the process can have no more sockets.
   * @throws {ZmqError} EINVAL If libzmq refuses an option.
   * @throws {ZmqError} ENOTSUP If the libzmq in use was built without its draft API.
   */
  constructor(options?: PeerOptions) {
    super(TYPES.Peer.number, options, arguments.length);
  }

  /**
   * Connects to an address, and returns the routing id of the peer there, by which it can be sent to at once
   * (`zmq_connect_peer`).
   *
   * @throws {TypeError} If the address isn't a string, or if there's one argument too many.
   * @throws {RangeError} If its port isn't one from 1 to 65535.
   * @throws {ZmqError} As {@linkcode Socket.connect} does.
   */
  connectPeer(address: string): number {
    checkCount("connectPeer", arguments.length, 1);
    return connectPeer(handleFor(this, "zmq_connect_peer", address), address);
  }
}
/** The members of a {@linkcode Peer} that its type of socket brings. */
export interface Peer
  extends
    DraftReceiver<RoutedMessage>,
    DraftSender<PeerTarget>,
    Required<Omit<PeerOptions, keyof SocketOptions>> {}
composeAddressed(Peer, TYPES.Peer, "routingId", peerOf);

/** Options of a {@linkcode Channel}. */
export interface ChannelOptions extends SocketOptions, ReceiverOptions, SenderOptions {}

/**
 * Exchanges messages with exactly one other Channel (`ZMQ_CHANNEL`, since 4.3.3), as a {@linkcode Pair} does with
 * another Pair.
 *
 * It receives by {@linkcode Receiver}: `receive`, `tryReceive`, `receiveSync`, `iterate`, `drain`, `visit`,
 * `toReadableStream` and `toReadableByteStream`. It sends by {@linkcode Sender}: `send`, `trySend`, `sendSync`,
 * `toWritableStream` and `toWritableByteStream`.
 *
 * As every {@linkcode Socket} it has `bind`, `bindSync`, `bindToRandomPort`, `unbind`, `unbindSync`, `connect`,
 * `disconnect`, `wait`, `waitSync`, `close`, `getOption`, `setOption`, the filters `addTcpAcceptFilter`, `addIpcFilterPid`,
 * `addIpcFilterUid`, `addIpcFilterGid`, `clearTcpAcceptFilters` and `clearIpcFilters`, and the options of
 * {@linkcode SocketOptions} as properties.
 *
 * @example Two ends that talk
 * ```ts
 * import { capability } from "@deno-zmq/zmq";
 * import { Channel } from "@deno-zmq/zmq/draft";
 *
 * if (capability.draft) {
 *   using one = new Channel();
 *   using other = new Channel();
 *   other.connect(await one.bind("tcp://127.0.0.1:*"));
 *   await one.send("hello");
 *   console.log(String((await other.receive())[0])); // hello
 * }
 * ```
 */
export class Channel extends Socket {
  /**
   * Opens a socket.
   *
   * @throws {TypeError} If the options aren't an object, one is unknown or has the wrong type, or there's an argument too many.
   * @throws {RangeError} If an option is out of range.
   * @throws {ZmqError} EMFILE If the context or the process can have no more sockets.
   * @throws {ZmqError} EINVAL If libzmq refuses an option.
   * @throws {ZmqError} ENOTSUP If the libzmq in use was built without its draft API.
   */
  constructor(options?: ChannelOptions) {
    super(TYPES.Channel.number, options, arguments.length);
  }
}
/** The members of a {@linkcode Channel} that its type of socket brings. */
export interface Channel
  extends Receiver, Sender, Required<Omit<ChannelOptions, keyof SocketOptions>> {}
compose(Channel, TYPES.Channel);

/** Options of a {@linkcode Datagram}. It has none of security: datagrams have no handshake in which a peer could prove anything. */
export interface DatagramOptions
  extends
    Omit<SocketOptions, `${"curve" | "gssapi" | "plain" | "zap"}${string}`>,
    ReceiverOptions,
    SenderOptions {}

/**
 * Exchanges UDP datagrams with any address (`ZMQ_DGRAM`). A message has two parts: the peer's address, such as
 * `127.0.0.1:5555`, and the datagram's bytes, at most 8192 of them. It's bound to a `udp://` address, and never
 * connected. libzmq knows no wildcard for its port.
 *
 * It receives by {@linkcode Receiver}: `receive`, `tryReceive`, `receiveSync`, `iterate`, `drain`, `visit`,
 * `toReadableStream` and `toReadableByteStream`. It sends by {@linkcode Sender}: `send`, `trySend`, `sendSync`,
 * `toWritableStream` and `toWritableByteStream`.
 *
 * As every {@linkcode Socket} it has `bind`, `bindSync`, `bindToRandomPort`, `unbind`, `unbindSync`, `connect`,
 * `disconnect`, `wait`, `waitSync`, `close`, `getOption`, `setOption`, the filters `addTcpAcceptFilter`, `addIpcFilterPid`,
 * `addIpcFilterUid`, `addIpcFilterGid`, `clearTcpAcceptFilters` and `clearIpcFilters`, and the options of
 * {@linkcode SocketOptions} as properties. Binding or connecting with one of security is a `TypeError`: anyone comes in.
 *
 * @example A datagram to oneself
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
  /**
   * Opens a socket.
   *
   * @throws {TypeError} If the options aren't an object, one is unknown or has the wrong type, or there's an argument too many.
   * @throws {RangeError} If an option is out of range.
   * @throws {ZmqError} EMFILE If the context or the process can have no more sockets.
   * @throws {ZmqError} EINVAL If libzmq refuses an option.
   * @throws {ZmqError} ENOTSUP If the libzmq in use was built without its draft API.
   */
  constructor(options?: DatagramOptions) {
    super(TYPES.Datagram.number, options, arguments.length);
  }
}
/** The members of a {@linkcode Datagram} that its type of socket brings. */
export interface Datagram
  extends Receiver, Sender, Required<Omit<DatagramOptions, keyof SocketOptions>> {}
compose(Datagram, TYPES.Datagram);
