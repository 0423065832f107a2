/**
 * How libzmq lays out a message: known, not promised.
 *
 * 4.2 and 4.3 keep up to 33 bytes inside the 64-byte struct, with its type and flags behind them. That's checked once,
 * before the first message; where it doesn't hold, the public calls are made.
 */

import { libc } from "../ffi/libc.ts";
import { zmq } from "../ffi/libzmq.ts";
import { LITTLE_ENDIAN, PinnedBuffer, usize } from "../ffi/memory.ts";

export const STRUCT_SIZE = 64;
/** Where a small message's bytes begin, and in which word. */
export const INLINE_DATA = 8;
export const INLINE_DATA_WORD = INLINE_DATA >> 2;
export const TYPE = 42;
export const FLAGS = 43;
export const TYPE_INLINE = 101;
export const FLAG_MORE = 1;
/** The word with both, the type in its third byte; and its bits that have the type and more. */
const TAIL_WORD = TYPE >> 2;
const TAIL_BITS = 0x01ff_0000;
const TAIL_OF_SINGLE = TYPE_INLINE << 16;
/** Messages up to this size lie inside the struct. */
export const INLINE_LIMIT = 33;

/** What is known of it. */
export const layout: { holds: boolean | undefined; tailOfSingle: number } = {
  /** Whether messages may be read in place. */
  holds: undefined,
  /** What the tail of a small message's only part reads; nothing equals it until the layout is known to hold. */
  tailOfSingle: -1,
};

/** Whether messages may be read in place. */
export function inline(): boolean {
  return layout.holds ??= learnLayout();
}

/** Whether a native message is all of a message, and small: one comparison, which nearly all of them pass. */
export function isSingle(words: Int32Array): boolean {
  return (words[TAIL_WORD] & TAIL_BITS) === layout.tailOfSingle;
}

function learnLayout(): boolean {
  const holds = checkLayout();
  if (holds && LITTLE_ENDIAN) layout.tailOfSingle = TAIL_OF_SINGLE;
  return holds;
}

function checkLayout(): boolean {
  const probe = new PinnedBuffer(STRUCT_SIZE);
  const pattern = Uint8Array.from({ length: INLINE_LIMIT }, (_, i) => 0xa0 ^ i);
  const made = (size: number) => {
    if (zmq().zmq_msg_init_size(probe.pointer, usize(size)) !== 0) return false;
    libc().memcpy_out(
      zmq().zmq_msg_data(probe.pointer),
      pattern,
      usize(Math.min(size, INLINE_LIMIT)),
    );
    return true;
  };
  if (!made(INLINE_LIMIT)) return false;
  const { bytes } = probe;
  const dataHolds = bytes[TYPE] === TYPE_INLINE &&
    pattern.every((byte, i) => bytes[INLINE_DATA + i] === byte);
  const single = zmq().zmq_msg_more(probe.pointer) === 0 && (bytes[FLAGS] & FLAG_MORE) === 0;
  bytes[FLAGS] |= FLAG_MORE;
  const several = zmq().zmq_msg_more(probe.pointer) === 1;
  bytes[FLAGS] &= ~FLAG_MORE;
  zmq().zmq_msg_close(probe.pointer);
  if (!dataHolds || !single || !several) return false;
  if (!made(INLINE_LIMIT + 1)) return false;
  const onHeap = bytes[TYPE] !== TYPE_INLINE;
  zmq().zmq_msg_close(probe.pointer);
  return onHeap;
}
