/** Sending in version 5: messages are queued, and each may have a callback. */

import type { EventEmitter } from "node:events";
import { nextTick } from "node:process";
import { runtimeTimers } from "../poller/runtime_timers.ts";
import { mayGoOn } from "./pauses.ts";
import { send, SENT } from "./sending.ts";
import type { MessageLike } from "./socket_types.ts";
import { type SocketState, stateOf } from "./state.ts";
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
  readonly #state: SocketState;
  readonly #emitter: EventEmitter;
  #paused = false;
  #sending = false;
  #first: Outgoing | undefined;
  #last: Outgoing | undefined;
  #due: (() => void)[] = [];

  constructor(socket: AnySocket, emitter: EventEmitter) {
    this.#state = stateOf(socket)!;
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
    while (this.#first !== undefined && !this.#sending && !this.#paused && !this.#state.closed) {
      const { parts, callback, next } = this.#first;
      this.#first = next;
      if (next === undefined) this.#last = undefined;
      this.#send(parts, callback);
    }
  }

  #send(parts: MessageLike[], callback: Callback | undefined): void {
    let sent: Promise<void>;
    try {
      sent = send(this.#state, parts, undefined, true);
    } catch (error) {
      return this.fail(error, callback);
    }
    if (sent === SENT) {
      if (callback) this.#call(callback);
      return;
    }
    this.#sending = true;
    sent.then(() => {
      if (callback) this.#call(callback);
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
    if (callback) this.#call(() => callback(error as Error));
    else this.#call(() => this.#emitter.emit("error", error));
  }

  /** Calls something soon, and after what is due already: callbacks are called in the order of their messages. */
  #call(call: () => void): void {
    if (this.#due.push(call) === 1) this.#schedule();
  }

  #schedule(): void {
    // Callbacks that send again are as endless as promises that resolve at once.
    if (mayGoOn()) nextTick(this.#callDue);
    else runtimeTimers.setImmediate(this.#callDue);
  }

  #callDue = (): void => {
    const due = this.#due;
    this.#due = [];
    let called = 0;
    try {
      while (called < due.length) {
        const call = due[called++];
        call();
      }
    } finally {
      // One has thrown, and others are still to be called, of which there may be more than a call takes arguments.
      if (called < due.length) {
        if (this.#due.length === 0) this.#schedule();
        this.#due = due.slice(called).concat(this.#due);
      }
    }
  };
}
