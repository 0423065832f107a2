// Written by tests/write_npm.ts.
// deno-lint-ignore-file
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
export declare class Context {
  /** Sets how many I/O threads do the networking (`ZMQ_IO_THREADS`). */
  static setMaxThreads(value: number): void;
  /** Returns how many I/O threads do the networking (`ZMQ_IO_THREADS`). */
  static getMaxThreads(): number;
  /** Sets how many sockets there may be (`ZMQ_MAX_SOCKETS`). */
  static setMaxSockets(value: number): void;
  /** Returns how many sockets there may be (`ZMQ_MAX_SOCKETS`). */
  static getMaxSockets(): number;
  /**
   * Was in version 5.
   *
   * @throws {Error} Always: there is the default context only.
   */
  constructor();
}
