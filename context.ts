/** Contexts: libzmq's I/O threads, their options, and their being shared with other isolates. */

import type { ContextOptions } from "./context_options.ts";
import { CONTEXT_OPTIONS as OPTIONS } from "./ffi/constants.ts";
import {
  exitMessageFor,
  extendExitLinger,
  isShuttingDown,
  registerAtExit,
  unregisterAtExit,
  WARN_AFTER,
} from "./process/shutdown.ts";
import { check, stateError } from "./ffi/errno.ts";
import { addExitCleanup, removeExitCleanup } from "./process/thread_exit.ts";
import { zmq, zmqTermination } from "./ffi/libzmq.ts";
import { inWorker } from "./process/isolate.ts";
import { beginSharing, idIn, joinShared, type Shared, tokenOf } from "./process/shared_contexts.ts";
import { makePendingFlushes, type PendingFlushes } from "./process/pending_flushes.ts";
import { newNativeContext, terminate } from "./process/native_context.ts";
import { fileType } from "./poller/fd.ts";
import { Uncloneable } from "./poller/uncloneable.ts";

/** What a context knows of its open sockets. */
export interface Member {
  readonly fd: number;
  linger: number;
  close(): void;
  /** Other isolates may use the context from now on. */
  onShared(): void;
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
  #core = new ContextCore();
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
    this.#standFor(this.#core);
  }

  #standFor(core: ContextCore): void {
    this.#core = core;
    cores.set(this, core);
    dropped.unregister(this);
    dropped.register(this, core, this);
  }

  /**
   * Joins a context that another isolate of this process has shared: its sockets and this one's then have I/O threads,
   * limits and the names of `inproc://` addresses in common. Each isolate closes its own `Context`; the native one
   * ends with the last.
   *
   * @throws `TypeError` for what isn't a token. `ZmqError` ENOENT where the context isn't there any more, or is
   * another process's; EINVAL where it is of another libzmq than this isolate uses; ENOTSUP as with
   * {@linkcode Context.share}.
   *
   * @example A worker that talks to its parent over inproc
   * ```ts
   * import { Context, context, Pair } from "@deno-zmq/zmq";
   *
   * await using socket = new Pair();
   * await socket.bind("inproc://parent");
   *
   * // In the worker, the token having been posted to it:
   * using theirs = Context.join(context.share());
   * await using other = new Pair({ context: theirs });
   * other.connect("inproc://parent");
   * await other.send("hello");
   * console.log(String((await socket.receive())[0]));
   * ```
   */
  static join(token: string): Context {
    const core = new ContextCore(idIn(token));
    core.pointer("Context.join");
    const context = new Context();
    context.#standFor(core);
    return context;
  }

  /**
   * Shares the context with other isolates of this process. Returns a token: a string that can be posted to a worker,
   * for {@linkcode Context.join}. The same each time; it holds for as long as any isolate has the context open.
   *
   * @throws `ZmqError` EBADF where the context is closed, ENOTSUP where the system doesn't have what it takes
   * (it works on Linux), or another version of this library has come first in the process, and shares in another way.
   */
  share(): string {
    return this.#core.share();
  }

  /** How many I/O threads do the networking (`ZMQ_IO_THREADS`). */
  get ioThreads(): number {
    return this.#core.get(OPTIONS.ioThreads, "ioThreads");
  }
  set ioThreads(value: number) {
    this.#core.set(OPTIONS.ioThreads, "ioThreads", natural(value, "ioThreads", 0));
  }

  /** How many sockets there may be at a time (`ZMQ_MAX_SOCKETS`). */
  get maxSockets(): number {
    return this.#core.get(OPTIONS.maxSockets, "maxSockets");
  }
  set maxSockets(value: number) {
    this.#core.set(OPTIONS.maxSockets, "maxSockets", natural(value, "maxSockets", 1));
  }

  /** What libzmq takes for the most sockets that the system can have, though it accepts larger numbers (`ZMQ_SOCKET_LIMIT`). */
  get maxSocketsLimit(): number {
    return this.#core.get(OPTIONS.socketLimit, "maxSocketsLimit");
  }

  /** The largest part, in bytes, that sockets may send (`ZMQ_MAX_MSGSZ`). */
  get maxMessageSize(): number {
    return this.#core.get(OPTIONS.maxMessageSize, "maxMessageSize");
  }
  set maxMessageSize(value: number) {
    this.#core.set(OPTIONS.maxMessageSize, "maxMessageSize", natural(value, "maxMessageSize", 0));
  }

  /** The size of libzmq's record of a message, in bytes (`ZMQ_MSG_T_SIZE`). */
  get msgTSize(): number {
    return this.#core.get(OPTIONS.msgTSize, "msgTSize");
  }

  /** The priority of the I/O threads; -1 as the system has it. libzmq can't read it: what was set (`ZMQ_THREAD_PRIORITY`). */
  get threadPriority(): number {
    return this.#threadPriority;
  }
  set threadPriority(value: number) {
    this.#core.set(OPTIONS.threadPriority, "threadPriority", natural(value, "threadPriority", 0));
    this.#threadPriority = value;
  }

  /** The scheduling policy of the I/O threads; -1 as the system has it (`ZMQ_THREAD_SCHED_POLICY`). */
  get threadSchedulingPolicy(): number {
    return this.#core.getAny(OPTIONS.threadSchedulingPolicy);
  }
  set threadSchedulingPolicy(value: number) {
    this.#core.set(
      OPTIONS.threadSchedulingPolicy,
      "threadSchedulingPolicy",
      natural(value, "threadSchedulingPolicy", 0),
    );
  }

  /** A number that begins the names of the I/O threads; 0 for none (`ZMQ_THREAD_NAME_PREFIX`). */
  get threadNamePrefix(): number {
    return this.#core.get(OPTIONS.threadNamePrefix, "threadNamePrefix");
  }
  set threadNamePrefix(value: number) {
    this.#core.set(
      OPTIONS.threadNamePrefix,
      "threadNamePrefix",
      natural(value, "threadNamePrefix", 0),
    );
  }

  /** Whether large messages are received without a copy inside libzmq (`ZMQ_ZERO_COPY_RECV`). */
  get zeroCopyReceive(): boolean {
    return this.#core.get(OPTIONS.zeroCopyReceive, "zeroCopyReceive") !== 0;
  }
  set zeroCopyReceive(value: boolean) {
    this.#core.set(OPTIONS.zeroCopyReceive, "zeroCopyReceive", flag(value, "zeroCopyReceive"));
  }

  /**
   * Adds a processor to those on which the I/O threads may run; by default all. To be called before the first socket
   * (`ZMQ_THREAD_AFFINITY_CPU_ADD`).
   */
  addThreadAffinity(cpu: number): void {
    this.#core.set(OPTIONS.threadAffinityAdd, "threadAffinity", natural(cpu, "threadAffinity", 0));
  }

  /**
   * Takes a processor out again (`ZMQ_THREAD_AFFINITY_CPU_REMOVE`).
   *
   * @throws `ZmqError` EINVAL where it hadn't been added.
   */
  removeThreadAffinity(cpu: number): void {
    this.#core.set(
      OPTIONS.threadAffinityRemove,
      "threadAffinity",
      natural(cpu, "threadAffinity", 0),
    );
  }

  /** Whether new sockets use IPv6 beside IPv4 (`ZMQ_IPV6`). */
  get ipv6(): boolean {
    return this.#core.get(OPTIONS.ipv6, "ipv6") !== 0;
  }
  set ipv6(value: boolean) {
    this.#core.set(OPTIONS.ipv6, "ipv6", flag(value, "ipv6"));
  }

  /** Whether new sockets keep their unsent messages when they're closed (`ZMQ_BLOCKY`). */
  get blocky(): boolean {
    return this.#core.get(OPTIONS.blocky, "blocky") !== 0;
  }
  set blocky(value: boolean) {
    this.#core.set(OPTIONS.blocky, "blocky", flag(value, "blocky"));
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
  makeExitMessage: (() => string) | undefined;
  /** The same, once it's being closed. */
  protected exitMessage: string | undefined;
  closed = false;
  /** The same native context as others use it. */
  protected common: Shared | undefined;
  protected readonly members: Set<Member> = new Set();
  /** Of the main isolate's sockets, those whose messages may still be going out. */
  #pendingFlushes: PendingFlushes | undefined;
  #pointer: Deno.PointerObject | undefined;
  /** Its Context was dropped; the last socket to close then ends it. */
  #dropped = false;

  /** @param joins The name of a context that others share, where it's to be that. */
  constructor(readonly joins?: string) {}

  /** The native context, made at the first call. */
  pointer(call: string): Deno.PointerObject {
    if (this.closed) throw stateError("EBADF", call, "The context is closed");
    if (this.#pointer === undefined) {
      this.#pointer = this.begin();
      if (this.common === undefined) addExitCleanup("zmq_ctx_term", this.#pointer);
      registerAtExit(this);
    }
    return this.#pointer;
  }

  get(option: number, name: string): number {
    const pointer = this.pointer("zmq_ctx_get");
    return check(zmq().zmq_ctx_get(pointer, option), "zmq_ctx_get", { option: name });
  }

  /** An option of which -1 is a value, and no failure. */
  getAny(option: number): number {
    return zmq().zmq_ctx_get(this.pointer("zmq_ctx_get"), option);
  }

  shutdown(): void {
    if (this.closed || this.#pointer === undefined) return;
    check(zmqTermination().zmq_ctx_shutdown(this.#pointer), "zmq_ctx_shutdown");
  }

  share(): string {
    const pointer = this.pointer("Context.share");
    if (this.common === undefined) {
      this.common = beginSharing(pointer);
      // It's no more this thread's alone to end.
      removeExitCleanup("zmq_ctx_term", pointer);
      for (const member of this.members) member.onShared();
    }
    return tokenOf(this.common);
  }

  /** Whether other isolates may use it. */
  get isShared(): boolean {
    return this.common !== undefined;
  }

  set(option: number, name: string, value: number): void {
    const pointer = this.pointer("zmq_ctx_set");
    check(zmq().zmq_ctx_set(pointer, option, value), "zmq_ctx_set", { option: name });
  }

  add(member: Member): void {
    this.members.add(member);
    this.#pendingFlushes?.forget(member.fd);
  }

  remove(member: Member): void {
    try {
      if (this.common?.others() && !inWorker()) this.#noteLingering(member);
    } finally {
      this.members.delete(member);
      if (this.#dropped && this.members.size === 0) this.close();
    }
  }

  #noteLingering(member: Member): void {
    this.#pendingFlushes ??= makePendingFlushes((fd) => fileType(fd) !== "other");
    try {
      this.#pendingFlushes.add(member.fd, member.linger);
    } catch {
      // Someone has shut it down: nothing can be asked any more, nor is anything waited for.
    }
  }

  drop(): void {
    this.#dropped = true;
    if (this.members.size === 0) this.close();
  }

  close(): void {
    if (this.closed) return;
    if (this.#pointer !== undefined) this.exitMessage = this.makeExitMessage?.();
    this.leaving();
    this.closed = true;
    const errors: unknown[] = [];
    for (const member of [...this.members]) {
      try {
        member.close();
      } catch (error) {
        errors.push(error);
      }
    }
    if (this.#pointer !== undefined) this.end(this.#pointer);
    unregisterAtExit(this);
    if (errors.length > 0) throw errors[0];
  }

  /** Called when it's going to be closed, its sockets being still open. */
  protected leaving(): void {}

  /** Makes the native context, or joins it. */
  protected begin(): Deno.PointerObject {
    if (this.joins === undefined) return newNativeContext();
    this.common = joinShared(this.joins);
    return this.common.pointer;
  }

  /** Gives it up, its sockets being closed. */
  protected end(pointer: Deno.PointerObject): void {
    if (this.common !== undefined && !this.common.leave()) {
      // Terminating it would wait for the other isolates' sockets, too. A worker's messages go on in the
      // background; the main isolate waits here, for its own.
      if (isShuttingDown()) {
        const limit = Math.min(this.exitLinger, LONGEST);
        this.#pendingFlushes?.wait(limit, WARN_AFTER, () => {
          console.error(this.exitMessage ?? exitMessageFor(limit));
        });
      }
      return;
    }
    removeExitCleanup("zmq_ctx_term", pointer);
    terminate(pointer);
    extendExitLinger(this.exitLinger, this.exitMessage);
  }
}

/** How long the end waits at most, in ms, for sockets in contexts that other isolates still use. */
const LONGEST = 10_000;

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
