// Written by tests/write_npm.ts.
// deno-lint-ignore-file
import { Uncloneable } from "../poller/uncloneable.d.ts";
import type { Options } from "./option_types.d.ts";
/**
 * A group of sockets that share I/O threads and the names of `inproc://` addresses. Most programs
 * need none of their own: sockets are made in the default `context`.
 */
export declare class ContextClass extends Uncloneable {
  /**
   * Makes a context, and sets its options.
   *
   * @throws {TypeError} If the options aren't an object, or if one of them doesn't exist.
   */
  constructor(options?: Options<ContextClass>);
  /** Reads an option by its number. */
  protected getBoolOption(option: number): boolean;
  /** Sets an option by its number. */
  protected setBoolOption(option: number, value: boolean): void;
  /** Reads an option by its number. */
  protected getInt32Option(option: number): number;
  /** Sets an option by its number. */
  protected setInt32Option(option: number, value: number): void;
}
/** The options of a context. The I/O threads' priority and scheduling policy can't be read. */
export interface ContextClass {
  /**
   * How many I/O threads do the networking. One suffices for a gigabyte of data a second. To be set
   * before the first socket. Default 1 (`ZMQ_IO_THREADS`).
   */
  ioThreads: number;
  /** How many sockets there may be. To be set before the first socket. Default 1023 (`ZMQ_MAX_SOCKETS`). */
  maxSockets: number;
  /** Whether new sockets use IPv6 beside IPv4. Default false (`ZMQ_IPV6`). */
  ipv6: boolean;
  /** A size in bytes that libzmq keeps, and doesn't enforce: sockets send larger parts as well. Default 2147483647 (`ZMQ_MAX_MSGSZ`). */
  maxMessageSize: number;
  /**
   * The priority of the I/O threads, for scheduling policies that have one. To be set before the first
   * socket. Default -1: the system's (`ZMQ_THREAD_PRIORITY`).
   */
  threadPriority: number;
  /** The scheduling policy of the I/O threads, by the system's number. To be set before the first socket. Default -1: the system's (`ZMQ_THREAD_SCHED_POLICY`). */
  threadSchedulingPolicy: number;
  /**
   * Whether sockets keep their unsent messages when they're closed, and the process waits for them
   * at its end. Default true (`ZMQ_BLOCKY`).
   */
  blocky: boolean;
  /** The largest value that `maxSockets` can have (`ZMQ_SOCKET_LIMIT`). */
  readonly maxSocketsLimit: number;
}
/** A group of sockets that share I/O threads and the names of `inproc://` addresses. */
export type Context = ContextClass;
/** A group of sockets that share I/O threads and the names of `inproc://` addresses. */
export declare const Context: typeof ContextClass;
/** The context of all sockets that are made without one. */
export declare const context: Context;
