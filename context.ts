/** Contexts: libzmq's I/O threads, their options, and how isolates share them. */

import { ContextCore } from "./context_core.ts";
import type { ContextOptions } from "./context_options.ts";
import { CONTEXT_OPTIONS as OPTIONS } from "./ffi/constants.ts";
import { noteOpened, sayDropped } from "./process/dropped.ts";
import { idIn } from "./process/shared_contexts.ts";
import { inspectAs } from "./poller/inspect.ts";
import { idle, keepers } from "./poller/reactor.ts";
import { Uncloneable } from "./poller/uncloneable.ts";
import { takeOnly } from "./poller/unknown_property.ts";
import {
  checkCount,
  checkOptions,
  isOfEveryObject,
  type Signature,
} from "./poller/wait_options.ts";

let coreIn: (value: object) => ContextCore | undefined;

/**
 * A group of sockets that share I/O threads, limits, and the names of `inproc://` addresses.
 *
 * Most programs need no context of their own: sockets are made in the default {@linkcode context}.
 * Nothing is allocated before the first socket.
 *
 * Printed, a context shows its open sockets, and what keeps the process alive: receives, sends and waits of this isolate
 * that are pending. `console.log(context)` answers "why doesn't my program end".
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
export class Context extends Uncloneable implements Disposable, AsyncDisposable {
  #core = new ContextCore();
  #threadPriority = -1;

  static {
    coreIn = (value) => #core in value ? value.#core : undefined;
    inspectAs(this.prototype, (context) => {
      const { sockets, isShutDown, closed } = context.#core;
      return { sockets, shutDown: isShutDown, closed, keepsProcessAlive: keepers() };
    });
  }

  /**
   * Makes a context.
   *
   * @throws {TypeError} If an option is unknown, or has the wrong type.
   * @throws {RangeError} If a number is out of range.
   */
  constructor(options: ContextOptions = {}) {
    checkOptions(CONSTRUCTOR, options, arguments[1]);
    super();
    try {
      for (const name in options) {
        if (isOfEveryObject(options, name)) continue;
        const value = (options as Record<string, unknown>)[name];
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
    dropped.unregister(this);
    dropped.register(this, core, this);
    noteOpened(core);
  }

  /**
   * Joins a context that another isolate of this process has shared: its sockets and this one's then have I/O threads,
   * limits and the names of `inproc://` addresses in common. Each isolate closes its own `Context`; the native one
   * ends with the last.
   *
   * @throws {TypeError} If it isn't a token.
   * @throws {ZmqError} ENOENT If the context doesn't exist any more, or is another process's.
   * @throws {ZmqError} EINVAL If the context belongs to another libzmq than this isolate uses.
   * @throws {ZmqError} ENOTSUP As with {@linkcode Context.share}.
   *
   * @example A worker that talks to its parent over inproc
   * ```ts
   * import { Context, context, Pair } from "@deno-zmq/zmq";
   *
   * await using socket = new Pair();
   * await socket.bind("inproc://parent");
   *
   * // In the worker, to which the token was posted:
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
   * @throws {ZmqError} EBADF If the context is closed.
   * @throws {ZmqError} ENOTSUP If the system doesn't have what it takes (Linux has), or if another version of this
   * library came first in the process, and shares in another way.
   */
  share(): string {
    checkCount("Context.share", arguments.length, 0);
    return this.#core.share();
  }

  /** libzmq's value for the most sockets that the system can have; it accepts larger numbers (`ZMQ_SOCKET_LIMIT`). */
  get maxSocketsLimit(): number {
    return this.#core.get(OPTIONS.socketLimit, "maxSocketsLimit");
  }

  /** The size of libzmq's record of a message, in bytes (`ZMQ_MSG_T_SIZE`). */
  get msgTSize(): number {
    return this.#core.get(OPTIONS.msgTSize, "msgTSize");
  }

  /** The I/O threads' priority as it was set, since libzmq can't read it; -1 for the system's (`ZMQ_THREAD_PRIORITY`). */
  get threadPriority(): number {
    return this.#threadPriority;
  }
  set threadPriority(value: number) {
    const number = natural(value, "threadPriority", 0);
    this.#core.setBeforeFirst(OPTIONS.threadPriority, "threadPriority", number);
    this.#threadPriority = value;
  }

  /** The scheduling policy of the I/O threads; -1 for the system's (`ZMQ_THREAD_SCHED_POLICY`). */
  get threadSchedulingPolicy(): number {
    return this.#core.getAny(OPTIONS.threadSchedulingPolicy);
  }
  set threadSchedulingPolicy(value: number) {
    this.#core.setBeforeFirst(
      OPTIONS.threadSchedulingPolicy,
      "threadSchedulingPolicy",
      natural(value, "threadSchedulingPolicy", 0),
    );
  }

  /**
   * Adds a processor to those on which the I/O threads may run; by default all. To be called before the first socket
   * (`ZMQ_THREAD_AFFINITY_CPU_ADD`).
   *
   * @throws {TypeError} If it isn't a number, or if a socket was opened before.
   * @throws {RangeError} If it's negative or a fraction.
   */
  addThreadAffinity(cpu: number): void {
    checkCount("Context.addThreadAffinity", arguments.length, 1);
    const number = natural(cpu, "threadAffinity", 0);
    this.#core.setBeforeFirst(OPTIONS.threadAffinityAdd, "threadAffinity", number);
  }

  /**
   * Removes a processor that was added (`ZMQ_THREAD_AFFINITY_CPU_REMOVE`).
   *
   * @throws {TypeError} If it isn't a number, or if a socket was opened before.
   * @throws {RangeError} If it's negative or a fraction.
   * @throws {ZmqError} EINVAL If it wasn't added.
   */
  removeThreadAffinity(cpu: number): void {
    checkCount("Context.removeThreadAffinity", arguments.length, 1);
    this.#core.setBeforeFirst(
      OPTIONS.threadAffinityRemove,
      "threadAffinity",
      natural(cpu, "threadAffinity", 0),
    );
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
    checkCount("Context.close", arguments.length, 0);
    dropped.unregister(this);
    this.#core.close();
  }

  /**
   * Stops all traffic at once: waiting and later receives and sends of every socket in it fail with `ZmqError` ETERM, and
   * no socket can be opened in it any more. The sockets stay open until they, or the context, are closed
   * (`zmq_ctx_shutdown`).
   *
   * @example An end for every wait
   * ```ts
   * import { Context, Pull } from "@deno-zmq/zmq";
   *
   * using context = new Context();
   * const pull = new Pull({ context });
   * const waiting = pull.receive().catch((error) => error.code);
   * context.shutdown();
   * console.log(await waiting); // ETERM
   * ```
   */
  shutdown(): void {
    checkCount("Context.shutdown", arguments.length, 0);
    this.#core.shutdown();
  }

  /** Calls {@linkcode Context.close}. */
  [Symbol.dispose](): void {
    this.close();
  }

  /** Calls {@linkcode Context.close}, and resolves as {@linkcode Poller.idle} does. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
    await idle();
  }
}

/** The options of a context. */
export interface Context extends Required<ContextOptions> {}

