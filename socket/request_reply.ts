/** Request and reply: Request and Reply in strict turn, Dealer and Router freely. */

import type { SyncWaitOptions, WaitOptions } from "../poller/wait_options.ts";
import type { MessageLike } from "./message.ts";
import type { Visitor } from "./visit.ts";
import type { ReceiveOptions } from "./waits.ts";
import { checkCount, checkOptions } from "../poller/wait_options.ts";
import { handleFor } from "./binding.ts";
import { compose } from "./compose.ts";
import type { MultipartReceiver, Receiver, Sender } from "./halves.ts";
import { handleOf } from "./handle.ts";
import type { Frame } from "./frame.ts";
import { assertSafeOption } from "./hazards.ts";
import { getByRow, getOption, setByRow, setOption } from "./options.ts";
import { OPTION_NUMBERS, ROUTER_NOTIFY } from "./options_table.ts";
import type { MultipartOptions, ReceiverOptions, SenderOptions } from "./option_types.ts";
import { Socket } from "./socket.ts";
import type { SocketOptions } from "./socket_options.ts";
import { TYPES } from "./types.ts";

/** Options of a {@linkcode Request}. */
export interface RequestOptions extends SocketOptions, ReceiverOptions, SenderOptions {
  /** The socket's routing id, 1 to 255 bytes; see {@linkcode Request.routingId}. */
  routingId?: string | Uint8Array;
  /** Whether a reply must carry its request's number; others are dropped. Default false (`ZMQ_REQ_CORRELATE`). */
  correlate?: boolean;
  /** Whether a new request may be sent while a reply is outstanding, and abandons that. Default false (`ZMQ_REQ_RELAXED`). */
  relaxed?: boolean;
  /** Whether an empty message is sent to every new peer, so that a Router there learns the routing id. Default false (`ZMQ_PROBE_ROUTER`). */
  probeRouter?: boolean;
  /** A message that each new peer gets first; `null` for none. Default `null`. Draft, since 4.3.3 (`ZMQ_HELLO_MSG`). */
  helloMessage?: string | Uint8Array | null;
}

/**
 * Sends a request, receives its reply, and so on in strict turn (`ZMQ_REQ`). Peers are {@linkcode Reply} and
 * {@linkcode Router} sockets. A peer that dies owes its reply indefinitely, unless
 * {@linkcode RequestOptions.relaxed} is set.
 *
 * As every {@linkcode Socket} it has `bind`, `bindSync`, `bindToRandomPort`, `unbind`, `unbindSync`, `connect`,
 * `disconnect`, `wait`, `waitSync`, `close`, `getOption`, `setOption`, the filters `addTcpAcceptFilter`, `addIpcFilterPid`,
 * `addIpcFilterUid`, `addIpcFilterGid`, `clearTcpAcceptFilters` and `clearIpcFilters`, and the options of
 * {@linkcode SocketOptions} as properties.
 *
 * @example A question and its answer
 * ```ts
 * import { Reply, Request } from "@deno-zmq/zmq";
 *
 * using reply = new Reply();
 * const address = await reply.bind("tcp://127.0.0.1:*");
 * using request = new Request({ receiveTimeout: 1000 });
 * request.connect(address);
 *
 * await request.send("4 + 5");
 * const [question] = await reply.receive();
 * await reply.send(`${question} = 9`);
 * console.log(String((await request.receive())[0]));
 * ```
 */
export class Request extends Socket {
  /**
   * Opens a socket.
   *
   * @throws {TypeError} If the options aren't an object, one is unknown or has the wrong type, or there's an argument too many.
   * @throws {RangeError} If an option is out of range.
   * @throws {ZmqError} EMFILE If the context or the process can have no more sockets.
   * @throws {ZmqError} EINVAL If libzmq refuses an option.
   */
  constructor(options?: RequestOptions) {
    super(TYPES.Request.number, options, arguments.length);
  }

