/** What programs receive: messages of Buffers, each with memory of its own. */

import type { Buffer } from "node:buffer";
import { failedWith } from "../ffi/errno.ts";
import { libc } from "../ffi/libc.ts";
import { zmq } from "../ffi/libzmq.ts";
import { onFirstUse } from "../ffi/load.ts";
import { byteLengthOf, copyOfBytes, countBlock } from "../ffi/memory.ts";
import { INLINE_DATA, INLINE_LIMIT, isSingle } from "../socket/message_layout.ts";
import type { PropertyReader } from "../socket/metadata.ts";
import {
  Failure,
  NativeMessage,
  takeMessage,
  type TakenAs,
  takeRest,
} from "../socket/native_message.ts";
import { EAGAIN } from "./errors.ts";
import type { Parts } from "./state.ts";

/** Makes a Buffer of zeros, with a copy of what a typed array has, or of a whole ArrayBuffer. */
type BufferClass = new (source: number | Uint8Array | ArrayBuffer) => Buffer;

/**
 * The class whose objects Buffers are, read at its first use, since Buffer takes 3 ms to load.
 *
 * Fact: `Buffer` is a function, by which V8 has to look up the prototype of each object that is made; Buffer's species is
 * the class behind it, which it knows. Cost of memory of its own: V8 allocates four blocks for it, and frees them on
 * another thread, together 0.3 us however small it is; all else that a receive does takes half as long.
 */
const bufferClass = onFirstUse((): BufferClass => {
  const { Buffer } = globalThis as unknown as { Buffer: { readonly prototype: Buffer } };
  const { [Symbol.species]: found } = Buffer as { [Symbol.species]?: BufferClass };
  // Without one of its own it inherits a getter that returns Buffer.
  if (found !== Buffer as unknown && found?.prototype === Buffer.prototype) return found!;
  return function (source: number | Uint8Array | ArrayBuffer) {
    return Reflect.construct(Uint8Array, [source as Uint8Array], Buffer as never);
  } as unknown as BufferClass;
});

/** A native message that becomes Buffers. */
class BufferMessage extends NativeMessage implements TakenAs<Buffer> {
  readonly #Buffer = bufferClass();
  /** The bytes of small messages where they lie in the struct, one view for each length. */
  readonly #small = Array.from(
    { length: INLINE_LIMIT + 1 },
    (_, size) => new Uint8Array(this.bytes.buffer, INLINE_DATA, size),
  );

  /** Takes the bytes of a small one. */
  toSmallPart(size: number): Buffer {
    return new this.#Buffer(this.#small[size]);
  }

  toPart(size: number): Buffer {
    if (this.small) return this.toSmallPart(size);
    try {
      const length = this.lengthOf(size);
      countBlock(Number(length));
      const from = zmq().zmq_msg_data(this.pointer)!;
      const copy = copyOfBytes(from, Number(length), this.#Buffer);
      if (copy !== undefined) return copy;
      const part = new this.#Buffer(Number(length));
      // A program may have replaced the global class.
      if (byteLengthOf(part) !== Number(length)) throw new RangeError("Buffer has another length");
      if (length > 0n) libc().memcpy(part as Uint8Array<ArrayBuffer>, from, length);
      return part;
    } finally {
      this.clear();
    }
  }
}

const message = onFirstUse(() => new BufferMessage());

/** Receives one whole message without waiting; undefined if there is none. Errors are returned, as a `try` takes 12 ns. */
export function takeBuffers(
  socket: Deno.PointerObject,
  names: PropertyReader | undefined,
): Parts | Failure | undefined {
  if (names !== undefined) return takeWith(names, socket);
  const native = message();
  const size = native.receiveOnce(socket);
  if (size >= 0 && isSingle(native.words)) return [native.toSmallPart(size)];
  if (size < 0 && failedWith(EAGAIN)) return undefined;
  return takeLarge(native, socket, size);
}

/** Takes any other message, of which the first part's receive has returned `size`, or failed. */
function takeLarge(
  native: BufferMessage,
  socket: Deno.PointerObject,
  first: number,
): Parts | Failure | undefined {
  try {
    const size = first < 0 ? native.receive(socket) : first; // which says why
    return size < 0 ? undefined : takeRest(native, socket, size);
  } catch (error) {
    return new Failure(error);
  }
}

/** Takes a message of a draft socket, which has more than its bytes. */
function takeWith(names: PropertyReader, socket: Deno.PointerObject): Parts | Failure | undefined {
  try {
    const parts = takeMessage(socket, names) as (Uint8Array | Extra)[] | undefined;
    return parts?.map((part) => {
      if (part instanceof Uint8Array) return toBuffer(part);
      return part.group === undefined ? part : { ...part, group: toBuffer(part.group) };
    }) as Parts | undefined;
  } catch (error) {
    return new Failure(error);
  }
}

/** What follows a draft socket's bytes: a routing id, or a group. */
interface Extra {
  group?: Uint8Array;
}

function toBuffer(bytes: Uint8Array): Buffer {
  const own = bytes.length === bytes.buffer.byteLength;
  return new (bufferClass())(own ? bytes.buffer as ArrayBuffer : bytes);
}
