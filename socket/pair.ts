/** The exclusive pair: two sockets that know only each other. */

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

/** Options of a {@linkcode Pair}. */
export interface PairOptions
  extends SocketOptions, ReceiverOptions, MultipartOptions, SenderOptions {}

/**
 * Exchanges messages with exactly one other Pair, in both directions (`ZMQ_PAIR`). Without it, a send waits. It's meant for
 * two ends within a process: between programs, a peer that comes back at once may not be heard, which two
 * {@linkcode Dealer} sockets don't have.
 *
 * As every {@linkcode Socket} it has `bind`, `bindSync`, `bindToRandomPort`, `unbind`, `unbindSync`, `connect`,
 * `disconnect`, `wait`, `waitSync`, `close`, `getOption`, `setOption`, the filters `addTcpAcceptFilter`, `addIpcFilterPid`,
 * `addIpcFilterUid`, `addIpcFilterGid`, `clearTcpAcceptFilters` and `clearIpcFilters`, and the options of
 * {@linkcode SocketOptions} as properties.
 *
 * @example Two ends that talk
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
  /**
   * Opens a socket.
   *
   * @throws {TypeError} If the options aren't an object, one is unknown or has the wrong type, or there's an argument too many.
   * @throws {RangeError} If an option is out of range.
   * @throws {ZmqError} EMFILE If the context or the process can have no more sockets.
   * @throws {ZmqError} EINVAL If libzmq refuses an option.
   */
  constructor(options?: PairOptions) {
    super(TYPES.Pair.number, options, arguments.length);
  }
}
/** The members of a {@linkcode Pair} that its type of socket brings. */
export interface Pair
  extends Receiver, MultipartReceiver, Sender, Required<Omit<PairOptions, keyof SocketOptions>> {
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
compose(Pair, TYPES.Pair);
