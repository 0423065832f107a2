/** Sockets as in version 5. */

import type { Buffer } from "node:buffer";
import { EventEmitter } from "node:events";
import { nextTick } from "node:process";
import {
  Dealer,
  Pair,
  Publisher,
  Pull,
  Push,
  Reply,
  Request,
  Router,
  Stream,
  Subscriber,
  XPublisher,
  XSubscriber,
} from "./patterns.ts";
import type { MessageLike } from "./socket_types.ts";
import { SEND_MORE } from "../ffi/constants.ts";
import { inspectAs } from "../poller/inspect.ts";
import { Monitor } from "./v5_monitor.ts";
import {
  type AnySocket,
  getOption,
  options,
  type OptionValue,
  setOption,
  type ShortOptions,
} from "./v5_options.ts";
import { Inbox } from "./v5_receiving.ts";
import { type Callback, Outbox } from "./v5_sending.ts";
import { warn } from "./warning.ts";

/** The types of sockets, by their short names. */
export type SocketType =
  | "pair"
  | "req"
  | "rep"
  | "pub"
  | "sub"
  | "dealer"
  | "xreq"
  | "router"
  | "xrep"
  | "pull"
  | "push"
  | "xpub"
  | "xsub"
  | "stream";

const CLASSES: Readonly<Record<SocketType, new () => unknown>> = {
  pair: Pair,
  req: Request,
  rep: Reply,
  pub: Publisher,
  sub: Subscriber,
  dealer: Dealer,
  xreq: Dealer,
  router: Router,
  xrep: Router,
  pull: Pull,
  push: Push,
  xpub: XPublisher,
  xsub: XSubscriber,
  stream: Stream,
};

/** Sends nothing. */
const RECEIVES_ONLY: ReadonlySet<SocketType> = new Set(["pull", "sub"]);
/** Receives nothing. */
const SENDS_ONLY: ReadonlySet<SocketType> = new Set(["push", "pub"]);

/** What a socket has beside its properties. */
interface State {
  readonly socket: AnySocket;
  readonly inbox: Inbox;
  readonly outbox: Outbox;
  readonly monitor: Monitor;
  /** The first parts of a message whose last one is still to be sent. */
  parts: MessageLike[];
}

/** Not a private field, which only the class's own constructor could give an object. */
const states = new WeakMap<object, State>();

function stateOf(socket: object): State {
  return states.get(socket)!;
}

/** Makes an object a socket: a new one, or one that an old-fashioned constructor was called for. */
function initialize(self: SocketClass, type: SocketType): void {
  const Class = Object.hasOwn(CLASSES, type) ? CLASSES[type] : undefined;
  if (Class === undefined) throw new Error(`Invalid socket type: ${type}`);
  const socket = new Class() as AnySocket;
  const inbox = new Inbox(socket, self);
  const outbox = new Outbox(socket, self);
  self.type = type;
  states.set(self, { socket, inbox, outbox, monitor: new Monitor(socket, self), parts: [] });
  if (!SENDS_ONLY.has(type)) inbox.resume();
}

/**
 * A socket as in version 5 of zeromq.js: whatever comes is an event.
 *
 * - `message`: a message has come; the arguments are its parts, each a Buffer.
 * - `bind`, `unbind`: that was done; the argument is the address.
 * - `error`: a call without a callback has failed, or a receive. As with every EventEmitter, one that no one listens to is
 *   thrown.
 * - while {@linkcode Socket.monitor} is on: `connect`, `connect_delay`, `connect_retry`, `listen`, `bind_error`,
 *   `accept`, `accept_error`, `close`, `close_error` and `disconnect`. Their arguments are a value (an interval in ms, or the
 *   error's number), the address, and the error.
 *
 * An open socket that can receive keeps the process alive.
 *
 * @example A socket's options, and its messages
 * ```ts
 * import zmq from "zeromq/v5-compat";
 *
 * const pull = zmq.socket("pull", { backlog: 10 });
 * pull.bindSync("tcp://127.0.0.1:*");
 * const push = new zmq.Socket("push");
 * push.linger = 0;
 * push.connect(pull.last_endpoint);
 * pull.on("message", (name, text) => {
 *   console.log(`${name}: ${text}`);
 *   push.close();
 *   pull.close();
 * });
 * push.send(["anna", "hello"]);
 * ```
 */
export class SocketClass extends EventEmitter {
  /** Options by their short names, and whatever a program keeps here. */
  // deno-lint-ignore no-explicit-any -- programs in TypeScript rely on it
  [key: string]: any;

