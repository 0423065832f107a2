/** Pipeline: Push hands work to one of many Pulls. */

import { compose } from "./compose.ts";
import type { Receives, Sends } from "./halves.ts";
import type { ConflateOption, ReceiveOptions, SendOptions } from "./option_types.ts";
import { Socket, type SocketOptions } from "./socket.ts";
import { TYPES } from "./types.ts";

/** Options of a {@linkcode Push}. */
export interface PushOptions extends SocketOptions, Partial<SendOptions & ConflateOption> {}

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
compose(Push, TYPES.Push);

/** Options of a {@linkcode Pull}. */
export interface PullOptions extends SocketOptions, Partial<ReceiveOptions & ConflateOption> {}

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
compose(Pull, TYPES.Pull);
