/** The options of contexts. */

/** What can be set on a `Context`, and given to its constructor. */
export interface ContextOptions {
  /**
   * How many I/O threads do the networking. One suffices for a gigabyte of data a second. To be set
   * before the first socket. Default 1 (`ZMQ_IO_THREADS`).
   */
  ioThreads?: number;
  /** How many sockets there may be. To be set before the first socket. Default 1023 (`ZMQ_MAX_SOCKETS`). */
  maxSockets?: number;
  /** Whether new sockets use IPv6 beside IPv4. Default false (`ZMQ_IPV6`). */
  ipv6?: boolean;
  /**
   * Whether new sockets keep their unsent messages when they're closed. With false, a new socket's
   * linger is 0. Default true (`ZMQ_BLOCKY`).
   */
  blocky?: boolean;
  /** A size in bytes that libzmq keeps, and doesn't enforce: sockets send larger parts as well. Default 2147483647 (`ZMQ_MAX_MSGSZ`). */
  maxMessageSize?: number;
  /**
   * The priority of the I/O threads, for scheduling policies that have one. To be set before the first
   * socket. Default -1: the system's (`ZMQ_THREAD_PRIORITY`).
   */
  threadPriority?: number;
  /** The scheduling policy of the I/O threads, by the system's number. To be set before the first socket. Default -1: the system's (`ZMQ_THREAD_SCHED_POLICY`). */
  threadSchedulingPolicy?: number;
  /** A number that begins the names of the I/O threads; 0 for none. To be set before the first socket. Default 0 (`ZMQ_THREAD_NAME_PREFIX`). */
  threadNamePrefix?: number;
  /** Whether large messages are received without a copy inside libzmq. Default true (`ZMQ_ZERO_COPY_RECV`). */
  zeroCopyReceive?: boolean;
  /**
   * How long, in ms, the end of the process waits for unsent messages whose linger isn't over;
   * after half a second of it a line on standard error says so, and another one if messages are lost. Default 10 000.
   */
  exitLinger?: number;
}
