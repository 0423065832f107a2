/** Receiving in version 5: each message that comes is an event. */

import type { EventEmitter } from "node:events";
import { nextTick } from "node:process";
import { runtimeTimers } from "../poller/runtime_timers.ts";
import type { ErrnoError } from "./event_types.ts";
import type { AnySocket } from "./v5_options.ts";
import type { Parts } from "./state.ts";

/**
 * Receives a socket's messages, one after the other: the next one is asked for when the listeners of the last have
 * returned, so a pause or a close in one of them is in time for it.
 */
export class Inbox {
  readonly #socket: AnySocket;
  readonly #emitter: EventEmitter;
  #paused = false;
  #receiving = false;
  /** What came during a pause. */
  #held: Parts | undefined;

  constructor(socket: AnySocket, emitter: EventEmitter) {
    this.#socket = socket;
    this.#emitter = emitter;
  }

  /** Emits nothing more, until {@linkcode resume}. */
  pause(): void {
    this.#paused = true;
  }

  /** Begins to receive, or goes on. */
  resume(): void {
    this.#paused = false;
    if (this.#receiving) return;
    this.#receiving = true;
    const held = this.#held;
    this.#held = undefined;
    if (held === undefined) this.#receive();
    else nextTick(this.#deliver, held);
  }

  #receive(): void {
    let message: Promise<Parts>;
    try {
      message = this.#socket.receive();
    } catch (error) {
      return this.#fail(error);
    }
    message.then(this.#arrive, this.#fail);
  }

  // Not within the promise's reaction, where what a listener throws would be a rejection.
  #arrive = (message: Parts): void => nextTick(this.#deliver, message);

  #deliver = (message: Parts): void => {
    if (this.#paused) this.#held = message;
    try {
      if (!this.#paused && !this.#socket.closed) this.#emitter.emit("message", ...message);
    } finally {
      this.#next();
    }
  };

  #next(): void {
    if (this.#paused || this.#socket.closed) this.#receiving = false;
    else this.#receive();
  }

  #fail = (error: unknown): void => {
    if (this.#socket.closed) {
      this.#receiving = false;
      return;
    }
    // A pending bind or unbind blocks the socket for a turn.
    if ((error as Partial<ErrnoError>)?.code !== "EBUSY") {
      nextTick(() => this.#emitter.emit("error", error));
    }
    // Not at once: with a time-out of 0 each receive fails.
    runtimeTimers.setImmediate(() => this.#next());
  };
}
