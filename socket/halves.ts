/** The two halves of sockets, receiving and sending, of which each class has one or both. Types only. */

import type { SyncWaitOptions, WaitOptions } from "../poller/wait_options.ts";
import type { Frame } from "./frame.ts";
import type { MessageLike } from "./message.ts";
import type { Visitor } from "./visit.ts";
import type { ReceiveOptions } from "./waits.ts";

/** The receiving half of a socket. */
export interface Receiver extends AsyncIterable<Frame[]> {
  /**
   * Which properties of its connection are read with each message, such as `"Peer-Address"`, for
   * {@linkcode metadataOf}. Takes effect at once; {@linkcode Receiver.visit} reads none. Default: none.
   */
  receivedProperties: readonly string[];
  /** Whether a message can be received at once. False on a closed socket (`ZMQ_EVENTS`). */
  readonly readable: boolean;
  /**
   * Receives the next message, of one frame or more; waits where there is none. Several receives may be
   * pending: they're served in their order. Whatever is wrong, the promise rejects: nothing is thrown.
   *
   * @throws {TypeError} If an option is unknown or has the wrong type, or if there is an argument too many.
   * @throws {RangeError} If the timeout is negative.
   * @throws {ZmqError} EAGAIN When the time is over: the `timeout`, by default
   * {@linkcode ReceiverOptions.receiveTimeout}.
   * @throws {ZmqError} EBADF If the socket is closed, or is closed meanwhile.
   * @throws {ZmqError} EFSM If it isn't the socket's turn to receive: a Request has sent nothing.
   * @throws {ZmqError} ETERM If the context was shut down.
   * @throws {Error} The signal's reason, whatever it is, when the signal is aborted.
   */
  receive(options?: ReceiveOptions): Promise<Frame[]>;
  /**
   * Receives a message that has arrived already; `undefined` if there is none, or if receives are pending.
   *
   * @throws {TypeError} If there is an argument: it never waits.
   * @throws {ZmqError} EBADF If the socket is closed.
   * @throws {ZmqError} EFSM If it isn't the socket's turn to receive.
   */
  tryReceive(): Frame[] | undefined;
  /**
   * Receives a message, blocking this thread and everything else in this isolate. Meant for workers and scripts.
   *
   * @throws {TypeError} If an option is unknown or has the wrong type, or if there is an argument too many.
   * @throws {RangeError} If the timeout is negative.
   * @throws {ZmqError} EAGAIN When the time is over, by default {@linkcode ReceiverOptions.receiveTimeout}.
   * @throws {ZmqError} EBUSY If {@linkcode Receiver.visit} is in the middle of a message of this socket.
   * @throws {ZmqError} EBADF If the socket is closed.
   * @throws {ZmqError} EFSM If it isn't the socket's turn to receive.
   */
  receiveSync(options?: SyncWaitOptions): Frame[];
  /**
   * Iterates over the messages that have arrived, and never waits. As long as messages keep coming it goes
   * on, and nothing else runs: set a limit of messages, or leave the loop, to let the event loop go on. What it returns has the
   * methods of every `Iterator`, such as `take`, `map` and `toArray`.
   *
   * @throws {TypeError} If an option is unknown or has the wrong type, or if there is an argument too many.
   * @throws {RangeError} If the limit isn't a whole number of 1 or more.
   * @throws {ZmqError} EBADF If the socket is closed.
   *
   * @example The texts of at most ten messages
   * ```ts
   * import { Pull } from "@deno-zmq/zmq";
   *
   * using pull = new Pull();
   * await pull.bind("tcp://127.0.0.1:*");
   * console.log(pull.drain({ limit: 10 }).map(([frame]) => frame.text()).toArray()); // []
   * ```
   */
  drain(options?: { limit?: number }): IteratorObject<Frame[], undefined>;
  /**
   * Calls `visitor` with the bytes of each frame that has arrived, and whether another frame of the same message follows.
   * Returns the number of messages. The bytes are a view of exactly the frame, in a buffer of the library's, valid until the
   * visitor returns: what is to be kept has to be copied. It's the fastest way to read, since next to nothing is allocated.
   *
   * The visitor may do anything: write to the bytes, close the socket, send, receive elsewhere. When it throws, the rest of
   * its message is dropped, and the error comes out of `visit`.
   *
   * At most `limit` messages are visited; by default, all that have arrived. With a `timeout` in ms, or `Infinity`, it blocks
   * this thread until a first message comes, or the time is over; by default it doesn't wait.
   *
   * @throws {TypeError} If the visitor isn't a function, or is an async one, if an option is unknown or has the wrong type, or if there is an
   * argument too many.
   * @throws {RangeError} If the limit isn't a whole number of 1 or more, or the timeout is negative.
   * @throws {ZmqError} EBADF If the socket is closed.
   */
  visit(visitor: Visitor, options?: { limit?: number; timeout?: number }): number;
  /**
   * Iterates over all messages to come. An iteration ends
   *
   * - without an error when the socket is closed, when the loop is left (`break`, `return` or an error in its body), or when
   *   its own `return` is called;
   * - with the signal's reason when the signal is aborted: the turn that waits rejects, and so does each later one;
   * - with an error when a receive fails: EAGAIN when {@linkcode ReceiverOptions.receiveTimeout} is over, EFSM where
   *   it isn't the socket's turn, ETERM when the context was shut down.
   *
   * None of them closes the socket, and messages that weren't received stay for the next receive. An iteration that waits keeps
   * the process alive unless `ref` is false; see {@linkcode ReceiveOptions.ref}.
   *
   * @throws {TypeError} If an option is unknown or has the wrong type, or if there is an argument too many.
   *
   * @example Until a signal
   * ```ts
   * import { Pull } from "@deno-zmq/zmq";
   *
   * using pull = new Pull();
   * await pull.bind("tcp://127.0.0.1:*");
   * const signal = AbortSignal.timeout(20);
   * try {
   *   for await (const [frame] of pull.iterate({ signal })) console.log(frame.text());
   * } catch (reason) {
   *   console.log(reason === signal.reason); // true
   * }
   * ```
   */
  iterate(
    options?: Pick<ReceiveOptions, "signal" | "ref">,
  ): AsyncIterableIterator<Frame[]>;
  /** Does what {@linkcode Receiver.iterate} does without options, for `for await (const message of socket)`. */
  [Symbol.asyncIterator](): AsyncIterableIterator<Frame[]>;
  /**
   * The messages to come as a Web stream. One is received for each that is read, and none ahead, so that the
   * receive high-water mark is the back-pressure. Ends when the socket is closed; cancelling it leaves the socket open. A
   * message that had come for a read which is cancelled in the same turn goes with it.
   */
  toReadableStream(): ReadableStream<Frame[]>;
  /**
   * The messages to come, of one frame each, as a Web stream of bytes, which can be read into one's own buffers. A
   * message of several frames makes it fail with a `TypeError`. It ends when the socket is closed; with `endMarker`, an
   * empty message ends it, too. Other empty messages are passed over.
   */
  toReadableByteStream(options?: { endMarker?: boolean }): ReadableStream<Uint8Array<ArrayBuffer>>;
}

