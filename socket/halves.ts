/** The two halves of sockets, receiving and sending, of which each class has one or both. Types only. */

import type { Frame } from "./frame.ts";
import type { MessageLike } from "./message.ts";
import type { SyncLimits, WaitLimits } from "./operation.ts";
import type { VisitOptions, Visitor } from "./visit.ts";
import type { ByteStreamOptions } from "./web_streams.ts";

/** The receiving half of a socket. */
export interface Receiver extends AsyncIterable<Frame[]> {
  /**
   * Which properties of its connection are read with each message, such as `"Peer-Address"`, for
   * {@linkcode metadataOf}. Takes effect at once; {@linkcode Receiver.visit} reads none. Default: none.
   */
  receivedProperties: readonly string[];
  /**
   * Receives the next message, of one frame or more; waits where there is none. Several receives may be
   * pending: they're served in their order.
   *
   * The promise rejects with EAGAIN when {@linkcode ReceiverOptions.receiveTimeout} is over, with EBADF when the socket is
   * closed meanwhile, with EFSM if a Request has sent nothing, and with the signal's reason. Everything else is thrown at
   * once.
   *
   * @throws {ZmqError} EBADF If the socket is closed.
   * @throws {TypeError} If the signal isn't one.
   */
  receive(options?: WaitLimits): Promise<Frame[]>;
  /**
   * Receives a message that has arrived already; `undefined` if there is none, or if receives are pending.
   *
   * @throws {ZmqError} EBADF If the socket is closed.
   */
  tryReceive(): Frame[] | undefined;
  /**
   * Receives a message, blocking this thread and everything else in this isolate. Meant for workers and scripts.
   *
   * @throws {ZmqError} EAGAIN If the time is over.
   * @throws {ZmqError} EBUSY If {@linkcode Receiver.visit} is in the middle of a message of this socket.
   * @throws {ZmqError} EBADF If the socket is closed.
   */
  receiveSync(options?: SyncLimits): Frame[];
  /**
   * Iterates over the messages that have arrived, and never waits. As long as messages keep coming it goes
   * on, and nothing else runs: leave the loop to let the event loop go on.
   */
  drain(): IterableIterator<Frame[]>;
  /**
   * Calls `visitor` with the bytes of each frame that has arrived, and whether another frame of the same message follows.
   * Returns the number of messages. The bytes are a view of exactly the frame, in a buffer of the library's, valid until the
   * visitor returns: what is to be kept has to be copied. It's the fastest way to read, since next to nothing is allocated.
   *
   * The visitor may do anything: write to the bytes, close the socket, send, receive elsewhere. When it throws, the rest of
   * its message is dropped, and the error comes out of `visit`.
   *
   * With a `timeout` it blocks this thread until a first message comes, or the time is over.
   *
   * @throws {TypeError} If the visitor isn't a function, or an option has the wrong type.
   * @throws {RangeError} If the limit isn't a whole number of 1 or more, or the timeout is negative.
   * @throws {ZmqError} EBADF If the socket is closed.
   */
  visit(visitor: Visitor, options?: VisitOptions): number;
  /** Iterates over all messages to come. Ends when the socket is closed. */
  [Symbol.asyncIterator](): AsyncIterableIterator<Frame[]>;
  /**
   * The messages to come as a Web stream. One is received for each that is read, and none ahead, so that the
   * receive high-water mark is the back-pressure. Ends when the socket is closed; cancelling it leaves the socket open. A
   * message that had come for a read which is cancelled in the same turn goes with it.
   */
  toReadableStream(): ReadableStream<Frame[]>;
  /**
   * The messages to come, of one frame each, as a Web stream of bytes, which can be read into one's own buffers. A
   * message of several frames makes it fail with a `TypeError`.
   */
  toReadableByteStream(options?: ByteStreamOptions): ReadableStream<Uint8Array<ArrayBuffer>>;
}

/** The sending half of a socket. */
export interface Sender {
  /**
   * Sends a message, of one part or of an array of parts. Resolves once libzmq has it; waits where no peer can take
   * it. Several sends may be pending: they go out in their order. A message that waits is copied.
   *
   * The promise rejects with EAGAIN when {@linkcode SenderOptions.sendTimeout} is over, with EBADF when the socket is closed
   * meanwhile, with EFSM out of turn, with EHOSTUNREACH if a mandatory Router has no such peer, and with the signal's reason.
   * Everything else is thrown at once.
   *
   * @throws {TypeError} If it isn't a message, or the signal isn't one.
   * @throws {ZmqError} EBADF If the socket is closed.
   */
  send(message: MessageLike, options?: WaitLimits): Promise<void>;
  /**
   * Sends a message if that can be done at once. False where it can't, or where others are waiting to send.
   *
   * @throws {ZmqError} What {@linkcode Sender.send} throws or rejects with, except EAGAIN.
   */
  trySend(message: MessageLike): boolean;
  /**
   * Sends a message, blocking this thread and everything else in this isolate. Meant for workers and scripts.
   *
   * @throws {ZmqError} EAGAIN If the time is over.
   */
  sendSync(message: MessageLike, options?: SyncLimits): void;
  /**
   * A Web stream of messages to send. Each write is done when libzmq has the message, so that the send high-water mark is
   * the back-pressure. Aborting it drops the message that waits; closing and aborting leave the socket open.
   */
  toWritableStream(): WritableStream<MessageLike>;
  /** A Web stream of bytes to send, each chunk as a message of one frame. Empty chunks are passed over. */
  toWritableByteStream(options?: ByteStreamOptions): WritableStream<Uint8Array>;
}
