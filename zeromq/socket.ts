/** The base class of all sockets. */

import type { Buffer } from "node:buffer";
import type { ContextCore } from "../context_core.ts";
import { READABLE, WRITABLE } from "../poller/backend.ts";
import { inspectAs } from "../poller/inspect.ts";
import { runtimeTimers } from "../poller/runtime_timers.ts";
import { pollable } from "../poller/pollable.ts";
import { Uncloneable } from "../poller/uncloneable.ts";
import { noteOpened, sayDropped } from "../process/dropped.ts";
import type { Handle } from "../socket/handle.ts";
import { open } from "../socket/open.ts";
import { typeOf } from "../socket/types.ts";
import * as by from "./accessors.ts";
import {
  expectAddress,
  expectArguments,
  expectIdentifier,
  expectOptions,
  expectRead,
  expectWrite,
} from "./arguments.ts";
import { native, readOnly } from "./classes.ts";
import { type Context, context as defaultContext, coreOf } from "./context.ts";
import { openWithRoom } from "./early_monitors.ts";
import { EINVAL, errnoError, translated, translating } from "./errors.ts";
import { toInt64, toUint64 } from "./numbers.ts";
import { Observer } from "./observer.ts";
import { iterate, receive, type Receiver } from "./receiving.ts";
import { send } from "./sending.ts";
import { defineCommon } from "./socket_options.ts";
import type { CommonOptions } from "./socket_types.ts";
import { type Parts, SocketState } from "./state.ts";

let stateIn: (socket: SocketClass) => SocketState;

/**
 * The base class of all sockets. Programs make {@linkcode Push}, {@linkcode Router} and the other
 * classes.
 *
 * A pending bind or unbind blocks the socket: its methods throw `EBUSY` meanwhile, and a close takes place
 * when it's done. At most one receive and one send may be pending. A socket that is bound or connected
 * doesn't keep the process alive; a pending receive or send does.
 */
export abstract class SocketClass extends Uncloneable {
  readonly #state: SocketState;
  #context: Context | undefined;
  #events: Observer | undefined;

  static {
    stateIn = (socket) => socket.#state;
  }

