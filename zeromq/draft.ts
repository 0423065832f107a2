/** The classes of draft sockets. */

import type { Buffer } from "node:buffer";
import { handleOf } from "../socket/handle.ts";
import { changeGroup } from "../socket/draft_core.ts";
import { TYPES } from "../socket/types.ts";
import { expectArguments, isObject } from "./arguments.ts";
import { compose } from "./compose.ts";
import { EINVAL, errnoError, translating } from "./errors.ts";
import { send } from "./sending.ts";
import { Socket } from "./socket.ts";
import type { Message, MessageLike, Readable, SocketOptions, Writable } from "./socket_types.ts";
import { stateOf } from "./state.ts";

/** The client that a message is from, or for. */
export interface ServerRoutingOptions {
  /** The number by which the server knows it. */
  routingId: number;
}

/** The group that a message is for. */
export interface RadioGroupOptions {
  /** The group's name, up to a NUL in it. */
  group: Buffer | string;
}

/** The group that a message was for. */
export interface DishGroupOptions {
  /** The group's name. */
  group: Buffer;
}

/** Sockets that know their clients by numbers. */
export class Server extends Socket {
  /** Opens a socket (`ZMQ_SERVER`). */
  constructor(options?: SocketOptions<Server>) {
    super(TYPES.Server.number, options);
  }
}
/** Servers receive from clients, and send to one each time. */
export interface Server
  extends
    Readable<[Message, ServerRoutingOptions]>,
    Writable<MessageLike, [ServerRoutingOptions]> {}

/** Sockets that talk to Servers. */
export class Client extends Socket {
  /** Opens a socket (`ZMQ_CLIENT`). */
  constructor(options?: SocketOptions<Client>) {
    super(TYPES.Client.number, options);
  }
}
/** Clients send and receive messages of one part. */
export interface Client extends Readable<[Message]>, Writable<MessageLike> {}

/** Sockets that send to groups. */
export class Radio extends Socket {
  /** Opens a socket (`ZMQ_RADIO`). */
  constructor(options?: SocketOptions<Radio>) {
    super(TYPES.Radio.number, options);
  }
}
/** Radios send. */
export interface Radio extends Writable<MessageLike, [RadioGroupOptions]> {}

/** Sockets that receive what is sent to the groups which they have joined. */
export class Dish extends Socket {
  /** Opens a socket (`ZMQ_DISH`). */
  constructor(options?: SocketOptions<Dish>) {
    super(TYPES.Dish.number, options);
  }

  /** Joins groups (`zmq_join`). */
  join(...values: Array<Buffer | string>): void {
    changeGroups(this, "zmq_join", values);
  }

  /** Leaves groups (`zmq_leave`). */
  leave(...values: Array<Buffer | string>): void {
    changeGroups(this, "zmq_leave", values);
  }
}
/** Dishes receive. */
export interface Dish extends Readable<[Message, DishGroupOptions]> {}

/** Sockets that receive from Scatters. */
export class Gather extends Socket {
  /** Opens a socket (`ZMQ_GATHER`). */
  constructor(options?: SocketOptions<Gather>) {
    super(TYPES.Gather.number, options);
  }
}
/** Gathers receive messages of one part. Their `conflate` can't be read. */
export interface Gather extends Readable<[Message]> {
  /**
   * Whether only the last message is kept, in either direction. To be set before bind and connect; over inproc, what the
   * connecting side has set counts for both. A peer that sends a multipart message makes libzmq end the process. Default
   * false (`ZMQ_CONFLATE`).
   */
  conflate: boolean;
}

/** Sockets that send to Gathers by turns. */
export class Scatter extends Socket {
  /** Opens a socket (`ZMQ_SCATTER`). */
  constructor(options?: SocketOptions<Scatter>) {
    super(TYPES.Scatter.number, options);
  }
}
/** Scatters send messages of one part. Their `conflate` can't be read. */
export interface Scatter extends Writable<MessageLike> {
  /**
   * Whether only the last message is kept, in either direction. To be set before bind and connect; over inproc, what the
   * connecting side has set counts for both. A peer that sends a multipart message makes libzmq end the process. Default
   * false (`ZMQ_CONFLATE`).
   */
  conflate: boolean;
}

/** Sockets for UDP. A message is the peer's address, and bytes. */
export class Datagram extends Socket {
  /** Opens a socket (`ZMQ_DGRAM`). */
  constructor(options?: SocketOptions<Datagram>) {
    super(TYPES.Datagram.number, options);
    // libzmq's address ends with a NUL, and so does zeromq.js's.
    handleOf(this).metadata = undefined;
  }
}
/** Datagrams send and receive, each message an address and bytes. */
export interface Datagram
  extends Readable<[Message, Message]>, Writable<[MessageLike, MessageLike]> {}

const CLASSES = { Server, Client, Dish, Gather, Scatter, Datagram };
for (const [name, type] of Object.entries(CLASSES)) {
  compose(type, TYPES[name as keyof typeof CLASSES]);
}
compose(Radio, { ...TYPES.Radio, options: [] }); // whose noDrop it lacks

/** Adds a `send` to a class, whose options name the target. */
function sendTo(
  { prototype }: { prototype: Socket },
  targetOf: (options: Record<string, unknown>) => string | Uint8Array,
): void {
  Object.defineProperty(prototype, "send", {
    value: function (this: Socket, message: unknown, options: unknown): Promise<void> {
      if (message === undefined) throw new TypeError("Message must be present");
      if (!isObject(options)) throw new TypeError("Options must be an object");
      expectArguments(arguments.length, 2);
      const state = stateOf(this)!;
      state.assertOpen();
      return send(state, message, targetOf(options as Record<string, unknown>));
    },
    writable: true,
    enumerable: false,
    configurable: true,
  });
}

sendTo(Server, ({ routingId }) => {
  const id = Number(routingId) >>> 0;
  if (id === 0) throw errnoError(EINVAL);
  return String(id);
});

sendTo(Radio, ({ group }) => {
  if (group === undefined) throw errnoError(EINVAL);
  return nameOf(group);
});

function changeGroups(socket: Dish, call: "zmq_join" | "zmq_leave", values: unknown[]): void {
  const state = stateOf(socket)!;
  for (const value of values) {
    state.assertOpen();
    translating(() => changeGroup(state.handle, call, nameOf(value)));
  }
}

const encoder = new TextEncoder();

/** Returns a group's name, up to a NUL in it. */
function nameOf(group: unknown): Uint8Array<ArrayBuffer> {
  let bytes: Uint8Array<ArrayBuffer>;
  if (typeof group === "string") bytes = encoder.encode(group);
  else if (ArrayBuffer.isView(group)) {
    bytes = new Uint8Array(group.buffer as ArrayBuffer, group.byteOffset, group.byteLength);
  } else throw new TypeError("Value must be a string or buffer");
  const end = bytes.indexOf(0);
  return end < 0 ? bytes : bytes.subarray(0, end);
}
