/** Publish and subscribe: each message goes to all who have subscribed to its beginning. */

import type { Interest } from "../poller/poller.ts";
import type { SyncWaitOptions, WaitOptions } from "../poller/wait_options.ts";
import type { Frame } from "./frame.ts";
import type { MessageLike } from "./message.ts";
import type { Visitor } from "./visit.ts";
import type { ReceiveOptions } from "./waits.ts";
import { compose } from "./compose.ts";
import type { MultipartReceiver, Receiver, Sender } from "./halves.ts";
import { type Handle, openHandleOf } from "./handle.ts";
import { assertSafeOption } from "./hazards.ts";
import { OPTION_NUMBERS } from "./options_table.ts";
import { intBytes } from "./raw_options.ts";
import type { MultipartOptions, ReceiverOptions, SenderOptions } from "./option_types.ts";
import { Socket } from "./socket.ts";
import type { SocketOptions } from "./socket_options.ts";
import { TYPES } from "./types.ts";

/** Options of a {@linkcode Publisher}. */
export interface PublisherOptions extends SocketOptions, SenderOptions {
  /** Whether a send waits for slow subscribers instead of dropping for them. Takes effect at once. Default false (`ZMQ_XPUB_NODROP`). */
  noDrop?: boolean;
  /**
   * Whether only the last message is kept, in either direction. To be set before bind and connect; over inproc, what the
   * connecting side has set counts for both. A peer that sends a multipart message makes libzmq end the process. Default
   * false (`ZMQ_CONFLATE`).
   */
  conflate?: boolean;
  /** Whether messages that match *no* subscription are sent. Both sides must set it. Takes effect at once. Default false (`ZMQ_INVERT_MATCHING`). */
  invertMatching?: boolean;
  /**
   * Whether the later parts of a message are subscriptions only where its first one is. Default false. Since 4.3.3
   * (`ZMQ_ONLY_FIRST_SUBSCRIBE`).
   */
  onlyFirstSubscribe?: boolean;
}

/**
 * Sends each message to every peer that has subscribed to its beginning (`ZMQ_PUB`). Peers are
 * {@linkcode Subscriber} and {@linkcode XSubscriber} sockets. For peers that aren't there, haven't subscribed yet, or
 * are too slow, it's dropped; {@linkcode PublisherOptions.noDrop} makes a send wait for slow ones.
 *
 * As every {@linkcode Socket} it has `bind`, `bindSync`, `bindToRandomPort`, `unbind`, `unbindSync`, `connect`,
 * `disconnect`, `wait`, `waitSync`, `close`, `getOption`, `setOption`, the filters `addTcpAcceptFilter`, `addIpcFilterPid`,
 * `addIpcFilterUid`, `addIpcFilterGid`, `clearTcpAcceptFilters` and `clearIpcFilters`, and the options of
 * {@linkcode SocketOptions} as properties.
 *
 * @example A message by topic
 * ```ts
 * import { Publisher, Subscriber } from "@deno-zmq/zmq";
 *
 * using publisher = new Publisher();
 * await publisher.bind("inproc://publisher-example");
 * using subscriber = new Subscriber();
 * subscriber.connect("inproc://publisher-example");
 * subscriber.subscribe("weather");
 * await publisher.send(["weather", "rain"]);
 * const [topic, text] = await subscriber.receive();
 * console.log(topic.text(), text.text());
 * ```
 */