  /** The name of its type, as it was given. */
  type!: SocketType;

  /**
   * Opens a socket.
   *
   * @throws {Error} If there is no such type.
   */
  constructor(type: SocketType) {
    super();
    initialize(this, type);
  }

  /**
   * Begins to accept peers at an address (`zmq_bind`). When that is done, a `bind` event comes and the callback is called.
   * Where it fails, the callback gets the error, or an `error` event comes if there is none. No message can be sent before
   * it's done: that fails with EBUSY.
   *
   * @throws {TypeError} If the address isn't a string.
   * @throws {Error} EBUSY If another bind or unbind is pending.
   * @throws {Error} EBADF If the socket is closed.
   */
  bind(address: string, cb?: Callback): this {
    settle(this, stateOf(this).socket.bind(address), "bind", address, cb);
    return this;
  }

  /**
   * Stops accepting peers at an address (`zmq_unbind`). An `unbind` event, or an error, comes as for {@linkcode Socket.bind}.
   *
   * @throws {Error} As {@linkcode Socket.bind} does.
   */
  unbind(address: string, cb?: Callback): this {
    settle(this, stateOf(this).socket.unbind(address), "unbind", address, cb);
    return this;
  }

  /**
   * Connects to an address (`zmq_connect`). The peer needn't exist yet, and may go and come back.
   *
   * @throws {Error} libzmq's error, which has the `address`.
   */
  connect(address: string): this {
    stateOf(this).socket.connect(address);
    return this;
  }

  /**
   * Ends a connection (`zmq_disconnect`).
   *
   * @throws {Error} As {@linkcode Socket.connect} does, and ENOENT if the socket isn't connected there.
   */
  disconnect(address: string): this {
    stateOf(this).socket.disconnect(address);
    return this;
  }

  /**
   * Sends a message: one part, or an array of them. With the flag `ZMQ_SNDMORE` these are only its first parts, and the next
   * call has more. Messages that can't be sent yet are queued. The callback is called once libzmq has the message, or with
   * the error; where there is none, an error is an `error` event.
   */
  send(
    message: MessageLike[] | MessageLike,
    givenFlags: number | undefined | null = 0,
    cb: Callback | undefined = undefined,
  ): this {
    const state = stateOf(this);
    const parts = state.parts.concat(message);
    if ((((givenFlags ?? 0) | 0) & SEND_MORE) !== 0) {
      state.parts = parts;
      return this;
    }
    state.parts = [];
    if (RECEIVES_ONLY.has(this.type)) {
      state.outbox.fail(new Error("Cannot send on this socket type."), cb);
    } else {
      state.outbox.send(parts, cb);
    }
    return this;
  }

  /**
   * Was in version 5.
   *
   * @throws {Error} Always: messages are events.
   */
  read(): void {
    throw new Error(
      "read() has been removed from compatibility mode; use on('message', ...) instead.",
    );
  }

  /**
   * Does what {@linkcode Socket.bind} does, before it returns (`zmq_bind`).
   *
   * @throws {Error} libzmq's error, which has the `address`.
   */
  bindSync(address: string): void {
    stateOf(this).socket.bindSync(address);
  }

  /**
   * Does what {@linkcode Socket.unbind} does, before it returns (`zmq_unbind`).
   *
   * @throws {Error} libzmq's error, which has the `address`.
   */
  unbindSync(address: string): void {
    stateOf(this).socket.unbindSync(address);
  }

  /** Holds back what comes and what is to be sent, until {@linkcode Socket.resume} is called. */
  pause(): void {
    const { inbox, outbox } = stateOf(this);
    inbox.pause();
    outbox.pause();
  }

  /** Ends a pause. */
  resume(): void {
    const { inbox, outbox } = stateOf(this);
    if (!SENDS_ONLY.has(this.type)) inbox.resume();
    outbox.resume();
  }

  /** Closes the socket (`zmq_close`). What is still queued then isn't sent. Idempotent. */
  close(): this {
    stateOf(this).socket.close();
    return this;
  }

  /** Whether the socket was closed. */
  get closed(): boolean {
    return stateOf(this).socket.closed;
  }

  /**
   * Begins to emit what happens to the socket's connections. The arguments were there for version 4, and do nothing.
   *
   * @throws {Error} ENOTSOCK If the socket is closed.
   */
  monitor(interval?: number, num?: number): this {
    if (interval || num) {
      warn(
        "Arguments to monitor() are ignored in compatibility mode; all events are read automatically",
      );
    }
    stateOf(this).monitor.start();
    return this;
  }

