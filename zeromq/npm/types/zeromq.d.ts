// Written by tests/write_npm.ts.
// deno-lint-ignore-file
export { capability, curveKeyPair, version } from "./zeromq/library.d.ts";
export { Context, context } from "./zeromq/context.d.ts";
export { Socket } from "./zeromq/socket.d.ts";
export { Observer } from "./zeromq/observer.d.ts";
export { Proxy } from "./zeromq/proxy.d.ts";
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
} from "./zeromq/patterns.d.ts";
export type {
  Message,
  MessageLike,
  Readable,
  RouterConnectOptions,
  SocketOptions,
  StreamConnectOptions,
  Writable,
} from "./zeromq/socket_types.d.ts";
export type { Event, EventOfType, EventSubscriber, EventType } from "./zeromq/event_types.d.ts";
export type { CommonOptions, GssapiNameType, ReceiveType } from "./zeromq/socket_types.d.ts";
export type {
  AuthError,
  ErrnoError,
  EventAddress,
  EventError,
  EventFor,
  EventInterval,
  Expand,
  ProtoError,
} from "./zeromq/event_types.d.ts";
export type { IfEquals, Options, WritableKeys } from "./zeromq/option_types.d.ts";
export type { ContextClass } from "./zeromq/context.d.ts";
export type { ObserverClass } from "./zeromq/observer.d.ts";
export type { ProxyClass } from "./zeromq/proxy.d.ts";
export type { SocketClass } from "./zeromq/socket.d.ts";
