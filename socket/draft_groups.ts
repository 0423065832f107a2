/** Radio and Dish: messages to groups. */

import type { Interest } from "../poller/poller.ts";
import { openHandleOf } from "./handle.ts";
import { changeGroup, groupBytes } from "./draft_core.ts";
import {
  composeAddressed,
  type DraftReceiver,
  type DraftSender,
  type GroupMessage,
  type GroupTarget,
} from "./draft_halves.ts";
import type { ReceiverOptions, SenderOptions } from "./option_types.ts";
import { Socket } from "./socket.ts";
import type { SocketOptions } from "./socket_options.ts";
import { TYPES } from "./types.ts";
import type { SyncWaitOptions, WaitOptions } from "../poller/wait_options.ts";

/** Options of a {@linkcode Radio}. */
export interface RadioOptions extends SocketOptions, SenderOptions {
  /** Whether a send waits for slow subscribers instead of dropping for them. Takes effect at once. Default false (`ZMQ_XPUB_NODROP`). */
  noDrop?: boolean;
  /**
   * The largest part, in bytes, that a peer may send before it's disconnected; -1 for any. Default, set where the socket is
   * bound or connected: what the longest group takes, 260, and 293 under CURVE (`ZMQ_MAXMSGSIZE`).
   */
  maxMessageSize?: number;
}

/**
 * Sends each message to all peers that have joined its group (`ZMQ_RADIO`). Peers are {@linkcode Dish} sockets. For those
 * that aren't there it's dropped.
 *
 * It sends by {@linkcode DraftSender}: `send`, `trySend` and `sendSync`.
 *
 * As every {@linkcode Socket} it has `bind`, `bindSync`, `bindToRandomPort`, `unbind`, `unbindSync`, `connect`,
 * `disconnect`, `wait`, `waitSync`, `close`, `getOption`, `setOption`, the filters `addTcpAcceptFilter`, `addIpcFilterPid`,
 * `addIpcFilterUid`, `addIpcFilterGid`, `clearTcpAcceptFilters` and `clearIpcFilters`, and the options of
 * {@linkcode SocketOptions} as properties.
 *
 * @example A message for a group
 * ```ts
 * import { capability } from "@deno-zmq/zmq";
 * import { Dish, Radio } from "@deno-zmq/zmq/draft";
 *
 * if (capability.draft) {
 *   using radio = new Radio();
 *   const address = await radio.bind("tcp://127.0.0.1:*");
 *   using dish = new Dish();
 *   dish.join("weather");
 *   dish.connect(address);
 *   // Until the radio knows that a dish has joined, it drops messages.
 *   const timer = setInterval(() => radio.send("rain", { group: "weather" }), 10);
 *   const [text, { group }] = await dish.receive();
 *   clearInterval(timer);
 *   console.log(`${group}: ${text}`);
 * }
 * ```
 */
export class Radio extends Socket {
  /**
   * Opens a socket.
   *
   * @throws {TypeError} If the options aren't an object, one is unknown or has the wrong type, or there's an argument too many.
   * @throws {RangeError} If an option is out of range.
   * @throws {ZmqError} EMFILE If the context or the process can have no more sockets.
   * @throws {ZmqError} EINVAL If libzmq refuses an option.
   * @throws {ZmqError} ENOTSUP If the libzmq in use was built without its draft API.
   */
  constructor(options?: RadioOptions) {
    super(TYPES.Radio.number, options, arguments.length);
  }
}
/** The members of a {@linkcode Radio} that its type of socket brings. */
export interface Radio
  extends DraftSender<GroupTarget>, Required<Omit<RadioOptions, keyof SocketOptions>> {
  /** Waits until a message can be sent, and sends none. See {@linkcode Socket.wait}. */
  wait(options?: WaitOptions & Pick<Interest, "writable">): Promise<boolean>;
  /** Does so while it blocks this thread. See {@linkcode Socket.waitSync}. */
  waitSync(options?: SyncWaitOptions & Pick<Interest, "writable">): boolean;
}
composeAddressed(Radio, TYPES.Radio, "group", ({ group }: GroupTarget) => groupBytes(group));

