/** Gather and Scatter: work that is handed out and collected, in messages of one part. */

import { compose } from "./compose.ts";
import type { Interest } from "../poller/poller.ts";
import type { Receiver, Sender } from "./halves.ts";
import type { ReceiverOptions, SenderOptions } from "./option_types.ts";
import { Socket } from "./socket.ts";
import type { SocketOptions } from "./socket_options.ts";
import { TYPES } from "./types.ts";
import type { SyncWaitOptions, WaitOptions } from "../poller/wait_options.ts";

/** Options of a {@linkcode Gather}. */
export interface GatherOptions extends SocketOptions, ReceiverOptions {
  /**
   * Whether only the last message is kept, in either direction. To be set before bind and connect; over inproc, what the
   * connecting side has set counts for both. A peer that sends a multipart message makes libzmq end the process. Default
   * false (`ZMQ_CONFLATE`).
   */
  conflate?: boolean;
}

/**
 * Receives from all its peers (`ZMQ_GATHER`). Peers are {@linkcode Scatter} sockets.
 *
 * It receives by {@linkcode Receiver}: `receive`, `tryReceive`, `receiveSync`, `iterate`, `drain`, `visit`,
 * `toReadableStream` and `toReadableByteStream`.
 *
 * As every {@linkcode Socket} it has `bind`, `bindSync`, `bindToRandomPort`, `unbind`, `unbindSync`, `connect`,
 * `disconnect`, `wait`, `waitSync`, `close`, `getOption`, `setOption`, the filters `addTcpAcceptFilter`, `addIpcFilterPid`,
 * `addIpcFilterUid`, `addIpcFilterGid`, `clearTcpAcceptFilters` and `clearIpcFilters`, and the options of
 * {@linkcode SocketOptions} as properties.
 *
 * @example Work from several senders
 * ```ts
 * import { capability } from "@deno-zmq/zmq";
 * import { Gather, Scatter } from "@deno-zmq/zmq/draft";
 *
 * if (capability.draft) {
 *   using gather = new Gather();
 *   using scatter = new Scatter();
 *   scatter.connect(await gather.bind("tcp://127.0.0.1:*"));
 *   await scatter.send("work");
 *   for await (const [work] of gather) {
 *     console.log(work.text()); // work
 *     break;
 *   }
 * }
 * ```
 */
export class Gather extends Socket {
  /**
   * Opens a socket.
   *
   * @throws {TypeError} If the options aren't an object, one is unknown or has the wrong type, or there's an argument too many.
   * @throws {RangeError} If an option is out of range.
   * @throws {ZmqError} EMFILE If the context or the process can have no more sockets.
   * @throws {ZmqError} EINVAL If libzmq refuses an option.
   * @throws {ZmqError} ENOTSUP If the libzmq in use was built without its draft API.
   */
  constructor(options?: GatherOptions) {
    super(TYPES.Gather.number, options, arguments.length);
  }
}
/** The members of a {@linkcode Gather} that its type of socket brings. */
export interface Gather extends Receiver, Required<Omit<GatherOptions, keyof SocketOptions>> {
  /** Waits until a message can be received, and receives none. See {@linkcode Socket.wait}. */
  wait(options?: WaitOptions & Pick<Interest, "readable">): Promise<boolean>;
  /** Does so while it blocks this thread. See {@linkcode Socket.waitSync}. */
  waitSync(options?: SyncWaitOptions & Pick<Interest, "readable">): boolean;
}
compose(Gather, TYPES.Gather);

/** Options of a {@linkcode Scatter}. */
export interface ScatterOptions extends SocketOptions, SenderOptions {
  /**
   * Whether only the last message is kept, in either direction. To be set before bind and connect; over inproc, what the
   * connecting side has set counts for both. A peer that sends a multipart message makes libzmq end the process. Default
   * false (`ZMQ_CONFLATE`).
   */
  conflate?: boolean;
}

/**
 * Sends each message to one of its peers, in turn (`ZMQ_SCATTER`). Peers are {@linkcode Gather} sockets.
 *
 * It sends by {@linkcode Sender}: `send`, `trySend`, `sendSync`, `toWritableStream` and `toWritableByteStream`.
 *
 * As every {@linkcode Socket} it has `bind`, `bindSync`, `bindToRandomPort`, `unbind`, `unbindSync`, `connect`,
 * `disconnect`, `wait`, `waitSync`, `close`, `getOption`, `setOption`, the filters `addTcpAcceptFilter`, `addIpcFilterPid`,
 * `addIpcFilterUid`, `addIpcFilterGid`, `clearTcpAcceptFilters` and `clearIpcFilters`, and the options of
 * {@linkcode SocketOptions} as properties.
 *
 * @example Work for several receivers
 * ```ts
 * import { capability } from "@deno-zmq/zmq";
 * import { Gather, Scatter } from "@deno-zmq/zmq/draft";
 *
 * if (capability.draft) {
 *   using scatter = new Scatter();
 *   using gather = new Gather();
 *   gather.connect(await scatter.bind("tcp://127.0.0.1:*"));
 *   await scatter.send("work");
 *   console.log(String((await gather.receive())[0])); // work
 * }
 * ```
 */
export class Scatter extends Socket {
  /**
   * Opens a socket.
   *
   * @throws {TypeError} If the options aren't an object, one is unknown or has the wrong type, or there's an argument too many.
   * @throws {RangeError} If an option is out of range.
   * @throws {ZmqError} EMFILE If the context or the process can have no more sockets.
   * @throws {ZmqError} EINVAL If libzmq refuses an option.
   * @throws {ZmqError} ENOTSUP If the libzmq in use was built without its draft API.
   */
  constructor(options?: ScatterOptions) {
    super(TYPES.Scatter.number, options, arguments.length);
  }
}
/** The members of a {@linkcode Scatter} that its type of socket brings. */
export interface Scatter extends Sender, Required<Omit<ScatterOptions, keyof SocketOptions>> {
  /** Waits until a message can be sent, and sends none. See {@linkcode Socket.wait}. */
  wait(options?: WaitOptions & Pick<Interest, "writable">): Promise<boolean>;
  /** Does so while it blocks this thread. See {@linkcode Socket.waitSync}. */
  waitSync(options?: SyncWaitOptions & Pick<Interest, "writable">): boolean;
}
compose(Scatter, TYPES.Scatter);
