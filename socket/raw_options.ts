/**
 * Options as libzmq has them: bytes, by number.
 *
 * This module also keeps the lingers of a thread that may be terminated. What a terminated worker has sent keeps its
 * context, threads and descriptors alive for as long as its sockets' linger allows, by default indefinitely, and at
 * that time no linger can be set any more. So libzmq has a short one while a socket is open, and gets the program's own
 * just before a connection or the socket is closed.
 */

import { EVENT_IN, EVENT_OUT } from "../ffi/constants.ts";
import { check, EINTR, failedWith } from "../ffi/errno.ts";
import { addExitCleanup, hasExitCleanup, removeExitCleanup } from "../process/thread_exit.ts";
import { zmq } from "../ffi/libzmq.ts";
import { byteLengthOf, PinnedBuffer, usize } from "../ffi/memory.ts";
import { READABLE, WRITABLE } from "../poller/backend.ts";
import { Frame } from "./frame.ts";
import type { OptionTypes } from "./option_types.ts";
import { COMMON, OPTION_NUMBERS } from "./options_table.ts";

const LINGER = COMMON.linger.number;

/** A pinned buffer for an option's value, and one for its length. */
class OptionBuffer extends PinnedBuffer {
  readonly length = new PinnedBuffer(8);

  /** Reads an option. Returns libzmq's return code; errno must be read at once. */
  read(socket: Deno.PointerObject, option: number, size: number): number {
    this.length.words[0] = size;
    this.length.words[1] = 0;
    return zmq().zmq_getsockopt(socket, option, this.pointer, this.length.pointer);
  }
}

/** The size of the buffer into which options are read. A longer one is read into a buffer of its own. */
const USUAL_SIZE = 1024;
let usualBuffer: OptionBuffer | undefined;

function bufferFor(size: number): OptionBuffer {
  if (size > USUAL_SIZE) return new OptionBuffer(size);
  return usualBuffer ??= new OptionBuffer(USUAL_SIZE);
}

/** Reads an int option; -1 if that fails, so it's for options that are never negative. */
export function getInt(socket: Deno.PointerObject, option: number): number {
  const buffer = bufferFor(4);
  for (let failures = 0; failures < 2;) {
    if (buffer.read(socket, option, 4) === 0) return buffer.words[0];
    if (!failedWith(EINTR)) failures++; // of which the first may be a signal's whose number was overwritten
  }
  return -1;
}

/** Reads an option of up to `size` bytes. */
export function getBytes(
  socket: Deno.PointerObject,
  option: number,
  name: string,
  size: number = USUAL_SIZE,
): Uint8Array<ArrayBuffer> {
  const buffer = bufferFor(size);
  const read = () => buffer.read(socket, option, size);
  check(read, "zmq_getsockopt", { option: name });
  if (option === LINGER) buffer.words[0] = lingers.get(socket) ?? buffer.words[0];
  return buffer.bytes.slice(0, buffer.length.words[0]);
}

/** The text of an option's bytes, without the NUL at its end; a byte order mark at its beginning is part of it. */
export function textOf(bytes: Uint8Array): string {
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(
    bytes.at(-1) === 0 ? bytes.subarray(0, -1) : bytes,
  );
}

/** The length of a CURVE key's text with its NUL, and of its bytes: libzmq writes each into a buffer of exactly that size. */
export const KEY_SIZE = 41;
export const KEY_BYTES = 32;

type Reader<T> = readonly [size: number, read: (bytes: Uint8Array<ArrayBuffer>) => T];

/** How options are read as values of each type. */
export const READERS: { readonly [Type in keyof OptionTypes]: Reader<OptionTypes[Type]> } = {
  int: [4, ({ buffer }) => new Int32Array(buffer)[0]],
  boolean: [4, ({ buffer }) => new Int32Array(buffer)[0] !== 0],
  int64: [8, ({ buffer }) => new BigInt64Array(buffer)[0]],
  uint64: [8, ({ buffer }) => new BigUint64Array(buffer)[0]],
  string: [USUAL_SIZE, textOf],
  bytes: [USUAL_SIZE, ({ buffer, length }) => new Frame(buffer, 0, length)],
};

/** Sets an option. */
export function setBytes(
  socket: Deno.PointerObject,
  option: number,
  name: string,
  value: Uint8Array | null,
): void {
  const effective = option === LINGER
    ? effectiveLinger(socket, value)
    : option === OPTION_NUMBERS.tcpAcceptFilter && value !== null
    ? effectiveFilter(socket, value)
    : value;
  const bytes = effective as Uint8Array<ArrayBuffer> | null;
  const size = usize(bytes === null ? 0 : byteLengthOf(bytes));
  const set = () => zmq().zmq_setsockopt(socket, option, bytes, size);
  check(set, "zmq_setsockopt", { option: name });
}

