/** What the classes of sockets are put together from: the halves' members, and options. */

import { handleOf, openHandleOf } from "./handle.ts";
import type { Receiver, Sender } from "./halves.ts";
import { MetadataNames } from "./metadata.ts";
import { defineOptions } from "./options.ts";
import { type OptionName, RECEIVING, SENDING } from "./options_table.ts";
import { drain, MessageIterator, receive, receiveSync, tryReceive } from "./receive.ts";
import { send, sendSync, trySend } from "./send.ts";
import type { Socket } from "./socket.ts";
import { readableBytesOf, readableOf, writableBytesOf, writableOf } from "./web_streams.ts";
import type { SocketType } from "./types.ts";
import { visit } from "./visit.ts";

const RECEIVES: Receiver & ThisType<Socket> = {
  get receivedProperties(): readonly string[] {
    return openHandleOf(this, "zmq_msg_gets").metadata?.names ?? [];
  },
  set receivedProperties(names: readonly string[]) {
    const handle = openHandleOf(this, "zmq_msg_gets");
    const wanted = new MetadataNames(names);
    const reader = wanted.names.length === 0 ? undefined : wanted;
    if (handle.metadata?.readAlso === undefined) handle.metadata = reader;
    else handle.metadata.readAlso(reader);
  },
  receive(options) {
    return receive(handleOf(this), this, options?.signal);
  },
  tryReceive() {
    return tryReceive(handleOf(this));
  },
  receiveSync(options) {
    return receiveSync(handleOf(this), options?.timeout);
  },
  drain() {
    return drain(handleOf(this));
  },
  visit(visitor, options = {}) {
    return visit(handleOf(this), visitor, options);
  },
  [Symbol.asyncIterator]() {
    return new MessageIterator(handleOf(this), this);
  },
  toReadableStream() {
    return readableOf(openHandleOf(this, "zmq_msg_recv"), this);
  },
  toReadableByteStream(options = {}) {
    return readableBytesOf(openHandleOf(this, "zmq_msg_recv"), this, options);
  },
};

const SENDS: Sender & ThisType<Socket> = {
  send(message, options) {
    return send(handleOf(this), this, message, options?.signal);
  },
  trySend(message) {
    return trySend(handleOf(this), message);
  },
  sendSync(message, options) {
    sendSync(handleOf(this), message, options?.timeout);
  },
  toWritableStream() {
    return writableOf(openHandleOf(this, "zmq_send"), this);
  },
  toWritableByteStream(options = {}) {
    return writableBytesOf(openHandleOf(this, "zmq_send"), this, options);
  },
};

/** The halves as properties of a class. */
export const RECEIVING_HALF: PropertyDescriptorMap = propertiesOf(RECEIVES, RECEIVING);
const SENDING_HALF = propertiesOf(SENDS, SENDING);

/** Defines on a class the halves and the options that its type of socket has. What it can't do isn't there. */
export function compose(
  { prototype }: { prototype: Socket },
  { receives, sends, options = [] }: SocketType,
  receiving: PropertyDescriptorMap = RECEIVING_HALF,
  sending: PropertyDescriptorMap = SENDING_HALF,
): void {
  if (receives) Object.defineProperties(prototype, receiving);
  if (sends) Object.defineProperties(prototype, sending);
  defineOptions(prototype, options);
}

/** A half's members, which don't show where a socket is logged, and its options, as properties of a class. */
export function propertiesOf(half: object, options: object): PropertyDescriptorMap {
  defineOptions(half, Object.keys(options) as OptionName[]);
  const all = Object.getOwnPropertyDescriptors(half) as PropertyDescriptorMap;
  for (const key of Reflect.ownKeys(all)) all[key as string].enumerable = key in options;
  return all;
}
