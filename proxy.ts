/**
 * Proxies: what one socket receives, the other sends.
 *
 * @module
 */

import { stateError } from "./ffi/errno.ts";
import { pollable } from "./poller/pollable.ts";
import { settled } from "./poller/reactor.ts";
import type { ProxyDirection, ProxyFilter } from "./proxy/filtered.ts";
import type { Count } from "./proxy/relay.ts";
import { NativeRun } from "./proxy/native.ts";
import { type Engine, passes, Run } from "./proxy/run.ts";
import { Handle, handleOf } from "./socket/handle.ts";
import type { Frame } from "./socket/message.ts";
import type { Sends } from "./socket/halves.ts";
import type { Socket } from "./socket/socket.ts";

export type { ProxyDirection, ProxyFilter };

/** What a {@linkcode Proxy} can be made with. */
export interface ProxyOptions {
  /**
   * A socket that gets a copy of each message that was passed on, whichever way, such as a Publisher, a Push or a Pair. It
   * stays the program's own, and open. Where it has no room, the proxy waits for it, unless it's one that drops, as a
   * Publisher is.
   */
  capture?: Socket & Sends;
  /** Sees each message before it's passed on, and may change or drop it. It costs what receiving and sending in TypeScript do. */
  filter?: ProxyFilter;
  /** Whether the two sockets stay open when the proxy ends. Default false. */
  keepOpen?: boolean;
  /**
   * Whether libzmq's own loop passes the messages on, on a thread of the runtime's pool (`zmq_proxy_steerable`), instead of ours in
   * the isolate. That thread alone may use the sockets then: until the end every call on them throws EBUSY, closing included. Neither
   * a capture socket nor a filter can be had with it. While it's held up by a side that has no room, it hears no
   * command, not even to terminate. Default false.
   */
  native?: boolean;
}

/** How a {@linkcode Proxy} is ended. */
export interface TerminateOptions {
  /**
   * For how long, in ms, the proxy still passes on what has come to its sockets until then. It ends as soon as nothing of that
   * is left. Default 1000, and 0 for a proxy whose sockets are kept open, where it stays in their queues.
   */
  drain?: number;
}

