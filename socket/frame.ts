/** What programs receive: frames, and the memory that they lie in. */

import { libc } from "../ffi/libc.ts";
import { copyOfBytes, countBlock, usize } from "../ffi/memory.ts";
import { checkCount } from "../poller/wait_options.ts";

// What was sent as text is received as the same text: a byte order mark at its beginning, too.
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
const decoderOfJson = new TextDecoder();

/** A printed frame shows this many bytes. */
const SHOWN = 100;

/**
 * One part of a received message: its bytes, with methods that read them as text and as JSON.
 *
 * `slice()` copies a frame, and a copy is what to post to a worker: small frames lie side by side in shared buffers, so
 * their `buffer` can't be transferred, and posting one copies its neighbours along. For Node's methods, such as
 * `readUInt32BE`, there is `Buffer.from(frame)`.
 *
 * @example Text, JSON and bytes
 * ```ts
 * import { Pull, Push } from "@deno-zmq/zmq";
 *
 * using pull = new Pull();
 * await pull.bind("inproc://frame-example");
 * using push = new Push();
 * push.connect("inproc://frame-example");
 * await push.send(["log", JSON.stringify({ level: 3 }), new Uint8Array([0, 255])]);
 * const [name, value, bytes] = await pull.receive();
 * console.log(`${name}`, value.json(), bytes[1]); // log { level: 3 } 255
 * ```
 */
export class Frame extends Uint8Array<ArrayBuffer> {
  /** Makes a frame of zeros. Programs receive frames; they rarely make one. */
  constructor(length: number);
  /** Makes a frame that shows a part of a buffer. */
  constructor(buffer: ArrayBuffer, byteOffset?: number, length?: number);
  constructor(source: number | ArrayBuffer, byteOffset?: number, length?: number) {
    super(source as ArrayBuffer, byteOffset, length);
  }

  /**
   * The bytes as UTF-8 text; what isn't UTF-8 reads as U+FFFD.
   *
   * @throws {TypeError} If an encoding is asked for.
   */
  text(): string {
    if (arguments.length > 0 && arguments[0] !== undefined) {
      throw otherEncoding("text", arguments[0]);
    }
    return decoder.decode(this);
  }

  /**
   * The bytes parsed as JSON.
   *
   * @throws {SyntaxError} If they aren't JSON.
   */
  json(): unknown {
    checkCount("json", arguments.length, 0);
    return JSON.parse(decoderOfJson.decode(this));
  }

  /**
   * The bytes as UTF-8 text, as {@linkcode Frame.text} reads them, so that `${frame}` and `String(frame)` are the text.
   *
   * @throws {TypeError} If another encoding is asked for, or a range.
   */
  override toString(encoding: "utf8" | "utf-8" = "utf8", range?: never): string {
    if (encoding !== "utf8" && encoding !== "utf-8") throw otherEncoding("toString", encoding);
    if (range !== undefined) {
      throw new TypeError(
        "A frame's toString reads all of it: a part is frame.subarray(\u2026).text()",
      );
    }
    return decoder.decode(this);
  }

  /**
   * Says that nothing reads the frame any more, and frees its memory at once if no other frame shares it. Its content is
   * gone after that, whatever its size, and reading it is a mistake. A second release does nothing. Optional, since the collector
   * frees frames as well; where many of 100 KB and more come, a loop that releases each is faster.
   *
   * @throws {TypeError} If the program has marked the buffer as one that can't be transferred.
   */
  release(): void {
    checkCount("release", arguments.length, 0);
    // The buffer of a small one is its neighbours', too.
    if (this.length > LARGEST_IN_SLAB && this.length === this.buffer.byteLength) {
      this.buffer.transfer(0);
    } else if (!this.buffer.detached) this.fill(0); // or it was released before
  }

  /** What `console.log` prints: the length, and the beginning as text, or as hexadecimal digits if it isn't UTF-8. */
  [Symbol.for("Deno.customInspect")](): string {
    return this.#print();
  }

  /** The same for Node's functions that print. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.#print();
  }

  #print(): string {
    if (this.buffer.detached) return "Frame (released)";
    const shown = this.subarray(0, SHOWN);
    const rest = this.length > SHOWN ? "\u2026" : "";
    try {
      const strictDecoder = new TextDecoder("utf-8", { ignoreBOM: true, fatal: true });
      // A cut within a character isn't a fault of the text.
      const text = strictDecoder.decode(shown, { stream: rest !== "" });
      return `Frame(${this.length}) ${JSON.stringify(text)}${rest}`;
    } catch {
      return `Frame(${this.length}) <${shown.toHex().replace(/..(?=.)/g, "$& ")}${rest}>`;
    }
  }
}

function otherEncoding(method: string, encoding: unknown): TypeError {
  return new TypeError(
    `A frame's ${method} reads UTF-8, not ${encoding}: toHex() and toBase64() write those, ` +
      "and Buffer.from(frame) has the other encodings",
  );
}

/** What parts and copies of a frame are. */
export interface Frame {
  /** Returns a frame with a copy of the bytes from `begin` to before `end`, in a buffer of its own. */
  slice(begin?: number, end?: number): Frame;
  /** Returns a frame that shows the bytes from `begin` to before `end`, in the same buffer. */
  subarray(begin?: number, end?: number): Frame;
}

/** The same, as it's made from other bytes. */
const FrameOfCopy = Frame as unknown as new (bytes: Uint8Array) => Frame;

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

/** How many pages there are before the mark is loaded. */
const PAGES_BEFORE_IMPORT = 1;
let pages = 0;
let mark: ((buffer: ArrayBuffer) => void) | undefined;

/**
 * Makes the next slab, for a frame of `size` bytes and more.
 *
 * Fact: transferring one frame's buffer would empty all its neighbours in the slab; Node's module that can mark a buffer
 * as untransferable takes 1 to 4 ms to load. A page of WebAssembly memory can't be transferred either, and takes 0.1 ms.
 * Failure: each program's first message waited for the module; with buffers of their own, the first frames could be
 * transferred, and later ones couldn't. Decision: the first slabs are such pages, until the module, loaded in the background,
 * is there. Cost: each page is a mapping of the process, of which Linux allows some 65,000; so later slabs aren't pages, and
 * where no page can be had, a frame has a buffer of its own.
 */
function renewSlab(size: number): void {
  if (mark === undefined && ++pages === PAGES_BEFORE_IMPORT + 1) queueMicrotask(loadMark);
  const shared = mark === undefined ? newPage() : new ArrayBuffer(SLAB);
  if (shared !== undefined) mark?.(shared);
  slab = shared ?? new ArrayBuffer((size + 7) & ~7);
  words = new Int32Array(slab);
  offset = 0;
  limit = shared === undefined ? -1 : slab.byteLength - 8;
}

function newPage(): ArrayBuffer | undefined {
  try {
    return new WebAssembly.Memory({ initial: 1, maximum: 1 }).buffer as ArrayBuffer;
  } catch {
    return undefined; // mappings, or address space, are used up
  }
}

/**
 * Loads the mark; called in a microtask.
 *
 * Fact: where the runtime loads a module, it runs all microtasks within the call, unless that is one itself.
 * Failure: a receive that needed the next slab loaded it, with its message in the struct that all receives share; a microtask
 * received meanwhile, and the first program got the second one's message, and never its own.
 */
function loadMark(): void {
  import("node:worker_threads").then(({ markAsUntransferable }) => mark = markAsUntransferable);
}