  /**
   * The socket's routing id, under which a {@linkcode Router} peer knows it: 1 to 255 bytes, of which
   * the first isn't 0. To be set before connecting. Default `null`: the peer makes one up
   * (`ZMQ_ROUTING_ID`).
   *
   * @throws {TypeError} If it's neither a string nor bytes.
   * @throws {RangeError} If it has no bytes, or more than 255.
   */
  get routingId(): Frame | null {
    return getOption(handleOf(this), "routingId") as Frame | null;
  }
  set routingId(value: string | Uint8Array) {
    setOption(handleOf(this), "routingId", value);
  }
}
/** The members of a {@linkcode Request} that its type of socket brings. */
export interface Request
  extends Receiver, Sender, Required<Omit<RequestOptions, keyof SocketOptions | "routingId">> {
  /** Receives the next message; waits where there is none. See {@linkcode Receiver.receive}. */
  receive(options?: ReceiveOptions): Promise<Frame[]>;
  /** Receives a message that has arrived already, or returns `undefined`. See {@linkcode Receiver.tryReceive}. */
  tryReceive(): Frame[] | undefined;
  /** Receives a message, blocking this thread. See {@linkcode Receiver.receiveSync}. */
  receiveSync(options?: SyncWaitOptions): Frame[];
  /** Iterates over all messages to come, as `for await` does. See {@linkcode Receiver.iterate}. */
  iterate(
    options?: Pick<ReceiveOptions, "signal" | "ref">,
  ): AsyncIterableIterator<Frame[]>;
  /** Iterates over the messages that have arrived, and never waits. See {@linkcode Receiver.drain}. */
  drain(options?: { limit?: number }): IteratorObject<Frame[], undefined>;
  /** Calls a function with the bytes of each frame that has arrived. See {@linkcode Receiver.visit}. */
  visit(visitor: Visitor, options?: { limit?: number; timeout?: number }): number;
  /** Returns the messages to come as a Web stream. See {@linkcode Receiver.toReadableStream}. */
  toReadableStream(): ReadableStream<Frame[]>;
  /** Returns the messages to come as a Web stream of bytes. See {@linkcode Receiver.toReadableByteStream}. */
  toReadableByteStream(options?: { endMarker?: boolean }): ReadableStream<Uint8Array<ArrayBuffer>>;
  /** Sends a message; waits where no peer can take it. See {@linkcode Sender.send}. */
  send(message: MessageLike, options?: WaitOptions): Promise<void>;
  /** Sends a message if that can be done at once. See {@linkcode Sender.trySend}. */
  trySend(message: MessageLike): boolean;
  /** Sends a message, blocking this thread. See {@linkcode Sender.sendSync}. */
  sendSync(message: MessageLike, options?: SyncWaitOptions): void;
  /** Returns a Web stream of messages to send. See {@linkcode Sender.toWritableStream}. */
  toWritableStream(): WritableStream<MessageLike>;
  /** Returns a Web stream of bytes to send. See {@linkcode Sender.toWritableByteStream}. */
  toWritableByteStream(options?: { endMarker?: boolean }): WritableStream<Uint8Array>;
}
compose(Request, TYPES.Request);

/** Options of a {@linkcode Reply}. */
export interface ReplyOptions extends SocketOptions, ReceiverOptions, SenderOptions {
  /** The socket's routing id, 1 to 255 bytes, which a Reply's peers get over `inproc://` only; see {@linkcode Request.routingId}. */
  routingId?: string | Uint8Array;
}

