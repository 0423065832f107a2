/** Contexts: libzmq's I/O threads, their options, and the end of the process. */

import { joinEnding, seedRandom, terminate } from "./ffi/ending.ts";
import { check, checkPointer, stateError } from "./ffi/errno.ts";
import { zmq, zmqEnding } from "./ffi/libzmq.ts";
import { Uncloneable } from "./poller/pollable.ts";

/** What can be set on a {@linkcode Context}, and given to its constructor. */
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
  /** The largest part, in bytes, that sockets may send. Default 2147483647 (`ZMQ_MAX_MSGSZ`). */
  maxMessageSize?: number;
  /**
   * The priority of the I/O threads, for scheduling policies that have one. To be set before the first
   * socket. Default −1: the system's (`ZMQ_THREAD_PRIORITY`).
   */
  threadPriority?: number;
  /** The scheduling policy of the I/O threads, by the system's number. To be set before the first socket. Default −1: the system's (`ZMQ_THREAD_SCHED_POLICY`). */
  threadSchedulingPolicy?: number;
  /** A number that begins the names of the I/O threads; 0 for none. To be set before the first socket. Default 0 (`ZMQ_THREAD_NAME_PREFIX`). */
  threadNamePrefix?: number;
  /** Whether large messages are received without a copy inside libzmq. Default true (`ZMQ_ZERO_COPY_RECV`). */
  zeroCopyReceive?: boolean;
  /**
   * How long, in ms, the end of the process waits for unsent messages whose linger isn't over;
   * after half a second of it a line on standard error says so. Default 10 000.
   */
  exitLinger?: number;
}

/** What a context knows of its open sockets. */
export interface Member {
  close(): void;
}

/**
 * A group of sockets that share I/O threads, limits, and the names of `inproc://` addresses.
 *
 * Most programs need none of their own: sockets are made in the default {@linkcode context}. Nothing
 * is allocated before the first socket.
 *
 * @example A context of one's own
 * ```ts
 * import { Context, Pair } from "@deno-zmq/zmq";
 *
 * using context = new Context({ ioThreads: 2 });
 * const socket = new Pair({ context });
 * console.log(socket.context === context);
 * ```
 */
export class Context extends Uncloneable implements Disposable {
  readonly #core = new ContextCore();
  #threadPriority = -1;