/** What has gone through a proxy in one direction. */
export interface ProxyCount {
  /** Messages, each with all of its parts. */
  readonly messages: number;
  /** Their bytes, envelopes included. */
  readonly bytes: number;
  /** Messages that the filter has dropped. */
  readonly dropped: number;
  /**
   * Messages that couldn't go anywhere, and were dropped: for a peer of a mandatory Router that wasn't there any more; without the
   * parts that their socket wants, such as a routing id for a Router.
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

/** A message that a proxy had taken from one socket when it ended, and for which the other had no room. */
export interface UnsentMessage {
  /** Which way it was to go. */
  readonly direction: ProxyDirection;
  /** Its frames. */
  readonly message: Frame[];
}

const DRAIN = 1000;
const NOTHING: ProxyCount = Object.freeze({ messages: 0, bytes: 0, dropped: 0, undeliverable: 0 });

/** The sockets between which a proxy runs. */
const used = new WeakSet<Handle>();

/**
 * Passes on what either of two sockets receives to the other: a Router's requests to a Dealer's workers, and their answers back; an
 * XSubscriber's messages to an XPublisher, and its subscriptions back; a Pull's tasks to a Push.
 *
 * Messages go from socket to socket as libzmq has them, within the isolate's poll loop: everything else goes on
 * meanwhile. What one side has no room for isn't taken from the other, so that a high-water mark on one side holds up the other.
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
export class Proxy<F extends Socket = Socket, B extends Socket = Socket>
  implements Disposable, AsyncDisposable {
  readonly #front: F;
  readonly #back: B;
  readonly #options: ProxyOptions;
  #run: Engine | undefined;

  /**
   * Makes a proxy. Nothing happens before {@linkcode Proxy.run}.
   *
   * @throws `TypeError` for what isn't a socket, for two sockets between which no message can go, and for options of the wrong
   * type.
   */
  constructor(frontEnd: F, backEnd: B, options: ProxyOptions = {}) {
    const front = checkSocket(frontEnd, "front end");
    const back = checkSocket(backEnd, "back end");
    checkOptions(options);
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

  /** What has gone through it, since the last {@linkcode Proxy.run}. */
  get statistics(): ProxyStatistics {
    const { toBack, toFront } = this.#run?.counts ?? {};
    return { toBack: countOf(toBack), toFront: countOf(toFront) };
  }

  /**
   * What the last run had taken from one socket, and couldn't send by the other before it ended: at most one message in each
   * direction. Empty while it runs.
   */
  get unsent(): readonly UnsentMessage[] {
    return this.#run?.unsent ?? [];
  }

  /**
   * Passes messages on, until {@linkcode Proxy.terminate} is called. Resolves at the end, when both sockets have been closed.
   * Keeps the process alive until then.
   *
   * The sockets may be bound, connected and observed meanwhile. What the program itself receives from them is taken from the proxy.
   *
   * @throws At once: `ZmqError` EBUSY where a proxy runs between either socket already, EBADF where one is
   * closed, EINVAL where one was never bound or connected. By rejection: EBADF where one is closed meanwhile; ETERM where their context is shut
   * down; whatever the filter throws.
   */
  run(): Promise<void> {
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
    return this.#run.whole.then(); // another promise, of which no one else hears that it failed
  }

  /**
   * Stops passing messages on, which then wait in the sockets' queues.
   *
   * @throws `ZmqError` EBADF where it doesn't run.
   */
  pause(): void {
    this.#running("pause").pause();
  }

  /**
   * Passes messages on again.
   *
   * @throws `ZmqError` EBADF where it doesn't run.
   */
  resume(): void {
    this.#running("resume").resume();
  }

  /**
   * Ends the proxy, also one that is paused: passes on what has come already, closes both sockets, and has
   * {@linkcode Proxy.run} resolve. A second call sets another time.
   *
   * @throws `ZmqError` EBADF where it doesn't run; `TypeError` and `RangeError` for what isn't a time.
   */
  terminate(options: TerminateOptions = {}): void {
    const { drain = this.#options.keepOpen ? 0 : DRAIN } = options;
    if (typeof drain !== "number" || Number.isNaN(drain)) {
      throw new TypeError("The option drain must be a number of milliseconds");
    }
    if (drain < 0) throw new RangeError("The option drain is 0 or more milliseconds");
    this.#running("terminate").drain(drain);
  }

  /** Ends it at once, and closes both sockets, whether it runs or not; kept open, they stay so. */
  [Symbol.dispose](): void {
    this.#run?.end();
    if (!this.running) this.#close(); // a native one closes them as soon as its thread is off them
  }

  /** Calls {@linkcode Proxy.terminate} where it runs, and waits for its end. Closes both sockets; kept open, they stay so. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.running) {
      this.terminate();
      await this.#run!.whole.catch(() => {}); // run's own promise has said it
    }
    this.#close();
    await settled();
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
    this.#front.close();
    this.#back.close();
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

/** What libzmq's loop would end at, or not take. */
function checkNative(front: Handle, back: Handle): void {
  for (const { type } of [front, back]) {
    if (!type.takesTurns && !type.draft) continue;
    throw new TypeError("A native proxy takes neither Requests nor Replies nor draft sockets");
  }
}

function checkOptions(options: ProxyOptions): void {
  if (typeof options !== "object" || options === null) {
    throw new TypeError("The options of a Proxy must be an object");
  }
  const { capture, filter, keepOpen, native, ...rest } = options;
  for (const name of Object.keys(rest)) throw new TypeError(`A Proxy has no option ${name}`);
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

/** A socket that was never bound or connected would have the proxy wait indefinitely. */
function checkReady(handle: Handle, what: string): void {
  handle.assertOpen("zmq_proxy");
  if (handle.lastEndpoint !== null) return;
  const message = `The ${what} must be bound or connected before the proxy runs`;
  throw stateError("EINVAL", "zmq_proxy", message);
}

function countOf(count: Readonly<Count> | undefined): ProxyCount {
  return count === undefined ? NOTHING : { ...count };
}
