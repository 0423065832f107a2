/**
 * Proxies: each sends on one socket what it receives from another.
 *
 * @module
 */

import { doAll } from "./errors.ts";
import { stateError } from "./ffi/errno.ts";
import { inspectAs } from "./poller/inspect.ts";
import { pollable } from "./poller/pollable.ts";
import { idle } from "./poller/reactor.ts";
import { Uncloneable } from "./poller/uncloneable.ts";
import { takeOnly } from "./poller/unknown_property.ts";
import {
  checkCount,
  checkOptions,
  checkWait,
  type Signature,
  waitProblem,
} from "./poller/wait_options.ts";
import type { ProxyDirection, ProxyFilter } from "./proxy/filtered.ts";
import type { Count } from "./proxy/relay.ts";
import { NativeRun } from "./proxy/native.ts";
import { type Engine, passes, Run } from "./proxy/run.ts";
import { Handle, handleOf } from "./socket/handle.ts";
import type { Frame } from "./socket/frame.ts";
import type { Sender } from "./socket/halves.ts";
import type { Socket } from "./socket/socket.ts";
import { nameOf } from "./socket/wait_errors.ts";

export type { ProxyDirection, ProxyFilter };
// The types that those above name.
export type { Context } from "./context.ts";
export type { ContextOptions } from "./context_options.ts";
export type { ZmqError } from "./errors.ts";
export type { Interest } from "./poller/poller.ts";
export type { SyncWaitOptions, WaitOptions } from "./poller/wait_options.ts";
export type { BindToRandomPortOptions } from "./socket/binding.ts";
export type { SocketEvent } from "./socket/event_types.ts";
export type { Metadata } from "./socket/metadata.ts";
export type { MultipartOptions } from "./socket/option_types.ts";
export type { Frame } from "./socket/frame.ts";
export type { Sender } from "./socket/halves.ts";
export type { MessageLike, MessagePart } from "./socket/message.ts";
export type { Observer } from "./socket/observer.ts";
export type { OptionTypes } from "./socket/option_types.ts";
export type { Socket } from "./socket/socket.ts";
export type { SocketOptions } from "./socket/socket_options.ts";

/** Options of a {@linkcode Proxy}. */
export interface ProxyOptions {
  /**
   * A socket that gets a copy of each message that was passed on, in either direction, such as a Publisher, a Push or a
   * Pair. The program keeps it, and it stays open. If it has no room, the proxy waits for it, unless its type drops
   * messages, as a Publisher does.
   */
  capture?: Socket & Sender;
  /** Gets each message before it's passed on, and may change or drop it. Costs what receiving and sending in TypeScript do. */
  filter?: ProxyFilter;
  /** Whether the two sockets stay open when the proxy ends. Default false. */
  keepOpen?: boolean;
  /**
   * Whether libzmq's own loop passes the messages on, on one of the runtime's pool threads (`zmq_proxy_steerable`),
   * instead of ours in the isolate. Only that thread may then use the sockets: until the end every call on them throws
   * EBUSY, closing included. It allows neither a capture socket nor a filter. While one side has no room, it handles no
   * command, not even to terminate. It doesn't look at a socket's {@linkcode MultipartOptions}, and refuses one that has them.
   * What passes subscriptions on to an XSubscriber needs a `maxMessageSize` of at most 4097: libzmq takes a long one back by
   * ending the process.
   * Default false.
   */
  native?: boolean;
}

/** Options of {@linkcode Proxy.run}. */
export interface RunOptions {
  /** Ends the proxy when aborted, as {@linkcode Proxy.terminate} does: in order, so that the promise resolves. */
  signal?: AbortSignal;
}

/** Options of {@linkcode Proxy.terminate}. */
export interface TerminateOptions {
  /**
   * How long, in ms, the proxy still passes on the messages that its sockets have received before; `Infinity` for no
   * limit. It ends as soon as none of them is left. Default 1000, and 0 for a proxy whose sockets stay open, and keep the
   * messages in their queues.
   */
  timeout?: number;
}