export class Publisher extends Socket {
  /**
   * Opens a socket.
   *
   * @throws {TypeError} If the options aren't an object, one is unknown or has the wrong type, or there's an argument too many.
   * @throws {RangeError} If an option is out of range.
   * @throws {ZmqError} EMFILE If the context or the process can have no more sockets.
   * @throws {ZmqError} EINVAL If libzmq refuses an option.
   */
  constructor(options?: PublisherOptions) {
    super(TYPES.Publisher.number, options, arguments.length);
  }
}
/** The members of a {@linkcode Publisher} that its type of socket brings. */
export interface Publisher extends Sender, Required<Omit<PublisherOptions, keyof SocketOptions>> {
  /** Waits until a message can be sent, and sends none. See {@linkcode Socket.wait}. */
  wait(options?: WaitOptions & Pick<Interest, "writable">): Promise<boolean>;
  /** Does so while it blocks this thread. See {@linkcode Socket.waitSync}. */
  waitSync(options?: SyncWaitOptions & Pick<Interest, "writable">): boolean;
  /** Sends a message; waits where no peer can take it. See {@linkcode Sender.send}. */
  send(message: MessageLike, options?: WaitOptions): Promise<void>;
  /** Sends a message if that can be done at once. See {@linkcode Sender.trySend}. */
  trySend(message: MessageLike): boolean;
  /** Sends a message, blocking this thread. See {@linkcode Sender.sendSync}. */
  sendSync(message: MessageLike, options?: SyncWaitOptions): void;
  /** Returns a Web stream of messages to send. See {@linkcode Sender.toWritableStream}. */
  toWritableStream(): WritableStream<MessageLike>;
  /** Returns a Web stream of bytes to send. See {@linkcode Sender.toWritableByteStream}. */
  toWritableByteStream(options?: { endMarker?: boolean }): WritableStream<Uint8Array>;
  /** How many subscriptions the socket has, or knows of its peers. Draft, since 4.3.5 (`ZMQ_TOPICS_COUNT`). */
  readonly topicsCount: number;
}
compose(Publisher, TYPES.Publisher);

/** Options of a {@linkcode Subscriber}. */
export interface SubscriberOptions extends SocketOptions, ReceiverOptions, MultipartOptions {
  /**
   * Whether only the last message is kept. To be set before bind and connect; over inproc, what the connecting side has
   * set counts for both. A Subscriber that was asked whether it's readable, or was in a Poller, returns the message that
   * it had then before the last one. A peer that sends a multipart message makes libzmq end the process. Default false
   * (`ZMQ_CONFLATE`).
   */
  conflate?: boolean;
  /** Whether messages that match *no* subscription are sent. Both sides must set it. Takes effect at once. Default false (`ZMQ_INVERT_MATCHING`). */
  invertMatching?: boolean;
}

/**
 * Receives the messages to whose beginning it has subscribed (`ZMQ_SUB`). Peers are
 * {@linkcode Publisher} and {@linkcode XPublisher} sockets. What was sent before the subscription has reached the
 * publisher is missed.
 *
 * As every {@linkcode Socket} it has `bind`, `bindSync`, `bindToRandomPort`, `unbind`, `unbindSync`, `connect`,
 * `disconnect`, `wait`, `waitSync`, `close`, `getOption`, `setOption`, the filters `addTcpAcceptFilter`, `addIpcFilterPid`,
 * `addIpcFilterUid`, `addIpcFilterGid`, `clearTcpAcceptFilters` and `clearIpcFilters`, and the options of
 * {@linkcode SocketOptions} as properties.
 *
 * @example Everything that is published
 * ```ts
 * import { Publisher, Subscriber } from "@deno-zmq/zmq";
 *
 * using publisher = new Publisher();
 * await publisher.bind("inproc://subscriber-example");
 * using subscriber = new Subscriber();
 * subscriber.connect("inproc://subscriber-example");
 * subscriber.subscribe(""); // everything
 * await publisher.send("news");
 * for await (const [news] of subscriber) {
 *   console.log(news.text());
 *   break;
 * }
 * ```
 */
export class Subscriber extends Socket {
  /**
   * Opens a socket.
   *
   * @throws {TypeError} If the options aren't an object, one is unknown or has the wrong type, or there's an argument too many.
   * @throws {RangeError} If an option is out of range.
   * @throws {ZmqError} EMFILE If the context or the process can have no more sockets.
   * @throws {ZmqError} EINVAL If libzmq refuses an option.
   */
  constructor(options?: SubscriberOptions) {
    super(TYPES.Subscriber.number, options, arguments.length);
  }

