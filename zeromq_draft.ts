/**
 * A drop-in for the module `zeromq/draft` of the npm package `zeromq`, version 6: the sockets of libzmq's draft
 * API, which may still change there.
 *
 * Importing it warns through the `process`, as there, and fails if the libzmq in use was built without that API, which
 * `capability.draft` of the module `zeromq` shows.
 *
 * @example A server that knows its clients by number
 * ```ts ignore
 * import { Client, Server } from "zeromq/draft";
 *
 * const server = new Server();
 * await server.bind("tcp://127.0.0.1:5555");
 * const client = new Client();
 * client.connect("tcp://127.0.0.1:5555");
 *
 * await client.send("hello");
 * const [text, { routingId }] = await server.receive();
 * await server.send(`${text} to you`, { routingId });
 * console.log((await client.receive()).toString());
 * ```
 *
 * @module
 */

import { has } from "./ffi/libzmq.ts";
import { warn } from "./zeromq/warning.ts";

export { Client, Datagram, Dish, Gather, Radio, Scatter, Server } from "./zeromq/draft.ts";

export type { DishGroupOptions, RadioGroupOptions, ServerRoutingOptions } from "./zeromq/draft.ts";

// The types of these exports.
export type {
  CommonOptions,
  GssapiNameType,
  Message,
  MessageLike,
  Readable,
  ReceiveType,
  SocketOptions,
  Writable,
} from "./zeromq/socket_types.ts";
export type { Context, ContextClass } from "./zeromq/context.ts";
export type { Observer, ObserverClass } from "./zeromq/observer.ts";
export type { Socket, SocketClass } from "./zeromq/socket.ts";
export type { IfEquals, Options, WritableKeys } from "./zeromq/option_types.ts";
export type {
  AuthError,
  ErrnoError,
  Event,
  EventAddress,
  EventError,
  EventFor,
  EventInterval,
  EventOfType,
  EventSubscriber,
  EventType,
  Expand,
  ProtoError,
} from "./zeromq/event_types.ts";

if (!has("draft")) {
  throw new Error(
    "ZeroMQ draft features are not enabled in this build. To have them, name a libzmq with its draft " +
      "API by LIBZMQ_PATH: the file within npm's zeromq is one.",
  );
}
warn("ZeroMQ draft features are experimental and could change at any time.");
