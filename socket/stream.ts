/** Stream: plain TCP peers, which speak no ZeroMQ. */

import { checkCount } from "../poller/wait_options.ts";
import { compose } from "./compose.ts";
import type { Receiver, Sender } from "./halves.ts";
import type { ReceiverOptions, SenderOptions } from "./option_types.ts";
import { connectRouted, type RouterConnectOptions } from "./request_reply.ts";
import { Socket } from "./socket.ts";
import type { SocketOptions } from "./socket_options.ts";
import { TYPES } from "./types.ts";

/** Options of a {@linkcode Stream}. */
export interface StreamOptions extends SocketOptions, ReceiverOptions, SenderOptions {
  /** Whether an empty message is received for every peer that comes or goes. Default true (`ZMQ_STREAM_NOTIFY`). */
  notify?: boolean;
}

/**
 * Talks to plain TCP peers (`ZMQ_STREAM`). Each message is of two frames, the peer's routing id and
 * some bytes of its stream; an empty second frame says that the peer has come or gone, and, sent,
 * closes the connection.
 *
 * @example
 * ```ts
 * import { Stream } from "@deno-zmq/zmq";
 *
 * using server = new Stream();
 * await server.bind("tcp://127.0.0.1:*");
 * const { hostname, port } = new URL(server.lastEndpoint!.replace("tcp:", "http:"));
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
  /** Opens a socket. */
  constructor(options?: StreamOptions) {
    super(TYPES.Stream.number, options);
  }

  /**
   * Connects to an address; with a routing id, the peer is known by that id.
   *
   * @throws {TypeError} If the routing id is neither a string nor bytes, or there's an unknown option.
   * @throws {RangeError} If the routing id has no bytes, or more than 255.
   * @throws {ZmqError} As {@linkcode Socket.connect} does.
   */
  override connect(address: string, options: RouterConnectOptions = {}): void {
    checkCount("connect", arguments.length, 2);
    connectRouted(this, address, options);
  }
}
/** The members of a {@linkcode Stream} that its type of socket brings. */
export interface Stream
  extends Receiver, Sender, Required<Omit<StreamOptions, keyof SocketOptions>> {}
compose(Stream, TYPES.Stream);