  /**
   * Subscribes to all messages whose first frame begins with one of the prefixes, of which there's at least one; an empty
   * prefix, `""`, is every message. A prefix subscribed to twice must be unsubscribed from twice (`ZMQ_SUBSCRIBE`).
   *
   * @throws {TypeError} If there's no prefix, or one is neither a string nor bytes, or if its bytes were transferred.
   * @throws {RangeError} If a prefix has more than 4096 bytes, or 246 to 255 with libzmq 4.3.4, which can't cope with them.
   * @throws {ZmqError} EBADF If the socket is closed.
   */
  subscribe(prefix: string | Uint8Array, ...more: (string | Uint8Array)[]): void {
    change(openHandleOf(this, "zmq_setsockopt"), "subscribe", [prefix, ...more]);
  }

  /**
   * Removes subscriptions; `""` is the one to every message (`ZMQ_UNSUBSCRIBE`). Unsubscribing from a prefix without a
   * subscription does nothing.
   *
   * @throws {TypeError} If there's no prefix, or one is neither a string nor bytes, or if its bytes were transferred.
   * @throws {RangeError} If a prefix has more than 4096 bytes, or 246 to 255 with libzmq 4.3.4, which can't cope with them.
   * @throws {ZmqError} EBADF If the socket is closed.
   */
  unsubscribe(prefix: string | Uint8Array, ...more: (string | Uint8Array)[]): void {
    change(openHandleOf(this, "zmq_setsockopt"), "unsubscribe", [prefix, ...more]);
  }
}
/** The members of a {@linkcode Subscriber} that its type of socket brings. */
export interface Subscriber
  extends Receiver, MultipartReceiver, Required<Omit<SubscriberOptions, keyof SocketOptions>> {
  /** Waits until a message can be received, and receives none. See {@linkcode Socket.wait}. */
  wait(options?: WaitOptions & Pick<Interest, "readable">): Promise<boolean>;
  /** Does so while it blocks this thread. See {@linkcode Socket.waitSync}. */
  waitSync(options?: SyncWaitOptions & Pick<Interest, "readable">): boolean;
  /** Receives the next message; waits where there is none. See {@linkcode Receiver.receive}. */
  receive(options?: ReceiveOptions): Promise<Frame[]>;
  /** Receives a message that has arrived already, or returns `undefined`. See {@linkcode Receiver.tryReceive}. */
  tryReceive(): Frame[] | undefined;
  /** Receives a message, blocking this thread. See {@linkcode Receiver.receiveSync}. */
  receiveSync(options?: SyncWaitOptions): Frame[];
  /** Iterates over all messages to come, as `for await` does. See {@linkcode Receiver.iterate}. */
  iterate(
    options?: Pick<ReceiveOptions, "signal" | "ref">,
  ): AsyncIterableIterator<Frame[]>;
  /** Iterates over the messages that have arrived, and never waits. See {@linkcode Receiver.drain}. */
  drain(options?: { limit?: number }): IteratorObject<Frame[], undefined>;
  /** Calls a function with the bytes of each frame that has arrived. See {@linkcode Receiver.visit}. */
  visit(visitor: Visitor, options?: { limit?: number; timeout?: number }): number;
  /** Returns the messages to come as a Web stream. See {@linkcode Receiver.toReadableStream}. */
  toReadableStream(): ReadableStream<Frame[]>;
  /** Returns the messages to come as a Web stream of bytes. See {@linkcode Receiver.toReadableByteStream}. */
  toReadableByteStream(options?: { endMarker?: boolean }): ReadableStream<Uint8Array<ArrayBuffer>>;
  /** How many subscriptions the socket has, or knows of its peers. Draft, since 4.3.5 (`ZMQ_TOPICS_COUNT`). */
  readonly topicsCount: number;
}
compose(Subscriber, TYPES.Subscriber);