/**
 * Receives a request, sends its reply, and so on in strict turn (`ZMQ_REP`). Peers are
 * {@linkcode Request} and {@linkcode Dealer} sockets. A reply to a peer that has gone is dropped.
 *
 * As every {@linkcode Socket} it has `bind`, `bindSync`, `bindToRandomPort`, `unbind`, `unbindSync`, `connect`,
 * `disconnect`, `wait`, `waitSync`, `close`, `getOption`, `setOption`, the filters `addTcpAcceptFilter`, `addIpcFilterPid`,
 * `addIpcFilterUid`, `addIpcFilterGid`, `clearTcpAcceptFilters` and `clearIpcFilters`, and the options of
 * {@linkcode SocketOptions} as properties.
 *
 * @example A server
 * ```ts
 * import { Reply, Request } from "@deno-zmq/zmq";
 *
 * using reply = new Reply();
 * await reply.bind("inproc://reply-example");
 * using request = new Request();
 * request.connect("inproc://reply-example");
 * await request.send("hello");
 * for await (const [text] of reply) {
 *   await reply.send(text.text().toUpperCase());
 *   break;
 * }
 * console.log(String((await request.receive())[0]));
 * ```
 */
export class Reply extends Socket {
  /**
   * Opens a socket.
   *
   * @throws {TypeError} If the options aren't an object, one is unknown or has the wrong type, or there's an argument too many.
   * @throws {RangeError} If an option is out of range.
   * @throws {ZmqError} EMFILE If the context or the process can have no more sockets.
   * @throws {ZmqError} EINVAL If libzmq refuses an option.
   */
  constructor(options?: ReplyOptions) {
    super(TYPES.Reply.number, options, arguments.length);
  }

  /** The socket's routing id, which a Reply's peers get over `inproc://` only; see {@linkcode Request.routingId}. */
  get routingId(): Frame | null {
    return getOption(handleOf(this), "routingId") as Frame | null;
  }
  set routingId(value: string | Uint8Array) {
    setOption(handleOf(this), "routingId", value);
  }
}
/** The members of a {@linkcode Reply} that its type of socket brings. */
export interface Reply
  extends Receiver, Sender, Required<Omit<ReplyOptions, keyof SocketOptions | "routingId">> {
  /** Receives the next message; waits where there is none. See {@linkcode Receiver.receive}. */
  receive(options?: ReceiveOptions): Promise<Frame[]>;
  /** Receives a message that has arrived already, or returns `undefined`. See {@linkcode Receiver.tryReceive}. */
  tryReceive(): Frame[] | undefined;
  /** Receives a message, blocking this thread. See {@linkcode Receiver.receiveSync}. */
  receiveSync(options?: SyncWaitOptions): Frame[];
  /** Iterates over all messages to come, as `for await` does. See {@linkcode Receiver.iterate}. */
  iterate(
    options?: Pick<ReceiveOptions, "signal" | "ref">,
  ): AsyncIterableIterator<Frame[]>;
  /** Iterates over the messages that have arrived, and never waits. See {@linkcode Receiver.drain}. */
  drain(options?: { limit?: number }): IteratorObject<Frame[], undefined>;
  /** Calls a function with the bytes of each frame that has arrived. See {@linkcode Receiver.visit}. */
  visit(visitor: Visitor, options?: { limit?: number; timeout?: number }): number;
  /** Returns the messages to come as a Web stream. See {@linkcode Receiver.toReadableStream}. */
  toReadableStream(): ReadableStream<Frame[]>;
  /** Returns the messages to come as a Web stream of bytes. See {@linkcode Receiver.toReadableByteStream}. */
  toReadableByteStream(options?: { endMarker?: boolean }): ReadableStream<Uint8Array<ArrayBuffer>>;
  /** Sends a message; waits where no peer can take it. See {@linkcode Sender.send}. */
  send(message: MessageLike, options?: WaitOptions): Promise<void>;
  /** Sends a message if that can be done at once. See {@linkcode Sender.trySend}. */
  trySend(message: MessageLike): boolean;
  /** Sends a message, blocking this thread. See {@linkcode Sender.sendSync}. */
  sendSync(message: MessageLike, options?: SyncWaitOptions): void;
  /** Returns a Web stream of messages to send. See {@linkcode Sender.toWritableStream}. */
  toWritableStream(): WritableStream<MessageLike>;
  /** Returns a Web stream of bytes to send. See {@linkcode Sender.toWritableByteStream}. */
  toWritableByteStream(options?: { endMarker?: boolean }): WritableStream<Uint8Array>;
}
compose(Reply, TYPES.Reply);

