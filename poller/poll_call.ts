/** What a set asks at each wait, in the form of poll(2), and poll(2) itself. */

import { libc } from "../ffi/libc.ts";
import { allocate, usize } from "../ffi/memory.ts";
import { BYTES } from "./slots.ts";
import { checkWait } from "./system.ts";

/** A system call that is told all descriptors anew at each wait. Rows are poll(2)'s array. */
export interface Call {
  readonly kind: "poll" | "select";
  /** The first number of a descriptor that it can't be told. */
  readonly ceiling: number;
  /** Asks on this thread about the first `count` slots of a row, and writes the answers into it. */
  here(row: Int32Array<ArrayBuffer>, count: number, limit: number): number;
  /** Asks on a pool thread. The row must be left as it is until `take`. */
  aside(row: Int32Array<ArrayBuffer>, count: number, limit: number): Promise<number>;
  /** Writes the answers of `aside`, whose result wasn't negative, into the row. Gives how many are ready. */
  take(found: number, row: Int32Array<ArrayBuffer>, count: number): number;
  /** Gives the memory back. */
  close(): void;
}

/** poll(2). */
export class PollCall implements Call {
  readonly kind = "poll";
  readonly ceiling = Infinity;
  /** The pool thread's copy of the row. */
  #aside: Deno.PointerValue = null;
  #asideBytes = 0;

  here(row: Int32Array<ArrayBuffer>, count: number, limit: number): number {
    return checkWait(libc().poll(row, usize(count), limit), "poll");
  }

  aside(row: Int32Array<ArrayBuffer>, count: number, limit: number): Promise<number> {
    const bytes = BYTES * count;
    if (bytes > this.#asideBytes) {
      this.close();
      this.#aside = allocate(2 * bytes);
      this.#asideBytes = 2 * bytes;
    }
    libc().memcpy_out(this.#aside, row, usize(bytes));
    // The thread writes into memory that only we free: a buffer would go when a worker is terminated.
    return libc().poll_aside(this.#aside, usize(count), limit);
  }

  take(found: number, row: Int32Array<ArrayBuffer>, count: number): number {
    if (found > 0) libc().memcpy(row, this.#aside, usize(BYTES * count));
    return found;
  }

  close(): void {
    libc().free(this.#aside);
    this.#aside = null;
    this.#asideBytes = 0;
  }
}
