/** Pipeline: Push hands work to one of many Pulls. */

import { compose } from "./compose.ts";
import type { Receiver, Sender } from "./halves.ts";
import type { ReceiverOptions, SenderOptions } from "./option_types.ts";
import { Socket } from "./socket.ts";
import type { SocketOptions } from "./socket_options.ts";
import { TYPES } from "./types.ts";

/** Options of a {@linkcode Push}. */
export interface PushOptions extends SocketOptions, SenderOptions {
  /**
   * Whether only the last message is kept in either direction. To be set before bind and connect.
   * Multipart messages don't work with it: a peer that sends one makes libzmq end the process.
   * Over inproc, what the connecting side has set counts for both. A Subscriber that was asked whether
   * it's readable, or was in a Poller, returns the message that it had then before the last one.
   * Default false (`ZMQ_CONFLATE`).
   */
  conflate?: boolean;
}

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
export interface Push extends Sender, Required<Omit<PushOptions, keyof SocketOptions>> {}
compose(Push, TYPES.Push);

/** Options of a {@linkcode Pull}. */
export interface PullOptions extends SocketOptions, ReceiverOptions {
  /**
   * Whether only the last message is kept in either direction. To be set before bind and connect.
   * Multipart messages don't work with it: a peer that sends one makes libzmq end the process.
   * Over inproc, what the connecting side has set counts for both. A Subscriber that was asked whether
   * it's readable, or was in a Poller, returns the message that it had then before the last one.
   * Default false (`ZMQ_CONFLATE`).
   */
  conflate?: boolean;
}

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
export interface Pull extends Receiver, Required<Omit<PullOptions, keyof SocketOptions>> {}
compose(Pull, TYPES.Pull);