/** Options of a {@linkcode Dealer}. */
export interface DealerOptions
  extends SocketOptions, ReceiverOptions, MultipartOptions, SenderOptions {
  /** The socket's routing id, 1 to 255 bytes; see {@linkcode Request.routingId}. */
  routingId?: string | Uint8Array;
  /** Whether an empty message is sent to every new peer, so that a Router there learns the routing id. Default false (`ZMQ_PROBE_ROUTER`). */
  probeRouter?: boolean;
  /**
   * Whether only the last message is kept, in either direction. To be set before bind and connect; over inproc, what the
   * connecting side has set counts for both. A peer that sends a multipart message makes libzmq end the process. Default
   * false (`ZMQ_CONFLATE`).
   */
  conflate?: boolean;
  /** A message that each new peer gets first; `null` for none. Default `null`. Draft, since 4.3.3 (`ZMQ_HELLO_MSG`). */
  helloMessage?: string | Uint8Array | null;
  /** A message that is received when a connection of this side's was lost; `null` for none. Default `null`. Draft, since 4.3.5 (`ZMQ_HICCUP_MSG`). */
  hiccupMessage?: string | Uint8Array | null;
}

/**
 * Sends to its peers in turn and receives from all of them, in any order (`ZMQ_DEALER`). Peers are
 * {@linkcode Router}, {@linkcode Reply} and Dealer sockets. To a Reply, put an empty part first.
 *
 * As every {@linkcode Socket} it has `bind`, `bindSync`, `bindToRandomPort`, `unbind`, `unbindSync`, `connect`,
 * `disconnect`, `wait`, `waitSync`, `close`, `getOption`, `setOption`, the filters `addTcpAcceptFilter`, `addIpcFilterPid`,
 * `addIpcFilterUid`, `addIpcFilterGid`, `clearTcpAcceptFilters` and `clearIpcFilters`, and the options of
 * {@linkcode SocketOptions} as properties.
 *
 * @example A client with a name
 * ```ts
 * import { Dealer, Router } from "@deno-zmq/zmq";
 *
 * using router = new Router();
 * const address = await router.bind("tcp://127.0.0.1:*");
 * using dealer = new Dealer({ routingId: "client-1" });
 * dealer.connect(address);
 * await dealer.send("hello");
 * const [id, text] = await router.receive();
 * await router.send([id, `${text} to ${id}`]);
 * console.log(String((await dealer.receive())[0]));
 * ```
 */
export class Dealer extends Socket {
  /**
   * Opens a socket.
   *
   * @throws {TypeError} If the options aren't an object, one is unknown or has the wrong type, or there's an argument too many.
   * @throws {RangeError} If an option is out of range.
   * @throws {ZmqError} EMFILE If the context or the process can have no more sockets.
   * @throws {ZmqError} EINVAL If libzmq refuses an option.
   */
  constructor(options?: DealerOptions) {
    super(TYPES.Dealer.number, options, arguments.length);
  }

