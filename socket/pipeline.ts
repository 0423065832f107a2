/** Pipeline: Push hands work to one of many Pulls. */

import type { Interest } from "../poller/poller.ts";
import type { SyncWaitOptions, WaitOptions } from "../poller/wait_options.ts";
import type { Frame } from "./frame.ts";
import type { MessageLike } from "./message.ts";
import type { Visitor } from "./visit.ts";
import type { ReceiveOptions } from "./waits.ts";
import { compose } from "./compose.ts";
import type { MultipartReceiver, Receiver, Sender } from "./halves.ts";
import type { MultipartOptions, ReceiverOptions, SenderOptions } from "./option_types.ts";
import { Socket } from "./socket.ts";
import type { SocketOptions } from "./socket_options.ts";
import { TYPES } from "./types.ts";

/** Options of a {@linkcode Push}. */
export interface PushOptions extends SocketOptions, SenderOptions {
  /**
   * Whether only the last message is kept, in either direction. To be set before bind and connect; over inproc, what the
   * connecting side has set counts for both. A peer that sends a multipart message makes libzmq end the process. Default
   * false (`ZMQ_CONFLATE`).
   */
  conflate?: boolean;
}

/**
 * Sends each message to one of its peers, in turn (`ZMQ_PUSH`). Peers are {@linkcode Pull} sockets.
 * Without a peer that can take it, a send waits. A message of several parts whose peer goes while it's handed over
 * may count as sent.
 *
 * As every {@linkcode Socket} it has `bind`, `bindSync`, `bindToRandomPort`, `unbind`, `unbindSync`, `connect`,
 * `disconnect`, `wait`, `waitSync`, `close`, `getOption`, `setOption`, the filters `addTcpAcceptFilter`, `addIpcFilterPid`,
 * `addIpcFilterUid`, `addIpcFilterGid`, `clearTcpAcceptFilters` and `clearIpcFilters`, and the options of
 * {@linkcode SocketOptions} as properties.
 *
 * @example A task for a worker
 * ```ts
 * import { Pull, Push } from "@deno-zmq/zmq";
 *
 * using push = new Push();
 * const address = await push.bind("tcp://127.0.0.1:*");
 * using pull = new Pull();
 * pull.connect(address);
 * await push.send("work");
 * const [work] = await pull.receive();
 * console.log(work.text());
 * ```
 */
export class Push extends Socket {
  /**
   * Opens a socket.
   *
   * @throws {TypeError} If the options aren't an object, one is unknown or has the wrong type, or there's an argument too many.
   * @throws {RangeError} If an option is out of range.
   * @throws {ZmqError} EMFILE If the context or the process can have no more sockets.
   * @throws {ZmqError} EINVAL If libzmq refuses an option.
   */
  constructor(options?: PushOptions) {
    super(TYPES.Push.number, options, arguments.length);
  }
}
/** The members of a {@linkcode Push} that its type of socket brings. */
export interface Push extends Sender, Required<Omit<PushOptions, keyof SocketOptions>> {
  /** Waits until a message can be sent, and sends none. See {@linkcode Socket.wait}. */
  wait(options?: WaitOptions & Pick<Interest, "writable">): Promise<boolean>;
  /** Does so while it blocks this thread. See {@linkcode Socket.waitSync}. */
  waitSync(options?: SyncWaitOptions & Pick<Interest, "writable">): boolean;
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
compose(Push, TYPES.Push);

/** Options of a {@linkcode Pull}. */
export interface PullOptions extends SocketOptions, ReceiverOptions, MultipartOptions {
  /**
   * Whether only the last message is kept, in either direction. To be set before bind and connect; over inproc, what the
   * connecting side has set counts for both. A peer that sends a multipart message makes libzmq end the process. Default
   * false (`ZMQ_CONFLATE`).
   */
  conflate?: boolean;
}

/**
 * Receives messages from all its peers, in turn (`ZMQ_PULL`). Peers are {@linkcode Push} sockets.
 *
 * As every {@linkcode Socket} it has `bind`, `bindSync`, `bindToRandomPort`, `unbind`, `unbindSync`, `connect`,
 * `disconnect`, `wait`, `waitSync`, `close`, `getOption`, `setOption`, the filters `addTcpAcceptFilter`, `addIpcFilterPid`,
 * `addIpcFilterUid`, `addIpcFilterGid`, `clearTcpAcceptFilters` and `clearIpcFilters`, and the options of
 * {@linkcode SocketOptions} as properties.
 *
 * @example Messages of several parts
 * ```ts
 * import { Pull, Push } from "@deno-zmq/zmq";
 *
 * using pull = new Pull();
 * const address = await pull.bind("tcp://127.0.0.1:*");
 * using push = new Push();
 * push.connect(address);
 * await push.send(["a message of", "two parts"]);
 * for await (const [first, second] of pull) {
 *   console.log(first.text(), second.text());
 *   break;
 * }
 * ```
 */
export class Pull extends Socket {
  /**
   * Opens a socket.
   *
   * @throws {TypeError} If the options aren't an object, one is unknown or has the wrong type, or there's an argument too many.
   * @throws {RangeError} If an option is out of range.
   * @throws {ZmqError} EMFILE If the context or the process can have no more sockets.
   * @throws {ZmqError} EINVAL If libzmq refuses an option.
   */
  constructor(options?: PullOptions) {
    super(TYPES.Pull.number, options, arguments.length);
  }
}
/** The members of a {@linkcode Pull} that its type of socket brings. */
export interface Pull
  extends Receiver, MultipartReceiver, Required<Omit<PullOptions, keyof SocketOptions>> {
  /** Waits until a message can be received, and receives none. See {@linkcode Socket.wait}. */
  wait(options?: WaitOptions & Pick<Interest, "readable">): Promise<boolean>;
  /** Does so while it blocks this thread. See {@linkcode Socket.waitSync}. */
  waitSync(options?: SyncWaitOptions & Pick<Interest, "readable">): boolean;
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
}
compose(Pull, TYPES.Pull);
