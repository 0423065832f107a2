// Written by tests/write_npm.ts.
// deno-lint-ignore-file
/** The classes of draft sockets. */
import type { Buffer } from "node:buffer";
import { Socket } from "./socket.d.ts";
import type { Message, MessageLike, Readable, SocketOptions, Writable } from "./socket_types.d.ts";
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
export declare class Server extends Socket {
  /** Opens a socket (`ZMQ_SERVER`). */
  constructor(options?: SocketOptions<Server>);
}
/** Servers receive from clients, and send to one each time. */
export interface Server
  extends Readable<[Message, ServerRoutingOptions]>, Writable<MessageLike, [ServerRoutingOptions]> {
}
/** Sockets that talk to Servers. */
export declare class Client extends Socket {
  /** Opens a socket (`ZMQ_CLIENT`). */
  constructor(options?: SocketOptions<Client>);
}
/** Clients send and receive messages of one part. */
export interface Client extends Readable<[Message]>, Writable<MessageLike> {
}
/** Sockets that send to groups. */
export declare class Radio extends Socket {
  /** Opens a socket (`ZMQ_RADIO`). */
  constructor(options?: SocketOptions<Radio>);
}
/** Radios send. */
export interface Radio extends Writable<MessageLike, [RadioGroupOptions]> {
}
/** Sockets that receive what is sent to the groups which they have joined. */
export declare class Dish extends Socket {
  /** Opens a socket (`ZMQ_DISH`). */
  constructor(options?: SocketOptions<Dish>);
  /** Joins groups (`zmq_join`). */
  join(...values: Array<Buffer | string>): void;
  /** Leaves groups (`zmq_leave`). */
  leave(...values: Array<Buffer | string>): void;
}
/** Dishes receive. */
export interface Dish extends Readable<[Message, DishGroupOptions]> {
}
/** Sockets that receive from Scatters. */
export declare class Gather extends Socket {
  /** Opens a socket (`ZMQ_GATHER`). */
  constructor(options?: SocketOptions<Gather>);
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
export declare class Scatter extends Socket {
  /** Opens a socket (`ZMQ_SCATTER`). */
  constructor(options?: SocketOptions<Scatter>);
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
export declare class Datagram extends Socket {
  /** Opens a socket (`ZMQ_DGRAM`). */
  constructor(options?: SocketOptions<Datagram>);
}
/** Datagrams send and receive, each message an address and bytes. */
export interface Datagram
  extends Readable<[Message, Message]>, Writable<[MessageLike, MessageLike]> {
}