  /** The socket's routing id; see {@linkcode Request.routingId}. */
  get routingId(): Frame | null {
    return getOption(handleOf(this), "routingId") as Frame | null;
  }
  set routingId(value: string | Uint8Array) {
    setOption(handleOf(this), "routingId", value);
  }
}
/** The members of a {@linkcode Dealer} that its type of socket brings. */
export interface Dealer
  extends
    Receiver,
    MultipartReceiver,
    Sender,
    Required<Omit<DealerOptions, keyof SocketOptions | "routingId">> {
  /** Receives the next message; waits where there is none. See {@linkcode Receiver.receive}. */
  receive(options?: ReceiveOptions): Promise<Frame[]>;
  /** Receives a message that has arrived already, or returns `undefined`. See {@linkcode Receiver.tryReceive}. */
  tryReceive(): Frame[] | undefined;
  /** Receives a message, blocking this thread. See {@linkcode Receiver.receiveSync}. */
  receiveSync(options?: SyncWaitOptions): Frame[];
  /** Iterates over all messages to come, as `for await` does. See {@linkcode Receiver.iterate}. */
  iterate(
    options?: Pick<ReceiveOptions, "signal" | "ref">,
  ): AsyncIterableIterator<Frame[]>;
  /** Iterates over the messages that have arrived, and never waits. See {@linkcode Receiver.drain}. */
  drain(options?: { limit?: number }): IteratorObject<Frame[], undefined>;
  /** Calls a function with the bytes of each frame that has arrived. See {@linkcode Receiver.visit}. */
  visit(visitor: Visitor, options?: { limit?: number; timeout?: number }): number;
  /** Returns the messages to come as a Web stream. See {@linkcode Receiver.toReadableStream}. */
  toReadableStream(): ReadableStream<Frame[]>;
  /** Returns the messages to come as a Web stream of bytes. See {@linkcode Receiver.toReadableByteStream}. */
  toReadableByteStream(options?: { endMarker?: boolean }): ReadableStream<Uint8Array<ArrayBuffer>>;
  /** Sends a message; waits where no peer can take it. See {@linkcode Sender.send}. */
  send(message: MessageLike, options?: WaitOptions): Promise<void>;
  /** Sends a message if that can be done at once. See {@linkcode Sender.trySend}. */
  trySend(message: MessageLike): boolean;
  /** Sends a message, blocking this thread. See {@linkcode Sender.sendSync}. */
  sendSync(message: MessageLike, options?: SyncWaitOptions): void;
  /** Returns a Web stream of messages to send. See {@linkcode Sender.toWritableStream}. */
  toWritableStream(): WritableStream<MessageLike>;
  /** Returns a Web stream of bytes to send. See {@linkcode Sender.toWritableByteStream}. */
  toWritableByteStream(options?: { endMarker?: boolean }): WritableStream<Uint8Array>;
}
compose(Dealer, TYPES.Dealer);

/** Options of a {@linkcode Router}. */
export interface RouterOptions
  extends SocketOptions, ReceiverOptions, MultipartOptions, SenderOptions {
  /** The socket's routing id, 1 to 255 bytes; see {@linkcode Request.routingId}. */
  routingId?: string | Uint8Array;
  /**
   * Whether sending to a peer that isn't there fails with EHOSTUNREACH, and to one whose
   * queue is full waits; otherwise both are dropped silently. A peer that goes while its queue is full counts as
   * there until all that came from it was received. Default false (`ZMQ_ROUTER_MANDATORY`).
   */
  mandatory?: boolean;
  /**
   * Whether a new peer takes over a routing id in use. Otherwise it's connected, but not heard, also where it's the same one
   * that has come back before its old connection has gone. Default false (`ZMQ_ROUTER_HANDOVER`).
   */
  handover?: boolean;
  /**
   * Of what an empty message of a peer is received: that it has connected, that it has gone. Default: neither, `[]`. Draft,
   * since 4.3.0 (`ZMQ_ROUTER_NOTIFY`).
   */
  notify?: readonly ("connect" | "disconnect")[];
  /** Whether an empty message is sent to every new peer, so that a Router there learns the routing id. Default false (`ZMQ_PROBE_ROUTER`). */
  probeRouter?: boolean;
  /**
   * Whether peers speak plain TCP, as with a {@linkcode Stream}, which is to be preferred. Can't be turned off again. Default
   * false (`ZMQ_ROUTER_RAW`).
   */
  rawMode?: boolean;
  /** A message that each new peer gets first; `null` for none. Default `null`. Draft, since 4.3.3 (`ZMQ_HELLO_MSG`). */
  helloMessage?: string | Uint8Array | null;
  /** A message that is received, as if from the peer, when a peer has gone; `null` for none. Default `null`. Draft, since 4.3.3 (`ZMQ_DISCONNECT_MSG`). */
  disconnectMessage?: string | Uint8Array | null;
}

