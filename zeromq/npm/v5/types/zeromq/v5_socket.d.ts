// Written by tests/write_npm.ts.
// deno-lint-ignore-file
import { EventEmitter } from "node:events";
import type { MessageLike } from "./socket_types.d.ts";
import { type ShortOptions } from "./v5_options.d.ts";
import { type Callback } from "./v5_sending.d.ts";
/** The types of sockets, by their short names. */
export type SocketType =
  | "pair"
  | "req"
  | "rep"
  | "pub"
  | "sub"
  | "dealer"
  | "xreq"
  | "router"
  | "xrep"
  | "pull"
  | "push"
  | "xpub"
  | "xsub"
  | "stream";
/**
 * A socket as in version 5 of zeromq.js: whatever comes is an event.
 *
 * - `message`: a message has come; the arguments are its parts, each a Buffer.
 * - `bind`, `unbind`: that was done; the argument is the address.
 * - `error`: a call without a callback has failed, or a receive. As with every EventEmitter, one that no one listens to is
 *   thrown.
 * - while {@linkcode Socket.monitor} is on: `connect`, `connect_delay`, `connect_retry`, `listen`, `bind_error`,
 *   `accept`, `accept_error`, `close`, `close_error` and `disconnect`. Their arguments are a value (an interval in ms, or the
 *   error's number), the address, and the error.
 *
 * An open socket that can receive keeps the process alive.
 *
 * @example A socket's options, and its messages
 * ```ts
 * import zmq from "zeromq/v5-compat";
 *
 * const pull = zmq.socket("pull", { backlog: 10 });
 * pull.bindSync("tcp://127.0.0.1:*");
 * const push = new zmq.Socket("push");
 * push.linger = 0;
 * push.connect(pull.last_endpoint);
 * pull.on("message", (name, text) => {
 *   console.log(`${name}: ${text}`);
 *   push.close();
 *   pull.close();
 * });
 * push.send(["anna", "hello"]);
 * ```
 */
export declare class SocketClass extends EventEmitter {
  /** Options by their short names, and whatever a program keeps here. */
  [key: string]: any;
  /** The name of its type, as it was given. */
  type: SocketType;
  /**
   * Opens a socket.
   *
   * @throws {Error} If there is no such type.
   */
  constructor(type: SocketType);
  /**
   * Begins to accept peers at an address (`zmq_bind`). When that is done, a `bind` event comes and the callback is called.
   * Where it fails, the callback gets the error, or an `error` event comes if there is none. No message can be sent before
   * it's done: that fails with EBUSY.
   *
   * @throws {TypeError} If the address isn't a string.
   * @throws {Error} EBUSY If another bind or unbind is pending.
   * @throws {Error} EBADF If the socket is closed.
   */
  bind(address: string, cb?: Callback): this;
  /**
   * Stops accepting peers at an address (`zmq_unbind`). An `unbind` event, or an error, comes as for {@linkcode Socket.bind}.
   *
   * @throws {Error} As {@linkcode Socket.bind} does.
   */
  unbind(address: string, cb?: Callback): this;
  /**
   * Connects to an address (`zmq_connect`). The peer needn't exist yet, and may go and come back.
   *
   * @throws {Error} libzmq's error, which has the `address`.
   */
  connect(address: string): this;
  /**
   * Ends a connection (`zmq_disconnect`).
   *
   * @throws {Error} As {@linkcode Socket.connect} does, and ENOENT if the socket isn't connected there.
   */
  disconnect(address: string): this;
  /**
   * Sends a message: one part, or an array of them. With the flag `ZMQ_SNDMORE` these are only its first parts, and the next
   * call has more. Messages that can't be sent yet are queued. The callback is called once libzmq has the message, or with
   * the error; where there is none, an error is an `error` event.
   */
  send(
    message: MessageLike[] | MessageLike,
    givenFlags?: number | undefined | null,
    cb?: Callback | undefined,
  ): this;
  /**
   * Was in version 5.
   *
   * @throws {Error} Always: messages are events.
   */
  read(): void;
  /**
   * Does what {@linkcode Socket.bind} does, before it returns (`zmq_bind`).
   *
   * @throws {Error} libzmq's error, which has the `address`.
   */
  bindSync(address: string): void;
  /**
   * Does what {@linkcode Socket.unbind} does, before it returns (`zmq_unbind`).
   *
   * @throws {Error} libzmq's error, which has the `address`.
   */
  unbindSync(address: string): void;
  /** Holds back what comes and what is to be sent, until {@linkcode Socket.resume} is called. */
  pause(): void;
  /** Ends a pause. */
  resume(): void;
  /** Closes the socket (`zmq_close`). What is still queued then isn't sent. Idempotent. */
  close(): this;
  /** Whether the socket was closed. */
  get closed(): boolean;
  /**
   * Begins to emit what happens to the socket's connections. The arguments were there for version 4, and do nothing.
   *
   * @throws {Error} ENOTSOCK If the socket is closed.
   */
  monitor(interval?: number, num?: number): this;
  /** Ends what {@linkcode Socket.monitor} has begun. */
  unmonitor(): this;
  /**
   * Subscribes to messages that begin with a prefix (`ZMQ_SUBSCRIBE`).
   *
   * @throws {Error} If it isn't a sub socket.
   */
  subscribe(filter: string): this;
  /**
   * Ends a subscription (`ZMQ_UNSUBSCRIBE`).
   *
   * @throws {Error} If it isn't a sub socket.
   */
  unsubscribe(filter: string): this;
  /**
   * Sets an option, by its number or its short name.
   *
   * @throws {Error} If there is no such option, or if it can't be set.
   */
  setsockopt(givenOption: number | keyof ShortOptions, value: unknown): this;
  /**
   * Returns an option's value, by its number or its short name.
   *
   * @throws {Error} If there is no such option, or if it can't be read.
   */
  getsockopt(givenOption: number | keyof ShortOptions): string | number | boolean | null;
}
/** A socket as in version 5 of zeromq.js, with the members and events of {@linkcode SocketClass}. */
export type Socket = SocketClass;
/**
 * A socket as in version 5 of zeromq.js, with the members and events of {@linkcode SocketClass}. Constructors derive from it
 * by `class` and `super(type)`, or in the old way, by `util.inherits` and `Socket.call(this, type)`.
 */
export declare const Socket: typeof SocketClass;
/** Opens a socket, and sets options by their short names, or whatever other properties. */
export declare function createSocket(type: SocketType, options?: {
  [key: string]: any;
}): Socket;