/** Options of an {@linkcode XPublisher}. */
export interface XPublisherOptions
  extends SocketOptions, ReceiverOptions, MultipartOptions, SenderOptions {
  /**
   * Which subscriptions of peers are received: `null` for the first and last of each kind only, `"allSubs"` for
   * every subscription, `"allSubsUnsubs"` for every subscription and unsubscription. Takes effect at
   * once. Default `null` (`ZMQ_XPUB_VERBOSE`, `ZMQ_XPUB_VERBOSER`).
   */
  verbosity?: "allSubs" | "allSubsUnsubs" | null;
  /** Whether a send waits for slow subscribers instead of dropping for them. Takes effect at once. Default false (`ZMQ_XPUB_NODROP`). */
  noDrop?: boolean;
  /**
   * Whether peers' subscriptions are only received, and take effect by {@linkcode XPublisher.subscribe}, which then
   * concerns the peer whose message was received last. Takes effect at once. Default false (`ZMQ_XPUB_MANUAL`).
   */
  manual?: boolean;
  /**
   * The same as {@linkcode XPublisherOptions.manual}, and a message that is sent after such a subscription goes to the peer
   * concerned only: for giving new subscribers the last value. Default false. Since 4.3.2
   * (`ZMQ_XPUB_MANUAL_LAST_VALUE`).
   */
  manualLastValue?: boolean;
  /** A message that each new subscriber gets, if it subscribes to it; `null` for none. Default `null` (`ZMQ_XPUB_WELCOME_MSG`). */
  welcomeMessage?: string | Uint8Array | null;
  /** Whether messages that match *no* subscription are sent. Both sides must set it. Takes effect at once. Default false (`ZMQ_INVERT_MATCHING`). */
  invertMatching?: boolean;
  /**
   * Whether the later parts of a message are subscriptions only where its first one is. Default false. Since 4.3.3
   * (`ZMQ_ONLY_FIRST_SUBSCRIBE`).
   */
  onlyFirstSubscribe?: boolean;
}

/**
 * A {@linkcode Publisher} that receives its peers' subscriptions (`ZMQ_XPUB`): messages whose first byte is 1 for a
 * subscription and 0 for the end of one, and then its prefix. Peers may also send other messages, even
 * empty ones: look at the length first.
 *
 * As every {@linkcode Socket} it has `bind`, `bindSync`, `bindToRandomPort`, `unbind`, `unbindSync`, `connect`,
 * `disconnect`, `wait`, `waitSync`, `close`, `getOption`, `setOption`, the filters `addTcpAcceptFilter`, `addIpcFilterPid`,
 * `addIpcFilterUid`, `addIpcFilterGid`, `clearTcpAcceptFilters` and `clearIpcFilters`, and the options of
 * {@linkcode SocketOptions} as properties.
 *
 * @example Who subscribes
 * ```ts
 * import { Subscriber, XPublisher } from "@deno-zmq/zmq";
 *
 * using publisher = new XPublisher();
 * await publisher.bind("inproc://xpublisher-example");
 * using subscriber = new Subscriber();
 * subscriber.connect("inproc://xpublisher-example");
 * subscriber.subscribe("weather");
 * const [subscription] = await publisher.receive();
 * console.log(subscription[0] === 1, subscription.subarray(1).toString());
 * ```
 */
export class XPublisher extends Socket {
  /**
   * Opens a socket.
   *
   * @throws {TypeError} If the options aren't an object, one is unknown or has the wrong type, or there's an argument too many.
   * @throws {RangeError} If an option is out of range.
   * @throws {ZmqError} EMFILE If the context or the process can have no more sockets.
   * @throws {ZmqError} EINVAL If libzmq refuses an option.
   */
  constructor(options?: XPublisherOptions) {
    super(TYPES.XPublisher.number, options, arguments.length);
  }

