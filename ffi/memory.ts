/** Pinned buffers, C strings, and sizes as the BigInts that foreign calls want. */

import { bindExtra, libc } from "./libc.ts";

/**
 * A buffer of ours together with its address.
 *
 * A foreign call takes 7 ns with a pointer and 17 ns with a buffer, so hot calls pass the address.
 * V8 drops a buffer that nothing reads any more, even one in a `const`, and the address then points
 * into freed memory (a SIGSEGV, seen): so both live in one object, and hot code reads `bytes` of it.
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

/**
 * Sizes as BigInts: a `usize` argument costs 7 ns as a BigInt, and 77 ns as a number. Made and filled as
 * they come, since all at once cost half a millisecond of start-up.
 */
let sizes: (bigint | undefined)[] = [];

/** A size or count for a foreign call. */
export function usize(size: number): bigint {
  return size < sizes.length ? sizes[size] ??= BigInt(size) : BigInt(beyond(size));
}

function beyond(size: number): number {
  if (sizes.length === 0) sizes = new Array(4097).fill(undefined);
  return size;
}

/** Whether numbers lie with their lowest byte first. */
export const LITTLE_ENDIAN: boolean = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1;

const encoder = new TextEncoder();

/** The text at `pointer`, up to its NUL; empty for a null pointer. */
export function cString(pointer: Deno.PointerValue): string {
  return new TextDecoder().decode(cBytes(pointer));
}

/** The bytes at `pointer`, up to a NUL; none for a null pointer. */
export function cBytes(pointer: Deno.PointerValue): Uint8Array<ArrayBuffer> {
  if (pointer === null) return new Uint8Array(0);
  const length = libc().strlen(pointer);
  const bytes = new Uint8Array(Number(length));
  if (bytes.length > 0) libc().memcpy(bytes, pointer, length);
  return bytes;
}

/** `text` as UTF-8 with a NUL behind it. A NUL within would cut it short, so it is refused. */
export function toCString(text: string, what: string): Uint8Array<ArrayBuffer> {
  if (text.includes("\0")) throw new TypeError(`${what} must not contain a NUL character`);
  return encoder.encode(text + "\0");
}

/** From this size on, bytes are shown to be copied, rather than copied into a buffer that was cleared first. */
const LARGE = 16384;

/**
 * A typed array of the bytes at `pointer`, copied; undefined where they're few, or where it can't be done.
 *
 * `new Uint8Array(size)` clears memory that is about to be overwritten. A typed array made from
 * another one doesn't: 4.7 microseconds for 64 KB instead of 7.0. The other one is of libzmq's memory, so
 * no one but the constructor sees it. It ends at once, since V8 counts it as memory to be freed, and would
 * run the collector twice as often.
 */
export function copyOfBytes<Copy>(
  pointer: Deno.PointerObject,
  size: number,
  Copy: new (bytes: Uint8Array) => Copy,
): Copy | undefined {
  if (size < LARGE || !mayShowMemory()) return undefined;
  const shown = Deno.UnsafePointerView.getArrayBuffer(pointer, size);
  try {
    return new Copy(new Uint8Array(shown));
  } finally {
    shown.transfer(0);
  }
}

let permission: Deno.PermissionStatus | undefined;

/** A permission for one file isn't enough, and asking for more would prompt at a terminal. */
function mayShowMemory(): boolean {
  permission ??= Deno.permissions.querySync({ name: "ffi" });
  return permission.state === "granted"; // which follows what a program revokes
}

/** How many bytes of large blocks come before the C library is told. */
let untilTold = 16 << 20;
/** The largest block that glibc learns from, its header and the rounding to pages included. */
const LARGEST_LEARNT = BigInt((32 << 20) - 65536);

/**
 * Counts a block in which libzmq had received something large; many of them are freed together, by the
 * collector.
 *
 * glibc asks the system for each block of 128 KB and more, and hands back what is freed at its heap's
 * end. So each block's pages were mapped, cleared and unmapped again, which took longer than to fill them
 * (1 MB: 0.6 times C's rate, and 0.9 without). It learns from a large block that is freed that others like
 * it will follow, and then keeps twice as much, 64 MB at most; so it's given the largest
 * such block to free. Where its environment says what to keep, it learns nothing, and that stays in
 * force.
 */
export function countBlock(size: number): void {
  if (untilTold <= 0 || (untilTold -= size) > 0) return;
  libc().free(libc().malloc(LARGEST_LEARNT));
}

/** Memory that the collector never moves or frees, for calls that run on another thread. */
export function allocate(size: number): Deno.PointerObject {
  const pointer = libc().malloc(BigInt(size));
  if (pointer === null) throw new RangeError(`No memory for ${size} bytes`);
  return pointer;
}

/** Made when it's needed, which most programs never do. */
const addresses = () => ({
  // void *memcpy(void *dest, const void *src, size_t n), with length 0: an address as a number, and the reverse
  number_of: { name: "memcpy", parameters: ["pointer", "pointer", "usize"], result: "usize" },
  pointer_at: { name: "memcpy", parameters: ["usize", "usize", "usize"], result: "pointer" },
} as const);

let ofAddresses: Deno.StaticForeignLibraryInterface<ReturnType<typeof addresses>> | undefined;

/** A pointer's address. */
export function addressOf(pointer: Deno.PointerValue): bigint {
  return (ofAddresses ??= bindExtra(addresses())).number_of(pointer, pointer, 0n);
}

/** The pointer to an address; null for 0. */
export function pointerAt(address: bigint): Deno.PointerValue {
  return (ofAddresses ??= bindExtra(addresses())).pointer_at(address, address, 0n);
}

/** An address in hexadecimal digits. */
export function pointerToHex(pointer: Deno.PointerValue): string {
  return addressOf(pointer).toString(16);
}

/** The pointer to the address that hexadecimal digits stand for. */
export function pointerFromHex(hex: string): Deno.PointerObject {
  return pointerAt(BigInt(`0x${hex}`))!;
}
