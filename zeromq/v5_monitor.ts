/** Monitoring in version 5: what happens to a socket's connections, as events of its own. */

import type { EventEmitter } from "node:events";
import { nextTick } from "node:process";
import type { Event } from "./event_types.ts";
import { Observer } from "./observer.ts";
import type { AnySocket } from "./v5_options.ts";

/** The names that version 5 has for events. The others, of handshakes, aren't emitted. */
const NAMES: Readonly<Partial<Record<Event["type"], string>>> = {
  "accept": "accept",
  "accept:error": "accept_error",
  "bind": "listen",
  "bind:error": "bind_error",
  "close": "close",
  "close:error": "close_error",
  "connect": "connect",
  "connect:delay": "connect_delay",
  "connect:retry": "connect_retry",
  "disconnect": "disconnect",
};

/** What an event is emitted with beside its address: an interval, or an error and its number. */
interface Details {
  address?: string;
  interval?: number;
  error?: { errno?: number };
}

/** Emits what happens to a socket's connections. */
export class Monitor {
  readonly #socket: AnySocket;
  readonly #emitter: EventEmitter;
  #observer: Observer | undefined;

  constructor(socket: AnySocket, emitter: EventEmitter) {
    this.#socket = socket;
    this.#emitter = emitter;
  }

  /**
   * Begins; does nothing where it has begun already.
   *
   * @throws {Error} ENOTSOCK If the socket is closed.
   */
  start(): void {
    if (this.#observer?.closed === false) return;
    this.#receive(this.#observer = new Observer(this.#socket));
  }

  /** Ends. */
  stop(): void {
    this.#observer?.close();
  }

  #receive(observer: Observer): void {
    observer.receive().then((event) => {
      if (!observer.closed) this.#receive(observer);
      this.#emit(event);
    }, (error) => {
      if (!observer.closed) nextTick(() => this.#emitter.emit("error", error));
    });
  }

  #emit(event: Event): void {
    const name = NAMES[event.type];
    if (name === undefined) return;
    const { address, interval, error } = event as Details;
    nextTick(() => this.#emitter.emit(name, error?.errno ?? interval, address, error));
  }
}
