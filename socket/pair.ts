/** The exclusive pair: two sockets that know only each other. */

import { compose } from "./compose.ts";
import type { Receiver, Sender } from "./halves.ts";
import type { ReceiverOptions, SenderOptions } from "./option_types.ts";
import { Socket } from "./socket.ts";
import type { SocketOptions } from "./socket_options.ts";
import { TYPES } from "./types.ts";

/** Options of a {@linkcode Pair}. */
export interface PairOptions extends SocketOptions, ReceiverOptions, SenderOptions {}

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
export interface Pair extends Receiver, Sender, Required<Omit<PairOptions, keyof SocketOptions>> {}
compose(Pair, TYPES.Pair);