/**
 * Receives from all its peers, each message preceded by a frame with the peer's routing id, and sends to the
 * peer whose routing id stands first (`ZMQ_ROUTER`). Peers are {@linkcode Dealer}, {@linkcode Request} and Router
 * sockets. Routing ids are bytes, of any length. A message for a peer that isn't there, or whose queue is
 * full, is dropped, unless {@linkcode RouterOptions.mandatory} is set. One without a routing id, of a single part, is a
 * `TypeError`.
 *
 * As every {@linkcode Socket} it has `bind`, `bindSync`, `bindToRandomPort`, `unbind`, `unbindSync`, `connect`,
 * `disconnect`, `wait`, `waitSync`, `close`, `getOption`, `setOption`, the filters `addTcpAcceptFilter`, `addIpcFilterPid`,
 * `addIpcFilterUid`, `addIpcFilterGid`, `clearTcpAcceptFilters` and `clearIpcFilters`, and the options of
 * {@linkcode SocketOptions} as properties.
 *
 * @example A server that answers by routing id
 * ```ts
 * import { Request, Router } from "@deno-zmq/zmq";
 *
 * using router = new Router();
 * const address = await router.bind("tcp://127.0.0.1:*");
 * using request = new Request();
 * request.connect(address);
 * await request.send("who am I?");
 * const [id, empty, text] = await router.receive();
 * await router.send([id, empty, `you asked: ${text}`]);
 * console.log(String((await request.receive())[0]));
 * ```
 */
export class Router extends Socket {
  /**
   * Opens a socket.
   *
   * @throws {TypeError} If the options aren't an object, one is unknown or has the wrong type, or there's an argument too many.
   * @throws {RangeError} If an option is out of range.
   * @throws {ZmqError} EMFILE If the context or the process can have no more sockets.
   * @throws {ZmqError} EINVAL If libzmq refuses an option.
   */
  constructor(options?: RouterOptions) {
    super(TYPES.Router.number, options, arguments.length);
  }

  /** The socket's routing id; see {@linkcode Request.routingId}. */
  get routingId(): Frame | null {
    return getOption(handleOf(this), "routingId") as Frame | null;
  }
  set routingId(value: string | Uint8Array) {
    setOption(handleOf(this), "routingId", value);
  }

  /** Of what an empty message of a peer is received; see {@linkcode RouterOptions.notify}. */
  get notify(): readonly ("connect" | "disconnect")[] {
    return getByRow(handleOf(this), "notify", ROUTER_NOTIFY) as ("connect" | "disconnect")[];
  }
  set notify(value: readonly ("connect" | "disconnect")[]) {
    setByRow(handleOf(this), "notify", ROUTER_NOTIFY, value);
  }

