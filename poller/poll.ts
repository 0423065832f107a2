/** The backend over poll(2), which every Unix has. The cost of a wait grows with the set. */

import { POLLIN, POLLNVAL } from "../ffi/constants.ts";
import { checkWait } from "../ffi/errno.ts";
import { libc, libcForPoll } from "../ffi/libc.ts";
import { allocate, usize } from "../ffi/memory.ts";
import { type Backend, READABLE, type Report } from "./backend.ts";
import { DescriptorSet } from "./descriptor_set.ts";
import { BYTES, type Entry, Pollfds, WORDS } from "./pollfds.ts";
import { ALWAYS_REPORTED, isOpen, REQUESTABLE, toReadiness } from "./fd.ts";
import { Wakeup } from "./wakeup.ts";

/** A nested set, which takes part in the waits until it's reported once. */
interface Attachment<Token> {
  readonly token: Token;
  /** Its range in the results; empty if the wait began without it. */
  start: number;
  end: number;
}

/** A set of descriptors, all of which are passed to poll(2), or to a similar call, at each wait. */
export class PollBackend<Token> extends DescriptorSet<Token, Entry<Token>> {
  readonly #call: Call;
  readonly #pollfds = new Pollfds<Token>();
  #wakeup: Wakeup | undefined;

  /** The results of the last wait, in the order that the slots had when it began. */
  #results = new Int32Array(0);
  /** How many slots these are. */
  #count = 0;
  /** The range of this set's slots that is still to be collected, and whether nested sets are. */
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
    super(call.kind);
    this.#call = call;
  }

  add(fd: number, interest: number, token: Token): void {
    this.assertAddable(fd);
    // poll(2) reports this only in the next wait, and as an event.
    if (!isOpen(fd)) throw this.notOpen(fd);
    this.#assertBelowCeiling(fd);
    this.entries.set(fd, this.#pollfds.add(fd, interest, token));
    this.#changed();
  }

  modify(fd: number, interest: number): void {
    const entry = this.find(fd);
    if (!isOpen(fd)) throw this.notOpen(fd);
    if (entry.closed) throw this.notWatched(fd);
    if (entry.interest === interest) return;
    this.#pollfds.modify(entry, interest);
    this.#changed();
  }

  remove(fd: number): void {
    this.#pollfds.remove(this.find(fd));
    this.entries.delete(fd);
    // Fact: a thread within poll(2) holds its files open. Failure: the peer of a descriptor that is closed now saw no
    // hang-up until the wait ended. Decision: a removal ends the wait as well. Cost: one system call.
    this.#changed();
  }

  attach(nested: Backend<unknown>, token: Token): void {
    this.assertNestable(nested);
    if (nested.#parent !== this) nested.leaveParent();
    nested.#parent = this;
    this.#nested.set(nested, { token, start: 0, end: 0 });
    this.#changed();
  }

  detach(nested: Backend<unknown>): void {
    if (!(nested instanceof PollBackend) || !this.#nested.delete(nested)) return;
    nested.#parent = undefined;
    this.#changed();
  }

  protected leaveParent(): void {
    this.#parent?.detach(this);
  }

  protected beginWait(timeout: number): Promise<number> {
    this.#openWakeup();
    this.#layOut();
    return this.#call.callOnPool(this.#results, this.#count, timeout);
  }

  protected takeWait(found: number): void {
    // Another thread's errno can't be read, so the call is repeated on this thread.
    if (found < 0) this.waitHere(0);
    else this.#takeResults(this.#call.take(found, this.#results, this.#count));
  }

  protected waitHere(timeout: number): void {
    this.#layOut();
    this.#takeResults(this.#call.call(this.#results, this.#count, timeout));
  }

  collect(report: Report<Token>): void {
    // The state of this loop is in fields, since a report may remove, add, wait on this thread, or throw.
    while (this.#next < this.#end) {
      const index = this.#next++;
      const bits = this.#results[WORDS * index + 1] >>> 16;
      if (bits === 0) continue;
      const entry = this.#pollfds.slots[index];
      if (entry === undefined || entry.generation > this.#youngest) continue;
      const { interest } = entry;
      if ((bits & POLLNVAL) !== 0) {
        // It was closed without being removed, and would end each further wait at once.
        this.#pollfds.markClosed(entry);
      } else if ((interest & REQUESTABLE) !== 0) {
        const ready = toReadiness(bits) & (interest | ALWAYS_REPORTED);
        if (ready !== 0) report(entry.token, ready);
      }
    }
    if (this.#nestedDue) this.#collectNested(report);
  }

  protected signal(): void {
    this.#openWakeup().signal();
  }

  protected clear(): void {
    this.#nested.clear();
    this.#pollfds.clear();
    this.#next = this.#end = 0;
  }

  protected release(): void {
    this.#wakeup?.close();
    this.#call.close();
  }

  /** Ends the outstanding wait, which began without the change, so that the next one includes it. */
  #changed(): void {
    if (this.waiting) this.#wakeup!.signal();
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
   * Writes everything that poll(2) is asked about into one row, in place of the last results: own slots, wakeup
   * descriptor, nested sets.
   */
  #layOut(): void {
    // No result may refer to slots from here on. The next wait finds again what wasn't collected.
    this.#next = this.#end = 0;
    this.#pollfds.compact();
    this.#asked = this.#pollfds.slots.length;
    this.#youngest = this.#pollfds.generation;
    let count = this.#place(this, 0);
    for (const [nested, attachment] of this.#nested) {
      attachment.start = count;
      count = this.#place(nested, count);
      attachment.end = count;
    }
    this.#count = count;
    this.#results.set(this.#pollfds.array);
  }

  /** Writes a set's slots and wakeup descriptor into the row at `start`, and returns their end. */
  #place(set: PollBackend<unknown>, start: number): number {
    const row = this.#pollfds;
    let end = start + set.#pollfds.slots.length;
    row.reserve(end + 1);
    if (set !== this) {
      row.array.set(
        set.#pollfds.array.subarray(0, WORDS * set.#pollfds.slots.length),
        WORDS * start,
      );
    }
    if (set.#wakeup !== undefined) {
      row.array[WORDS * end] = set.#wakeup.fd;
      row.array[WORDS * end + 1] = POLLIN;
      end++;
    }
    if (this.#results.length < row.array.length) this.#results = new Int32Array(row.array.length);
    return end;
  }

  /** Starts collecting the results of a wait. */
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

  #assertBelowCeiling(fd: number): void {
    if (fd < this.#call.ceiling) return;
    throw new RangeError(
      `${this.kind} can wait only for file descriptors below ${this.#call.ceiling}, and this one is ` +
        `${fd}: choose another backend, such as "poll"`,
    );
  }
}

/** A system call that gets all descriptors again at each wait. Rows are poll(2)'s array. */
export interface Call {
  readonly kind: "poll" | "select";
  /** The first descriptor number that it can't wait for. */
  readonly ceiling: number;
  /** Waits on this thread for the first `count` slots of a row, and writes the results into it. */
  call(row: Int32Array<ArrayBuffer>, count: number, limit: number): number;
  /** Waits on a pool thread. The row must not change until `take`. */
  callOnPool(row: Int32Array<ArrayBuffer>, count: number, limit: number): Promise<number>;
  /** Writes the results of `callOnPool`, which didn't fail, into the row. Returns how many are ready. */
  take(found: number, row: Int32Array<ArrayBuffer>, count: number): number;
  /** Frees the memory. */
  close(): void;
}

/** poll(2). */
class PollCall implements Call {
  readonly kind = "poll";
  readonly ceiling = Infinity;
  readonly #functions = libcForPoll();
  /** The pool thread's copy of the row. */
  #poolBuffer: Deno.PointerValue = null;
  #poolBufferBytes = 0;

  call(row: Int32Array<ArrayBuffer>, count: number, limit: number): number {
    const { poll } = this.#functions;
    const size = usize(count);
    const found = poll(row, size, limit);
    return found >= 0 ? found : checkWait(() => poll(row, size, 0), "poll");
  }

  callOnPool(row: Int32Array<ArrayBuffer>, count: number, limit: number): Promise<number> {
    const bytes = BYTES * count;
    if (bytes > this.#poolBufferBytes) {
      this.close();
      this.#poolBuffer = allocate(2 * bytes);
      this.#poolBufferBytes = 2 * bytes;
    }
    libc().memcpy_out(this.#poolBuffer, row, usize(bytes));
    // From malloc: a buffer is freed when its worker is terminated, and the thread may still write.
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
