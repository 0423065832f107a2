/** The options of sockets that send, and of those that receive, as programs see them; and the types of options by number. */

import type { Frame } from "./frame.ts";

/** Options of sockets that send. */
export interface SenderOptions {
  /**
   * The send high-water mark: how many messages may be queued for each peer, 0 for no limit. At the mark,
   * sending waits or drops, as the pattern has it. To be set before bind and connect: raised later, while a
   * queue is full, it can stop that connection for good. Default 1000 (`ZMQ_SNDHWM`).
   */
  sendHighWaterMark?: number;
  /** The system's send buffer in bytes; -1 as the system has it. Default -1 (`ZMQ_SNDBUF`). */
  sendBufferSize?: number;
  /**
   * How long, in ms, a send may wait; 0 to try once, -1 indefinitely. It then rejects with EAGAIN. Takes
   * effect at once. Default -1 (`ZMQ_SNDTIMEO`).
   */
  sendTimeout?: number;
  /**
   * How many sends may wait at once; one more rejects with EAGAIN. A whole number of 1 or more, or `Infinity`. A loop
   * that doesn't await its sends copies each message, until the memory is used up or this many wait. Takes effect at
   * once. Default `Infinity`.
   */
  maxPendingSends?: number;
}

/** Options of sockets that receive. */
export interface ReceiverOptions {
  /**
   * The receive high-water mark: how many messages may be queued from each peer, 0 for no limit. To be set
   * before bind and connect: raised later, while a queue is full, it can stop that connection for good.
   * Default 1000 (`ZMQ_RCVHWM`).
   */
  receiveHighWaterMark?: number;
  /** The system's receive buffer in bytes; -1 as the system has it. Default -1 (`ZMQ_RCVBUF`). */
  receiveBufferSize?: number;
  /**
   * How long, in ms, a receive may wait; 0 to try once, -1 indefinitely. It then rejects with EAGAIN.
   * Takes effect at once. Default -1 (`ZMQ_RCVTIMEO`).
   */
  receiveTimeout?: number;
  /** Which properties of its connection are read with each message; see {@linkcode metadataOf}. Default: none. */
  receivedProperties?: readonly string[];
}

/**
 * Options of sockets whose messages may have any number of parts. They concern messages of several parts; the only part of a
 * message is bounded by {@linkcode SocketOptions.maxMessageSize}, as each part is. What is larger is dropped as a whole: no
 * receive sees it, other messages keep their order, `droppedMessages` counts it, and an event `"message:drop"` of
 * {@linkcode Socket.events} says whose it was. libzmq queues such a message until it's whole, whatever the receive
 * high-water mark, so they bound what the program gets, and for how long that holds its thread, and not what the peer
 * can have queued.
 */
export interface MultipartOptions {
  /**
   * How many parts a message may have, as it would be received: with a Router's routing id, say. A whole number of 1 or
   * more, or `Infinity`. Takes effect at once. Default `Infinity`.
   */
  maxMessageParts?: number;
  /**
   * How many bytes the parts of a message may have together. A whole number of 1 or more, or `Infinity`. Takes effect at
   * once. Default `Infinity`.
   */
  maxMultipartSize?: number;
}

/** The kinds as which {@linkcode Socket.getOption} can read an option, and the type that each returns. */
export interface OptionTypes {
  /** A signed 32-bit number: libzmq's `int`. */
  int: number;
  /** An `int` that is 0 or 1. */
  boolean: boolean;
  /** A signed 64-bit number. */
  int64: bigint;
  /** An unsigned 64-bit number. */
  uint64: bigint;
  /** Text that ends with a NUL. */
  string: string;
  /** Bytes of any kind. */
  bytes: Frame;
}
