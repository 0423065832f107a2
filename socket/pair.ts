/** Exclusive pair: two sockets that know only each other. */

import type { ReceiveOptions, SendOptions } from "./option_types.ts";
import { compose, type Receives, type Sends, Socket, type SocketOptions } from "./socket.ts";

/** Options of a {@linkcode Pair}. */
export interface PairOptions extends SocketOptions, Partial<ReceiveOptions>, Partial<SendOptions> {}

/**
 * Exchanges messages with exactly one other Pair, in both directions (`ZMQ_PAIR`). Without it, a send waits.
 *
 * @example
 * ```ts
 * import { Pair } from "@deno-zmq/zmq";
 *
 * using one = new Pair();
 * await one.bind("inproc://pair-example");
 * using other = new Pair();
 * other.connect("inproc://pair-example");
 * await one.send("hello");
 * console.log(String((await other.receive())[0]));
 * ```
 */
export class Pair extends Socket {
  /** Opens a socket. */
  constructor(options?: PairOptions) {
    super(0, options);
  }
}
/** The members of a {@linkcode Pair} that its type of socket brings. */
export interface Pair extends Receives, Sends, ReceiveOptions, SendOptions {}
compose(Pair, { receives: true, sends: true });
