/** Server and its clients, and peers that are both. */

import { checkCount } from "../poller/wait_options.ts";
import { handleFor } from "./binding.ts";
import { compose } from "./compose.ts";
import type { Receiver, Sender } from "./halves.ts";
import { connectPeer } from "./draft_core.ts";
import {
  composeAddressed,
  type DraftReceiver,
  type DraftSender,
  peerOf,
  type PeerTarget,
  type RoutedMessage,
} from "./draft_halves.ts";
import type { ReceiverOptions, SenderOptions } from "./option_types.ts";
import { Socket } from "./socket.ts";
import type { SocketOptions } from "./socket_options.ts";
import { TYPES } from "./types.ts";

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
