/** What the classes of sockets are put together from: the halves' members, and options. */

import { READABLE, WRITABLE } from "../poller/backend.ts";
import { checkCount, checkOptions, type Signature } from "../poller/wait_options.ts";
import { handleIn, handleOf, openHandleOf } from "./handle.ts";
import type { MultipartReceiver, Receiver, Sender } from "./halves.ts";
import { MetadataNames } from "./metadata.ts";
import { nameInErrors, refuseUnknown } from "../poller/unknown_property.ts";
import { defineOptions } from "./options.ts";
import { type OptionName, RECEIVING, SENDING } from "./options_table.ts";
import { drain, iterate, MessageIterator, receive, receiveSync, tryReceive } from "./receive.ts";
import type { MultipartOptions, SenderOptions } from "./option_types.ts";
import { send, sendSync, trySend } from "./send.ts";
import type { Socket } from "./socket.ts";
import { readableBytesOf, readableOf, writableBytesOf, writableOf } from "./web_streams.ts";
import { setTypeOfClass, type SocketType, takesMultipart } from "./types.ts";
import { visit } from "./visit.ts";

const TO_READABLE: Signature = {
  name: "toReadableByteStream",
  options: ["endMarker"],
  example: "{ endMarker: true }",
};
const TO_WRITABLE: Signature = { ...TO_READABLE, name: "toWritableByteStream" };

function checkByteStream(
  signature: Signature,
  options: { endMarker?: boolean } | undefined,
  extra: unknown,
): void {
  checkOptions(signature, options, extra);
  const endMarker = options?.endMarker;
  if (endMarker === undefined || typeof endMarker === "boolean") return;
  throw new TypeError("The option endMarker must be a boolean");
}

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
  get readable(): boolean {
    const handle = handleOf(this);
    return !handle.closed && (handle.ask() & READABLE) !== 0;
  },
  receive(options, extra?: never) {
    return receive(handleIn(this), this, options, extra);
  },
  tryReceive(extra?: never) {
    return tryReceive(handleOf(this), extra);
  },
  receiveSync(options, extra?: never) {
    return receiveSync(handleOf(this), options, extra);
  },
  drain(options, extra?: never) {
    return drain(handleOf(this), options, extra);
  },
  visit(visitor, options, extra?: never) {
    return visit(handleOf(this), visitor, options, extra);
  },
  iterate(options, extra?: never) {
    return iterate(handleOf(this), this, options, extra);
  },
  [Symbol.asyncIterator]() {
    return new MessageIterator(handleOf(this), this);
  },
  toReadableStream() {
    checkCount("toReadableStream", arguments.length, 0);
    return readableOf(openHandleOf(this, "zmq_msg_recv"), this);
  },
  toReadableByteStream(options, extra?: never) {
    checkByteStream(TO_READABLE, options, extra);
    return readableBytesOf(openHandleOf(this, "zmq_msg_recv"), this, options);
  },
};

/** What sockets have whose messages may have any number of parts. */
const MULTIPART: MultipartReceiver & Required<MultipartOptions> = {
  get droppedMessages(): number {
    return handleOf(this).limits?.dropped ?? 0;
  },
  get maxMessageParts(): number {
    return openHandleOf(this, "zmq_msg_recv").limits?.maxParts ?? Infinity;
  },
  set maxMessageParts(value: number) {
    const handle = openHandleOf(this, "zmq_msg_recv");
    handle.ownLimits.maxParts = limitOf("maxMessageParts", value);
  },
  get maxMultipartSize(): number {
    return openHandleOf(this, "zmq_msg_recv").limits?.maxSize ?? Infinity;
  },
  set maxMultipartSize(value: number) {
    const handle = openHandleOf(this, "zmq_msg_recv");
    handle.ownLimits.maxSize = limitOf("maxMultipartSize", value);
  },
};

/** Checks a limit of which there may be none. */
function limitOf(name: string, value: unknown): number {
  if (typeof value !== "number") throw new TypeError(`${name} must be a number`);
  if (!(value >= 1) || (value !== Infinity && !Number.isInteger(value))) {
    throw new RangeError(`${name} must be a whole number of 1 or more, or Infinity for no limit`);
  }
  return value;
}

/** What each socket that sends has, whatever its messages are. */
const SENDER_STATE: Pick<Sender, "writable"> & Required<Pick<SenderOptions, "maxPendingSends">> = {
  get writable(): boolean {
    const handle = handleOf(this);
    return !handle.closed && (handle.ask() & WRITABLE) !== 0;
  },
  get maxPendingSends(): number {
    return openHandleOf(this, "zmq_send").maxPendingSends;
  },
  set maxPendingSends(value: number) {
    const handle = openHandleOf(this, "zmq_send");
    handle.maxPendingSends = limitOf("maxPendingSends", value);
  },
};

const SENDS: Omit<Sender, "writable"> & ThisType<Socket> = {
  send(message, options, extra?: never) {
    return send(handleIn(this), this, message, options, extra);
  },
  trySend(message, extra?: never) {
    return trySend(handleOf(this), message, extra);
  },
  sendSync(message, options, extra?: never) {
    sendSync(handleOf(this), message, options, extra);
  },
  toWritableStream() {
    checkCount("toWritableStream", arguments.length, 0);
    return writableOf(openHandleOf(this, "zmq_send"), this);
  },
  toWritableByteStream(options, extra?: never) {
    checkByteStream(TO_WRITABLE, options, extra);
    return writableBytesOf(openHandleOf(this, "zmq_send"), this, options);
  },
};

/** The halves as properties of a class. */
export const RECEIVING_HALF: PropertyDescriptorMap = propertiesOf(RECEIVES, RECEIVING);
const MULTIPART_HALF: PropertyDescriptorMap = propertiesOf(MULTIPART, {});
const SENDING_HALF = sendingHalf(SENDS);

/** Defines on a class the halves and the options that its type of socket has. What it can't do isn't there. */
export function compose(
  socketClass: { prototype: Socket },
  type: SocketType,
  receiving: PropertyDescriptorMap = RECEIVING_HALF,
  sending: PropertyDescriptorMap = SENDING_HALF,
): void {
  const { prototype } = socketClass;
  const { name, receives, sends, options = [] } = type;
  setTypeOfClass(socketClass, type);
  if (receives) Object.defineProperties(prototype, receiving);
  if (sends) Object.defineProperties(prototype, sending);
  if (takesMultipart(type)) Object.defineProperties(prototype, MULTIPART_HALF);
  defineOptions(prototype, options);
  nameInErrors(prototype, name);
  refuseUnknown(prototype);
}

/** The members of a sending half, with those that each has. */
export function sendingHalf(half: object): PropertyDescriptorMap {
  return { ...propertiesOf(SENDER_STATE, {}), ...propertiesOf(half, SENDING) };
}

/** A half's members and options as properties of a class, which aren't enumerable, like those that a class declares. */
export function propertiesOf(half: object, options: object): PropertyDescriptorMap {
  defineOptions(half, Object.keys(options) as OptionName[]);
  const all = Object.getOwnPropertyDescriptors(half) as PropertyDescriptorMap;
  for (const key of Reflect.ownKeys(all)) all[key as string].enumerable = false;
  return all;
}
