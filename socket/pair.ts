/** The exclusive pair: two sockets that know only each other. */

import { compose } from "./compose.ts";
import type { Receives, Sends } from "./halves.ts";
import type { ReceiveOptions, SendOptions } from "./option_types.ts";
import { Socket, type SocketOptions } from "./socket.ts";
import { TYPES } from "./types.ts";

/** Options of a {@linkcode Pair}. */
export interface PairOptions extends SocketOptions, Partial<ReceiveOptions & SendOptions> {}

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
    super(TYPES.Pair.number, options);
  }
}
/** The members of a {@linkcode Pair} that its type of socket brings. */
export interface Pair extends Receives, Sends, ReceiveOptions, SendOptions {}
compose(Pair, TYPES.Pair);
