/**
 * A drop-in for the npm package `zeromq`, version 6: its names, its behaviour and its errors, so that a
 * program which was written for it runs when an import map leads it here.
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

// What these are made of.
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
export type { Uncloneable } from "./poller/source.ts";
// The classes behind those that can't be called without `new` in a class's own words.
export type { ContextClass } from "./zeromq/context.ts";
export type { ObserverClass } from "./zeromq/observer.ts";
export type { ProxyClass } from "./zeromq/proxy.ts";
export type { SocketClass } from "./zeromq/socket.ts";

// All modules behind these: see `mod.ts`.
import "./errors.ts";
import "./ffi/load.ts";
import "./ffi/libc.ts";
import "./ffi/memory.ts";
import "./ffi/libzmq.ts";
import "./ffi/errno.ts";
import "./ffi/curve.ts";
import "./zeromq/errors.ts";
import "./zeromq/library.ts";
import "./ffi/constants.ts";
import "./ffi/process_lock.ts";
import "./ffi/shutdown.ts";
import "./ffi/thread_exit.ts";
import "./ffi/shared_contexts.ts";
import "./poller/backend.ts";
import "./poller/fd.ts";
import "./poller/deadlines.ts";
import "./poller/source.ts";
import "./context.ts";
import "./zeromq/arguments.ts";
import "./zeromq/classes.ts";
import "./zeromq/define.ts";
import "./zeromq/end.ts";
import "./zeromq/warning.ts";
import "./zeromq/numbers.ts";
import "./zeromq/shared_context.ts";
import "./zeromq/context.ts";
import "./poller/alarm.ts";
import "./poller/turn.ts";
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
import "./socket/options_table.ts";
import "./socket/raw_options.ts";
import "./socket/hazards.ts";
import "./ffi/ipc_folders.ts";
import "./socket/loan.ts";
import "./socket/message.ts";
import "./socket/operation.ts";
import "./socket/handle.ts";
import "./socket/open.ts";
import "./socket/types.ts";
import "./socket/z85.ts";
import "./socket/options.ts";
import "./socket/options_by_number.ts";
import "./zeromq/accessors.ts";
import "./ffi/monitoring.ts";
import "./socket/message_layout.ts";
import "./socket/native_message.ts";
import "./socket/monitor.ts";
import "./socket/events.ts";
import "./zeromq/events.ts";
import "./zeromq/state.ts";
import "./zeromq/observer.ts";
import "./socket/receive.ts";
import "./zeromq/pauses.ts";
import "./zeromq/turns.ts";
import "./zeromq/receiving.ts";
import "./socket/native_send.ts";
import "./socket/send.ts";
import "./zeromq/sending.ts";
import "./zeromq/socket_options.ts";
import "./zeromq/socket.ts";
import "./ffi/proxying.ts";
import "./proxy/parts.ts";
import "./proxy/relay.ts";
import "./proxy/filtered.ts";
import "./proxy/run.ts";
import "./zeromq/proxy.ts";
import "./zeromq/compose.ts";
import "./zeromq/patterns.ts";