  /** Which subscriptions are received; see {@linkcode XPublisherOptions.verbosity}. */
  get verbosity(): "allSubs" | "allSubsUnsubs" | null {
    const { shadowOptions } = openHandleOf(this, "zmq_getsockopt");
    return (shadowOptions.get("verbosity") ?? null) as "allSubs" | "allSubsUnsubs" | null;
  }
  set verbosity(value: "allSubs" | "allSubsUnsubs" | null) {
    const handle = openHandleOf(this, "zmq_setsockopt");
    const setting = VERBOSITIES.get(value);
    if (setting === undefined) {
      throw new TypeError('The option verbosity must be null, "allSubs" or "allSubsUnsubs"');
    }
    const [option, on] = setting;
    handle.setBytes(option, "verbosity", intBytes(on));
    handle.shadowOptions.set("verbosity", value);
  }

  /**
   * In manual mode, subscribes the peer whose message was received last to prefixes (`ZMQ_SUBSCRIBE`).
   *
   * @throws {TypeError} If there's no prefix, or one is neither a string nor bytes, or if its bytes were transferred.
   * @throws {ZmqError} EINVAL If {@linkcode XPublisherOptions.manual} isn't set.
   * @throws {ZmqError} EBADF If the socket is closed.
   */
  subscribe(prefix: string | Uint8Array, ...more: (string | Uint8Array)[]): void {
    change(openHandleOf(this, "zmq_setsockopt"), "subscribe", [prefix, ...more]);
  }

  /**
   * In manual mode, takes such subscriptions back (`ZMQ_UNSUBSCRIBE`).
   *
   * @throws {TypeError} If there's no prefix, or one is neither a string nor bytes, or if its bytes were transferred.
   * @throws {ZmqError} EINVAL If {@linkcode XPublisherOptions.manual} isn't set.
   * @throws {ZmqError} EBADF If the socket is closed.
   */
  unsubscribe(prefix: string | Uint8Array, ...more: (string | Uint8Array)[]): void {
    change(openHandleOf(this, "zmq_setsockopt"), "unsubscribe", [prefix, ...more]);
  }
}
/** The members of an {@linkcode XPublisher} that its type of socket brings. */
export interface XPublisher
  extends
    Receiver,
    MultipartReceiver,
    Sender,
    Required<Omit<XPublisherOptions, keyof SocketOptions | "verbosity">> {
  /** Receives the next message; waits where there is none. See {@linkcode Receiver.receive}. */
  receive(options?: ReceiveOptions): Promise<Frame[]>;
  /** Receives a message that has arrived already, or returns `undefined`. See {@linkcode Receiver.tryReceive}. */
  tryReceive(): Frame[] | undefined;
  /** Receives a message, blocking this thread. See {@linkcode Receiver.receiveSync}. */
  receiveSync(options?: SyncWaitOptions): Frame[];
  /** Iterates over all messages to come, as `for await` does. See {@linkcode Receiver.iterate}. */
  iterate(
    options?: Pick<ReceiveOptions, "signal" | "ref">,
  ): AsyncIterableIterator<Frame[]>;
  /** Iterates over the messages that have arrived, and never waits. See {@linkcode Receiver.drain}. */
  drain(options?: { limit?: number }): IteratorObject<Frame[], undefined>;
  /** Calls a function with the bytes of each frame that has arrived. See {@linkcode Receiver.visit}. */
  visit(visitor: Visitor, options?: { limit?: number; timeout?: number }): number;
  /** Returns the messages to come as a Web stream. See {@linkcode Receiver.toReadableStream}. */
  toReadableStream(): ReadableStream<Frame[]>;
  /** Returns the messages to come as a Web stream of bytes. See {@linkcode Receiver.toReadableByteStream}. */
  toReadableByteStream(options?: { endMarker?: boolean }): ReadableStream<Uint8Array<ArrayBuffer>>;
  /** Sends a message; waits where no peer can take it. See {@linkcode Sender.send}. */
  send(message: MessageLike, options?: WaitOptions): Promise<void>;
  /** Sends a message if that can be done at once. See {@linkcode Sender.trySend}. */
  trySend(message: MessageLike): boolean;
  /** Sends a message, blocking this thread. See {@linkcode Sender.sendSync}. */
  sendSync(message: MessageLike, options?: SyncWaitOptions): void;
  /** Returns a Web stream of messages to send. See {@linkcode Sender.toWritableStream}. */
  toWritableStream(): WritableStream<MessageLike>;
  /** Returns a Web stream of bytes to send. See {@linkcode Sender.toWritableByteStream}. */
  toWritableByteStream(options?: { endMarker?: boolean }): WritableStream<Uint8Array>;
  /** How many subscriptions the socket has, or knows of its peers. Draft, since 4.3.5 (`ZMQ_TOPICS_COUNT`). */
  readonly topicsCount: number;
}
compose(XPublisher, TYPES.XPublisher);