/** What sockets have whose messages may have any number of parts; see {@linkcode MultipartOptions}. */
export interface MultipartReceiver {
  /** How many messages were dropped because they were larger than the options allow. */
  readonly droppedMessages: number;
}

/** The sending half of a socket. */
export interface Sender {
  /** Whether a message can be sent at once. False on a closed socket (`ZMQ_EVENTS`). */
  readonly writable: boolean;
  /**
   * Sends a message, of one part or of an array of parts. Resolves once libzmq has it; waits where no peer can take
   * it. Several sends may be pending: they go out in their order. A message that waits is copied, so await each send, or
   * set {@linkcode SenderOptions.maxPendingSends}. Whatever is wrong, the promise rejects: nothing is thrown.
   *
   * @throws {TypeError} If it isn't a message.
   * @throws {TypeError} If an option is unknown or has the wrong type, or if there is an argument too many.
   * @throws {RangeError} If the timeout is negative.
   * @throws {ZmqError} EAGAIN When the time is over: the `timeout`, by default {@linkcode SenderOptions.sendTimeout}.
   * @throws {ZmqError} EAGAIN If as many sends wait as {@linkcode SenderOptions.maxPendingSends} allows.
   * @throws {ZmqError} EBADF If the socket is closed, or is closed meanwhile.
   * @throws {ZmqError} EFSM If it isn't the socket's turn to send: a Request hasn't received the reply yet.
   * @throws {ZmqError} EHOSTUNREACH If a mandatory Router has no such peer.
   * @throws {ZmqError} ETERM If the context was shut down.
   * @throws {Error} The signal's reason, whatever it is, when the signal is aborted.
   */
  send(message: MessageLike, options?: WaitOptions): Promise<void>;
  /**
   * Sends a message if that can be done at once. Returns false where it can't, or where others are waiting to send.
   *
   * @throws {TypeError} If it isn't a message, or if there is an argument too many: it never waits.
   * @throws {ZmqError} EBADF If the socket is closed.
   * @throws {ZmqError} EFSM If it isn't the socket's turn to send.
   * @throws {ZmqError} EHOSTUNREACH If a mandatory Router has no such peer.
   */
  trySend(message: MessageLike): boolean;
  /**
   * Sends a message, blocking this thread and everything else in this isolate. Meant for workers and scripts.
   *
   * @throws {TypeError} If it isn't a message.
   * @throws {TypeError} If an option is unknown or has the wrong type, or if there is an argument too many.
   * @throws {RangeError} If the timeout is negative.
   * @throws {ZmqError} EAGAIN When the time is over, by default {@linkcode SenderOptions.sendTimeout}.
   * @throws {ZmqError} EBADF If the socket is closed.
   * @throws {ZmqError} EFSM If it isn't the socket's turn to send.
   * @throws {ZmqError} EHOSTUNREACH If a mandatory Router has no such peer.
   */
  sendSync(message: MessageLike, options?: SyncWaitOptions): void;
  /**
   * A Web stream of messages to send. Each write is done when libzmq has the message, so that the send high-water mark is
   * the back-pressure. Aborting it drops the message that waits; closing and aborting leave the socket open.
   */
  toWritableStream(): WritableStream<MessageLike>;
  /**
   * A Web stream of bytes to send, each chunk as a message of one frame. Empty chunks are passed over. With `endMarker`,
   * closing it sends an empty message.
   */
  toWritableByteStream(options?: { endMarker?: boolean }): WritableStream<Uint8Array>;
}
