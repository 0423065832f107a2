/** What goes in and what comes out: messages as programs write them, and the frames they receive. */

import type { Buffer } from "node:buffer";
import { libc } from "../ffi/libc.ts";
import { copyOfBytes, countBlock, usize } from "../ffi/memory.ts";

/** One part of a message to be sent; see {@linkcode MessageLike}. */
export type MessagePart =
  | string
  | ArrayBufferView
  | ArrayBuffer
  | SharedArrayBuffer
  | number
  | boolean
  | bigint
  | null;

/**
 * A message to be sent: one part, or a non-empty array of parts, which arrive together or not at all.
 *
 * Strings are sent as UTF-8; views (typed arrays, `Buffer`, `DataView`) as the bytes that they show;
 * numbers, booleans and bigints as their text; `null` as an empty part. Anything else is a
 * `TypeError`.
 */
export type MessageLike = MessagePart | readonly MessagePart[];

/** A part in the form in which it goes to libzmq. */
export type Part = string | Uint8Array;

/**
 * One part of a received message: a `Uint8Array` with all the methods of Node's `Buffer`, and three
 * more.
 *
 * Small frames lie side by side in shared buffers, so their `buffer` can't be transferred, and posting
 * a frame to a worker copies its neighbours along: post `frame.slice()` of a plain view, such as
 * `new Uint8Array(frame)`, instead.
 *
 * One of more than 4 KB has a buffer of its own, which the collector frees some time later. Where many of them come,
 * `using` lets go of each at once:
 *
 * @example
 * ```ts
 * import { Pull, Push } from "@deno-zmq/zmq";
 *
 * using pull = new Pull();
 * await pull.bind("tcp://127.0.0.1:*");
 * using push = new Push();
 * push.connect(pull.lastEndpoint!);
 * await push.send(new Uint8Array(1 << 20));
 * for await (const [part] of pull) {
 *   using frame = part;
 *   console.log(frame.length); // 1048576
 *   break;
 * }
 * ```
 */
export interface Frame extends Buffer<ArrayBuffer>, Disposable {
  /** The bytes as UTF-8 text; what isn't UTF-8 reads as U+FFFD. */
  text(): string;
  /** The bytes parsed as JSON. Throws `SyntaxError` where they aren't. */
  json<T = unknown>(): T;
  /**
   * Frees the memory of a frame of more than 4 KB at once; the frame is empty then. A smaller one shares its memory, and
   * stays as it is. Optional: the collector frees frames as well.
   *
   * @throws {TypeError} If the program has marked the buffer as one that can't be transferred.
   */
  [Symbol.dispose](): void;
}

/** The constructor of {@linkcode Frame}. Programs receive frames; they rarely make one. */
export interface FrameConstructor {
  /** A frame of zeros. */
  new (length: number): Frame;
  /** A frame that shows a part of a buffer. */
  new (buffer: ArrayBuffer, byteOffset: number, length: number): Frame;
  /** What all frames inherit. */
  readonly prototype: Frame;
}

class FrameOfBytes extends Uint8Array<ArrayBuffer> {
  text(): string {
    return decoder.decode(this);
  }

  json(): unknown {
    return JSON.parse(decoderOfJson.decode(this));
  }

  [Symbol.dispose](): void {
    // A smaller one's buffer is its neighbours', too.
    if (this.length > LARGEST_IN_SLAB && this.length === this.buffer.byteLength) {
      this.buffer.transfer(0);
    }
  }
}

// A Frame has a Buffer's methods, so everything that programs for zeromq.js do with a message works. Its own constructor
// makes a frame in 25 ns, where Buffer.from takes 38. Buffer takes 3 ms to load, so the first socket does that, or the
// first use of a frame that was made before.
const bufferOf = Object.getOwnPropertyDescriptor(globalThis, "Buffer")!;
Object.setPrototypeOf(
  FrameOfBytes.prototype,
  new Proxy({}, {
    get: (_, key, frame) => Reflect.get(inheritFromBuffer(), key, frame),
    has: (_, key) => Reflect.has(inheritFromBuffer(), key),
    getPrototypeOf: inheritFromBuffer,
  }),
);

function inheritFromBuffer(): object {
  const { prototype } = bufferOf.get?.call(globalThis) ?? bufferOf.value;
  Object.setPrototypeOf(FrameOfBytes.prototype, prototype);
  return prototype;
}

/** One part of a received message. */
export const Frame: FrameConstructor = FrameOfBytes as unknown as FrameConstructor;

/** The same, as it's made from other bytes. */
const FrameOfCopy = FrameOfBytes as unknown as new (bytes: Uint8Array) => Frame;

// What was sent as text is received as the same text: a byte order mark at its beginning, too.
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
const decoderOfJson = new TextDecoder();
const EMPTY = new Uint8Array(0);

