/** The backend over poll(2), which every Unix has. What a wait costs grows with the set. */

import { POLLIN, POLLNVAL } from "../ffi/constants.ts";
import { checkWait } from "../ffi/errno.ts";
import { libc } from "../ffi/libc.ts";
import { allocate, usize } from "../ffi/memory.ts";
import { type Backend, READABLE, type Report } from "./backend.ts";
import { BYTES, type Entry, Pollfds, WORDS } from "./pollfds.ts";
import {
  alreadyWaiting,
  alreadyWatched,
  ALWAYS_REPORTED,
  assertDescriptor,
  isOpen,
  notOpen,
  notWatched,
  REQUESTABLE,
  roundUpTimeout,
  setClosed,
  toReadiness,
} from "./fd.ts";
import { Wakeup } from "./wakeup.ts";

/** Another set that takes part in the waits, until it's reported once. */
interface Attachment<Token> {
  readonly token: Token;
  /** Where its part of the results lies; empty where the wait began without it. */
  start: number;
  end: number;
}

/** A set of descriptors, all of which are told to poll(2), or to a call like it, at each wait. */
export class PollBackend<Token> implements Backend<Token> {
  readonly kind: Call["kind"];
  readonly #call: Call;
  #waiting = false;
  #closed = false;
  readonly #pollfds = new Pollfds<Token>();
  #wakeup: Wakeup | undefined;

  /** What the last wait found, in the order of the slots as they were when it began. */
  #results = new Int32Array(0);
  /** Which of them are still to be reported, of this set's slots, and whether nested sets are. */
  #next = 0;
  #end = 0;
  #nestedDue = false;
  /** How many slots took part in the wait, and the youngest entry among them. */
  #asked = 0;
  #youngest = 0;

  readonly #nested = new Map<PollBackend<unknown>, Attachment<Token>>();
  /** The set to which this one is attached. */
  #parent: PollBackend<unknown> | undefined;

  constructor(call: Call = new PollCall()) {
    this.#call = call;
    this.kind = call.kind;
  }

  get waiting(): boolean {
    return this.#waiting;
  }

