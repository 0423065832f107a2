/** Observers: they report what happens to a socket's connections. */

import { Monitor } from "../socket/monitor.ts";
import { expectArguments, expectListener, isObject } from "./arguments.ts";
import { native, readOnly } from "./classes.ts";
import { openWithRoom, takeEarly } from "./early_monitors.ts";
import { EBADF, EBUSY, ENOTSOCK, errnoError, foreignObject, translating } from "./errors.ts";
import type { Event, EventOfType, EventSubscriber, EventType } from "./event_types.ts";
import { toEvent } from "./events.ts";
import { stateOf } from "./state.ts";

/** A listener, once for each time that it was added. */
interface Listening {
  readonly listener: (event: Event) => void;
}

/**
 * Reports what happens to a socket's connections; a socket's `events` is one. A program receives events,
 * iterates over them, or adds listeners. The last one, `"end"`, comes when the socket was closed.
 */
export class ObserverClass {
  readonly #monitor: Monitor;
  /** Holds the socket, so that it isn't collected while a program reads its events. */
  readonly #socket: object;
  /** By the types of events; as in Node's EventEmitter, one that was added twice is called twice. */
  readonly #listeners = new Map<string, Listening[]>();
  #emitting = false;

  /**
   * Begins to observe a socket. Programs read the socket's `events` instead.
   *
   * @throws {TypeError} If it isn't an object.
   * @throws {Error} ENOTSOCK If the socket is closed.
   */
  constructor(socket: object) {
    if (!isObject(socket)) throw new TypeError("Socket must be a socket object");
    expectArguments(arguments.length, 1);
    const state = stateOf(socket);
    if (state === undefined) throw foreignObject();
    if (state.closed) throw errnoError(ENOTSOCK);
    this.#socket = socket;
    this.#monitor = takeEarly(state.handle) ?? translating(() => {
      // A socket has one monitor at a time: libzmq ends the one before.
      state.handle.monitor?.stop();
      return openWithRoom(() => new Monitor(state.handle));
    });
  }

  /** Whether no event can be received any more: `"end"` has come, or it was closed. */
  get closed(): boolean {
    return this.#monitor.done;
  }

  /** Stops observing; the socket goes on. A pending receive rejects. Idempotent. */
  close(): void {
    expectArguments(arguments.length, 0);
    this.#monitor.close(errnoError(ENOTSOCK));
  }

  /**
   * Receives the next event; waits if there is none.
   *
   * @throws {Error} EBADF If it's closed.
   * @throws {Error} EBUSY If another receive is pending.
   * @throws {Error} If there are listeners.
   */
  receive(): Promise<Event> {
    expectArguments(arguments.length, 0);
    return this.#receive();
  }

  /**
   * Adds a listener, which is called for every event of a type. From then on, events can't be received any
   * more, and the process stays alive until the socket is closed. A listener that another one removes isn't called
   * for the same event any more.
   */
  on<E extends EventType>(type: E, listener: (data: EventOfType<E>) => void): EventSubscriber {
    expectListener(listener);
    let listeners = this.#listeners.get(type);
    if (listeners === undefined) this.#listeners.set(type, listeners = []);
    listeners.push({ listener: listener as Listening["listener"] });
    if (!this.#emitting) this.#beginToEmit();
    return this;
  }

  /** Removes a listener; one that was added twice, once. */
  off<E extends EventType>(type: E, listener: (data: EventOfType<E>) => void): EventSubscriber {
    expectListener(listener);
    const listeners = this.#listeners.get(type) ?? [];
    const last = listeners.findLastIndex((listening) => listening.listener === listener);
    if (last >= 0) listeners.splice(last, 1);
    return this;
  }

  /** Iterates over all events to come, up to `"end"`. */
  [Symbol.asyncIterator](): AsyncIterator<Event, undefined> {
    return {
      next: async (): Promise<IteratorResult<Event, undefined>> => {
        if (this.closed) return { done: true } as IteratorReturnResult<undefined>;
        return { value: await this.receive(), done: false };
      },
    };
  }

  #receive(): Promise<Event> {
    const monitor = this.#monitor;
    if (monitor.done) throw errnoError(EBADF);
    if (monitor.awaited) {
      throw errnoError(EBUSY, {
        message:
          "Observer is busy reading; only one receive operation may be in progress at any time",
      });
    }
    const event = monitor.take();
    if (event !== undefined) return Promise.resolve(toEvent(event));
    return new Promise((resolve, reject) => {
      monitor.wait(this, {
        succeed: (event) => resolve(toEvent(event)),
        fail: reject,
        end: () => reject(errnoError(ENOTSOCK)),
      });
    });
  }

  #beginToEmit(): void {
    this.#emitting = true;
    Object.defineProperty(this, "receive", {
      get() {
        throw new Error(
          "Observer is in event emitter mode. After a call to events.on() it is not possible to " +
            "read events with events.receive().",
        );
      },
    });
    this.#emit();
  }

  async #emit(): Promise<void> {
    while (!this.closed) {
      let event: Event;
      try {
        event = await this.#receive();
      } catch (error) {
        if (this.closed) return;
        throw error;
      }
      const listeners = this.#listeners.get(event.type) ?? [];
      for (const listening of [...listeners]) {
        // One that was called before may have removed this one.
        if (listeners.includes(listening)) listening.listener.call(this, event);
      }
    }
  }
}

readOnly(ObserverClass.prototype, "Observer", ["closed"]);
Object.defineProperty(ObserverClass, "name", { value: "Observer", configurable: true });

/** Reports what happens to a socket's connections. */
export type Observer = ObserverClass;
/** Reports what happens to a socket's connections. */
export const Observer: typeof ObserverClass = native(ObserverClass);
