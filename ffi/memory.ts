/** Pinned buffers, C strings, and sizes as the BigInts that foreign calls want. */

import { bindExtra, libc } from "./libc.ts";
import { onFirstUse } from "./load.ts";

/**
 * A buffer together with its address.
 *
 * Fact: a foreign call takes 7 ns with a pointer and 17 ns with a buffer, so hot calls pass the address. But V8 frees a
 * buffer that nothing reads any more, even one in a `const`. Failure: the address pointed into freed memory, SIGSEGV.
 * Decision: both are in one object, and hot code reads `bytes` of it. Cost: one property read.
 */
export class PinnedBuffer {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly words: Int32Array<ArrayBuffer>;
  readonly pointer: Deno.PointerObject;

  constructor(size: number) {
    this.bytes = new Uint8Array((size + 7) & ~7);
    this.words = new Int32Array(this.bytes.buffer);
    this.pointer = libc().address_of(this.bytes, this.bytes, 0n)!;
  }
}

/** The sizes up to this one are in a table. */
const LARGEST_IN_TABLE = 4096;

/**
 * Sizes as BigInts: a `usize` argument costs 7 ns as a BigInt, and 77 ns as a number. Each is made at its first use, and
 * the table grows with the largest, since making all at once costs half a millisecond of start-up.
 */
let sizes: (bigint | undefined)[] = [];

/** Returns a size or count for a foreign call. */
export function usize(size: number): bigint {
  return size < sizes.length ? sizes[size] ??= BigInt(size) : BigInt(beyond(size));
}

function beyond(size: number): number {
  if (size <= LARGEST_IN_TABLE) {
    const length = Math.min(2 * size + 64, LARGEST_IN_TABLE + 1);
    sizes = [...sizes, ...new Array(length - sizes.length).fill(undefined)];
  }
  return size;
}

/** The built-in getters of typed arrays, as functions: whatever a program defines has no effect on them. */
const TYPED_ARRAY = Object.getPrototypeOf(Uint8Array.prototype);
const builtIn = <T>(name: string): (bytes: Uint8Array) => T =>
  Function.prototype.call.bind(Object.getOwnPropertyDescriptor(TYPED_ARRAY, name)!.get!);
const readLength = builtIn<number>("byteLength");

/** The buffer of a typed array. After it was read, the collector doesn't move the memory of a small one any more. */
export const bufferOf: (bytes: Uint8Array) => ArrayBufferLike = builtIn<ArrayBufferLike>("buffer");

/**
 * The number of a typed array's bytes, which bounds each call that reads or fills it. Throws `TypeError` for anything else.
 *
 * Fact: `byteLength` and `length` are properties, which a subclass, or the array itself, may define in another way; a
 * getter may also transfer the buffer. Failure: libzmq read beyond the buffer, and sent what it found there. Decision:
 * the built-in getter is called, which runs no code of the program's. Cost: 0.3 ns; 2.4 without the element that is read
 * first, by which V8 learns the type.
 */
export function byteLengthOf(bytes: Uint8Array): number {
  bytes[0];
  return readLength(bytes);
}

/** Whether this machine stores a number's lowest byte first. */
export const LITTLE_ENDIAN: boolean = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1;

const encoder = new TextEncoder();

/** Returns the text at `pointer`, up to its NUL, with a byte order mark that it may begin with; empty for a null pointer. */
export function cString(pointer: Deno.PointerValue): string {
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(cBytes(pointer));
}

/** Returns the bytes at `pointer`, up to a NUL; none for a null pointer. */
export function cBytes(pointer: Deno.PointerValue): Uint8Array<ArrayBuffer> {
  if (pointer === null) return new Uint8Array(0);
  const length = libc().strlen(pointer);
  const bytes = new Uint8Array(Number(length));
  if (bytes.length > 0) libc().memcpy(bytes, pointer, length);
  return bytes;
}

