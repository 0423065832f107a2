/** What happens to a socket's connections, for programs. */

import { stateError } from "../ffi/errno.ts";
import { inspectAs } from "../poller/inspect.ts";
import { nearestName } from "../poller/nearest_name.ts";
import { idle } from "../poller/reactor.ts";
import { Uncloneable } from "../poller/uncloneable.ts";
import { takeOnly } from "../poller/unknown_property.ts";
import {
  checkCount,
  checkWait,
  optionsProblem,
  type Signature,
  type WaitOptions,
  waitProblem,
} from "../poller/wait_options.ts";
import { openHandleOf } from "./handle.ts";
import type { SocketEvent } from "./event_types.ts";
import { EVENT_TYPES, toEvent } from "./events.ts";
import { Monitor } from "./monitor.ts";

const CALL = "zmq_msg_recv";
const END: IteratorReturnResult<undefined> = Object.freeze({ value: undefined, done: true });

/** A listener, from when it was added until it's taken off. */
interface Listening {
  readonly listener: (event: SocketEvent) => void;
  readonly once: boolean;
  /** Leaves the signal that could take it off. */
  leave(): void;
}

let newObserver: (socket: object) => Observer;

/**
 * Begins to observe a socket. Throws `ZmqError` EBADF if it's closed, and EBUSY if it's observed already.
 *
 * @internal
 */
export function observe(socket: object): Observer {
  return newObserver(socket);
}

/**
 * Reports what happens to a socket's connections: {@linkcode Socket.events} is one. A program receives events one by one,
 * iterates over them, or adds listeners.
 *
 * It begins when `events` is first read, and ends with its socket: an event `"end"` is the last. Until a program reads,
 * the last {@linkcode Observer.capacity} events are kept. A receive or an iteration that waits keeps the process
 * alive; listeners don't. Transports that have no connections of their own, such as `inproc://`, have no events but
 * `"end"`.
 *
 * Each observed socket takes two places more of {@linkcode Context.maxSockets}.
 *
 * @example Waiting for a peer
 * ```ts
 * import { Pull, Push } from "@deno-zmq/zmq";
 *
 * using pull = new Pull();
 * const { events } = pull;
 * const address = await pull.bind("tcp://127.0.0.1:*");
 * using push = new Push();
 * push.connect(address);
 * for await (const event of events) {
 *   console.log(event.type);
 *   if (event.type === "accept") break;
 * }
 * ```
 */
