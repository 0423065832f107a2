/** Stream: plain TCP peers, which speak no ZeroMQ. */

import type { SyncWaitOptions, WaitOptions } from "../poller/wait_options.ts";
import type { Frame } from "./frame.ts";
import type { MessageLike } from "./message.ts";
import type { Visitor } from "./visit.ts";
import type { ReceiveOptions } from "./waits.ts";
import { checkCount } from "../poller/wait_options.ts";
import { compose } from "./compose.ts";
import type { Receiver, Sender } from "./halves.ts";
import type { ReceiverOptions, SenderOptions } from "./option_types.ts";
import { connectRouted } from "./request_reply.ts";
import { Socket } from "./socket.ts";
import type { SocketOptions } from "./socket_options.ts";
import { TYPES } from "./types.ts";

/** Options of a {@linkcode Stream}. It has none of security: plain TCP has no handshake in which a peer could prove anything. */
export interface StreamOptions
  extends
    Omit<SocketOptions, `${"curve" | "gssapi" | "plain" | "zap"}${string}`>,
    ReceiverOptions,
    SenderOptions {
  /** Whether an empty message is received for every peer that comes, or goes by itself. Default true (`ZMQ_STREAM_NOTIFY`). */
  notify?: boolean;
}

/**
 * Talks to plain TCP peers (`ZMQ_STREAM`). Each message is of two frames, the peer's routing id and
 * some bytes of its stream; an empty second frame says that the peer has come or gone, and, sent,
 * closes the connection.
 *
 * As every {@linkcode Socket} it has `bind`, `bindSync`, `bindToRandomPort`, `unbind`, `unbindSync`, `connect`,
 * `disconnect`, `wait`, `waitSync`, `close`, `getOption`, `setOption`, the filters `addTcpAcceptFilter`, `addIpcFilterPid`,
 * `addIpcFilterUid`, `addIpcFilterGid`, `clearTcpAcceptFilters` and `clearIpcFilters`, and the options of
 * {@linkcode SocketOptions} as properties. Binding or connecting with one of security is a `TypeError`: anyone comes in.
 *
 * @example An echo server for plain TCP
 * ```ts
 * import { Stream } from "@deno-zmq/zmq";
 *
 * using server = new Stream();
 * const address = await server.bind("tcp://127.0.0.1:*");
 * const { hostname, port } = new URL(address.replace("tcp:", "http:"));
 * using client = await Deno.connect({ hostname, port: Number(port) });
 * await client.write(new TextEncoder().encode("hello"));
 * for await (const [peer, bytes] of server) {
 *   if (bytes.length === 0) continue;
 *   await server.send([peer, bytes]);
 *   break;
 * }
 * ```
 */
export class Stream extends Socket {
  /**
   * Opens a socket.
   *
   * @throws {TypeError} If the options aren't an object, one is unknown or has the wrong type, or there's an argument too many.
   * @throws {RangeError} If an option is out of range.
   * @throws {ZmqError} EMFILE If the context or the process can have no more sockets.
   * @throws {ZmqError} EINVAL If libzmq refuses an option.
   */
  constructor(options?: StreamOptions) {
    super(TYPES.Stream.number, options, arguments.length);
  }

  /**
   * Connects to an address; with a routing id of 1 to 255 bytes, the peer is known by that id
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
/** The members of a {@linkcode Stream} that its type of socket brings. */
export interface Stream
  extends Receiver, Sender, Required<Omit<StreamOptions, keyof SocketOptions>> {
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
compose(Stream, TYPES.Stream);