/** Returns `text` as UTF-8 with a NUL at its end. Throws for a NUL within, at which C would cut it short. */
export function toCString(text: string, what: string): Uint8Array<ArrayBuffer> {
  if (text.includes("\0")) throw new TypeError(`${what} must not contain a NUL character`);
  return encoder.encode(text + "\0");
}

/** From this size on, a copy is made of shown memory, and not into a buffer that is cleared first. */
const LARGE = 16384;

/**
 * Returns a typed array with a copy of the bytes at `pointer`; undefined if they're few, or if that isn't permitted.
 *
 * Fact: `new Uint8Array(size)` clears its memory first, and a typed array made from another one doesn't: 4.7 microseconds
 * for 64 KB instead of 7.0. Decision: the other one shows libzmq's own memory, for the constructor alone. It's detached
 * at once, since V8 counts it as memory to be freed, and would run the collector twice as often. Cost: showing memory
 * needs the permission for all of FFI.
 */
export function copyOfBytes<Copy>(
  pointer: Deno.PointerObject,
  size: number,
  Copy: new (bytes: Uint8Array) => Copy,
): Copy | undefined {
  if (size < LARGE || permission().state !== "granted") return undefined;
  const shown = Deno.UnsafePointerView.getArrayBuffer(pointer, size);
  try {
    return new Copy(new Uint8Array(shown));
  } finally {
    shown.transfer(0);
  }
}

/** The permission for all of FFI. Its state changes when a program revokes it. */
const permission = onFirstUse(() => Deno.permissions.querySync({ name: "ffi" }));

/** How many bytes of large blocks come before glibc gets its block to learn from. */
let untilTold = 16 << 20;
/** The largest block that glibc learns from, its header and the rounding to pages included. */
const LARGEST_LEARNT = BigInt((32 << 20) - 65536);

/**
 * Counts a block in which libzmq had received something large.
 *
 * Fact: glibc takes each block of 128 KB or more from the system, and returns what is free at its heap's end; it learns
 * to keep more from a large block that is freed, but the collector frees many together. Failure: each block's pages were
 * mapped, cleared and unmapped again, which took longer than filling them (1 MB: 0.6 times C's rate, and 0.9 without).
 * Decision: glibc gets the largest block that it learns from to free. Cost: it keeps up to twice as much, 64 MB. If its
 * environment says what to keep, it learns nothing, and keeps that.
 */
export function countBlock(size: number): void {
  if (untilTold <= 0 || (untilTold -= size) > 0) return;
  libc().free(libc().malloc(LARGEST_LEARNT));
}

/** Allocates memory that the collector never moves or frees, for calls that run on another thread. */
export function allocate(size: number): Deno.PointerObject {
  const pointer = libc().malloc(BigInt(size));
  if (pointer === null) throw new RangeError(`No memory for ${size} bytes`);
  return pointer;
}

const addresses = onFirstUse(() =>
  bindExtra({
    // void *memcpy(void *dest, const void *src, size_t n), with length 0: an address as a number, and the reverse
    number_of: { name: "memcpy", parameters: ["pointer", "pointer", "usize"], result: "usize" },
    pointer_at: { name: "memcpy", parameters: ["usize", "usize", "usize"], result: "pointer" },
  })
);

/** Returns a pointer's address. */
export function addressOf(pointer: Deno.PointerValue): bigint {
  return addresses().number_of(pointer, pointer, 0n);
}

/** Returns the pointer to an address; null for 0. */
export function pointerAt(address: bigint): Deno.PointerValue {
  return addresses().pointer_at(address, address, 0n);
}

/** Returns an address in hexadecimal digits. */
export function pointerToHex(pointer: Deno.PointerValue): string {
  return addressOf(pointer).toString(16);
}

/** Returns the pointer to an address in hexadecimal digits. */
export function pointerFromHex(hex: string): Deno.PointerObject {
  return pointerAt(BigInt(`0x${hex}`))!;
}