  /**
   * Makes a context. Throws `TypeError` for options of the wrong type or unknown ones, `RangeError`
   * for numbers out of range.
   */
  constructor(options: ContextOptions = {}) {
    super();
    if (typeof options !== "object" || options === null) {
      throw new TypeError("The options of a Context must be an object");
    }
    try {
      for (const [name, value] of Object.entries(options)) {
        if (!OPTION_NAMES.has(name)) throw new TypeError(`A Context has no option ${name}`);
        if (value !== undefined) (this as unknown as Record<string, unknown>)[name] = value;
      }
    } catch (error) {
      this.#core.close();
      throw error;
    }
    cores.set(this, this.#core);
    dropped.register(this, this.#core, this);
  }

  /** How many I/O threads do the networking (`ZMQ_IO_THREADS`). */
  get ioThreads(): number {
    return this.#core.get(1, "ioThreads");
  }
  set ioThreads(value: number) {
    this.#core.set(1, "ioThreads", natural(value, "ioThreads", 0));
  }

  /** How many sockets there may be at a time (`ZMQ_MAX_SOCKETS`). */
  get maxSockets(): number {
    return this.#core.get(2, "maxSockets");
  }
  set maxSockets(value: number) {
    this.#core.set(2, "maxSockets", natural(value, "maxSockets", 1));
  }

  /** What libzmq takes for the most sockets that the system can have, though it accepts larger numbers (`ZMQ_SOCKET_LIMIT`). */
  get maxSocketsLimit(): number {
    return this.#core.get(3, "maxSocketsLimit");
  }

  /** The largest part, in bytes, that sockets may send (`ZMQ_MAX_MSGSZ`). */
  get maxMessageSize(): number {
    return this.#core.get(5, "maxMessageSize");
  }
  set maxMessageSize(value: number) {
    this.#core.set(5, "maxMessageSize", natural(value, "maxMessageSize", 0));
  }

  /** The size of libzmq's record of a message, in bytes (`ZMQ_MSG_T_SIZE`). */
  get msgTSize(): number {
    return this.#core.get(6, "msgTSize");
  }

  /** The priority of the I/O threads; −1 as the system has it. libzmq can't read it: what was set (`ZMQ_THREAD_PRIORITY`). */
  get threadPriority(): number {
    return this.#threadPriority;
  }
  set threadPriority(value: number) {
    this.#core.set(3, "threadPriority", natural(value, "threadPriority", 0));
    this.#threadPriority = value;
  }

  /** The scheduling policy of the I/O threads; −1 as the system has it (`ZMQ_THREAD_SCHED_POLICY`). */
  get threadSchedulingPolicy(): number {
    return this.#core.getAny(4);
  }
  set threadSchedulingPolicy(value: number) {
    this.#core.set(4, "threadSchedulingPolicy", natural(value, "threadSchedulingPolicy", 0));
  }

  /** A number that begins the names of the I/O threads; 0 for none (`ZMQ_THREAD_NAME_PREFIX`). */
  get threadNamePrefix(): number {
    return this.#core.get(9, "threadNamePrefix");
  }
  set threadNamePrefix(value: number) {
    this.#core.set(9, "threadNamePrefix", natural(value, "threadNamePrefix", 0));
  }

  /** Whether large messages are received without a copy inside libzmq (`ZMQ_ZERO_COPY_RECV`). */
  get zeroCopyReceive(): boolean {
    return this.#core.get(10, "zeroCopyReceive") !== 0;
  }
  set zeroCopyReceive(value: boolean) {
    this.#core.set(10, "zeroCopyReceive", flag(value, "zeroCopyReceive"));
  }

  /**
   * Adds a processor to those on which the I/O threads may run; by default all. To be called before the first socket
   * (`ZMQ_THREAD_AFFINITY_CPU_ADD`).
   */
  addThreadAffinity(cpu: number): void {
    this.#core.set(7, "threadAffinity", natural(cpu, "threadAffinity", 0));
  }

  /**
   * Takes a processor out again (`ZMQ_THREAD_AFFINITY_CPU_REMOVE`).
   *
   * @throws `ZmqError` EINVAL where it hadn't been added.
   */
  removeThreadAffinity(cpu: number): void {
    this.#core.set(8, "threadAffinity", natural(cpu, "threadAffinity", 0));
  }

  /** Whether new sockets use IPv6 beside IPv4 (`ZMQ_IPV6`). */
  get ipv6(): boolean {
    return this.#core.get(42, "ipv6") !== 0;
  }
  set ipv6(value: boolean) {
    this.#core.set(42, "ipv6", flag(value, "ipv6"));
  }

  /** Whether new sockets keep their unsent messages when they're closed (`ZMQ_BLOCKY`). */
  get blocky(): boolean {
    return this.#core.get(70, "blocky") !== 0;
  }
  set blocky(value: boolean) {
    this.#core.set(70, "blocky", flag(value, "blocky"));
  }

  /** How long, in ms, the end of the process waits for this context's unsent messages. */
  get exitLinger(): number {
    return this.#core.exitLinger;
  }
  set exitLinger(value: number) {
    this.#core.exitLinger = natural(value, "exitLinger", 0);
  }

  /** Whether the context was closed. */
  get closed(): boolean {
    return this.#core.closed;
  }

  /**
   * Closes the context and every socket in it. Their unsent messages still go out in the background,
   * for as long as each socket's linger allows (`zmq_ctx_term`). Idempotent.
   */
  close(): void {
    dropped.unregister(this);
    this.#core.close();
  }

  /**
   * Stops all traffic at once: waiting and later receives and sends of every socket in it fail with
   * `ZmqError` ETERM. The sockets stay open until they, or the context, are closed (`zmq_ctx_shutdown`).
   */
  shutdown(): void {
    this.#core.shutdown();
  }

  /** Calls {@linkcode Context.close}. */
  [Symbol.dispose](): void {
    this.close();
  }
}

/** A context without its public face: sockets hold this, so that a dropped Context can be collected. */
export class ContextCore {
  exitLinger = 10_000;
  /** What the end says where it has to wait for this context's messages, if not our own words. */
  notice: (() => string) | undefined;
  /** The same, once it's being closed. */
  protected saying: string | undefined;
  closed = false;
  protected readonly members: Set<Member> = new Set();
  #pointer: Deno.PointerObject | undefined;
  /** Its Context was dropped; the last socket to close then ends it. */
  #dropped = false;

  /** The native context, made at the first call. */
  pointer(call: string): Deno.PointerObject {
    if (this.closed) throw stateError("EBADF", call, "The context is closed");
    if (this.#pointer === undefined) {
      watchTheEnd();
      this.#pointer = this.begin();
      alive.add(this);
    }
    return this.#pointer;
  }

  get(option: number, name: string): number {
    const pointer = this.pointer("zmq_ctx_get");
    return check(zmq().zmq_ctx_get(pointer, option), "zmq_ctx_get", { option: name });
  }

  /** An option of which −1 is a value, and no failure. */
  getAny(option: number): number {
    return zmq().zmq_ctx_get(this.pointer("zmq_ctx_get"), option);
  }

  shutdown(): void {
    if (this.closed || this.#pointer === undefined) return;
    check(zmqEnding().zmq_ctx_shutdown(this.#pointer), "zmq_ctx_shutdown");
  }

  set(option: number, name: string, value: number): void {
    const pointer = this.pointer("zmq_ctx_set");
    check(zmq().zmq_ctx_set(pointer, option, value), "zmq_ctx_set", { option: name });
  }

  add(member: Member): void {
    this.members.add(member);
  }

  remove(member: Member): void {
    this.members.delete(member);
    if (this.#dropped && this.members.size === 0) this.close();
  }

  drop(): void {
    this.#dropped = true;
    if (this.members.size === 0) this.close();
  }

  close(): void {
    if (this.closed) return;
    if (this.#pointer !== undefined) notice = this.saying = this.notice?.() ?? notice;
    this.closed = true;
    for (const member of [...this.members]) member.close();
    if (this.#pointer !== undefined) this.end(this.#pointer);
    alive.delete(this);
  }

  /** Makes the native context. */
  protected begin(): Deno.PointerObject {
    return checkPointer(zmq().zmq_ctx_new(), "zmq_ctx_new");
  }

  /** Gives it up, its sockets being closed. */
  protected end(pointer: Deno.PointerObject): void {
    terminate(pointer);
    longestLinger = Math.max(longestLinger, this.exitLinger);
  }
}

const cores = new WeakMap<Context, ContextCore>();

/** The core of a Context. Throws `TypeError` for anything else. */
export function coreOf(context: Context): ContextCore {
  const core = cores.get(context);
  if (core === undefined) throw new TypeError("The option context must be a Context");
  return core;
}

const OPTION_NAMES: ReadonlySet<string> = new Set([
  "ioThreads",
  "maxSockets",
  "ipv6",
  "blocky",
  "maxMessageSize",
  "threadPriority",
  "threadSchedulingPolicy",
  "threadNamePrefix",
  "zeroCopyReceive",
  "exitLinger",
]);

// A dropped context ends with its last socket. Sockets hold the core, never the Context.
const dropped = new FinalizationRegistry<ContextCore>((core) => core.drop());

/** The context of all sockets for which none is named. */
export const context: Context = new Context();

// The end of the process. Every context is terminated, which delivers what was sent and not yet
// delivered; the library itself stays in memory.
const alive = new Set<ContextCore>();
/** How long the end waits for the contexts that were closed, whose messages may still be going out. */
let longestLinger = 0;
let notice: string | undefined;
const WARN_AFTER = 500;
let watched = false;

function watchTheEnd(): void {
  if (watched) return;
  watched = true;
  seedRandom();
  addEventListener("unload", end);
  // To be the last of its listeners, since a program's own may still send. Deno.exit fires no
  // beforeunload: there the order is that in which the listeners were added.
  addEventListener("beforeunload", () => {
    removeEventListener("unload", end);
    addEventListener("unload", end);
  });
  // A node worker that ends by itself fires only its process's event. In the main thread that event
  // is one too many, and touching `process` there costs 11 ms of start-up. (A node worker doesn't have
  // WorkerGlobalScope, and node:worker_threads takes a Web Worker for the main thread.)
  if (Object.prototype.toString.call(globalThis) !== "[object Window]") {
    const { process } = globalThis as unknown as { process?: NodeProcess };
    process?.on?.("exit", end);
  }
}

interface NodeProcess {
  on?(event: "exit", listener: () => void): void;
}

function end(): void {
  for (const core of [...alive]) core.close();
  if (joinEnding(Math.min(WARN_AFTER, longestLinger)) || longestLinger <= WARN_AFTER) return;
  console.error(
    notice ??
      `deno-zmq: waiting up to ${longestLinger} ms for messages that are still to be sent. ` +
        "See the linger of sockets, and exitLinger of their context.",
  );
  joinEnding(longestLinger - WARN_AFTER);
}

function natural(value: unknown, name: string, least: number): number {
  if (typeof value !== "number") throw new TypeError(`The option ${name} must be a number`);
  if (!Number.isInteger(value) || value < least || value > 0x7fffffff) {
    throw new RangeError(`The option ${name} must be a whole number from ${least} to 2147483647`);
  }
  return value;
}

function flag(value: unknown, name: string): number {
  if (typeof value !== "boolean") throw new TypeError(`The option ${name} must be a boolean`);
  return value ? 1 : 0;
}
