/**
 * ZeroMQ for Deno: libzmq's sockets with `await`, and one poll loop over sockets, file descriptors and timers.
 *
 * `deno run --allow-ffi` is enough, and it isn't a small permission: native code isn't confined by Deno's permissions.
 * libzmq is the system's, or a prebuilt one that Deno fetches from npm once.
 *
 * ## What is here
 *
 * - **Sockets**, a class for each pattern, as in zeromq.js v6: {@linkcode Push} and {@linkcode Pull},
 *   {@linkcode Publisher} and {@linkcode Subscriber}, {@linkcode Request} and {@linkcode Reply}, {@linkcode Dealer} and
 *   {@linkcode Router}, {@linkcode Pair}, {@linkcode XPublisher}, {@linkcode XSubscriber}, {@linkcode Stream}. What all
 *   of them have is at {@linkcode Socket}, what receives at {@linkcode Receiver}, what sends at {@linkcode Sender}.
 * - **{@linkcode Poller}**: one wait for sockets, file descriptors and timers, asynchronous or blocking.
 * - **{@linkcode Frame}**, a part of a received message; **{@linkcode Observer}**, the events of a socket's connections;
 *   **{@linkcode Context}**, which threads can share.
 * - **{@linkcode ZmqError}**, with libzmq's `code`; **{@linkcode LibraryError}** where libzmq isn't there.
 *
 * ## Other entries
 *
 * | entry | what |
 * | --- | --- |
 * | `./poller` | the Poller alone, without ZeroMQ |
 * | `./proxy` | `Proxy`: passes messages on between two sockets |
 * | `./security` | CURVE keys, certificates, an authenticator |
 * | `./draft` | the sockets of libzmq's draft API, such as `Server` and `Radio` |
 * | `./zeromq`, `./zeromq/draft`, `./zeromq/v5-compat` | drop-ins for npm's `zeromq` |
 *
 * ## Pages
 *
 * In the package's folder `docs/`: `getting-started.md`, `patterns.md`, `messages.md` (time-outs, back-pressure,
 * errors), `recipes.md` (slow joiner, retry, HTTP, workers, tests), `shutdown.md` (signals, linger), `poller.md`,
 * `options.md`, `security.md`, which to read before a port is opened to a network, and more; the README lists all.
 *
 * @example Two sockets
 * ```ts
 * import { Pull, Push } from "@deno-zmq/zmq";
 *
 * await using pull = new Pull();
 * await using push = new Push();
 * push.connect(await pull.bind("tcp://127.0.0.1:*")); // the system chooses a port
 *
 * for (const job of ["sweep", "wash", "stop"]) await push.send(job);
 * for await (const [job] of pull) {
 *   console.log(`job: ${job.text()}`);
 *   if (job.text() === "stop") break;
 * }
 * ```
 *
 * @module
 */

import "./modules.ts";

export { LibraryError, ZmqError } from "./errors.ts";
export { type Capability, capability, libraryPath, version } from "./library.ts";
export type { BackendKind } from "./poller/backend.ts";
export {
  type AddOptions,
  type Interest,
  Poller,
  type PollerOptions,
  type Ready,
} from "./poller/poller.ts";
export type { SyncWaitOptions, WaitOptions } from "./poller/wait_options.ts";
export type { Pollable } from "./poller/pollable.ts";
export { PollerTimer, type TimerOptions } from "./poller/timers.ts";
export { Context, context } from "./context.ts";
export type { ContextOptions } from "./context_options.ts";

export { Frame } from "./socket/frame.ts";
export type { MessageLike, MessagePart } from "./socket/message.ts";
export { type Metadata, metadataOf } from "./socket/metadata.ts";
export type { ReceiveOptions } from "./socket/waits.ts";
export type { Visitor } from "./socket/visit.ts";
export type {
  MultipartOptions,
  OptionTypes,
  ReceiverOptions,
  SenderOptions,
} from "./socket/option_types.ts";
export type { SocketOptions } from "./socket/socket_options.ts";
export type { BindToRandomPortOptions } from "./socket/binding.ts";
export { Observer } from "./socket/observer.ts";
export type { SocketEvent } from "./socket/event_types.ts";
export type { MultipartReceiver, Receiver, Sender } from "./socket/halves.ts";
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
  type RouterOptions,
} from "./socket/request_reply.ts";
export { Stream, type StreamOptions } from "./socket/stream.ts";