  /** Ends what {@linkcode Socket.monitor} has begun. */
  unmonitor(): this {
    stateOf(this).monitor.stop();
    return this;
  }

  /**
   * Subscribes to messages that begin with a prefix (`ZMQ_SUBSCRIBE`).
   *
   * @throws {Error} If it isn't a sub socket.
   */
  subscribe(filter: string): this {
    subscriberOf(this).subscribe(filter);
    return this;
  }

  /**
   * Ends a subscription (`ZMQ_UNSUBSCRIBE`).
   *
   * @throws {Error} If it isn't a sub socket.
   */
  unsubscribe(filter: string): this {
    subscriberOf(this).unsubscribe(filter);
    return this;
  }

  /**
   * Sets an option, by its number or its short name.
   *
   * @throws {Error} If there is no such option, or if it can't be set.
   */
  setsockopt(givenOption: number | keyof ShortOptions, value: unknown): this {
    setOption(stateOf(this).socket, givenOption, value);
    return this;
  }

  /**
   * Returns an option's value, by its number or its short name.
   *
   * @throws {Error} If there is no such option, or if it can't be read.
   */
  getsockopt(givenOption: number | keyof ShortOptions): string | number | boolean | null {
    return getOption(stateOf(this).socket, givenOption);
  }
}

for (const name of Object.keys(options) as (keyof ShortOptions)[]) {
  Object.defineProperty(SocketClass.prototype, name, {
    get(this: SocketClass): OptionValue {
      return this.getsockopt(name);
    },
    set(this: SocketClass, value: unknown) {
      this.setsockopt(name, typeof value === "string" ? global.Buffer.from(value) : value);
    },
    enumerable: false,
    configurable: false,
  });
}

// Printed with the option to read getters, a socket would show its keys and passwords.
inspectAs(SocketClass.prototype, (socket) => ({ ...socket as object }));

/** Read at its first use, since Buffer takes 3 ms to load. */
const global = globalThis as unknown as { Buffer: typeof Buffer };

Object.defineProperty(SocketClass, "name", { value: "Socket", configurable: true });

const { Proxy: ObjectProxy } = globalThis;

/** A socket as in version 5 of zeromq.js, with the members and events of {@linkcode SocketClass}. */
export type Socket = SocketClass;
/**
 * A socket as in version 5 of zeromq.js, with the members and events of {@linkcode SocketClass}. Constructors derive from it
 * by `class` and `super(type)`, or in the old way, by `util.inherits` and `Socket.call(this, type)`.
 */
// Fact: packages from before there were classes derive from it in the old way. Failure: a class can't be called so, and they
// would end there. Decision: such a call makes the object that it's for a socket.
export const Socket: typeof SocketClass = new ObjectProxy(SocketClass, {
  apply(_, self: unknown, [type]: [SocketType]) {
    if (!(self instanceof SocketClass)) {
      throw new TypeError("Class constructor Socket cannot be invoked without 'new'");
    }
    Reflect.apply(EventEmitter, self, []);
    initialize(self, type);
  },
});
Object.defineProperty(SocketClass.prototype, "constructor", {
  value: Socket,
  writable: true,
  enumerable: false,
  configurable: true,
});

/** Opens a socket, and sets options by their short names, or whatever other properties. */
export function createSocket(
  type: SocketType,
  // deno-lint-ignore no-explicit-any -- as it was
  options: { [key: string]: any } = {},
): Socket {
  const socket = new Socket(type);
  for (const key in options) {
    if (Object.hasOwn(options, key)) socket[key] = options[key];
  }
  return socket;
}

function subscriberOf(socket: SocketClass): Subscriber {
  const { socket: found } = stateOf(socket);
  if (found instanceof Subscriber) return found;
  throw new Error("Subscriber socket required");
}

/** Emits an event, or an error, when a bind or an unbind is over, and calls its callback. */
function settle(
  emitter: EventEmitter,
  done: Promise<void>,
  event: "bind" | "unbind",
  address: string,
  callback: Callback | undefined,
): void {
  // Not within the promise's reaction, where what a listener throws would be a rejection.
  done.then(
    () =>
      nextTick(() => {
        emitter.emit(event, address);
        callback?.();
      }),
    (error) => nextTick(() => callback ? callback(error) : emitter.emit("error", error)),
  );
}
