/** The backend over select(2), the oldest of them. Only for descriptors below 1,024. */

import { ZmqError } from "../errors.ts";
import { FD_SETSIZE, POLLERR, POLLHUP, POLLIN, POLLOUT } from "../ffi/constants.ts";
import { checkUninterrupted, checkWait } from "../ffi/errno.ts";
import { libc, libcForSelect } from "../ffi/libc.ts";
import { allocate, usize } from "../ffi/memory.ts";
import { type Call, PollBackend } from "./poll.ts";
import { SKIPPED, WORDS } from "./pollfds.ts";

/** How long a wait lasts at most, in ms, while a hang-up can't end it. */
const SLICE = 100;

/** A set of descriptors that select(2) waits for. */
export class SelectBackend<Token> extends PollBackend<Token> {
  constructor() {
    super(new SelectCall());
  }
}

/** select(2), which tells whether a descriptor is ready, and poll(2), which is then asked for what. */
class SelectCall implements Call {
  readonly kind = "select";
  readonly ceiling = FD_SETSIZE;
  readonly #reads = new Descriptors();
  readonly #writes = new Descriptors();
  /** Those whose hang-up can't end the wait. */
  readonly #covered = new Descriptors();
  /** The number above the highest that's asked for. */
  #highest = 0;
  readonly #time = new BigInt64Array(2);
  #poolTime: Deno.PointerValue = null;

  call(row: Int32Array<ArrayBuffer>, count: number, limit: number): number {
    try {
      const time = this.#layOut(row, count, limit);
      const { poolBuffer: reads } = this.#reads;
      const { poolBuffer: writes } = this.#writes;
      const found = libcForSelect().select(this.#highest, reads, writes, null, time);
      return this.take(checkWait(found, "select"), row, count);
    } catch (error) {
      // One that was closed makes the call fail as a whole: poll(2) says which, and what of the others.
      if (!(error instanceof ZmqError) || error.code !== "EBADF") throw error;
      return poll(row, count);
    }
  }

  callOnPool(row: Int32Array<ArrayBuffer>, count: number, limit: number): Promise<number> {
    const time = this.#layOut(row, count, limit);
    const { poolBuffer: reads } = this.#reads;
    const { poolBuffer: writes } = this.#writes;
    return libcForSelect().select_onPool(this.#highest, reads, writes, null, time);
  }

  take(found: number, row: Int32Array<ArrayBuffer>, count: number): number {
    if (found > 0) {
      this.#reads.take();
      this.#writes.take();
    } else if (this.#covered.empty) {
      return 0;
    } else {
      this.#reads.clear();
      this.#writes.clear();
    }
    for (let at = 0; at < WORDS * count; at += WORDS) {
      const fd = row[at];
      if (fd < 0 || this.#reads.has(fd) || this.#writes.has(fd) || this.#covered.has(fd)) continue;
      row[at] = SKIPPED;
    }
    return poll(row, count);
  }

  close(): void {
    this.#reads.close();
    this.#writes.close();
    libc().free(this.#poolTime);
    this.#poolTime = null;
  }

  /** Fills the sets and the time, and returns the latter; null for no limit. */
  #layOut(row: Int32Array<ArrayBuffer>, count: number, limit: number): Deno.PointerValue {
    const [reads, writes, covered] = [this.#reads, this.#writes, this.#covered];
    reads.clear();
    writes.clear();
    covered.clear();
    this.#highest = 0;
    let writesOnly = false;
    for (let at = 0; at < WORDS * count; at += WORDS) {
      const fd = row[at];
      if (fd < 0) continue;
      const events = row[at + 1];
      if ((events & POLLIN) !== 0) reads.add(fd);
      else writesOnly = true;
      if ((events & POLLOUT) !== 0) writes.add(fd);
      this.#highest = Math.max(this.#highest, fd + 1);
    }
    if (writesOnly) this.#expectHangUps(row, count);
    reads.put();
    writes.put();
    return this.#limitTo(covered.empty || (limit >= 0 && limit <= SLICE) ? limit : SLICE);
  }

  /**
   * A hang-up is seen only among what can be read, since select(2) has no set for it. Where only room to
   * write is of interest, data that no one reads would then end every wait at once, and with it left out
   * a hang-up ends none. So a descriptor is left out while data lies there, and the wait is cut into
   * slices, after which poll(2) is asked. Costs a system call a wait, and up to a slice until a
   * hang-up behind unread data is seen.
   */
  #expectHangUps(row: Int32Array<ArrayBuffer>, count: number): void {
    const looks = row.slice(0, WORDS * count);
    for (let at = 0; at < WORDS * count; at += WORDS) {
      if ((looks[at + 1] & POLLIN) !== 0) looks[at] = SKIPPED;
      else looks[at + 1] = POLLIN;
    }
    poll(looks, count);
    for (let at = 0; at < WORDS * count; at += WORDS) {
      if (looks[at] < 0) continue;
      const found = looks[at + 1] >>> 16;
      if ((found & (POLLIN | POLLERR | POLLHUP)) === POLLIN) this.#covered.add(looks[at]);
      else this.#reads.add(looks[at]);
    }
  }

  #limitTo(limit: number): Deno.PointerValue {
    if (limit < 0) return null;
    // A struct timeval: seconds, then microseconds, which are shorter on macOS: the same bytes, then padding.
    this.#time[0] = BigInt(Math.floor(limit / 1000));
    this.#time[1] = BigInt((limit % 1000) * 1000);
    this.#poolTime ??= allocate(this.#time.byteLength);
    libc().memcpy_out(this.#poolTime, this.#time, usize(this.#time.byteLength));
    return this.#poolTime;
  }
}

/** An fd_set: a bit for each descriptor. Here, and where the call reads and writes it. */
class Descriptors {
  // The system's words are of 64 or of 32 bits. On little-endian machines, Deno's only ones, it's the same.
  readonly #words = new Int32Array(FD_SETSIZE / 32);
  #poolBuffer: Deno.PointerValue = null;

  /** The call's own, which only we free: a buffer would go when a worker is terminated. */
  get poolBuffer(): Deno.PointerValue {
    return this.#poolBuffer;
  }

  get empty(): boolean {
    return this.#words.every((word) => word === 0);
  }

  has(fd: number): boolean {
    return (this.#words[fd >> 5] & (1 << (fd & 31))) !== 0;
  }

  add(fd: number): void {
    this.#words[fd >> 5] |= 1 << (fd & 31);
  }

  clear(): void {
    this.#words.fill(0);
  }

  /** Copies it to where the call reads it. */
  put(): void {
    this.#poolBuffer ??= allocate(this.#words.byteLength);
    libc().memcpy_out(this.#poolBuffer, this.#words, usize(this.#words.byteLength));
  }

  /** Copies it back from there. */
  take(): void {
    libc().memcpy(this.#words, this.#poolBuffer, usize(this.#words.byteLength));
  }

  close(): void {
    libc().free(this.#poolBuffer);
    this.#poolBuffer = null;
  }
}

/** Asks poll(2) without waiting. */
function poll(row: Int32Array<ArrayBuffer>, count: number): number {
  return checkUninterrupted(() => libc().poll(row, usize(count), 0), "poll");
}
