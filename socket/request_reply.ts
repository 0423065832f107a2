/** Request and reply: Request and Reply in strict turn, Dealer and Router freely. */

import { checkAddress } from "./binding.ts";
import { compose } from "./compose.ts";
import type { Receives, Sends } from "./halves.ts";
import { handleOf, openHandleOf } from "./handle.ts";
import { setBytes } from "./raw_options.ts";
import type { Frame } from "./frame.ts";
import type {
  DisconnectMessageOption,
  HelloMessageOption,
  HiccupMessageOption,
  RouterNotifyOption,
} from "./newer_option_types.ts";
import { getByRow, getOption, setByRow, setOption } from "./options.ts";
import { OPTION_NUMBERS, ROUTER_NOTIFY } from "./options_table.ts";
import type {
  ConflateOption,
  ProbeRouterOption,
  RawModeOption,
  ReceiveOptions,
  RequestOnlyOptions,
  RouterOnlyOptions,
  SendOptions,
} from "./option_types.ts";
import { Socket, type SocketOptions } from "./socket.ts";
import { TYPES } from "./types.ts";

/** The option of sockets that have a name of their own. */
export interface RoutingIdOption {
  /** The socket's routing id, 1 to 255 bytes; see {@linkcode NamedSocket.routingId}. */
  routingId?: string | Uint8Array;
}

/** A socket that a {@linkcode Router} can know by a name of its own. */
export abstract class NamedSocket extends Socket {
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

/** Options of a {@linkcode Request}. */
export interface RequestOptions
  extends
    SocketOptions,
    RoutingIdOption,
    Partial<ReceiveOptions & SendOptions & ProbeRouterOption>,
    Partial<RequestOnlyOptions & HelloMessageOption> {}

/**
 * Sends a request, receives its reply, and so on in strict turn (`ZMQ_REQ`). Peers are {@linkcode Reply} and
 * {@linkcode Router} sockets. A peer that dies owes its reply indefinitely, unless
 * {@linkcode RequestOnlyOptions.relaxed} is set.
 *
 * @example
 * ```ts
 * import { Reply, Request } from "@deno-zmq/zmq";
 *
 * using reply = new Reply();
 * await reply.bind("tcp://127.0.0.1:*");
 * using request = new Request({ receiveTimeout: 1000 });
 * request.connect(reply.lastEndpoint!);
 *
 * await request.send("4 + 5");
 * const [question] = await reply.receive();
 * await reply.send(`${question} = 9`);
 * console.log(String((await request.receive())[0]));
 * ```
 */
export class Request extends NamedSocket {
  /** Opens a socket. */
  constructor(options?: RequestOptions) {
    super(TYPES.Request.number, options);
  }
}
/** The members of a {@linkcode Request} that its type of socket brings. */
export interface Request
  extends
    Receives,
    Sends,
    ReceiveOptions,
    SendOptions,
    ProbeRouterOption,
    RequestOnlyOptions,
    HelloMessageOption {}
compose(Request, TYPES.Request);

/** Options of a {@linkcode Reply}. */
export interface ReplyOptions
  extends SocketOptions, RoutingIdOption, Partial<ReceiveOptions & SendOptions> {}

/**
 * Receives a request, sends its reply, and so on in strict turn (`ZMQ_REP`). Peers are
 * {@linkcode Request} and {@linkcode Dealer} sockets. A reply to a peer that has gone is dropped.
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
export class Reply extends NamedSocket {
  /** Opens a socket. */
  constructor(options?: ReplyOptions) {
    super(TYPES.Reply.number, options);
  }
}
/** The members of a {@linkcode Reply} that its type of socket brings. */
export interface Reply extends Receives, Sends, ReceiveOptions, SendOptions {}
compose(Reply, TYPES.Reply);

/** Options of a {@linkcode Dealer}. */
export interface DealerOptions
  extends
    SocketOptions,
    RoutingIdOption,
    Partial<ReceiveOptions & SendOptions & ProbeRouterOption & ConflateOption>,
    Partial<HelloMessageOption & HiccupMessageOption> {}

/**
 * Sends to its peers in turn and receives from all of them, in any order (`ZMQ_DEALER`). Peers are
 * {@linkcode Router}, {@linkcode Reply} and Dealer sockets. To a Reply, put an empty part first.
 *
 * @example
 * ```ts
 * import { Dealer, Router } from "@deno-zmq/zmq";
 *
 * using router = new Router();
 * await router.bind("tcp://127.0.0.1:*");
 * using dealer = new Dealer({ routingId: "client-1" });
 * dealer.connect(router.lastEndpoint!);
 * await dealer.send("hello");
 * const [id, text] = await router.receive();
 * await router.send([id, `${text} to ${id}`]);
 * console.log(String((await dealer.receive())[0]));
 * ```
 */
