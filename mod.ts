/**
 * ZeroMQ sockets for Deno: libzmq by FFI, driven by a poll loop that waits for sockets, file
 * descriptors and timeouts together.
 *
 * @example Two sockets
 * ```ts
 * import { Pull, Push } from "@deno-zmq/zmq";
 *
 * using pull = new Pull();
 * await pull.bind("tcp://127.0.0.1:*");
 * using push = new Push();
 * push.connect(pull.lastEndpoint!);
 * await push.send("hello");
 * for await (const [frame] of pull) {
 *   console.log(frame.text());
 *   break;
 * }
 * ```
 *
 * @module
 */

import "./modules.ts";

export { type LibraryAttempt, LibraryError, ZmqError, type ZmqErrorDetails } from "./errors.ts";
export { type Capability, capability, libraryPath, version } from "./library.ts";
export type { BackendKind } from "./poller/backend.ts";
export { type Interest, Poller, type PollerOptions, type Ready } from "./poller/poller.ts";
export type { IterateOptions, SyncWaitOptions, WaitOptions } from "./poller/wait_options.ts";
export { settled } from "./poller/reactor.ts";
export type { Pollable } from "./poller/pollable.ts";
export { PollerTimer, type TimerOptions } from "./poller/timers.ts";
export { Context, context } from "./context.ts";
export type { ContextOptions } from "./context_options.ts";

export { Frame } from "./socket/frame.ts";
export type { MessageLike, MessagePart } from "./socket/message.ts";
export { type Metadata, metadataOf } from "./socket/metadata.ts";
export type { SyncLimits, WaitLimits } from "./socket/operation.ts";
export type { VisitOptions, Visitor } from "./socket/visit.ts";
export type { OptionTypes, ReceiverOptions, SenderOptions } from "./socket/option_types.ts";
export type { GssapiNameType, SocketOptions } from "./socket/socket_options.ts";
export type { ByteStreamOptions } from "./socket/web_streams.ts";
export type { BindToRandomPortOptions } from "./socket/binding.ts";
export { Observer } from "./socket/observer.ts";
export type {
  SocketEvent,
  SocketEventOfType,
  SocketEvents,
  SocketEventType,
} from "./socket/event_types.ts";
export type { Receiver, Sender } from "./socket/halves.ts";
export { Socket } from "./socket/socket.ts";

export { Pair, type PairOptions } from "./socket/pair.ts";
export { Pull, type PullOptions, Push, type PushOptions } from "./socket/pipeline.ts";
export {
  Publisher,
  type PublisherOptions,
  Subscriber,
  type SubscriberOptions,
  XPublisher,
  type XPublisherOptions,
  XSubscriber,
  type XSubscriberOptions,
} from "./socket/publish_subscribe.ts";
export {
  Dealer,
  type DealerOptions,
  Reply,
  type ReplyOptions,
  Request,
  type RequestOptions,
  Router,
  type RouterConnectOptions,
  type RouterOptions,
} from "./socket/request_reply.ts";
export { Stream, type StreamOptions } from "./socket/stream.ts";