/** A part as libzmq takes it. Throws `TypeError` for what isn't a part. */
export function toPart(part: MessagePart): Part {
  const bytes = bytesOrText(part);
  if (bytes !== undefined) return bytes;
  const kind = Array.isArray(part) ? "an array within an array" : typeof part;
  if (kind === "number" || kind === "boolean" || kind === "bigint") return String(part);
  throw new TypeError(
    `A message consists of strings, buffers, numbers, booleans, bigints and null, not of ${kind}` +
      (typeof part === "object" ? ": use JSON.stringify for objects" : ""),
  );
}

/** A part that is text or bytes, or null, as libzmq takes it. Undefined for anything else. */
export function bytesOrText(part: unknown): Part | undefined {
  if (typeof part === "string" || part instanceof Uint8Array) return part;
  if (part === null) return EMPTY;
  if (ArrayBuffer.isView(part)) {
    return new Uint8Array(part.buffer, part.byteOffset, part.byteLength);
  }
  if (part instanceof ArrayBuffer || part instanceof SharedArrayBuffer) return new Uint8Array(part);
  return undefined;
}

/** Every part of a message, converted and checked before the first goes out. */
export function toParts(message: readonly MessagePart[]): Part[] {
  if (message.length === 0) throw new TypeError("A message has at least one part");
  const parts = new Array<Part>(message.length);
  for (let i = 0; i < parts.length; i++) parts[i] = toPart(message[i]);
  return parts;
}

/** The same parts, independent of what the program does to its buffers while the message waits. */
export function keepParts(parts: readonly Part[]): Part[] {
  return parts.map((part) => typeof part === "string" ? part : new Uint8Array(part));
}

/** Small frames are cut from slabs of this size, */
const SLAB = 16384;
/** and those above this one get a buffer of their own. */
export const LARGEST_IN_SLAB = 4096;

let slab = new ArrayBuffer(0);
let words = new Int32Array(slab);
let offset = 0;
/** Where the slab is used up: before the first one at once. */
let limit = -1;

/** A frame with a copy of the bytes at `pointer`, more of them than fit in a slab. */
export function newLargeFrame(pointer: Deno.PointerObject, size: number): Frame {
  countBlock(size);
  const copy = copyOfBytes(pointer, size, FrameOfCopy);
  if (copy !== undefined) return copy;
  const frame = new Frame(size);
  libc().memcpy(frame, pointer, usize(size));
  return frame;
}

/** A frame for up to `LARGEST_IN_SLAB` bytes, whose content is up to the caller. */
export function newFrame(size: number): Frame {
  const start = take(size);
  return new Frame(slab, start, size);
}

/** A frame of at most 64 bytes, copied from 32-bit words: far cheaper than a copying call. */
export function newSmallFrame(size: number, source: Int32Array, from: number): Frame {
  const start = take(size);
  const to = start >> 2;
  const count = (size + 3) >> 2;
  for (let i = 0; i < count; i++) words[to + i] = source[from + i];
  return new Frame(slab, start, size);
}

function take(size: number): number {
  if (offset + size > limit) renewSlab(size);
  const start = offset;
  offset = (offset + size + 7) & ~7;
  return start;
}

type Mark = (buffer: ArrayBuffer) => void;

/** How many frames may get a buffer of their own before the mark is fetched at any price. */
const FRAMES_BEFORE_MARK = 256;
let framesLeft = FRAMES_BEFORE_MARK;
let mark: Mark | undefined;

/**
 * Loads what frames need, when the first socket opens. Transferring one frame's buffer would empty all its
 * neighbours in the slab, so slabs are marked; the module that can do it takes 4 ms to load, which happens
 * aside. Until then each frame has a buffer of its own.
 */
export function prepareFrames(): void {
  if (framesLeft < FRAMES_BEFORE_MARK || mark !== undefined) return;
  framesLeft--;
  inheritFromBuffer();
  import("node:worker_threads").then(({ markAsUntransferable }) => mark = markAsUntransferable);
}

function renewSlab(size: number): void {
  // On a thread that never returns to its event loop, the import never ends.
  if (mark === undefined && --framesLeft <= 0) mark = markAtOnce();
  offset = 0;
  slab = new ArrayBuffer(mark === undefined ? (size + 7) & ~7 : SLAB);
  words = new Int32Array(slab);
  limit = mark === undefined ? -1 : SLAB - 8;
  mark?.(slab);
}

function markAtOnce(): Mark {
  const { process } = globalThis as unknown as {
    process: { getBuiltinModule(name: "node:worker_threads"): { markAsUntransferable: Mark } };
  };
  return process.getBuiltinModule("node:worker_threads").markAsUntransferable;
}