/** How many bits stand before an IPv4 address where it's written as one of IPv6. */
const MAPPED_BITS = 96;

/**
 * A filter of TCP peers as libzmq has to be told.
 *
 * Fact: with `ipv6`, libzmq maps a network of IPv4 to one of IPv6, and takes the length of its prefix as it is: of
 * `10.0.0.0/8` it compares eight bits, all of them 0, with `::ffff:127.0.0.1`. Failure: such a filter let everyone in who has
 * an IPv4 address. Decision: libzmq gets `::ffff:10.0.0.0/104`. A length that says what is meant stays: 0, which lets everyone
 * in, and those that count the bits of IPv6, as in `10.0.0.0/104`. Any other, such as 33 or `8x`, is refused.
 */
function effectiveFilter(socket: Deno.PointerObject, filter: Uint8Array): Uint8Array {
  if (getInt(socket, COMMON.ipv6.number) !== 1) return filter;
  const [text] = new TextDecoder().decode(filter).split("\0");
  const network = /^([^:/]*)\/(.*)$/s.exec(text);
  if (network === null) return filter;
  const [, address, length] = network;
  const bits = /^\d+$/.test(length) ? Number(length) : NaN;
  if (bits === 0 || bits >= MAPPED_BITS) return filter;
  return new TextEncoder().encode(`::ffff:${address}/${MAPPED_BITS + bits}`);
}

/** An `int` as libzmq takes it. */
export function intBytes(value: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Int32Array.of(value).buffer);
}

/** 64 bits as libzmq takes them, signed or not. */
export function int64Bytes(value: bigint): Uint8Array<ArrayBuffer> {
  return new Uint8Array(BigInt64Array.of(value).buffer);
}

/** What the bits of ZMQ_EVENTS mean to the poller. */
export function fromEvents(events: number): number {
  return ((events & EVENT_IN) !== 0 ? READABLE : 0) | ((events & EVENT_OUT) !== 0 ? WRITABLE : 0);
}

/** The bits of ZMQ_EVENTS. */
export function toEvents(ready: number): number {
  return ((ready & READABLE) !== 0 ? EVENT_IN : 0) | ((ready & WRITABLE) !== 0 ? EVENT_OUT : 0);
}

/** How long a terminated worker's messages may take, in ms. */
const LONGEST = 1000;

/** The lingers that the program has set, of the sockets of a thread with exit cleanups. */
const lingers = new Map<Deno.PointerObject, number>();

/** Whether a socket is closed at its thread's end, with a linger that ends. */
export function hasSocketCleanup(socket: Deno.PointerObject): boolean {
  return lingers.size > 0 && lingers.has(socket);
}

/** Adds the exit cleanup of a socket that was opened just now. */
export function addSocketCleanup(socket: Deno.PointerObject, context: Deno.PointerObject): void {
  if (!hasExitCleanup()) return;
  addExitCleanup("zmq_close", socket, context);
  const linger = getInt(socket, LINGER);
  lingers.set(socket, linger);
  setLinger(socket, bounded(linger));
}

/** Removes it: the socket is going to be closed. */
export function removeSocketCleanup(socket: Deno.PointerObject): void {
  if (!hasSocketCleanup(socket)) return;
  setLinger(socket, lingers.get(socket)!);
  lingers.delete(socket);
  removeExitCleanup("zmq_close", socket);
}

/** Does what ends a connection, for which the program's own linger counts. */
export function withLinger<T>(socket: Deno.PointerObject, action: () => T): T {
  if (!hasSocketCleanup(socket)) return action();
  const linger = lingers.get(socket)!;
  setLinger(socket, linger);
  try {
    return action();
  } finally {
    setLinger(socket, bounded(linger));
  }
}

/** Keeps the linger that the program sets, and returns the one that libzmq gets. */
function effectiveLinger(socket: Deno.PointerObject, bytes: Uint8Array | null): Uint8Array | null {
  if (bytes?.length !== 4 || !hasSocketCleanup(socket)) return bytes; // libzmq refuses what isn't an int
  const value = new Int32Array(bytes.slice().buffer)[0];
  if (value < -1) return bytes;
  lingers.set(socket, value);
  return intBytes(bounded(value));
}

function bounded(linger: number): number {
  return linger < 0 ? LONGEST : Math.min(linger, LONGEST);
}

/** Sets the linger for what is done next; the program's own stays what it reads. */
export function setLinger(socket: Deno.PointerObject, linger: number): void {
  // A failure doesn't matter: the context was shut down then, and nothing lingers any more.
  zmq().zmq_setsockopt(socket, LINGER, intBytes(linger), 4n);
}
