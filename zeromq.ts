/**
 * A drop-in for the npm package `zeromq`, version 6, with its names, its behaviour and its errors. A
 * program that was written for that package runs when an import map points to this module.
 *
 * @example The import is all that changes
 * ```ts
 * import { Pull, Push } from "zeromq"; // an import map's name for this module
 *
 * const pull = new Pull();
 * await pull.bind("tcp://127.0.0.1:*");
 * const push = new Push();
 * push.connect(pull.lastEndpoint!);
 * await push.send(["one part", "and another"]);
 * for await (const [one, other] of pull) {
 *   console.log(one.toString(), other.toString());
 *   break;
 * }
 * pull.close();
 * push.close();
 * ```
 *
 * @module
 */

import "./zeromq/modules.ts";

export { capability, curveKeyPair, version } from "./zeromq/library.ts";
export { Context, context } from "./zeromq/context.ts";
export { Socket } from "./zeromq/socket.ts";
export { Observer } from "./zeromq/observer.ts";
export { Proxy } from "./zeromq/proxy.ts";
export {
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
} from "./zeromq/patterns.ts";

export type {
  Message,
  MessageLike,
  Readable,
  RouterConnectOptions,
  SocketOptions,
  StreamConnectOptions,
  Writable,
} from "./zeromq/socket_types.ts";
export type { Event, EventOfType, EventSubscriber, EventType } from "./zeromq/event_types.ts";

// The types of these exports.
export type { CommonOptions, GssapiNameType, ReceiveType } from "./zeromq/socket_types.ts";
export type {
  AuthError,
  ErrnoError,
  EventAddress,
  EventError,
  EventFor,
  EventInterval,
  Expand,
  ProtoError,
} from "./zeromq/event_types.ts";
export type { IfEquals, Options, WritableKeys } from "./zeromq/option_types.ts";
// The classes behind the exported ones, whose call without `new` throws what native classes throw.
export type { ContextClass } from "./zeromq/context.ts";
export type { ObserverClass } from "./zeromq/observer.ts";
export type { ProxyClass } from "./zeromq/proxy.ts";
export type { SocketClass } from "./zeromq/socket.ts";
