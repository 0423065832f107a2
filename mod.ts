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

export { type LibraryAttempt, LibraryError, ZmqError, type ZmqErrorDetails } from "./errors.ts";
export { type Capability, capability, libraryPath, version } from "./library.ts";
export type { BackendKind } from "./poller/backend.ts";
export {
  type Interest,
  Poller,
  type PollerOptions,
  type Ready,
  type WaitOptions,
  type WaitSyncOptions,
} from "./poller/poller.ts";
export { settled } from "./poller/reactor.ts";
export { type Pollable, pollable, Uncloneable } from "./poller/source.ts";
export { PollerTimer, type TimerOptions } from "./poller/timers.ts";
export { Context, context } from "./context.ts";
export type { ContextOptions } from "./context_options.ts";

export {
  Frame,
  type FrameConstructor,
  type MessageLike,
  type MessagePart,
} from "./socket/message.ts";
export { type Metadata, metadataOf } from "./socket/metadata.ts";
export type { Visitor } from "./socket/native_message.ts";
export type { SyncLimits, WaitLimits } from "./socket/operation.ts";
export type { VisitOptions } from "./socket/receive.ts";
export type {
  CommonOptions,
  ConflateOption,
  InvertMatchingOption,
  ManualOptions,
  OptionTypes,
  ProbeRouterOption,
  PublishOptions,
  RawModeOption,
  ReceiveOptions,
  RequestOnlyOptions,
  RouterOnlyOptions,
  SendOptions,
  SettableOptions,
  StreamOnlyOptions,
  TransportOptions,
  XPublisherOnlyOptions,
} from "./socket/option_types.ts";
export type {
  DisconnectMessageOption,
  HelloMessageOption,
  HiccupMessageOption,
  NewerOptions,
  NormMode,
  OnlyFirstSubscribeOption,
  ReconnectStop,
  RouterNotifyOption,
  TopicsCount,
  VerboseUnsubscribeOption,
} from "./socket/newer_option_types.ts";
export type { GssapiNameType, SecurityOptions } from "./socket/security_options.ts";
export type { ByteStreamOptions } from "./socket/web_streams.ts";
export type { PortRange } from "./socket/binding.ts";
export { Observer } from "./socket/observer.ts";
export type {
  EventAddress,
  EventDescriptor,
  EventError,
  SocketEvent,
  SocketEventOfType,
  SocketEvents,
  SocketEventType,
} from "./socket/event_types.ts";
export type { Receives, Sends } from "./socket/halves.ts";
export { Socket, Socket as Configurable, type SocketOptions } from "./socket/socket.ts";

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
  NamedSocket,
  Reply,
  type ReplyOptions,
  Request,
  type RequestOptions,
  type RoutedConnectOptions,
  Router,
  type RouterOptions,
  type RoutingIdOption,
} from "./socket/request_reply.ts";
export { Stream, type StreamOptions } from "./socket/stream.ts";

// All modules behind these, each after those that it imports. Without the list Deno looks for the place of an import
// whose module isn't there yet, in source maps, and from a URL it can only ask for the modules that it knows of.
import "./errors.ts";
import "./ffi/load.ts";
import "./ffi/ready.ts";
import "./ffi/libc.ts";
import "./ffi/memory.ts";
import "./ffi/libzmq.ts";
import "./library.ts";
import "./poller/backend.ts";
import "./ffi/constants.ts";
import "./poller/deadlines.ts";
import "./poller/source.ts";
import "./ffi/errno.ts";
import "./poller/alarm.ts";
import "./poller/turn.ts";
import "./ffi/process_lock.ts";
import "./ffi/thread_exit.ts";
import "./poller/fd.ts";
import "./poller/epoll_set.ts";
import "./poller/wait_estimate.ts";
import "./poller/runtime_timers.ts";
import "./poller/wakeup.ts";
import "./poller/epoll.ts";
import "./poller/kqueue_set.ts";
import "./poller/kqueue.ts";
import "./poller/pollfds.ts";
import "./poller/poll.ts";
import "./poller/select.ts";
import "./poller/create.ts";
import "./poller/pool.ts";
import "./poller/reactor.ts";
import "./poller/timers.ts";
import "./poller/poller_core.ts";
import "./poller/poller.ts";
import "./ffi/shutdown.ts";
import "./ffi/shared_contexts.ts";
import "./context.ts";
import "./socket/message.ts";
import "./socket/metadata.ts";
import "./socket/options_table.ts";
import "./socket/raw_options.ts";
import "./socket/hazards.ts";
import "./ffi/ipc_folders.ts";
import "./socket/loan.ts";
import "./socket/operation.ts";
import "./socket/handle.ts";
import "./socket/open.ts";
import "./ffi/monitoring.ts";
import "./socket/events.ts";
import "./socket/z85.ts";
import "./socket/options.ts";
import "./socket/message_layout.ts";
import "./socket/native_message.ts";
import "./socket/types.ts";
import "./socket/monitor.ts";
import "./socket/observer.ts";
import "./socket/binding.ts";
import "./socket/options_by_number.ts";
import "./socket/readiness.ts";
import "./socket/settable_options.ts";
import "./socket/socket.ts";
import "./socket/receive.ts";
import "./socket/native_send.ts";
import "./socket/send.ts";
import "./socket/web_streams.ts";
import "./socket/compose.ts";
import "./socket/pair.ts";
import "./socket/pipeline.ts";
import "./socket/publish_subscribe.ts";
import "./socket/request_reply.ts";
import "./socket/stream.ts";