/** What has gone through a proxy in one direction. */
export interface ProxyCount {
  /** Messages, each with all of its parts. A native proxy on libzmq 4.3.5 counts each part as one. */
  readonly messages: number;
  /** Their bytes, envelopes included. */
  readonly bytes: number;
  /** Messages that the filter has dropped. Always 0 for a native proxy, which has no filter. */
  readonly dropped: number;
  /**
   * Messages that couldn't be sent to anyone, and were dropped: those for a peer of a mandatory Router that has gone, and
   * those without the parts that their socket needs, such as a routing id for a Router. Always 0 for a native proxy, which
   * can't tell.
   */
  readonly undeliverable: number;
}

/** What has gone through a proxy. */
export interface ProxyStatistics {
  /** From the front end to the back end. */
  readonly toBack: ProxyCount;
  /** From the back end to the front end. */
  readonly toFront: ProxyCount;
}

/** A message that a proxy had received when it ended, and for which the other socket had no room. */
export interface UnsentMessage {
  /** Its direction. */
  readonly direction: ProxyDirection;
  /** Its frames. */
  readonly message: Frame[];
}

/** How long, in ms, an end passes on what has come before. */
const TIMEOUT = 1000;
const NOTHING: ProxyCount = Object.freeze({ messages: 0, bytes: 0, dropped: 0, undeliverable: 0 });

/** The sockets between which a proxy runs. */
const used = new WeakSet<Handle>();

/**
 * Passes on what either of two sockets receives to the other: a Router's requests to a Dealer's workers, and their
 * answers back; an XSubscriber's messages to an XPublisher, and its subscriptions back; a Pull's tasks to a Push.
 *
 * Messages go from socket to socket as libzmq has them, within the isolate's poll loop; everything else goes on
 * meanwhile. The proxy doesn't receive what the other side has no room for, so a high-water mark on one side holds up
 * the other.
 *
 * @example A queue between clients and workers
 * ```ts
 * import { Dealer, Reply, Request, Router } from "@deno-zmq/zmq";
 * import { Proxy } from "@deno-zmq/zmq/proxy";
 *
 * await using proxy = new Proxy(new Router(), new Dealer());
 * await proxy.frontEnd.bind("inproc://clients");
 * await proxy.backEnd.bind("inproc://workers");
 * const running = proxy.run();
 *
 * await using worker = new Reply();
 * worker.connect("inproc://workers");
 * await using client = new Request();
 * client.connect("inproc://clients");
 * await client.send("6 * 7");
 * const [question] = await worker.receive();
 * await worker.send(`${question.text()} = 42`);
 * console.log((await client.receive())[0].text());
 *
 * proxy.terminate();
 * await running;
 * ```
 */
