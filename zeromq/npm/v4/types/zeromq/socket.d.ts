// Written by tests/write_npm.ts.
// deno-lint-ignore-file
/** The base class of all sockets. */
import type { Buffer } from "node:buffer";
import { Uncloneable } from "../poller/uncloneable.d.ts";
import { type Context } from "./context.d.ts";
import { Observer } from "./observer.d.ts";
import type { CommonOptions } from "./socket_types.d.ts";
/**
 * The base class of all sockets. Programs make {@linkcode Push}, {@linkcode Router} and the other
 * classes.
 *
 * A pending bind or unbind blocks the socket: its methods throw `EBUSY` meanwhile, and a close takes place
 * when it's done. At most one receive and one send may be pending. A socket that is bound or connected
 * doesn't keep the process alive; a pending receive or send does.
 */
export declare abstract class SocketClass extends Uncloneable {
  /**
   * Opens a socket of libzmq's type number, and sets its options in their order.
   *
   * @throws {TypeError} If the options aren't an object, or if one of them doesn't exist.
   * @throws {Error} EINVAL If the libzmq in use doesn't have the type.
   * @throws {Error} EMFILE If there are too many sockets.
   */
  protected constructor(type: number, options?: {});
  /**
   * What happens to the socket: connections made, lost, refused. The same object each time.
   *
   * @throws {Error} ENOTSOCK If the socket is closed.
   */
  get events(): Observer;
  /** The context in which the socket was opened. */
  get context(): Context;
  /** Whether the socket was closed. */
  get closed(): boolean;
  /** Whether a message can be received at once. False on a closed socket (`ZMQ_EVENTS`). */
  get readable(): boolean;
  /** Whether a message can be sent at once. False on a closed socket (`ZMQ_EVENTS`). */
  get writable(): boolean;
  /**
   * Closes the socket, at once or as soon as it isn't blocked any more. A pending receive or send is tried
   * once more, and then rejects with `EAGAIN`. Idempotent (`zmq_close`).
   */
  close(): void;
  /**
   * Begins to accept peers at an address, such as `tcp://127.0.0.1:5555`, `ipc:///tmp/name` or
   * `inproc://name` (`zmq_bind`).
   *
   * The promise rejects with libzmq's error, which has the `address`. Everything else is thrown at once.
   *
   * @throws {TypeError} If the address isn't a string.
   * @throws {Error} EBUSY If another bind or unbind is pending.
   * @throws {Error} EBADF If the socket is closed.
   */
  bind(address: string): Promise<void>;
  /** Does what {@linkcode Socket.bind} does, before it returns (`zmq_bind`). */
  bindSync(address: string): void;
  /**
   * Stops accepting peers at an address (`zmq_unbind`).
   *
   * @throws {Error} As {@linkcode Socket.bind} does; the promise rejects with ENOENT if the socket isn't bound there.
   */
  unbind(address: string): Promise<void>;
  /** Does what {@linkcode Socket.unbind} does, before it returns (`zmq_unbind`). */
  unbindSync(address: string): void;
  /**
   * Connects to an address (`zmq_connect`). The peer needn't exist yet, and may go and come back.
   *
   * @throws {TypeError} If the address isn't a string.
   * @throws {Error} libzmq's error, which has the `address`.
   */
  connect(address: string): void;
  /**
   * Ends a connection (`zmq_disconnect`).
   *
   * @throws {Error} As {@linkcode Socket.connect} does, and ENOENT if the socket isn't connected there.
   */
  disconnect(address: string): void;
  /** Reads an option by its number. */
  protected getBoolOption(option: number): boolean;
  /** Sets an option by its number. */
  protected setBoolOption(option: number, value: boolean): void;
  /** Reads an option by its number. */
  protected getInt32Option(option: number): number;
  /** Sets an option by its number. */
  protected setInt32Option(option: number, value: number): void;
  /** Reads an option by its number. */
  protected getUint32Option(option: number): number;
  /** Sets an option by its number. */
  protected setUint32Option(option: number, value: number): void;
  /** Reads an option by its number. */
  protected getInt64Option(option: number): number;
  /** Sets an option by its number. */
  protected setInt64Option(option: number, value: number): void;
  /** Reads an option by its number. */
  protected getUint64Option(option: number): number;
  /** Sets an option by its number. */
  protected setUint64Option(option: number, value: number): void;
  /** Reads an option by its number. */
  protected getStringOption(option: number): string | null;
  /** Sets an option by its number. */
  protected setStringOption(option: number, value: string | Buffer | null): void;
}
/** The options of every socket. */
export interface SocketClass extends CommonOptions {
}
/** The base class of all sockets. */
export type Socket = SocketClass;
/** The base class of all sockets. */
export declare const Socket: typeof SocketClass;