/** Options that are numbers, with the least that can be set, and those that are flags. */
const PROPERTIES: Readonly<Record<string, readonly [option: number, least?: number]>> = {
  ioThreads: [OPTIONS.ioThreads, 0],
  maxSockets: [OPTIONS.maxSockets, 1],
  maxMessageSize: [OPTIONS.maxMessageSize, 0],
  threadNamePrefix: [OPTIONS.threadNamePrefix, 0],
  zeroCopyReceive: [OPTIONS.zeroCopyReceive],
  ipv6: [OPTIONS.ipv6],
  blocky: [OPTIONS.blocky],
};

/** Those of them that libzmq reads when the first socket is opened. */
const BEFORE_FIRST = new Set(["ioThreads", "maxSockets", "threadNamePrefix"]);

const CONSTRUCTOR: Signature = {
  name: "A Context",
  options: [...Object.keys(PROPERTIES), "threadPriority", "threadSchedulingPolicy", "exitLinger"],
  example: "{ ioThreads: 2 }",
};

for (const [name, [option, least]] of Object.entries(PROPERTIES)) {
  Object.defineProperty(Context.prototype, name, {
    get(this: Context): number | boolean {
      const value = coreOf(this).get(option, name);
      return least === undefined ? value !== 0 : value;
    },
    set(this: Context, value: unknown) {
      const number = least === undefined ? flag(value, name) : natural(value, name, least);
      const core = coreOf(this);
      if (BEFORE_FIRST.has(name)) core.setBeforeFirst(option, name, number);
      else core.set(option, name, number);
    },
    configurable: true,
  });
}

takeOnly(Context, CONSTRUCTOR.options);

/** Returns the core of a Context. Throws `TypeError` for anything else. */
export function coreOf(context: Context): ContextCore {
  const core = coreIn(Object(context));
  if (core === undefined) throw new TypeError("The option context must be a Context");
  return core;
}

// A dropped context ends with its last socket. Sockets hold the core, never the Context.
const dropped = new FinalizationRegistry<ContextCore>((core) => {
  if (core.hasBegun) sayDropped(core, core.name);
  core.drop();
});

/** The context of all sockets that are made without one. */
export const context: Context = new Context();
coreOf(context).name = "the default context";

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
