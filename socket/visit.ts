/** Visiting: a receive that shows each frame in a buffer of the library's, and allocates nothing for small ones. */

import { readClockNext, serveInBetween } from "../poller/blocked.ts";
import { checkWait, type Signature } from "../poller/wait_options.ts";
import type { Handle } from "./handle.ts";
import { isSingle } from "./message_layout.ts";
import { skipRest } from "./native_message.ts";
import { checkedLimit, mayBlockIn, mayTry, preparesToBlock } from "./receive.ts";
import { borrowVisitBuffers, returnVisitBuffers, type VisitBuffers } from "./visit_buffers.ts";
import { closedError } from "./wait_errors.ts";

/**
 * Reads one frame; see {@linkcode Receiver.visit}. `bytes` is valid until it returns; `more` says that another frame of
 * the same message follows.
 */
export type Visitor = (bytes: Uint8Array<ArrayBuffer>, more: boolean) => void;

const VISIT: Signature = {
  name: "visit",
  options: ["limit", "timeout"],
  example: "{ limit: 100, timeout: 50 }",
};

const AsyncFunction = (async () => {}).constructor;

/** Shows every message that has arrived, in place. Returns their number. */
export function visit(
  handle: Handle,
  visitor: Visitor,
  options?: { limit?: number; timeout?: number },
  extra?: unknown,
): number {
  if (typeof visitor !== "function") throw new TypeError("visit needs a function");
  if (visitor.constructor === AsyncFunction) {
    throw new TypeError(
      "visit needs a function that isn't async: the bytes that it's shown are valid until it returns",
    );
  }
  if (options !== undefined || extra !== undefined) checkWait(VISIT, options, extra);
  const limit = checkedLimit(options?.limit);
  const timeout = options?.timeout ?? 0;
  if (timeout > 0) serveInBetween();
  if (handle.closed) throw closedError(handle, "zmq_msg_recv");
  let deadline: number | undefined;
  const buffers = borrowVisitBuffers();
  try {
    for (;;) {
      if (handle.receivers.first !== undefined) handle.serveAll(handle.receivers);
      const visited = mayTry(handle) && !(timeout === Infinity && mayBlockIn(handle))
        ? visitMany(handle, visitor, limit, buffers, next(handle, buffers))
        : 0;
      if (visited > 0 || handle.closed || timeout === 0) return visited;
      if (handle.midMessage) return 0; // a visit within one: nothing can come before that one goes on
      const left = timeout === Infinity
        ? Infinity
        : (deadline ??= performance.now() + timeout) - performance.now();
      if (left <= 0) return 0;
      if (handle.unfinished || !preparesToBlock(handle, left)) continue;
      const first = buffers.native.receiveBlocking(handle.pointer);
      if (first < 0) {
        readClockNext();
        continue;
      }
      const more = visitMany(handle, visitor, limit, buffers, first);
      // None where the first was dropped.
      if (more > 0 || handle.closed) return more;
    }
  } finally {
    returnVisitBuffers(buffers);
    if (!handle.closed) handle.markStale();
  }
}

/** Shows messages, of which the first part of the first has been received: its size, or -1. */
function visitMany(
  handle: Handle,
  visitor: Visitor,
  limit: number,
  buffers: VisitBuffers,
  first: number,
): number {
  const { native } = buffers;
  const { words } = native;
  let visited = 0;
  let size = first;
  while (size >= 0) {
    if (isSingle(words)) {
      visitor(buffers.small(size), false);
      visited++;
    } else if (handle.limits === undefined || !native.more) {
      visitOne(handle, visitor, size, buffers);
      visited++;
    } else if (visitWhole(handle, visitor, size, buffers)) visited++;
    // The visitor may have closed the socket, or begun to receive.
    if (visited >= limit || handle.closed || !mayTry(handle)) break;
    size = next(handle, buffers);
  }
  return visited;
}

/** Receives the first part of the next message; -1 where there is none, or what is dropped isn't yet gone. */
function next({ limits, pointer }: Handle, { native }: VisitBuffers): number {
  if (limits !== undefined && limits.unfinished && !limits.goOn(native, pointer)) return -1;
  return native.receive(pointer);
}

/** Shows a message of several parts where there are limits: only the last part tells that it's within them. */
function visitWhole(
  handle: Handle,
  visitor: Visitor,
  first: number,
  { native }: VisitBuffers,
): boolean {
  const frames = handle.limits!.takeRest(native, handle.pointer, first);
  frames?.every((frame, i) => {
    visitor(frame, i < frames.length - 1);
    return !handle.closed;
  });
  return frames !== undefined;
}

function visitOne(handle: Handle, visitor: Visitor, first: number, buffers: VisitBuffers): void {
  const { native } = buffers;
  let isAddress = handle.type.addressedBy === "address";
  let more = false;
  try {
    for (let size = first; size >= 0; size = native.receive(handle.pointer)) {
      handle.midMessage = more = native.more;
      const bytes = native.small ? buffers.small(size) : buffers.large(size);
      visitor(isAddress ? withoutNul(bytes) : bytes, more);
      isAddress = false;
      if (!more || handle.closed) return;
    }
  } catch (error) {
    // The message counts as received: the rest of it mustn't pass for the next one.
    if (more && !handle.closed) skipRest(native, handle.pointer);
    throw error;
  } finally {
    handle.midMessage = false;
  }
}

/** A Datagram's address as receives return it: libzmq ends it with a NUL. */
function withoutNul(address: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  return address.at(-1) === 0 ? address.subarray(0, -1) : address;
}