export class Observer extends Uncloneable
  implements AsyncIterable<SocketEvent>, Disposable, AsyncDisposable {
  readonly #monitor: Monitor;
  /** Anyone who reads the events of a socket goes on using it. */
  readonly #socket: object;
  readonly #listeners: Map<string, Map<unknown, Listening>> = new Map();
  #emitting = false;

  static {
    newObserver = (socket) => new Observer(socket);
    inspectAs(this.prototype, (observer) => {
      const { closed, lost, capacity } = observer;
      return { listeners: [...observer.#listeners.keys()], lost, capacity, closed };
    });
  }

  /** Programs read {@linkcode Socket.events} instead. */
  private constructor(socket: object) {
    super();
    const handle = openHandleOf(socket, "zmq_socket_monitor");
    if (handle.monitor !== undefined) {
      const message = "The socket has an Observer already: its property events";
      throw stateError("EBUSY", "zmq_socket_monitor", message);
    }
    this.#socket = socket;
    this.#monitor = new Monitor(handle);
  }

  /** Whether no event is left and none will come: it was closed, or `"end"` was read. */
  get closed(): boolean {
    return this.#monitor.done;
  }

  /**
   * How many events were dropped, the oldest first, because more than {@linkcode Observer.capacity} were unread; and how many
   * libzmq has reported in part, which a signal can cause.
   */
  get lost(): number {
    return this.#monitor.lost;
  }

  /**
   * How many unread events are kept; `Infinity` for all of them. Default 1000.
   *
   * @throws {TypeError} When it's set to what isn't a number.
   * @throws {RangeError} When it's set to less than 1, or to a fraction.
   */
  get capacity(): number {
    return this.#monitor.capacity;
  }
  set capacity(value: number) {
    if (typeof value !== "number") throw new TypeError("A capacity is a number of events");
    if (!(value >= 1) || (value !== Infinity && !Number.isInteger(value))) {
      throw new RangeError("A capacity is 1 or more events; Infinity for all of them");
    }
    this.#monitor.capacity = value;
  }

  /**
   * The next event; waits where there is none. Several receives may be pending: they're served in their order.
   *
   * The promise rejects with EAGAIN when the time is over (by default there is no limit), with the signal's reason, and
   * with EBADF when the observer is closed meanwhile, or when another receive has taken `"end"`.
   *
   * @throws {TypeError} If an option is unknown or has the wrong type.
   * @throws {RangeError} If the timeout is negative.
   * @throws {ZmqError} EAGAIN If no event has come in time.
   * @throws {ZmqError} EBADF If the observer is closed.
   * @throws {ZmqError} EBUSY If the events go to listeners.
   *
   * @example The next event, for half a second
   * ```ts
   * import { Pull } from "@deno-zmq/zmq";
   *
   * using pull = new Pull();
   * const { events } = pull;
   * await pull.bind("tcp://127.0.0.1:*");
   * console.log((await events.receive({ timeout: 500 })).type); // bind
   * ```
   */
  receive(options?: WaitOptions): Promise<SocketEvent>;
  receive(options?: WaitOptions, extra?: never): Promise<SocketEvent> {
    const problem = !(#monitor in Object(this))
      ? new TypeError("receive was called on something that isn't an Observer of this library")
      : waitProblem(RECEIVE, options, extra) ?? this.#problem();
    if (problem !== undefined) return Promise.reject(problem);
    const { timeout = Infinity, signal } = options ?? {};
    if (signal?.aborted) return Promise.reject(signal.reason);
    const event = this.#take();
    if (event !== undefined) return Promise.resolve(event);
    return new Promise((resolve, reject) => {
      this.#monitor.wait(
        this,
        {
          succeed: (event) => resolve(toEvent(event)),
          fail: reject,
          end: () => reject(closedError()),
          expired: () =>
            reject(
              stateError(
                "EAGAIN",
                CALL,
                `No event came within ${timeout} ms: ${this.#monitor.name}`,
              ),
            ),
        },
        signal,
        timeout,
      );
    });
  }

  /**
   * Iterates over all events, up to `"end"`, or until the signal is aborted: then the turn that waits, and each later one,
   * rejects with the signal's reason.
   *
   * @throws {TypeError} If an option is unknown or has the wrong type.
   *
   * @example For half a second
   * ```ts
   * import { Pull } from "@deno-zmq/zmq";
   *
   * using pull = new Pull();
   * const { events } = pull;
   * await pull.bind("tcp://127.0.0.1:*");
   * try {
   *   for await (const { type } of events.iterate({ signal: AbortSignal.timeout(500) })) {
   *     console.log(type);
   *   }
   * } catch (error) {
   *   console.log((error as Error).name); // TimeoutError
   * }
   * ```
   */
  iterate(options?: Pick<WaitOptions, "signal">): AsyncIterableIterator<SocketEvent>;
  iterate(
    options?: Pick<WaitOptions, "signal">,
    extra?: never,
  ): AsyncIterableIterator<SocketEvent> {
    checkWait(ITERATE, options, extra);
    const signal = options?.signal;
    let ended = false;
    const monitor = this.#monitor;
    const waits = new Set<{ end(): void }>();
    const iterator: AsyncIterableIterator<SocketEvent> = {
      next: () => {
        if (ended || this.closed) return Promise.resolve(END);
        const problem = this.#problem();
        if (problem !== undefined) return Promise.reject(problem);
        if (signal?.aborted) return Promise.reject(signal.reason);
        const event = this.#take();
        if (event !== undefined) return Promise.resolve({ value: event, done: false });
        return new Promise((settle, reject) => {
          const end = () => settle(END);
          const wait = monitor.wait(this, {
            succeed(event) {
              waits.delete(wait);
              settle({ value: toEvent(event), done: false });
            },
            // Its end is the end of the iteration, unless something went wrong.
            fail: (reason) => {
              waits.delete(wait);
              if (this.closed) end();
              else reject(reason);
            },
            end,
          }, signal);
          waits.add(wait);
        });
      },
      return: () => {
        ended = true;
        // A pending turn of this iteration would take an event that nothing reads.
        for (const wait of waits) wait.end();
        waits.clear();
        return Promise.resolve(END);
      },
      [Symbol.asyncIterator]: () => iterator,
    };
    return iterator;
  }

  /** Calls {@linkcode Observer.iterate} without options. */
  [Symbol.asyncIterator](): AsyncIterableIterator<SocketEvent> {
    return this.iterate();
  }

  /**
   * Has a listener called with every event of a type, those that are still unread included. From then on events go to
   * listeners only: those of a type that has none are passed over. A listener that another one takes off isn't called
   * for the same event any more. With `once`, a listener is taken off before its first call; with a `signal`, when that is
   * aborted, and it isn't added where it is already. Adding one that is there already changes nothing. An error that a listener throws goes
   * to `reportError`, which ends the process unless the program handles it.
   *
   * @throws {TypeError} If there is no such event, if the listener isn't a function, or if an option is unknown or has the
   * wrong type.
   * @throws {ZmqError} EBUSY If a receive or an iteration is pending.
   *
   * @example The first peer
   * ```ts
   * import { Pull, Push } from "@deno-zmq/zmq";
   *
   * await using pull = new Pull();
   * pull.events.on("accept", ({ peer }) => console.log("accepted", peer), { once: true });
   * const address = await pull.bind("tcp://127.0.0.1:*");
   * await using push = new Push();
   * push.connect(address);
   * await push.send("hello");
   * await pull.receive();
   * ```
   */
  on<T extends SocketEvent["type"]>(
    type: T,
    listener: (event: Extract<SocketEvent, { type: T }>) => void,
    options?: { signal?: AbortSignal; once?: boolean },
  ): this;
  on(
    type: SocketEvent["type"],
    listener: Listening["listener"],
    options?: { signal?: AbortSignal; once?: boolean },
    extra?: never,
  ): this {
    checkType(type);
    if (typeof listener !== "function") throw new TypeError("A listener must be a function");
    const problem = optionsProblem(ON, options, extra);
    if (problem !== undefined) throw problem;
    const { signal, once = false } = options ?? {};
    if (signal !== undefined && !(signal instanceof AbortSignal)) {
      throw new TypeError("A signal must be an AbortSignal");
    }
    if (typeof once !== "boolean") throw new TypeError("The option once must be a boolean");
    if (this.#monitor.awaited) {
      throw stateError("EBUSY", CALL, "A receive or an iteration waits for the events");
    }
    if (signal?.aborted) return this;
    let listeners = this.#listeners.get(type);
    if (listeners === undefined) this.#listeners.set(type, listeners = new Map());
    if (!listeners.has(listener)) {
      const listening: Listening = {
        listener,
        once,
        leave: signal === undefined ? () => {} : this.#leaveBy(signal, type, listener),
      };
      listeners.set(listener, listening);
    }
    // The engine mustn't hold what the program's listeners hold: a dropped socket couldn't be collected.
    const weak = new WeakRef(this);
    this.#monitor.notify = () => {
      const observer = weak.deref();
      if (observer !== undefined) observer.#emitSoon();
    };
    this.#emitSoon();
    return this;
  }

  /**
   * Takes a listener off again. Without any, events are kept for receiving, as before the first.
   *
   * @throws {TypeError} If there is no such event.
   */
  off<T extends SocketEvent["type"]>(
    type: T,
    listener: (event: Extract<SocketEvent, { type: T }>) => void,
  ): this {
    checkCount("Observer.off", arguments.length, 2);
    checkType(type);
    this.#off(type, listener);
    return this;
  }

  /**
   * Asks how many messages wait in the queues of each connection: as many events `"pipes:stats"` will come
   * (`zmq_socket_monitor_pipes_stats`).
   *
   * @throws {ZmqError} ENOTSUP If libzmq was built without its draft API.
   * @throws {ZmqError} EAGAIN If there is no connection.
   * @throws {ZmqError} EBADF If the socket is closed.
   */
  requestStatistics(): void {
    checkCount("Observer.requestStatistics", arguments.length, 0);
    if (this.closed) throw closedError();
    this.#monitor.requestStatistics();
  }

  /**
   * Stops observing, and drops unread events; the socket goes on. Pending receives reject with `ZmqError` EBADF, and
   * iterations end. Needn't be called: an observer ends with its socket. Idempotent.
   *
   * @throws {ZmqError} EBUSY If a native proxy has the socket.
   */
  close(): void {
    checkCount("Observer.close", arguments.length, 0);
    this.#monitor.close(closedError());
    for (const listeners of this.#listeners.values()) {
      for (const { leave } of listeners.values()) leave();
      listeners.clear(); // also for the event that they're called with now
    }
    this.#listeners.clear();
  }

  /** Calls {@linkcode Observer.close}. */
  [Symbol.dispose](): void {
    this.close();
  }

  /** Calls {@linkcode Observer.close}, and resolves as {@linkcode Poller.idle} does. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
    await idle();
  }

  /** What keeps events from being received; undefined if nothing does. */
  #problem(): Error | undefined {
    if (this.#listeners.size > 0) {
      return stateError(
        "EBUSY",
        CALL,
        "The events go to listeners: take those off before receiving",
      );
    }
    return this.closed ? closedError() : undefined;
  }

  #take(): SocketEvent | undefined {
    const event = this.#monitor.take();
    return event && toEvent(event);
  }

  #off(type: string, listener: unknown): void {
    const listeners = this.#listeners.get(type);
    const listening = listeners?.get(listener);
    if (listening === undefined) return;
    listening.leave();
    listeners!.delete(listener);
    if (listeners!.size > 0) return;
    this.#listeners.delete(type);
    if (this.#listeners.size === 0) this.#monitor.notify = undefined;
  }

  /** Has a signal take a listener off. Returns what leaves the signal. */
  #leaveBy(signal: AbortSignal, type: string, listener: object): () => void {
    // A signal may live as long as the program. It mustn't hold what the listener holds, such as a dropped socket.
    const [weakObserver, weakListener] = [new WeakRef(this), new WeakRef(listener)];
    const off = () => {
      const observer = weakObserver.deref();
      if (observer !== undefined) observer.#off(type, weakListener.deref());
    };
    signal.addEventListener("abort", off, { once: true });
    return () => signal.removeEventListener("abort", off);
  }

  #emitSoon(): void {
    if (this.#emitting) return;
    this.#emitting = true;
    // In a microtask: listeners are the program's, and the reactor is in the middle of its work.
    queueMicrotask(() => {
      this.#emitting = false;
      while (this.#listeners.size > 0) {
        const event = this.#take();
        if (event === undefined) return;
        this.#emit(event);
      }
    });
  }

  #emit(event: SocketEvent): void {
    const listeners = this.#listeners.get(event.type);
    for (const listening of [...listeners?.values() ?? []]) {
      const { listener, once } = listening;
      // One that was called before may have taken this one off.
      if (listeners!.get(listener) !== listening) continue;
      if (once) this.#off(event.type, listener);
      try {
        listener(event);
      } catch (error) {
        reportError(error);
      }
    }
  }
}

const RECEIVE: Signature = {
  name: "Observer.receive",
  options: ["timeout", "signal"],
  example: "{ timeout: 50 }",
};
const ITERATE: Signature = {
  name: "Observer.iterate",
  options: ["signal"],
  example: "{ signal }",
};
const ON: Signature = {
  name: "Observer.on",
  options: ["signal", "once"],
  example: "{ once: true }",
};

takeOnly(Observer, ["capacity"]);

function checkType(type: unknown): void {
  if ((EVENT_TYPES as readonly unknown[]).includes(type)) return;
  const right = typeof type === "string" ? nearestName(type, EVENT_TYPES) : undefined;
  const hint = right === undefined
    ? `: it's one of ${EVENT_TYPES.join(", ")}`
    : `; did you mean ${right}?`;
  throw new TypeError(`There is no event ${String(type)}${hint}`);
}

function closedError(): Error {
  return stateError("EBADF", CALL, "The observer is closed");
}