  /**
   * Connects to an address; with a routing id of 1 to 255 bytes, the peer can be sent to by that id at once
   * (`ZMQ_CONNECT_ROUTING_ID`).
   *
   * @throws {TypeError} If the routing id is neither a string nor bytes, or there's an unknown option.
   * @throws {TypeError} If another connection of the socket has that routing id.
   * @throws {TypeError} If there's a routing id and the option `immediate`, but for `inproc://`.
   * @throws {RangeError} If the routing id has no bytes, or more than 255.
   * @throws {ZmqError} As {@linkcode Socket.connect} does.
   */
  override connect(address: string, options: { routingId?: string | Uint8Array } = {}): void {
    checkCount("connect", arguments.length, 2);
    connectRouted(this, address, options);
  }
}
/** The members of a {@linkcode Router} that its type of socket brings. */
export interface Router
  extends
    Receiver,
    MultipartReceiver,
    Sender,
    Required<Omit<RouterOptions, keyof SocketOptions | "routingId" | "notify">> {
  /** Receives the next message; waits where there is none. See {@linkcode Receiver.receive}. */
  receive(options?: ReceiveOptions): Promise<Frame[]>;
  /** Receives a message that has arrived already, or returns `undefined`. See {@linkcode Receiver.tryReceive}. */
  tryReceive(): Frame[] | undefined;
  /** Receives a message, blocking this thread. See {@linkcode Receiver.receiveSync}. */
  receiveSync(options?: SyncWaitOptions): Frame[];
  /** Iterates over all messages to come, as `for await` does. See {@linkcode Receiver.iterate}. */
  iterate(
    options?: Pick<ReceiveOptions, "signal" | "ref">,
  ): AsyncIterableIterator<Frame[]>;
  /** Iterates over the messages that have arrived, and never waits. See {@linkcode Receiver.drain}. */
  drain(options?: { limit?: number }): IteratorObject<Frame[], undefined>;
  /** Calls a function with the bytes of each frame that has arrived. See {@linkcode Receiver.visit}. */
  visit(visitor: Visitor, options?: { limit?: number; timeout?: number }): number;
  /** Returns the messages to come as a Web stream. See {@linkcode Receiver.toReadableStream}. */
  toReadableStream(): ReadableStream<Frame[]>;
  /** Returns the messages to come as a Web stream of bytes. See {@linkcode Receiver.toReadableByteStream}. */
  toReadableByteStream(options?: { endMarker?: boolean }): ReadableStream<Uint8Array<ArrayBuffer>>;
  /** Sends a message; waits where no peer can take it. See {@linkcode Sender.send}. */
  send(message: MessageLike, options?: WaitOptions): Promise<void>;
  /** Sends a message if that can be done at once. See {@linkcode Sender.trySend}. */
  trySend(message: MessageLike): boolean;
  /** Sends a message, blocking this thread. See {@linkcode Sender.sendSync}. */
  sendSync(message: MessageLike, options?: SyncWaitOptions): void;
  /** Returns a Web stream of messages to send. See {@linkcode Sender.toWritableStream}. */
  toWritableStream(): WritableStream<MessageLike>;
  /** Returns a Web stream of bytes to send. See {@linkcode Sender.toWritableByteStream}. */
  toWritableByteStream(options?: { endMarker?: boolean }): WritableStream<Uint8Array>;
}
compose(Router, TYPES.Router);

const SIGNATURE = {
  name: "connect",
  options: ["routingId"],
  example: '{ routingId: "peer-1" }',
};

/** Connects a socket that addresses its peers by routing ids. */
export function connectRouted(
  socket: Socket,
  address: string,
  options: { routingId?: string | Uint8Array },
): void {
  checkOptions(SIGNATURE, options);
  const { routingId } = options;
  const handle = handleFor(socket, "zmq_connect", address);
  if (routingId !== undefined) {
    if (typeof routingId !== "string" && !(routingId instanceof Uint8Array)) {
      throw new TypeError("A routing id must be a string or a Uint8Array");
    }
    const id = typeof routingId === "string"
      ? new TextEncoder().encode(routingId)
      : new Uint8Array(routingId);
    if (id.length < 1 || id.length > 255) {
      throw new RangeError("A routing id must have 1 to 255 bytes");
    }
    // libzmq makes the queue only with the connection then, gives it no id, and keeps this one for the next connect's peer.
    if (getOption(handle, "immediate") === true && !address.startsWith("inproc:")) {
      throw new TypeError(
        "A routing id can't be given to a peer with immediate: libzmq would give it to another peer. Turn immediate off before",
      );
    }
    // The method may have been taken off its own class.
    assertSafeOption(handle, OPTION_NUMBERS.connectRoutingId, id);
    handle.setBytes(OPTION_NUMBERS.connectRoutingId, "routingId", id);
  }
  try {
    handle.endpoints.connect(address);
  } catch (error) {
    if (routingId !== undefined) handle.endpoints.dropRoutingId();
    throw error;
  }
}
