/**
 * zmqcat's two ends: a descriptor to read and one to write.
 *
 * They come from node:fs, because a Poller needs the descriptors' numbers, which Deno's own files
 * don't tell.
 */

import { closeSync, fstatSync, openSync, readSync, writeSync } from "node:fs";
import type { Interest } from "../../mod.ts";

/**
 * So many bytes can be written to a pipe or a terminal that is reported writable, without waiting
 * (POSIX's PIPE_BUF, on Linux). A larger write waits until the reader has taken enough, and the whole
 * program with it: no signal is heard, and no message received.
 */
const PIECE = 4096;

/** A file or standard input. Read it when a Poller says that it's readable. */
export class Input implements Disposable {
  readonly fd: number;
  readonly #buffer: Uint8Array<ArrayBuffer>;

  constructor(path: string | undefined, size: number) {
    this.fd = path === undefined ? 0 : openSync(path, "r");
    this.#buffer = new Uint8Array(size);
  }

  /**
   * Reads what is there, up to the buffer's size, into a buffer that is used again by the next read.
   * Returns `null` at the end, and `undefined` if there is nothing after all.
   */
  read(): Uint8Array | null | undefined {
    const count = ifReady(() => readSync(this.fd, this.#buffer));
    if (count === undefined) return undefined;
    return count === 0 ? null : this.#buffer.subarray(0, count);
  }

  [Symbol.dispose](): void {
    if (this.fd !== 0) closeSync(this.fd);
  }
}

/** A file or standard output, with the bytes that it couldn't take yet: one turn's at most. */
export class Output implements Disposable {
  readonly fd: number;
  /** What to wait for while there is nothing to write. */
  readonly idle: Interest;
  readonly #piece: number;
  #rest: Uint8Array = new Uint8Array(0);

  constructor(path: string | undefined) {
    this.fd = path === undefined ? 1 : openSync(path, "w");
    const kind = fstatSync(this.fd);
    // A regular file never makes a program wait for a reader.
    this.#piece = kind.isFile() ? Infinity : PIECE;
    // The writing end of a pipe never becomes readable. So this waits for nothing but to be told, as an
    // error, that the reader has gone.
    this.idle = kind.isFIFO() ? { readable: true } : { readable: false };
  }

  /** Whether everything was written. */
  get empty(): boolean {
    return this.#rest.length === 0;
  }

  /** Takes bytes, and writes what can be written at once. Then see whether it's empty. */
  put(bytes: Uint8Array): void {
    this.#rest = bytes;
    if (this.#piece === Infinity) { while (!this.empty) this.write(); }
  }

  /** Writes a piece of what is left. To be called when a Poller says that it's writable. */
  write(): void {
    const size = Math.min(this.#rest.length, this.#piece);
    const count = ifReady(() => writeSync(this.fd, this.#rest, 0, size)) ?? 0;
    this.#rest = this.#rest.subarray(count);
  }

  [Symbol.dispose](): void {
    if (this.fd !== 1) closeSync(this.fd);
  }
}

/**
 * Standard input and output may be shared with other processes. One of them may have taken what was
 * there, and made the descriptor one that fails instead of waiting; it's then waited for again.
 */
function ifReady(action: () => number): number | undefined {
  try {
    return action();
  } catch (error) {
    if ((error as { code?: string }).code === "EAGAIN") return undefined;
    throw error;
  }
}
