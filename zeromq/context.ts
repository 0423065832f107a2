/** Contexts. */

import { ContextCore, otherCores } from "../context_core.ts";
import { CONTEXT_OPTIONS as OPTIONS } from "../ffi/constants.ts";
import { Uncloneable } from "../poller/uncloneable.ts";
import { expectArguments, expectOptions, expectRead, expectWrite } from "./arguments.ts";
import { native } from "./classes.ts";
import { defineOptions } from "./define.ts";
import { endAfterListeners } from "./end.ts";
import { foreignObject, translating } from "./errors.ts";
import { SharedCore } from "./shared_context.ts";
import type { Options } from "./option_types.ts";

let first = true;

/**
 * A group of sockets that share I/O threads and the names of `inproc://` addresses. Most programs
 * need none of their own: sockets are made in the default `context`.
 */
export class ContextClass extends Uncloneable {
  readonly #core: ContextCore;

  /**
   * Makes a context, and sets its options.
   *
   * @throws {TypeError} If the options aren't an object, or if one of them doesn't exist.
   */
  constructor(options?: Options<ContextClass>) {
    expectOptions(options);
    expectArguments(arguments.length, 1);
    super();
    // The first Context is the default one.
    this.#core = prepared(first ? new SharedCore() : new ContextCore());
    first = false;
    otherCores.set(this, this.#core);
    dropped.register(this, this.#core);
    Object.seal(this);
    if (options !== undefined) Object.assign(this, options);
  }

  /** Reads an option by its number. */
  protected getBoolOption(option: number): boolean {
    expectRead(option, arguments.length);
    return read(this.#core, option) !== 0;
  }

  /** Sets an option by its number. */
  protected setBoolOption(option: number, value: boolean): void {
    expectWrite(option, value, "boolean", arguments.length);
    write(this.#core, option, value ? 1 : 0);
  }

  /** Reads an option by its number. */
  protected getInt32Option(option: number): number {
    expectRead(option, arguments.length);
    return read(this.#core, option);
  }

  /** Sets an option by its number. */
  protected setInt32Option(option: number, value: number): void {
    expectWrite(option, value, "number", arguments.length);
    write(this.#core, option, value | 0);
  }
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

defineOptions(ContextClass.prototype, "Context", {
  ioThreads: [OPTIONS.ioThreads, "Int32"],
  maxSockets: [OPTIONS.maxSockets, "Int32"],
  maxSocketsLimit: [OPTIONS.socketLimit, "Int32", "r"],
  threadPriority: [OPTIONS.threadPriority, "Int32", "w"],
  threadSchedulingPolicy: [OPTIONS.threadSchedulingPolicy, "Int32", "w"],
  maxMessageSize: [OPTIONS.maxMessageSize, "Int32"],
  ipv6: [OPTIONS.ipv6, "Bool"],
  blocky: [OPTIONS.blocky, "Bool"],
});

/** A group of sockets that share I/O threads and the names of `inproc://` addresses. */
export type Context = ContextClass;
/** A group of sockets that share I/O threads and the names of `inproc://` addresses. */
export const Context: typeof ContextClass = native(ContextClass);
Object.defineProperty(ContextClass, "name", { value: "Context", configurable: true });

// A dropped context ends with its last socket. Sockets that are open hold their Context.
const dropped = new FinalizationRegistry<ContextCore>((core) => core.drop());

endAfterListeners();

/** The context of all sockets that are made without one. */
export const context: Context = new Context();

/** Returns the engine of a context. Throws if it isn't one. */
export function coreOf(value: unknown): ContextCore {
  const core = otherCores.get(value as object);
  if (core === undefined) throw foreignObject();
  return core;
}

function prepared(core: ContextCore): ContextCore {
  // As in zeromq.js, the natural end waits for as long as a socket's linger says. Its process.exit doesn't wait.
  core.naturallyUnlimited = true;
  if (first) core.name = "the default context";
  core.makeExitTexts = () => {
    const warning = `(node:${Deno.pid}) WARNING:`;
    const advice = core.get(OPTIONS.blocky, "blocky") === 0
      ? ""
      : " Set 'context.blocky = false' to change this behaviour.";
    return {
      waiting(limit) {
        const most = limit === Infinity ? "Waiting" : `Waiting up to ${limit} ms`;
        return `${warning} ${most} for queued ZeroMQ messages to be delivered.${advice}`;
      },
      gaveUp: (limits, contexts) =>
        `${warning} Gave up after ${limits} ms: queued ZeroMQ messages of ${contexts} were not delivered.`,
      goesOn: (limits, contexts) =>
        `${warning} Gave up after ${limits} ms: queued ZeroMQ messages of ${contexts} go on in the background, ` +
        "and are lost if the process ends first.",
    };
  };
  return core;
}

function read(core: ContextCore, option: number): number {
  return translating(() => core.get(option, String(option)));
}

function write(core: ContextCore, option: number, value: number): void {
  translating(() => core.set(option, String(option), value));
}
