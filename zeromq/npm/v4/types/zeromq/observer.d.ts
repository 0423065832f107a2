// Written by tests/write_npm.ts.
// deno-lint-ignore-file
import type { Event, EventOfType, EventSubscriber, EventType } from "./event_types.d.ts";
/**
 * Reports what happens to a socket's connections; a socket's `events` is one. A program receives events,
 * iterates over them, or adds listeners. The last one, `"end"`, comes when the socket was closed.
 */
export declare class ObserverClass {
  /**
   * Begins to observe a socket. Programs read the socket's `events` instead.
   *
   * @throws {TypeError} If it isn't an object.
   * @throws {Error} ENOTSOCK If the socket is closed.
   */
  constructor(socket: object);
  /** Whether no event can be received any more: `"end"` has come, or it was closed. */
  get closed(): boolean;
  /** Stops observing; the socket goes on. A pending receive rejects. Idempotent. */
  close(): void;
  /**
   * Receives the next event; waits if there is none.
   *
   * @throws {Error} EBADF If it's closed.
   * @throws {Error} EBUSY If another receive is pending.
   * @throws {Error} If there are listeners.
   */
  receive(): Promise<Event>;
  /**
   * Adds a listener, which is called for every event of a type. From then on, events can't be received any
   * more, and the process stays alive until the socket is closed. A listener that another one removes isn't called
   * for the same event any more.
   */
  on<E extends EventType>(type: E, listener: (data: EventOfType<E>) => void): EventSubscriber;
  /** Removes a listener; one that was added twice, once. */
  off<E extends EventType>(type: E, listener: (data: EventOfType<E>) => void): EventSubscriber;
  /** Iterates over all events to come, up to `"end"`. */
  [Symbol.asyncIterator](): AsyncIterator<Event, undefined>;
}
/** Reports what happens to a socket's connections. */
export type Observer = ObserverClass;
/** Reports what happens to a socket's connections. */
export declare const Observer: typeof ObserverClass;
