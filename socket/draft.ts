/**
 * Sockets of libzmq's draft API, which may still change there: Server and Client, Radio and Dish, Gather and Scatter,
 * Peer, Channel and Datagram. They need a libzmq that was built with it (`capability.draft`); on others their
 * constructors throw.
 *
 * All but Datagram send and receive messages of one part. They're received, iterated over, watched by a Poller and
 * closed as other sockets are.
 *
 * @example A server that knows its clients by number
 * ```ts
 * import { capability } from "@deno-zmq/zmq";
 * import { Client, Server } from "@deno-zmq/zmq/draft";
 *
 * if (capability.draft) {
 *   using server = new Server();
 *   const address = await server.bind("tcp://127.0.0.1:*");
 *   using client = new Client();
 *   client.connect(address);
 *
 *   await client.send("hello");
 *   const [text, { routingId }] = await server.receive();
 *   await server.send(`${text} to you`, { routingId });
 *   console.log(String((await client.receive())[0]));
 * }
 * ```
 *
 * @module
 */

import "../ffi/ready.ts";

export { Client, Peer, Server } from "./draft_server.ts";
export type { ClientOptions, PeerOptions, ServerOptions } from "./draft_server.ts";
export { Dish, Radio } from "./draft_groups.ts";
export type { DishOptions, RadioOptions } from "./draft_groups.ts";
export { Gather, Scatter } from "./draft_pipeline.ts";
export type { GatherOptions, ScatterOptions } from "./draft_pipeline.ts";
export { Channel, Datagram } from "./draft_pair.ts";
export type { ChannelOptions, DatagramOptions } from "./draft_pair.ts";
export type {
  DraftReceiver,
  DraftSender,
  GroupMessage,
  GroupTarget,
  PeerTarget,
  RoutedMessage,
} from "./draft_halves.ts";
// The types that those above name.
export type { Context } from "../context.ts";
export type { ContextOptions } from "../context_options.ts";
export type { ZmqError } from "../errors.ts";
export type { Interest } from "../poller/poller.ts";
export type { SyncWaitOptions, WaitOptions } from "../poller/wait_options.ts";
export type { BindToRandomPortOptions } from "./binding.ts";
export type { SocketEvent } from "./event_types.ts";
export type { Metadata } from "./metadata.ts";
export type { Frame } from "./frame.ts";
export type { Receiver, Sender } from "./halves.ts";
export type { MessageLike, MessagePart } from "./message.ts";
export type { Observer } from "./observer.ts";
export type { OptionTypes, ReceiverOptions, SenderOptions } from "./option_types.ts";
export type { Socket } from "./socket.ts";
export type { SocketOptions } from "./socket_options.ts";
export type { Visitor } from "./visit.ts";
export type { ReceiveOptions } from "./waits.ts";