  add(fd: number, interest: number, token: Token): void {
    this.#assertOpen();
    assertDescriptor(fd);
    if (this.#pollfds.get(fd) !== undefined) throw alreadyWatched(fd, this.kind);
    // poll(2) would tell only at the next wait, and then as an event.
    if (!isOpen(fd)) throw notOpen(fd, this.kind);
    this.#assertBelowCeiling(fd);
    this.#pollfds.add(fd, interest, token);
    this.#changed();
  }

  modify(fd: number, interest: number): void {
    const entry = this.#find(fd);
    if (!isOpen(fd)) throw notOpen(fd, this.kind);
    if (entry.closed) throw notWatched(fd, this.kind);
    if (entry.interest === interest) return;
    this.#pollfds.modify(entry, interest);
    this.#changed();
  }

  remove(fd: number): void {
    this.#pollfds.remove(this.#find(fd));
    // A thread within poll(2) holds its files: one that's closed now would stay open until the wait
    // ends, and its peer would see no end. So a removal ends the wait as well, for one system call.
    this.#changed();
  }

  attach(nested: Backend<unknown>, token: Token): void {
    this.#assertOpen();
    if (!(nested instanceof PollBackend) || nested.kind !== this.kind || nested === this) {
      throw new TypeError("A set takes another set of its own kind as a nested set");
    }
    nested.#assertOpen();
    if (nested.#parent !== this) nested.#parent?.detach(nested);
    nested.#parent = this;
    this.#nested.set(nested, { token, start: 0, end: 0 });
    this.#changed();
  }

  detach(nested: Backend<unknown>): void {
    if (!(nested instanceof PollBackend) || !this.#nested.delete(nested)) return;
    nested.#parent = undefined;
    this.#changed();
  }

  wait(timeout: number): Promise<void> {
    this.#assertIdle();
    this.#openWakeup();
    const count = this.#layOut();
    const asked = this.#call.callOnPool(this.#results, count, roundUpTimeout(timeout));
    this.#waiting = true;
    return this.#endWait(asked, count);
  }

  async #endWait(asked: Promise<number>, count: number): Promise<void> {
    const found = await asked;
    this.#waiting = false;
    if (this.#closed) this.#release();
    // Another thread's errno can't be read, so a failure is repeated on this one.
    else if (found < 0) this.#callHere(0);
    else this.#takeResults(this.#call.take(found, this.#results, count));
  }

  waitSync(timeout: number, report: Report<Token>): void {
    this.#assertIdle();
    this.#callHere(roundUpTimeout(timeout));
    this.collect(report);
  }

  collect(report: Report<Token>): void {
    // Everything it goes by is a field: a report may remove, add, wait on this thread, or throw.
    while (this.#next < this.#end) {
      const index = this.#next++;
      const bits = this.#results[WORDS * index + 1] >>> 16;
      if (bits === 0) continue;
      const entry = this.#pollfds.at(index);
      if (entry === undefined || entry.generation > this.#youngest) continue;
      const { interest } = entry;
      if ((bits & POLLNVAL) !== 0) {
        // It was closed without being removed, and would end every wait at once.
        this.#pollfds.markClosed(entry);
      } else if ((interest & REQUESTABLE) !== 0) {
        const ready = toReadiness(bits) & (interest | ALWAYS_REPORTED);
        if (ready !== 0) report(entry.token, ready);
      }
    }
    if (this.#nestedDue) this.#collectNested(report);
  }

  wake(): void {
    this.#assertOpen();
    this.#openWakeup().signal();
  }

  close(): void {
    if (this.#closed) return;
    this.#parent?.detach(this);
    this.#closed = true;
    this.#nested.clear();
    this.#pollfds.clear();
    this.#next = this.#end = 0;
    if (this.#waiting) this.#wakeup!.signal();
    else this.#release();
  }

  #release(): void {
    this.#wakeup?.close();
    this.#call.close();
  }

  /** The outstanding wait began without the change: it ends, so that the next one has it. */
  #changed(): void {
    if (this.#waiting) this.#wakeup!.signal();
    const parent = this.#parent;
    if (parent !== undefined) parent.#changed();
  }

  #openWakeup(): Wakeup {
    if (this.#wakeup === undefined) {
      const wakeup = new Wakeup();
      try {
        this.#assertBelowCeiling(wakeup.fd);
      } catch (error) {
        wakeup.close();
        throw error;
      }
      this.#wakeup = wakeup;
      this.#changed();
    }
    return this.#wakeup;
  }

  /**
   * Brings everything that is to be asked into one row, in place of the last results: own slots,
   * wake-up, nested sets. Returns its length.
   */
  #layOut(): number {
    // No result may refer to slots from here on. What wasn't collected is found again.
    this.#next = this.#end = 0;
    this.#nestedDue = false;
    this.#pollfds.compact();
    this.#asked = this.#pollfds.length;
    this.#youngest = this.#pollfds.generation;
    let count = this.#place(this, 0);
    for (const [nested, attachment] of this.#nested) {
      attachment.start = count;
      count = this.#place(nested, count);
      attachment.end = count;
    }
    this.#results.set(this.#pollfds.array);
    return count;
  }

  /** Puts a set's slots and wake-up at `start` in the row, and returns the end. */
  #place(set: PollBackend<unknown>, start: number): number {
    const row = this.#pollfds;
    let end = start + set.#pollfds.length;
    row.reserve(end + 1);
    if (set !== this) {
      row.array.set(set.#pollfds.array.subarray(0, WORDS * set.#pollfds.length), WORDS * start);
    }
    if (set.#wakeup !== undefined) {
      row.array[WORDS * end] = set.#wakeup.fd;
      row.array[WORDS * end + 1] = POLLIN;
      end++;
    }
    if (this.#results.length < row.array.length) this.#results = new Int32Array(row.array.length);
    return end;
  }

  #callHere(limit: number): void {
    const count = this.#layOut();
    this.#takeResults(this.#call.call(this.#results, count, limit));
  }

  /** Begins with the results of a wait. */
  #takeResults(found: number): void {
    this.#end = found > 0 ? this.#asked : 0;
    this.#nestedDue = found > 0 && this.#nested.size > 0;
    this.#wakeup?.drain();
  }

  #collectNested(report: Report<Token>): void {
    this.#nestedDue = false;
    const ready = [...this.#nested].filter(([, { start, end }]) => this.#anyFound(start, end));
    for (const [nested, attachment] of ready) {
      if (this.#nested.get(nested) !== attachment) continue;
      this.#nested.delete(nested);
      nested.#parent = undefined;
      report(attachment.token, READABLE);
    }
  }

  #anyFound(start: number, end: number): boolean {
    for (let index = start; index < end; index++) {
      if (this.#results[WORDS * index + 1] >>> 16 !== 0) return true;
    }
    return false;
  }

  #find(fd: number): Entry<Token> {
    this.#assertOpen();
    assertDescriptor(fd);
    const entry = this.#pollfds.get(fd);
    if (entry === undefined) throw notWatched(fd, this.kind);
    return entry;
  }

  #assertBelowCeiling(fd: number): void {
    if (fd < this.#call.ceiling) return;
    throw new RangeError(
      `${this.kind} can wait only for file descriptors below ${this.#call.ceiling}, and this one is ` +
        `${fd}: choose another backend, such as "poll"`,
    );
  }

  #assertOpen(): void {
    if (this.#closed) throw setClosed(this.kind);
  }

  #assertIdle(): void {
    this.#assertOpen();
    if (this.#waiting) throw alreadyWaiting(this.kind);
  }
}

/** A system call that is told all descriptors again at each wait. Rows are poll(2)'s array. */
export interface Call {
  readonly kind: "poll" | "select";
  /** The first number of a descriptor that it can't be told. */
  readonly ceiling: number;
  /** Asks on this thread about the first `count` slots of a row, and writes the answers into it. */
  call(row: Int32Array<ArrayBuffer>, count: number, limit: number): number;
  /** Asks on a pool thread. The row must be left as it is until `take`. */
  callOnPool(row: Int32Array<ArrayBuffer>, count: number, limit: number): Promise<number>;
  /** Writes the answers of `callOnPool`, whose result wasn't negative, into the row. Returns how many are ready. */
  take(found: number, row: Int32Array<ArrayBuffer>, count: number): number;
  /** Gives the memory back. */
  close(): void;
}

/** poll(2). */
export class PollCall implements Call {
  readonly kind = "poll";
  readonly ceiling = Infinity;
  /** The pool thread's copy of the row. */
  #poolBuffer: Deno.PointerValue = null;
  #poolBufferBytes = 0;

  call(row: Int32Array<ArrayBuffer>, count: number, limit: number): number {
    return checkWait(libc().poll(row, usize(count), limit), "poll");
  }

  callOnPool(row: Int32Array<ArrayBuffer>, count: number, limit: number): Promise<number> {
    const bytes = BYTES * count;
    if (bytes > this.#poolBufferBytes) {
      this.close();
      this.#poolBuffer = allocate(2 * bytes);
      this.#poolBufferBytes = 2 * bytes;
    }
    libc().memcpy_out(this.#poolBuffer, row, usize(bytes));
    // The thread writes into memory that only we free: a buffer would go when a worker is terminated.
    return libc().poll_onPool(this.#poolBuffer, usize(count), limit);
  }

  take(found: number, row: Int32Array<ArrayBuffer>, count: number): number {
    if (found > 0) libc().memcpy(row, this.#poolBuffer, usize(BYTES * count));
    return found;
  }

  close(): void {
    libc().free(this.#poolBuffer);
    this.#poolBuffer = null;
    this.#poolBufferBytes = 0;
  }
}
