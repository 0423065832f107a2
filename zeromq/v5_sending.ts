/** Sending in version 5: messages are queued, and each may have a callback. */

import type { EventEmitter } from "node:events";
import { nextTick } from "node:process";
import { SENT } from "./sending.ts";
import type { MessageLike } from "./socket_types.ts";
import type { AnySocket } from "./v5_options.ts";

/** Is called when a call has done what it should, or with what went wrong. */
export type Callback = (error?: Error) => void;

interface Outgoing {
  readonly parts: MessageLike[];
  readonly callback: Callback | undefined;
  next: Outgoing | undefined;
}

/**
 * Sends a socket's messages in their order. One that can be sent at once is, before `send` returns, so it isn't lost by a
 * close that follows.
 */
export class Outbox {
  readonly #socket: AnySocket;
  readonly #emitter: EventEmitter;
  #paused = false;
  #sending = false;
  #first: Outgoing | undefined;
  #last: Outgoing | undefined;

  constructor(socket: AnySocket, emitter: EventEmitter) {
    this.#socket = socket;
    this.#emitter = emitter;
  }

  /** Sends nothing more, until {@linkcode resume}. */
  pause(): void {
    this.#paused = true;
  }

  /** Goes on. */
  resume(): void {
    this.#paused = false;
    this.#flush();
  }

  /** Sends a message, now or later. */
  send(parts: MessageLike[], callback: Callback | undefined): void {
    const outgoing: Outgoing = { parts, callback, next: undefined };
    if (this.#last === undefined) this.#first = outgoing;
    else this.#last.next = outgoing;
    this.#last = outgoing;
    this.#flush();
  }

  #flush(): void {
    while (this.#first !== undefined && !this.#sending && !this.#paused && !this.#socket.closed) {
      const { parts, callback, next } = this.#first;
      this.#first = next;
      if (next === undefined) this.#last = undefined;
      this.#send(parts, callback);
    }
  }

  #send(parts: MessageLike[], callback: Callback | undefined): void {
    let sent: Promise<void>;
    try {
      sent = this.#socket.send(parts);
    } catch (error) {
      return this.fail(error, callback);
    }
    if (sent === SENT) {
      if (callback) nextTick(callback);
      return;
    }
    this.#sending = true;
    sent.then(() => {
      if (callback) nextTick(callback);
      this.#goOn();
    }, (error) => {
      this.fail(error, callback);
      this.#goOn();
    });
  }

  #goOn(): void {
    this.#sending = false;
    this.#flush();
  }

  /** Tells of a message that couldn't be sent. */
  fail(error: unknown, callback: Callback | undefined): void {
    if (callback) nextTick(callback, error as Error);
    else nextTick(() => this.#emitter.emit("error", error));
  }
}
