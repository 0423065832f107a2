/** The receiving and sending halves of draft sockets whose messages have a routing id or a group. */

import { checkOptions, type SyncWaitOptions, type WaitOptions } from "../poller/wait_options.ts";
import { compose, RECEIVING_HALF, sendingHalf } from "./compose.ts";
import { handleIn, handleOf } from "./handle.ts";
import type { Frame } from "./frame.ts";
import type { MessagePart } from "./message.ts";
import { send, sendSignature, sendSync, trySend } from "./send.ts";
import type { Socket } from "./socket.ts";
import type { SocketType } from "./types.ts";
import type { ReceiveOptions } from "./waits.ts";

/** A message with the number of the peer that sent it. */
export type RoutedMessage = [frame: Frame, from: PeerTarget];

/** A message with its group. */
export type GroupMessage = [frame: Frame, to: { group: Frame }];

/** Which peer a message is for, or from. */
export interface PeerTarget {
  /** The number by which the socket knows the peer. */
  routingId: number;
}

/** Which group a message is for. */
export interface GroupTarget {
  /** The group's name, at most 255 bytes without NUL; 127 for a Radio that is connected over udp. */
  group: string | Uint8Array;
}

/** The receiving half of a socket whose messages have more than bytes; see {@linkcode Receiver} for each member. */
export interface DraftReceiver<Message> extends AsyncIterable<Message> {
  /** Which properties of its connection are read with each message, for {@linkcode metadataOf}. Default: none. */
  receivedProperties: readonly string[];
  /** Whether a message can be received at once. */
  readonly readable: boolean;
  /** Receives the next message; waits where there is none. */
  receive(options?: ReceiveOptions): Promise<Message>;
  /** Receives a message that has arrived already; `undefined` if there is none. */
  tryReceive(): Message | undefined;
  /** Receives a message, blocking this thread. */
  receiveSync(options?: SyncWaitOptions): Message;
  /** Iterates over the messages that have arrived, and never waits. */
  drain(options?: { limit?: number }): IteratorObject<Message, undefined>;
  /** Iterates over all messages to come; {@linkcode Receiver.iterate} says what ends it. */
  iterate(
    options?: Pick<ReceiveOptions, "signal" | "ref">,
  ): AsyncIterableIterator<Message>;
  /** Does what {@linkcode DraftReceiver.iterate} does without options. */
  [Symbol.asyncIterator](): AsyncIterableIterator<Message>;
}

/** The sending half of a socket whose messages go to a peer or a group; see {@linkcode Sender} for each member. */
export interface DraftSender<Target> {
  /** Whether a message can be sent at once. */
  readonly writable: boolean;
  /**
   * Sends a message of one part. Resolves once libzmq has it; waits where the peer can't take it. Whatever is wrong, the
   * promise rejects: nothing is thrown.
   *
   * @throws {TypeError} If the target has the wrong type, or if the message has several parts.
   * @throws {RangeError} If the target is out of range.
   * @throws {ZmqError} EHOSTUNREACH If there is no such peer.
   * @throws {Error} What {@linkcode Sender.send} rejects with as well.
   */
  send(message: MessagePart | readonly [MessagePart], options: Target & WaitOptions): Promise<void>;
  /**
   * Sends a message if that is possible at once. Returns false if it isn't.
   *
   * @throws {TypeError} If the target has the wrong type, or if the message has several parts.
   * @throws {RangeError} If the target is out of range.
   * @throws {ZmqError} EHOSTUNREACH If there is no such peer.
   */
  trySend(message: MessagePart | readonly [MessagePart], options: Target): boolean;
  /**
   * Sends a message, blocking this thread.
   *
   * @throws {TypeError} If the target has the wrong type, or if the message has several parts.
   * @throws {RangeError} If the target is out of range.
   * @throws {ZmqError} EAGAIN When the time is over.
   * @throws {ZmqError} EHOSTUNREACH If there is no such peer.
   */
  sendSync(message: MessagePart | readonly [MessagePart], options: Target & SyncWaitOptions): void;
}

/** The receiving half without what shows bytes alone. */
const { visit: _, toReadableStream: _1, toReadableByteStream: _2, ...RECEIVING_AS } =
  RECEIVING_HALF;

/** The sending half of a socket whose messages go to a target, which is told by an option of that name. */
function sendsTo<Target extends object>(
  name: string,
  targetOf: (target: Target) => string | Uint8Array,
): Omit<DraftSender<Target>, "writable"> & ThisType<Socket> {
  const SEND = sendSignature("send", name, "timeout", "signal");
  const TRY_SEND = sendSignature("trySend", name);
  const SEND_SYNC = sendSignature("sendSync", name, "timeout");
  const parts = (
    message: MessagePart | readonly [MessagePart],
    options: Target | undefined,
  ): MessagePart[] => {
    if (typeof options !== "object" || options === null) {
      throw new TypeError(
        `Whom a message of this type of socket is for must be told, such as { ${name} }`,
      );
    }
    return [targetOf(options), onePart(message)];
  };
  return {
    // Asynchronous, so that what is thrown rejects.
    async send(message, options, extra?: never) {
      await send(handleIn(this), this, parts(message, options), options, extra, SEND);
    },
    trySend(message, options, extra?: never) {
      checkOptions(TRY_SEND, options, extra);
      return trySend(handleOf(this), parts(message, options));
    },
    sendSync(message, options, extra?: never) {
      sendSync(handleOf(this), parts(message, options), options, extra, SEND_SYNC);
    },
  };
}

/** Defines such halves on a class; `target` names the option that tells whom it sends to, and `targetOf` reads it. */
export function composeAddressed<Target extends object>(
  type: { prototype: Socket },
  row: SocketType,
  target?: string,
  targetOf?: (target: Target) => string | Uint8Array,
): void {
  const sending = target && targetOf && sendingHalf(sendsTo(target, targetOf));
  compose(type, row, RECEIVING_AS, sending || undefined);
}

/** A peer's routing id as a message's first part. */
export function peerOf({ routingId }: PeerTarget): string {
  if (typeof routingId !== "number") throw new TypeError("A routing id must be a number");
  if (!Number.isInteger(routingId) || routingId < 1 || routingId > 0xffffffff) {
    throw new RangeError("A routing id must be a whole number from 1 to 4294967295");
  }
  return String(routingId);
}

function onePart(message: MessagePart | readonly [MessagePart]): MessagePart {
  if (!Array.isArray(message)) return message as MessagePart;
  if (message.length === 1) return message[0];
  throw new TypeError("A message of this type of socket has one part");
}