/** Setting either of the two options decides over both. */
const VERBOSITIES = new Map<unknown, readonly [option: number, on: number]>([
  [null, [OPTION_NUMBERS.verboser, 0]],
  ["allSubs", [OPTION_NUMBERS.verbose, 1]],
  ["allSubsUnsubs", [OPTION_NUMBERS.verboser, 1]],
]);

/** Options of an {@linkcode XSubscriber}. */
export interface XSubscriberOptions
  extends SocketOptions, ReceiverOptions, MultipartOptions, SenderOptions {
  /**
   * How many messages may be queued for each publisher, 0 for no limit. What is sent beyond the mark is dropped silently,
   * subscriptions, too. To be set before bind and connect. Default 0 (`ZMQ_SNDHWM`).
   */
  sendHighWaterMark?: number;
  /**
   * Whether the later parts of a message are subscriptions only where its first one is. Default false. Since 4.3.3
   * (`ZMQ_ONLY_FIRST_SUBSCRIBE`).
   */
  onlyFirstSubscribe?: boolean;
  /** Whether every unsubscription is passed on, and not only the last of a kind. Default false. Draft, since 4.3.5 (`ZMQ_XSUB_VERBOSE_UNSUBSCRIBE`). */
  verboseUnsubscribe?: boolean;
}

/**
 * A {@linkcode Subscriber} that subscribes by sending messages (`ZMQ_XSUB`): a byte 1 and a prefix to subscribe, 0 and
 * the prefix to end it. A prefix that `subscribe` would refuse is a RangeError of the send. Other messages go to the
 * publishers as they are.
 *
 * As every {@linkcode Socket} it has `bind`, `bindSync`, `bindToRandomPort`, `unbind`, `unbindSync`, `connect`,
 * `disconnect`, `wait`, `waitSync`, `close`, `getOption`, `setOption`, the filters `addTcpAcceptFilter`, `addIpcFilterPid`,
 * `addIpcFilterUid`, `addIpcFilterGid`, `clearTcpAcceptFilters` and `clearIpcFilters`, and the options of
 * {@linkcode SocketOptions} as properties.
 *
 * @example A subscription by message
 * ```ts
 * import { Publisher, XSubscriber } from "@deno-zmq/zmq";
 *
 * using publisher = new Publisher();
 * await publisher.bind("inproc://xsubscriber-example");
 * using subscriber = new XSubscriber();
 * subscriber.connect("inproc://xsubscriber-example");
 * await subscriber.send("\x01weather");
 * await publisher.send("weather: rain");
 * console.log(String((await subscriber.receive())[0]));
 * ```
 */
