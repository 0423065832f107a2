// Written by tests/write_npm.ts.
// deno-lint-ignore-file
export { Client, Datagram, Dish, Gather, Radio, Scatter, Server } from "./zeromq/draft.d.ts";
export type {
  DishGroupOptions,
  RadioGroupOptions,
  ServerRoutingOptions,
} from "./zeromq/draft.d.ts";
export type {
  CommonOptions,
  GssapiNameType,
  Message,
  MessageLike,
  Readable,
  ReceiveType,
  SocketOptions,
  Writable,
} from "./zeromq/socket_types.d.ts";
export type { Context, ContextClass } from "./zeromq/context.d.ts";
export type { Observer, ObserverClass } from "./zeromq/observer.d.ts";
export type { Socket, SocketClass } from "./zeromq/socket.d.ts";
export type { IfEquals, Options, WritableKeys } from "./zeromq/option_types.d.ts";
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
} from "./zeromq/event_types.d.ts";