/** Options of a {@linkcode Dish}. */
export interface DishOptions extends SocketOptions, ReceiverOptions {}

/**
 * Receives the messages of the groups that it has joined, each with its group (`ZMQ_DISH`). Peers are {@linkcode Radio} sockets.
 *
 * It receives by {@linkcode DraftReceiver}: `receive`, `tryReceive`, `receiveSync`, `iterate` and `drain`.
 *
 * As every {@linkcode Socket} it has `bind`, `bindSync`, `bindToRandomPort`, `unbind`, `unbindSync`, `connect`,
 * `disconnect`, `wait`, `waitSync`, `close`, `getOption`, `setOption`, the filters `addTcpAcceptFilter`, `addIpcFilterPid`,
 * `addIpcFilterUid`, `addIpcFilterGid`, `clearTcpAcceptFilters` and `clearIpcFilters`, and the options of
 * {@linkcode SocketOptions} as properties.
 *
 * @example The messages of one group
 * ```ts
 * import { capability } from "@deno-zmq/zmq";
 * import { Dish, Radio } from "@deno-zmq/zmq/draft";
 *
 * if (capability.draft) {
 *   using radio = new Radio();
 *   using dish = new Dish();
 *   dish.join("weather");
 *   dish.connect(await radio.bind("tcp://127.0.0.1:*"));
 *   // Until the radio knows that a dish has joined, it drops messages.
 *   const timer = setInterval(() => radio.trySend("rain", { group: "weather" }), 10);
 *   const [text, { group }] = await dish.receive();
 *   clearInterval(timer);
 *   console.log(`${group}: ${text}`); // weather: rain
 * }
 * ```
 */
export class Dish extends Socket {
  /**
   * Opens a socket.
   *
   * @throws {TypeError} If the options aren't an object, one is unknown or has the wrong type, or there's an argument too many.
   * @throws {RangeError} If an option is out of range.
   * @throws {ZmqError} EMFILE If the context or the process can have no more sockets.
   * @throws {ZmqError} EINVAL If libzmq refuses an option.
   * @throws {ZmqError} ENOTSUP If the libzmq in use was built without its draft API.
   */
  constructor(options?: DishOptions) {
    super(TYPES.Dish.number, options, arguments.length);
  }

  /**
   * Joins groups (`zmq_join`).
   *
   * @throws {TypeError} If a group is neither a string nor bytes, or contains NUL.
   * @throws {RangeError} If a group has more than 255 bytes, or over udp more than 127.
   * @throws {ZmqError} EINVAL If it has joined already.
   * @throws {ZmqError} EBADF If the socket is closed.
   */
  join(group: string | Uint8Array, ...more: (string | Uint8Array)[]): void {
    const handle = openHandleOf(this, "zmq_join");
    for (const one of [group, ...more].map(groupBytes)) changeGroup(handle, "zmq_join", one);
  }

  /**
   * Leaves groups (`zmq_leave`).
   *
   * @throws {ZmqError} EINVAL If it hasn't joined; the rest as {@linkcode Dish.join} does.
   */
  leave(group: string | Uint8Array, ...more: (string | Uint8Array)[]): void {
    const handle = openHandleOf(this, "zmq_leave");
    for (const one of [group, ...more].map(groupBytes)) changeGroup(handle, "zmq_leave", one);
  }
}
/** The members of a {@linkcode Dish} that its type of socket brings. */
export interface Dish
  extends DraftReceiver<GroupMessage>, Required<Omit<DishOptions, keyof SocketOptions>> {
  /** Waits until a message can be received, and receives none. See {@linkcode Socket.wait}. */
  wait(options?: WaitOptions & Pick<Interest, "readable">): Promise<boolean>;
  /** Does so while it blocks this thread. See {@linkcode Socket.waitSync}. */
  waitSync(options?: SyncWaitOptions & Pick<Interest, "readable">): boolean;
}
composeAddressed(Dish, TYPES.Dish);