export class XSubscriber extends Socket {
  /**
   * Opens a socket.
   *
   * @throws {TypeError} If the options aren't an object, one is unknown or has the wrong type, or there's an argument too many.
   * @throws {RangeError} If an option is out of range.
   * @throws {ZmqError} EMFILE If the context or the process can have no more sockets.
   * @throws {ZmqError} EINVAL If libzmq refuses an option.
   */
  constructor(options?: XSubscriberOptions) {
    super(TYPES.XSubscriber.number, options, arguments.length);
  }
}
/** The members of an {@linkcode XSubscriber} that its type of socket brings. */
export interface XSubscriber
  extends
    Receiver,
    MultipartReceiver,
    Sender,
    Required<Omit<XSubscriberOptions, keyof SocketOptions>> {
  /** Receives the next message; waits where there is none. See {@linkcode Receiver.receive}. */
  receive(options?: ReceiveOptions): Promise<Frame[]>;
  /** Receives a message that has arrived already, or returns `undefined`. See {@linkcode Receiver.tryReceive}. */
  tryReceive(): Frame[] | undefined;
  /** Receives a message, blocking this thread. See {@linkcode Receiver.receiveSync}. */
  receiveSync(options?: SyncWaitOptions): Frame[];
  /** Iterates over all messages to come, as `for await` does. See {@linkcode Receiver.iterate}. */
  iterate(
    options?: Pick<ReceiveOptions, "signal" | "ref">,
  ): AsyncIterableIterator<Frame[]>;
  /** Iterates over the messages that have arrived, and never waits. See {@linkcode Receiver.drain}. */
  drain(options?: { limit?: number }): IteratorObject<Frame[], undefined>;
  /** Calls a function with the bytes of each frame that has arrived. See {@linkcode Receiver.visit}. */
  visit(visitor: Visitor, options?: { limit?: number; timeout?: number }): number;
  /** Returns the messages to come as a Web stream. See {@linkcode Receiver.toReadableStream}. */
  toReadableStream(): ReadableStream<Frame[]>;
  /** Returns the messages to come as a Web stream of bytes. See {@linkcode Receiver.toReadableByteStream}. */
  toReadableByteStream(options?: { endMarker?: boolean }): ReadableStream<Uint8Array<ArrayBuffer>>;
  /** Sends a message; waits where no peer can take it. See {@linkcode Sender.send}. */
  send(message: MessageLike, options?: WaitOptions): Promise<void>;
  /** Sends a message if that can be done at once. See {@linkcode Sender.trySend}. */
  trySend(message: MessageLike): boolean;
  /** Sends a message, blocking this thread. See {@linkcode Sender.sendSync}. */
  sendSync(message: MessageLike, options?: SyncWaitOptions): void;
  /** Returns a Web stream of messages to send. See {@linkcode Sender.toWritableStream}. */
  toWritableStream(): WritableStream<MessageLike>;
  /** Returns a Web stream of bytes to send. See {@linkcode Sender.toWritableByteStream}. */
  toWritableByteStream(options?: { endMarker?: boolean }): WritableStream<Uint8Array>;
  /** How many subscriptions the socket has, or knows of its peers. Draft, since 4.3.5 (`ZMQ_TOPICS_COUNT`). */
  readonly topicsCount: number;
}
compose(XSubscriber, TYPES.XSubscriber);

function change(
  handle: Handle,
  name: "subscribe" | "unsubscribe",
  prefixes: readonly (string | Uint8Array)[],
): void {
  if (prefixes[0] === undefined) {
    throw new TypeError(`${name} takes at least one prefix; ${name}("") is every message`);
  }
  const encoder = new TextEncoder();
  const all = prefixes.map((prefix) => {
    if (typeof prefix === "string") return encoder.encode(prefix);
    // A copy, which a buffer that was transferred can't have: without bytes, it would be the subscription to everything.
    if (prefix instanceof Uint8Array) return new Uint8Array(prefix);
    const several = Array.isArray(prefix) ? `: several are arguments, ${name}("a", "b")` : "";
    throw new TypeError(`A subscription must be a string or a Uint8Array${several}`);
  });
  for (const prefix of all) assertSafeOption(handle, OPTION_NUMBERS[name], prefix);
  for (const prefix of all) handle.setBytes(OPTION_NUMBERS[name], name, prefix);
}
