/** The backend over select(2), the oldest of them. Only for descriptors below 1,024. */

import { ZmqError } from "../errors.ts";
import { FD_SETSIZE, POLLERR, POLLHUP, POLLIN, POLLOUT } from "../ffi/constants.ts";
import { check, checkWait } from "../ffi/errno.ts";
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

/** select(2), which finds the descriptors that are ready, and then poll(2), which finds what for. */
class SelectCall implements Call {
  readonly kind = "select";
  readonly ceiling = FD_SETSIZE;
  readonly #reads = new Descriptors();
  readonly #writes = new Descriptors();
  /** The descriptors whose hang-up can't end the wait. */
  readonly #covered = new Descriptors();
  /** The number above the highest descriptor in the sets. */
  #highest = 0;
  readonly #time = new BigInt64Array(2);
  #poolTime: Deno.PointerValue = null;

  call(row: Int32Array<ArrayBuffer>, count: number, limit: number): number {
    try {
      let found = this.#select(row, count, limit);
      if (found < 0) found = checkWait(() => this.#select(row, count, 0), "select");
      return this.take(found, row, count);
    } catch (error) {
      // A closed descriptor makes the whole call fail. poll(2) reports which it is, and what the others are ready for.
      if (!(error instanceof ZmqError) || error.code !== "EBADF") throw error;
      return poll(row, count);
    }
  }

  #select(row: Int32Array<ArrayBuffer>, count: number, limit: number): number {
    const time = this.#layOut(row, count, limit);
    const { poolBuffer: reads } = this.#reads;
    const { poolBuffer: writes } = this.#writes;
    return libcForSelect().select(this.#highest, reads, writes, null, time);
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

  /** Fills the sets and the time-out, and returns the latter; null for no limit. */
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
   * Prepares for hang-ups of descriptors of which only room to write is of interest.
   *
   * Fact: select(2) has no set for hang-ups, and reports one only as something to read.
   * Failure: with the descriptor among those to read, unread data ends every wait at once; without it, a
   * hang-up ends none.
   * Decision: it's among those to read unless it has unread data; then the wait is cut into slices, and poll(2) is asked
   * after each.
   * Cost: a system call for each wait, and up to a slice until a hang-up behind unread data is reported.
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
    // A struct timeval: seconds, then microseconds. On macOS these are 4 bytes and padding: the same bytes.
    this.#time[0] = BigInt(Math.floor(limit / 1000));
    this.#time[1] = BigInt((limit % 1000) * 1000);
    this.#poolTime ??= allocate(this.#time.byteLength);
    libc().memcpy_out(this.#poolTime, this.#time, usize(this.#time.byteLength));
    return this.#poolTime;
  }
}

/** An fd_set, a bit for each descriptor: our copy, and the one that the call reads and writes. */
class Descriptors {
  // The system's words have 64 or 32 bits. On little-endian machines, the only ones of Deno, the bytes are the same.
  readonly #words = new Int32Array(FD_SETSIZE / 32);
  /** The call's copy, from malloc: a buffer is freed when its worker is terminated, and the thread may still write. */
  poolBuffer: Deno.PointerValue = null;

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

  /** Copies our set into the call's. */
  put(): void {
    this.poolBuffer ??= allocate(this.#words.byteLength);
    libc().memcpy_out(this.poolBuffer, this.#words, usize(this.#words.byteLength));
  }

  /** Copies the call's set into ours. */
  take(): void {
    libc().memcpy(this.#words, this.poolBuffer, usize(this.#words.byteLength));
  }

  close(): void {
    libc().free(this.poolBuffer);
    this.poolBuffer = null;
  }
}

/** Calls poll(2) without waiting. */
function poll(row: Int32Array<ArrayBuffer>, count: number): number {
  return check(() => libc().poll(row, usize(count), 0), "poll");
}
