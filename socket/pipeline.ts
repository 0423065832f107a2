/** Pipeline: Push hands work to one of many Pulls. And the exclusive pair: two sockets that know only each other. */

import type { ConflateOption, ReceiveOptions, SendOptions } from "./option_types.ts";
import { compose, type Receives, type Sends, Socket, type SocketOptions } from "./socket.ts";
import { TYPES } from "./types.ts";

/** Options of a {@linkcode Push}. */
export interface PushOptions extends SocketOptions, Partial<SendOptions>, Partial<ConflateOption> {}

/**
 * Sends each message to one of its peers, in turn (`ZMQ_PUSH`). Peers are {@linkcode Pull} sockets.
 * Without a peer that can take it, a send waits. A message of several parts whose peer goes while it's handed over
 * may count as sent.
 *
 * @example
 * ```ts
 * import { Pull, Push } from "@deno-zmq/zmq";
 *
 * using push = new Push();
 * await push.bind("tcp://127.0.0.1:*");
 * using pull = new Pull();
 * pull.connect(push.lastEndpoint!);
 * await push.send("work");
 * const [work] = await pull.receive();
 * console.log(work.text());
 * ```
 */
export class Push extends Socket {
  /** Opens a socket. */
  constructor(options?: PushOptions) {
    super(TYPES.Push.number, options);
  }
}
/** The members of a {@linkcode Push} that its type of socket brings. */
export interface Push extends Sends, SendOptions, ConflateOption {}
compose(Push, { sends: true, options: ["conflate"] });

/** Options of a {@linkcode Pull}. */
export interface PullOptions
  extends SocketOptions, Partial<ReceiveOptions>, Partial<ConflateOption> {}

/**
 * Receives messages from all its peers, in turn (`ZMQ_PULL`). Peers are {@linkcode Push} sockets.
 *
 * @example
 * ```ts
 * import { Pull, Push } from "@deno-zmq/zmq";
 *
 * using pull = new Pull();
 * await pull.bind("tcp://127.0.0.1:*");
 * using push = new Push();
 * push.connect(pull.lastEndpoint!);
 * await push.send(["a message of", "two parts"]);
 * for await (const [first, second] of pull) {
 *   console.log(first.text(), second.text());
 *   break;
 * }
 * ```
 */
export class Pull extends Socket {
  /** Opens a socket. */
  constructor(options?: PullOptions) {
    super(TYPES.Pull.number, options);
  }
}
/** The members of a {@linkcode Pull} that its type of socket brings. */
export interface Pull extends Receives, ReceiveOptions, ConflateOption {}
compose(Pull, { receives: true, options: ["conflate"] });

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
    super(TYPES.Pair.number, options);
  }
}
/** The members of a {@linkcode Pair} that its type of socket brings. */
export interface Pair extends Receives, Sends, ReceiveOptions, SendOptions {}
compose(Pair, { receives: true, sends: true });
