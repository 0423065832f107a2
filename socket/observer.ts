/** What happens to a socket's connections, for programs. */

import { stateError } from "../ffi/errno.ts";
import { checkSignal } from "../poller/pending.ts";
import type { WaitOptions } from "../poller/wait_options.ts";
import { openHandleOf } from "./handle.ts";
import type { SocketEvent, SocketEventOfType, SocketEventType } from "./event_types.ts";
import { toEvent } from "./events.ts";
import { Monitor } from "./monitor.ts";

const CALL = "zmq_msg_recv";
const END: IteratorReturnResult<undefined> = Object.freeze({ value: undefined, done: true });

type Listener = (event: SocketEvent) => void;

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
 * await pull.bind("tcp://127.0.0.1:*");
 * using push = new Push();
 * push.connect(pull.lastEndpoint!);
 * for await (const event of events) {
 *   console.log(event.type);
 *   if (event.type === "accept") break;
 * }
 * ```
 */
export class Observer implements AsyncIterable<SocketEvent>, Disposable {
  readonly #monitor: Monitor;
  /** Anyone who reads the events of a socket goes on using it. */
  readonly #socket: object;
  readonly #listeners: Map<string, Set<Listener>> = new Map();
  #emitting = false;

  /**
   * Begins to observe a socket. Programs read {@linkcode Socket.events} instead.
   *
   * @throws {ZmqError} EBADF If the socket is closed.
   * @throws {ZmqError} EBUSY If the socket is observed already.
   */
  constructor(socket: object) {
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

  /** How many events were dropped, the oldest first, because more than {@linkcode Observer.capacity} were unread. */
  get lost(): number {
    return this.#monitor.lost;
  }

  /** How many unread events are kept. Default 1000. */
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
   * The promise rejects with EBADF when the observer is closed meanwhile, or when another receive has taken `"end"`, and
   * with the signal's reason. Everything else is thrown at once.
   *
   * @throws {ZmqError} EBADF If the observer is closed.
   * @throws {ZmqError} EBUSY If the events go to listeners.
   */
  receive({ signal }: WaitOptions = {}): Promise<SocketEvent> {
    this.#assertFree();
    if (this.closed) throw closedError();
    checkSignal(signal);
    if (signal?.aborted) return Promise.reject(signal.reason);
    const event = this.#monitor.take();
    if (event !== undefined) return Promise.resolve(toEvent(event));
    return new Promise((resolve, reject) => {
      this.#monitor.wait(this, {
        succeed: (event) => resolve(toEvent(event)),
        fail: reject,
        end: () => reject(closedError()),
      }, signal);
    });
  }

  /** Iterates over all events, up to `"end"`. */
  [Symbol.asyncIterator](): AsyncIterableIterator<SocketEvent> {
    let ended = false;
    const monitor = this.#monitor;
    const waits = new Set<{ end(): void }>();
    const iterator: AsyncIterableIterator<SocketEvent> = {
      next: () => {
        if (ended || this.closed) return Promise.resolve(END);
        this.#assertFree();
        const event = monitor.take();
        if (event !== undefined) return Promise.resolve({ value: toEvent(event), done: false });
        return new Promise((settle, reject) => {
          const end = () => settle(END);
          const wait = monitor.wait(this, {
            succeed(event) {
              waits.delete(wait);
              settle({ value: toEvent(event), done: false });
            },
            // Its end is the end of the iteration, unless something went wrong.
            fail: (reason) => this.closed ? end() : reject(reason),
            end,
          });
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

  /**
   * Has a listener called with every event of a type, those that are still unread included. From then on events go to
   * listeners only: those of a type that has none are passed over. An error that a listener throws goes to
   * `reportError`, which ends the process unless the program handles it.
   *
   * @throws {TypeError} If the listener isn't a function.
   * @throws {ZmqError} EBUSY If a receive or an iteration is pending.
   */
  on<T extends SocketEventType>(type: T, listener: (event: SocketEventOfType<T>) => void): this {
    if (typeof listener !== "function") throw new TypeError("A listener must be a function");
    if (this.#monitor.awaited) {
      throw stateError("EBUSY", CALL, "A receive or an iteration waits for the events");
    }
    let listeners = this.#listeners.get(type);
    if (listeners === undefined) this.#listeners.set(type, listeners = new Set());
    listeners.add(listener as Listener);
    // The engine mustn't hold what the program's listeners hold: a dropped socket couldn't be collected.
    const weak = new WeakRef(this);
    this.#monitor.notify = () => {
      const observer = weak.deref();
      if (observer !== undefined) observer.#emitSoon();
    };
    this.#emitSoon();
    return this;
  }

  /** Takes a listener off again. Without any, events are kept for receiving, as before the first. */
  off<T extends SocketEventType>(type: T, listener: (event: SocketEventOfType<T>) => void): this {
    const listeners = this.#listeners.get(type);
    if (listeners?.delete(listener as Listener) && listeners.size === 0) {
      this.#listeners.delete(type);
      if (this.#listeners.size === 0) this.#monitor.notify = undefined;
    }
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
    if (this.closed) throw closedError();
    this.#monitor.requestStatistics();
  }

  /**
   * Stops observing, and drops unread events; the socket goes on. Pending receives reject with `ZmqError` EBADF, and
   * iterations end. Needn't be called: an observer ends with its socket. Idempotent.
   */
  close(): void {
    this.#monitor.close(closedError());
    this.#listeners.clear();
  }

  /** Calls {@linkcode Observer.close}. */
  [Symbol.dispose](): void {
    this.close();
  }

  #assertFree(): void {
    if (this.#listeners.size > 0) {
      throw stateError(
        "EBUSY",
        CALL,
        "The events go to listeners: take those off before receiving",
      );
    }
  }

  #emitSoon(): void {
    if (this.#emitting) return;
    this.#emitting = true;
    // In a microtask: listeners are the program's, and the reactor is in the middle of its work.
    queueMicrotask(() => {
      this.#emitting = false;
      while (this.#listeners.size > 0) {
        const raw = this.#monitor.take();
        if (raw === undefined) return;
        const event = toEvent(raw);
        for (const listener of [...this.#listeners.get(event.type) ?? []]) call(listener, event);
      }
    });
  }
}

function call(listener: Listener, event: SocketEvent): void {
  try {
    listener(event);
  } catch (error) {
    reportError(error);
  }
}

function closedError(): Error {
  return stateError("EBADF", CALL, "The observer is closed");
}
