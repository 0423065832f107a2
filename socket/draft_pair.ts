/** Channel, for exactly two, and Datagram, for anyone over UDP. */

import { compose } from "./compose.ts";
import type { Receiver, Sender } from "./halves.ts";
import type { ReceiverOptions, SenderOptions } from "./option_types.ts";
import { Socket } from "./socket.ts";
import type { SocketOptions } from "./socket_options.ts";
import { TYPES } from "./types.ts";

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
