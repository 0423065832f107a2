/** The receiving and sending halves of draft sockets whose messages have a routing id or a group. */

import { compose, propertiesOf, RECEIVING_HALF } from "./compose.ts";
import { handleOf } from "./handle.ts";
import type { Frame } from "./frame.ts";
import type { MessagePart } from "./message.ts";
import { SENDING } from "./options_table.ts";
import { send, sendSync, trySend } from "./send.ts";
import type { SyncLimits, WaitLimits } from "./operation.ts";
import type { Socket } from "./socket.ts";
import type { SocketType } from "./types.ts";

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
  /** The group's name, at most 255 bytes without NUL. */
  group: string | Uint8Array;
}

/** The receiving half of a socket whose messages have more than bytes; see {@linkcode Receiver} for each member. */
export interface DraftReceiver<Message> extends AsyncIterable<Message> {
  /** Which properties of its connection are read with each message, for {@linkcode metadataOf}. Default: none. */
  receivedProperties: readonly string[];
  /** Receives the next message; waits where there is none. */
  receive(options?: WaitLimits): Promise<Message>;
  /** Receives a message that has arrived already; `undefined` if there is none. */
  tryReceive(): Message | undefined;
  /** Receives a message, blocking this thread. */
  receiveSync(options?: SyncLimits): Message;
  /** Iterates over the messages that have arrived, and never waits. */
  drain(): IterableIterator<Message>;
  /** Iterates over all messages to come. */
  [Symbol.asyncIterator](): AsyncIterableIterator<Message>;
}

/** The sending half of a socket whose messages go to a peer or a group; see {@linkcode Sender} for each member. */
export interface DraftSender<Target> {
  /**
   * Sends a message of one part. Resolves once libzmq has it; waits where the peer can't take it.
   *
   * The promise also rejects with EHOSTUNREACH if there is no such peer.
   *
   * @throws {TypeError} If the target has the wrong type; the rest as {@linkcode Sender.send} does.
   * @throws {RangeError} If the target is out of range.
   */
  send(message: MessagePart | readonly [MessagePart], options: Target & WaitLimits): Promise<void>;
  /** Sends a message if that is possible at once. Returns false if it isn't. */
  trySend(message: MessagePart | readonly [MessagePart], options: Target): boolean;
  /** Sends a message, blocking this thread. */
  sendSync(message: MessagePart | readonly [MessagePart], options: Target & SyncLimits): void;
}

/** The receiving half without what shows bytes alone. */
const { visit: _, toReadableStream: _1, toReadableByteStream: _2, ...RECEIVING_AS } =
  RECEIVING_HALF;

function sendsTo<Target>(
  targetOf: (target: Target) => string | Uint8Array,
): DraftSender<Target> & ThisType<Socket> {
  const parts = (
    message: MessagePart | readonly [MessagePart],
    options: Target,
  ): MessagePart[] => {
    if (typeof options !== "object" || options === null) {
      throw new TypeError("Whom a message of this type of socket is for must be told");
    }
    return [targetOf(options), onePart(message)];
  };
  return {
    send(message, options) {
      return send(handleOf(this), this, parts(message, options), options.signal);
    },
    trySend(message, options) {
      return trySend(handleOf(this), parts(message, options));
    },
    sendSync(message, options) {
      sendSync(handleOf(this), parts(message, options), options.timeout);
    },
  };
}

/** Defines such halves on a class; `targetOf` finds the address of what it sends. */
export function composeAddressed<Target>(
  type: { prototype: Socket },
  row: SocketType,
  targetOf?: (target: Target) => string | Uint8Array,
): void {
  compose(type, row, RECEIVING_AS, targetOf && propertiesOf(sendsTo(targetOf), SENDING));
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