export class Dealer extends NamedSocket {
  /** Opens a socket. */
  constructor(options?: DealerOptions) {
    super(TYPES.Dealer.number, options);
  }
}
/** The members of a {@linkcode Dealer} that its type of socket brings. */
export interface Dealer
  extends
    Receives,
    Sends,
    ReceiveOptions,
    SendOptions,
    ProbeRouterOption,
    ConflateOption,
    HelloMessageOption,
    HiccupMessageOption {}
compose(Dealer, TYPES.Dealer);

/** How a {@linkcode Router} or Stream connects. */
export interface RoutedConnectOptions {
  /** The routing id by which this socket is to know the peer: 1 to 255 bytes (`ZMQ_CONNECT_ROUTING_ID`). */
  routingId?: string | Uint8Array;
}

/** Options of a {@linkcode Router}. */
export interface RouterOptions
  extends
    SocketOptions,
    RoutingIdOption,
    Partial<ReceiveOptions & SendOptions & ProbeRouterOption & RouterOnlyOptions & RawModeOption>,
    Partial<RouterNotifyOption & HelloMessageOption & DisconnectMessageOption> {}

/**
 * Receives from all its peers, each message preceded by a frame with the peer's routing id, and sends to the
 * peer whose routing id stands first (`ZMQ_ROUTER`). Peers are {@linkcode Dealer}, {@linkcode Request} and Router
 * sockets. Routing ids are bytes, of any length. A message for a peer that isn't there, or whose queue is
 * full, is dropped, unless {@linkcode RouterOnlyOptions.mandatory} is set. One without a routing id, of a single part, is a
 * `TypeError`.
 *
 * @example
 * ```ts
 * import { Request, Router } from "@deno-zmq/zmq";
 *
 * using router = new Router();
 * await router.bind("tcp://127.0.0.1:*");
 * using request = new Request();
 * request.connect(router.lastEndpoint!);
 * await request.send("who am I?");
 * const [id, empty, text] = await router.receive();
 * await router.send([id, empty, `you asked: ${text}`]);
 * console.log(String((await request.receive())[0]));
 * ```
 */
export class Router extends NamedSocket {
  /** Opens a socket. */
  constructor(options?: RouterOptions) {
    super(TYPES.Router.number, options);
  }

  /** Of what an empty message of a peer is received; see {@linkcode RouterNotifyOption.notify}. */
  get notify(): readonly ("connect" | "disconnect")[] {
    return getByRow(handleOf(this), "notify", ROUTER_NOTIFY) as ("connect" | "disconnect")[];
  }
  set notify(value: readonly ("connect" | "disconnect")[]) {
    setByRow(handleOf(this), "notify", ROUTER_NOTIFY, value);
  }

  /**
   * Connects to an address; with a routing id, the peer can be sent to by that id at once.
   *
   * @throws {RangeError} If the routing id has no bytes, or more than 255; the rest as {@linkcode Socket.connect} does.
   */
  override connect(address: string, options: RoutedConnectOptions = {}): void {
    connectRouted(this, address, options);
  }
}
/** The members of a {@linkcode Router} that its type of socket brings. */
export interface Router
  extends
    Receives,
    Sends,
    ReceiveOptions,
    SendOptions,
    ProbeRouterOption,
    RouterOnlyOptions,
    RawModeOption,
    HelloMessageOption,
    DisconnectMessageOption {}
compose(Router, TYPES.Router);

/** Connects a socket that addresses its peers by routing ids. */
export function connectRouted(
  socket: Socket,
  address: string,
  { routingId }: RoutedConnectOptions,
): void {
  checkAddress(address);
  const handle = openHandleOf(socket, "zmq_connect");
  if (routingId !== undefined) {
    const id = typeof routingId === "string" ? new TextEncoder().encode(routingId) : routingId;
    if (!(id instanceof Uint8Array)) {
      throw new TypeError("A routing id must be a string or a Uint8Array");
    }
    if (id.length < 1 || id.length > 255) {
      throw new RangeError("A routing id must have 1 to 255 bytes");
    }
    setBytes(handle.pointer, OPTION_NUMBERS.connectRoutingId, "routingId", id);
  }
  handle.connect(address);
}