  /**
   * Opens a socket of libzmq's type number, and sets its options in their order.
   *
   * @throws {TypeError} If the options aren't an object, or if one of them doesn't exist.
   * @throws {Error} EINVAL If the libzmq in use doesn't have the type.
   * @throws {Error} EMFILE If there are too many sockets.
   */
  // deno-lint-ignore ban-types -- whatever options a class has
  protected constructor(type: number, options?: {}) {
    if (typeof type !== "number") throw new TypeError("Socket type must be a number");
    expectOptions(options);
    expectArguments(arguments.length, 2);
    const given = options !== undefined && "context" in options;
    const { context = given ? undefined : defaultContext, ...rest } = (options ?? {}) as {
      context?: Context;
    };
    super();
    const core = coreOf(context);
    const handle = openAs(core, type | 0);
    this.#state = new SocketState(handle, this);
    this.#context = context;
    dropped.register(this, handle, handle);
    noteOpened(handle);
    // Not enumerable. It lets this library's Poller watch sockets of this module, too.
    Object.defineProperty(this, pollable, { value: handle });
    Object.seal(this);
    try {
      Object.assign(this, rest);
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /**
   * What happens to the socket: connections made, lost, refused. The same object each time.
   *
   * @throws {Error} ENOTSOCK If the socket is closed.
   */
  get events(): Observer {
    // What a closed socket had before isn't returned either, which making another one refuses.
    if (this.#events === undefined || this.#state.closed) this.#events = new Observer(this);
    return this.#events;
  }

  /** The context in which the socket was opened. */
  get context(): Context {
    return this.#context as Context;
  }

  /** Whether the socket was closed. */
  get closed(): boolean {
    return this.#state.closed;
  }

  /** Whether a message can be received at once. False on a closed socket (`ZMQ_EVENTS`). */
  get readable(): boolean {
    const { handle } = this.#state;
    return !handle.closed && (handle.ask() & READABLE) !== 0;
  }

  /** Whether a message can be sent at once. False on a closed socket (`ZMQ_EVENTS`). */
  get writable(): boolean {
    const { handle } = this.#state;
    return !handle.closed && (handle.ask() & WRITABLE) !== 0;
  }

  /**
   * Closes the socket, at once or as soon as it isn't blocked any more. A pending receive or send is tried
   * once more, and then rejects with `EAGAIN`. Idempotent (`zmq_close`).
   */
  close(): void {
    expectArguments(arguments.length, 0);
    const state = this.#state;
    if (state.blocked) state.closeRequested = true;
    else this.#close();
  }

  /**
   * Begins to accept peers at an address, such as `tcp://127.0.0.1:5555`, `ipc:///tmp/name` or
   * `inproc://name` (`zmq_bind`).
   *
   * The promise rejects with libzmq's error, which has the `address`. Everything else is thrown at once.
   *
   * @throws {TypeError} If the address isn't a string.
   * @throws {Error} EBUSY If another bind or unbind is pending.
   * @throws {Error} EBADF If the socket is closed.
   */
  bind(address: string): Promise<void> {
    expectAddress(address, arguments.length);
    return this.#attempt(address, (state) => state.bind(address));
  }

  /** Does what {@linkcode Socket.bind} does, before it returns (`zmq_bind`). */
  bindSync(address: string): void {
    expectAddress(address, arguments.length);
    this.#attemptSync(address, (state) => state.bind(address));
  }

  /**
   * Stops accepting peers at an address (`zmq_unbind`).
   *
   * @throws {Error} As {@linkcode Socket.bind} does; the promise rejects with ENOENT if the socket isn't bound there.
   */
  unbind(address: string): Promise<void> {
    expectAddress(address, arguments.length);
    return this.#attempt(address, (state) => state.unbind(address));
  }

  /** Does what {@linkcode Socket.unbind} does, before it returns (`zmq_unbind`). */
  unbindSync(address: string): void {
    expectAddress(address, arguments.length);
    this.#attemptSync(address, (state) => state.unbind(address));
  }

  /**
   * Connects to an address (`zmq_connect`). The peer needn't exist yet, and may go and come back.
   *
   * @throws {TypeError} If the address isn't a string.
   * @throws {Error} libzmq's error, which has the `address`.
   */
  connect(address: string): void {
    expectAddress(address, arguments.length);
    this.#attemptSync(address, (state) => state.connect(address));
  }

  /**
   * Ends a connection (`zmq_disconnect`).
   *
   * @throws {Error} As {@linkcode Socket.connect} does, and ENOENT if the socket isn't connected there.
   */
  disconnect(address: string): void {
    expectAddress(address, arguments.length);
    this.#attemptSync(address, (state) => state.disconnect(address));
  }

  /** Reads an option by its number. */
  protected getBoolOption(option: number): boolean {
    expectRead(option, arguments.length);
    return by.readInt(this.#state, option) !== 0;
  }

  /** Sets an option by its number. */
  protected setBoolOption(option: number, value: boolean): void {
    expectWrite(option, value, "boolean", arguments.length);
    by.writeInt(this.#state, option, value ? 1 : 0);
  }

  /** Reads an option by its number. */
  protected getInt32Option(option: number): number {
    expectRead(option, arguments.length);
    return by.readInt(this.#state, option);
  }

  /** Sets an option by its number. */
  protected setInt32Option(option: number, value: number): void {
    expectWrite(option, value, "number", arguments.length);
    by.writeInt(this.#state, option, value | 0);
  }

  /** Reads an option by its number. */
  protected getUint32Option(option: number): number {
    expectRead(option, arguments.length);
    return by.readInt(this.#state, option) >>> 0;
  }

  /** Sets an option by its number. */
  protected setUint32Option(option: number, value: number): void {
    expectWrite(option, value, "number", arguments.length);
    by.writeInt(this.#state, option, value | 0);
  }

  /** Reads an option by its number. */
  protected getInt64Option(option: number): number {
    expectRead(option, arguments.length);
    return by.readLong(this.#state, option, true);
  }

  /** Sets an option by its number. */
  protected setInt64Option(option: number, value: number): void {
    expectWrite(option, value, "number", arguments.length);
    by.writeLong(this.#state, option, toInt64(value));
  }

  /** Reads an option by its number. */
  protected getUint64Option(option: number): number {
    expectRead(option, arguments.length);
    return by.readLong(this.#state, option, false);
  }

  /** Sets an option by its number. */
  protected setUint64Option(option: number, value: number): void {
    expectWrite(option, value, "number", arguments.length);
    by.writeLong(this.#state, option, toUint64(value));
  }

  /** Reads an option by its number. */
  protected getStringOption(option: number): string | null {
    expectRead(option, arguments.length);
    return by.readText(this.#state, option);
  }

  /** Sets an option by its number. */
  protected setStringOption(option: number, value: string | Buffer | null): void {
    expectIdentifier(option);
    by.writeText(this.#state, option, value);
  }

  #attemptSync(address: string, action: (state: SocketState) => void): void {
    const state = this.#state;
    state.assertOpen();
    translating(() => action(state), address);
  }

  #attempt(address: string, action: (state: SocketState) => void): Promise<void> {
    const state = this.#state;
    state.assertOpen();
    state.blocked = true;
    return new Promise((resolve, reject) => {
      // Not at once, so that a program which adds listeners in the same tick gets the event.
      runtimeTimers.queueMicrotask(() => {
        let failure: { readonly reason: unknown } | undefined;
        try {
          action(state);
        } catch (error) {
          failure = { reason: translated(error, address) };
        }
        runtimeTimers.setImmediate(() => {
          state.blocked = false;
          if (state.closeRequested) this.#close();
          if (failure === undefined) resolve();
          else reject(failure.reason);
        });
      });
    });
  }

  #close(): void {
    const state = this.#state;
    dropped.unregister(state.handle);
    state.close();
    this.#context = undefined;
  }
}

/** The options of every socket. */
export interface SocketClass extends CommonOptions {}

/** Opens a socket. A type that the libzmq in use doesn't have is an unknown type. */
function openAs(core: ContextCore, type: number): Handle {
  return translating(() => {
    try {
      return openWithRoom(() => open(core, typeOf(type)));
    } catch (error) {
      throw (error as { code?: unknown }).code === "ENOTSUP" ? errnoError(EINVAL) : error;
    }
  });
}

// Every socket has both halves, for classes that derive from Socket itself. The types have only the halves that a class
// can use; the other one's methods fail.
const HALVES = {
  send(this: SocketClass, message: unknown): Promise<void> {
    if (message === undefined) throw new TypeError("Message must be present");
    expectArguments(arguments.length, 1);
    return send(stateIn(this), message);
  },
  receive(this: SocketClass): Promise<Parts> {
    expectArguments(arguments.length, 0);
    return receive(stateIn(this));
  },
  [Symbol.asyncIterator](this: SocketClass & Receiver) {
    return iterate(this, HALVES.receive);
  },
};

for (const name of ["send", "receive", Symbol.asyncIterator] as const) {
  Object.defineProperty(SocketClass.prototype, name, {
    value: HALVES[name],
    writable: true,
    enumerable: false,
    configurable: true,
  });
}

// Printed with the option to read getters, a socket would show its keys and passwords.
inspectAs(SocketClass.prototype, (socket) => ({ ...socket as object }));

readOnly(SocketClass.prototype, "Socket", [
  "events",
  "context",
  "closed",
  "readable",
  "writable",
]);
defineCommon(SocketClass.prototype);
Object.defineProperty(SocketClass, "name", { value: "Socket", configurable: true });

/** The base class of all sockets. */
export type Socket = SocketClass;
/** The base class of all sockets. */
export const Socket: typeof SocketClass = native(SocketClass);

// Only a fallback: nothing triggers the collector when descriptors run out.
const dropped = new FinalizationRegistry<Handle>((handle) => {
  sayDropped(handle, handle.description);
  handle.close();
});