export class Proxy<F extends Socket = Socket, B extends Socket = Socket> extends Uncloneable
  implements Disposable, AsyncDisposable {
  readonly #front: F;
  readonly #back: B;
  readonly #options: ProxyOptions;
  #run: Engine | undefined;

  static {
    inspectAs(this.prototype, (proxy) => ({
      frontEnd: nameOf(handleOf(proxy.#front)),
      backEnd: nameOf(handleOf(proxy.#back)),
      running: proxy.running,
      paused: proxy.paused,
    }));
  }

  /**
   * Makes a proxy. Nothing happens before {@linkcode Proxy.run}.
   *
   * @throws {TypeError} If one of them isn't a socket, or no message can go between the two.
   * @throws {TypeError} If an option is unknown or has the wrong type.
   */
  constructor(frontEnd: F, backEnd: B, options: ProxyOptions = {}) {
    const front = checkSocket(frontEnd, "front end");
    const back = checkSocket(backEnd, "back end");
    checkOwn(options, arguments[3]);
    if (options.native) checkNative(front, back);
    const { capture } = options;
    if (capture !== undefined && [front, back].includes(handleOf(capture))) {
      throw new TypeError(
        "The capture socket must be another one than those between which the proxy runs",
      );
    }
    if (!passes(front, back) && !passes(back, front)) {
      throw new TypeError("Neither of these two sockets can send what the other receives");
    }
    super();
    this.#front = frontEnd;
    this.#back = backEnd;
    this.#options = { ...options };
  }

  /** The socket on one side. */
  get frontEnd(): F {
    return this.#front;
  }

  /** The socket on the other side. */
  get backEnd(): B {
    return this.#back;
  }

  /** Whether it runs: from {@linkcode Proxy.run} until its promise settles. */
  get running(): boolean {
    return this.#run?.closed === false;
  }

  /** Whether it runs, and is paused. */
  get paused(): boolean {
    return this.running && this.#run!.paused;
  }

  /**
   * What has gone through it, since the last {@linkcode Proxy.run}. It asks a native proxy's thread, and blocks until that
   * answers, for up to 100 ms while it's held up; then the numbers are the last ones.
   *
   * @example What has been passed on
   * ```ts
   * import { Pull, Push } from "@deno-zmq/zmq";
   * import { Proxy } from "@deno-zmq/zmq/proxy";
   *
   * await using proxy = new Proxy(new Pull(), new Push());
   * console.log(proxy.statistics().toBack.messages); // 0
   * ```
   */
  statistics(): ProxyStatistics {
    checkCount("Proxy.statistics", arguments.length, 0);
    const { toBack, toFront } = this.#run?.counts ?? {};
    return { toBack: countOf(toBack), toFront: countOf(toFront) };
  }

  /**
   * The messages that the last run had received, and couldn't send before it ended: at most one in each direction. Empty
   * while it runs.
   */
  get unsent(): readonly UnsentMessage[] {
    return this.#run?.unsent ?? [];
  }

  /**
   * Passes messages on, until {@linkcode Proxy.terminate} is called or the signal is aborted. Resolves at the end, when both
   * sockets have been closed. Keeps the process alive until then.
   *
   * The program may bind, connect and observe the sockets meanwhile. The proxy doesn't get what the program itself
   * receives from them.
   *
   * The promise rejects with EBADF when one of them is closed meanwhile, with ETERM when their context is shut down, and
   * with what the filter throws.
   *
   * @throws {TypeError} If an option is unknown or has the wrong type.
   * @throws {ZmqError} EBUSY If a proxy uses one of the sockets already.
   * @throws {ZmqError} EBADF If one of them is closed.
   * @throws {ZmqError} EINVAL If one of them was never bound or connected.
   *
   * @example Until a signal
   * ```ts
   * import { Pull, Push } from "@deno-zmq/zmq";
   * import { Proxy } from "@deno-zmq/zmq/proxy";
   *
   * const proxy = new Proxy(new Pull(), new Push());
   * await proxy.frontEnd.bind("inproc://in");
   * await proxy.backEnd.bind("inproc://out");
   * await proxy.run({ signal: AbortSignal.timeout(100) });
   * console.log(proxy.frontEnd.closed); // true
   * ```
   */
  run(options?: RunOptions): Promise<void>;
  run(options?: RunOptions, extra?: never): Promise<void> {
    const problem = waitProblem(RUN, options, extra);
    if (problem !== undefined) return Promise.reject(problem);
    try {
      this.#begin();
    } catch (error) {
      return Promise.reject(error);
    }
    const run = this.#run!;
    const signal = options?.signal;
    if (signal !== undefined) {
      const end = () => run.closed || run.drain(this.#timeout);
      signal.addEventListener("abort", end, { once: true });
      const leave = () => signal.removeEventListener("abort", end);
      run.whole.then(leave, leave);
      if (signal.aborted) end();
    }
    return run.whole.then(); // a separate promise, so that only the caller handles its failure
  }

  #begin(): void {
    const { capture, filter } = this.#options;
    const [front, back] = [handleOf(this.#front), handleOf(this.#back)];
    const ends = new Set([front, back]);
    for (const end of ends) {
      if (used.has(end)) throw stateError("EBUSY", "zmq_proxy", "A proxy runs with this socket");
    }
    for (const end of ends) checkReady(end, end === front ? "front end" : "back end");
    if (capture !== undefined) checkReady(handleOf(capture), "capture socket");
    for (const end of ends) used.add(end);
    const Engine = this.#options.native ? NativeRun : Run;
    try {
      this.#run = new Engine({
        front,
        back,
        capture: capture && handleOf(capture),
        filter,
      }, () => {
        for (const end of ends) used.delete(end);
        this.#close();
      });
    } catch (error) {
      for (const end of ends) used.delete(end);
      throw error;
    }
  }

  /**
   * Stops passing messages on, which then wait in the sockets' queues.
   *
   * @throws {ZmqError} EBADF If it doesn't run.
   */
  pause(): void {
    checkCount("Proxy.pause", arguments.length, 0);
    this.#running("pause").pause();
  }

  /**
   * Passes messages on again.
   *
   * @throws {ZmqError} EBADF If it doesn't run.
   */
  resume(): void {
    checkCount("Proxy.resume", arguments.length, 0);
    this.#running("resume").resume();
  }

  /**
   * Ends the proxy, also one that is paused: passes on what has come already, closes both sockets, and resolves the promise
   * of {@linkcode Proxy.run}. A second call sets another time.
   *
   * @throws {TypeError} If an option is unknown or has the wrong type.
   * @throws {RangeError} If the timeout is negative.
   * @throws {ZmqError} EBADF If it doesn't run.
   */
  terminate(options?: TerminateOptions): void;
  terminate(options?: TerminateOptions, extra?: never): void {
    checkWait(TERMINATE, options, extra);
    this.#running("terminate").drain(options?.timeout ?? this.#timeout);
  }

  /** Ends it at once, and closes both sockets, whether it runs or not; with `keepOpen`, they stay open. */
  [Symbol.dispose](): void {
    this.#run?.end();
    if (!this.running) this.#close(); // a native proxy closes them when its thread has left them
  }

  /** Calls {@linkcode Proxy.terminate} if it runs, waits for its end, and closes both sockets; with `keepOpen`, they stay open. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.running) {
      this.terminate();
      await this.#run!.whole.catch(() => {}); // run's own promise reports the error
    }
    this.#close();
    await idle();
  }

  /** How long its end passes on what has come before. */
  get #timeout(): number {
    return this.#options.keepOpen ? 0 : TIMEOUT;
  }

  #running(action: string): Engine {
    if (this.running) return this.#run!;
    throw stateError(
      "EBADF",
      "zmq_proxy",
      `The proxy doesn't run, so there is nothing to ${action}`,
    );
  }

  #close(): void {
    if (this.#options.keepOpen) return;
    doAll([() => this.#front.close(), () => this.#back.close()]);
  }
}

function checkSocket(socket: unknown, what: string): Handle {
  const handle = typeof socket === "object" && socket !== null
    ? (socket as Partial<Record<typeof pollable, object>>)[pollable]
    : undefined;
  if (!(handle instanceof Handle)) throw new TypeError(`A proxy's ${what} must be a socket`);
  if (handle.type.beside !== undefined) {
    throw new TypeError(
      `A proxy's ${what} can't be a Server, Radio, Dish or Peer: what their messages have beside their bytes would be lost`,
    );
  }
  return handle;
}

/** Throws for what would end libzmq's loop, or what that can't do. */
function checkNative(front: Handle, back: Handle): void {
  for (const { type } of [front, back]) {
    if (!type.takesTurns && !type.draft) continue;
    throw new TypeError("A native proxy takes neither Requests nor Replies nor draft sockets");
  }
}

const CONSTRUCTOR: Signature = {
  name: "A Proxy",
  options: ["capture", "filter", "keepOpen", "native"],
  example: "{ keepOpen: true }",
};
const RUN: Signature = { name: "Proxy.run", options: ["signal"], example: "{ signal }" };
const TERMINATE: Signature = {
  name: "Proxy.terminate",
  options: ["timeout"],
  example: "{ timeout: 100 }",
};

takeOnly(Proxy, []);

function checkOwn(options: ProxyOptions, extra: unknown): void {
  checkOptions(CONSTRUCTOR, options, extra);
  const { capture, filter, keepOpen, native } = options;
  if (capture !== undefined && !checkSocket(capture, "capture socket").type.sends) {
    throw new TypeError("A proxy's capture socket must be one that can send");
  }
  if (filter !== undefined && typeof filter !== "function") {
    throw new TypeError("The option filter must be a function");
  }
  for (const [name, value] of Object.entries({ keepOpen, native })) {
    if (value !== undefined && typeof value !== "boolean") {
      throw new TypeError(`The option ${name} must be a boolean`);
    }
  }
  if (native && (capture !== undefined || filter !== undefined)) {
    throw new TypeError("A native proxy has neither a capture socket nor a filter");
  }
}

/** Throws for a socket that was never bound or connected, with which the proxy would wait indefinitely. */
function checkReady(handle: Handle, what: string): void {
  handle.assertOpen("zmq_proxy");
  if (handle.endpoints.last !== null) return;
  const message = `The ${what} must be bound or connected before the proxy runs`;
  throw stateError("EINVAL", "zmq_proxy", message);
}

function countOf(count: Readonly<Count> | undefined): ProxyCount {
  return count === undefined ? NOTHING : { ...count };
}
