/** The context of version 5, which is the default one. */

import { context } from "./context.ts";

/**
 * The options of the default context, in which all sockets are.
 *
 * @example More I/O threads, before the first socket
 * ```ts
 * import zmq from "zeromq/v5-compat";
 *
 * zmq.Context.setMaxThreads(2);
 * console.log(zmq.Context.getMaxThreads(), zmq.Context.getMaxSockets());
 * ```
 */
export class Context {
  /** Sets how many I/O threads do the networking (`ZMQ_IO_THREADS`). */
  static setMaxThreads(value: number): void {
    context.ioThreads = value;
  }

  /** Returns how many I/O threads do the networking (`ZMQ_IO_THREADS`). */
  static getMaxThreads(): number {
    return context.ioThreads;
  }

  /** Sets how many sockets there may be (`ZMQ_MAX_SOCKETS`). */
  static setMaxSockets(value: number): void {
    context.maxSockets = value;
  }

  /** Returns how many sockets there may be (`ZMQ_MAX_SOCKETS`). */
  static getMaxSockets(): number {
    return context.maxSockets;
  }

  /**
   * Was in version 5.
   *
   * @throws {Error} Always: there is the default context only.
   */
  constructor() {
    throw new Error("Context cannot be instantiated in compatibility mode");
  }
}
