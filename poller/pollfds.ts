/** The array for poll(2), and the descriptor in each of its slots. */

import { REQUESTABLE, toPollEvents } from "./fd.ts";

/** One watched descriptor. */
export interface Entry<Token> {
  readonly fd: number;
  readonly token: Token;
  /** Its generation: entries are numbered in the order in which they were added. */
  readonly generation: number;
  /** Its slot. */
  index: number;
  interest: number;
  /** A wait found it closed: nothing is reported for it any more. */
  closed: boolean;
}

/** The words of a struct pollfd: its descriptor, then events | revents << 16. */
export const WORDS = 2;
/** The size of a struct pollfd. */
export const BYTES = 8;

/** A number that poll(2) skips: for a free slot, a closed descriptor, or one without interest at present. */
export const SKIPPED = -1;

/** Descriptors in slots. A descriptor keeps its slot until `compact`, so that results can refer to slots. */
export class Pollfds<Token> {
  /** The entry in each slot. */
  readonly slots: (Entry<Token> | undefined)[] = [];
  readonly #holes: number[] = [];
  /** The generation of the youngest entry. */
  generation = 0;
  /** The array for poll(2), slot by slot. The caller may use the room behind them that `reserve` has made. */
  array: Int32Array<ArrayBuffer> = new Int32Array(WORDS * 16);

  add(fd: number, interest: number, token: Token): Entry<Token> {
    const index = this.#holes.pop() ?? this.slots.length;
    const entry = { fd, token, generation: ++this.generation, index, interest, closed: false };
    this.slots[index] = entry;
    this.reserve(this.slots.length);
    this.#ask(entry);
    return entry;
  }

  modify(entry: Entry<Token>, interest: number): void {
    entry.interest = interest;
    this.#ask(entry);
  }

  remove({ index }: Entry<Token>): void {
    this.slots[index] = undefined;
    this.array[WORDS * index] = SKIPPED;
    this.#holes.push(index);
  }

  /** Skips an entry whose descriptor was closed, until it's removed. */
  markClosed(entry: Entry<Token>): void {
    entry.closed = true;
    this.#ask(entry);
  }

  /** Removes all. */
  clear(): void {
    this.slots.length = this.#holes.length = 0;
  }

  /** Fills the holes with the last entries. */
  compact(): void {
    const slots = this.slots;
    while (this.#holes.length > 0) {
      const hole = this.#holes.pop()!;
      while (slots.length > 0 && slots[slots.length - 1] === undefined) slots.pop();
      if (hole >= slots.length) continue;
      const last = slots[hole] = slots.pop()!;
      last.index = hole;
      this.#ask(last);
    }
  }

  /** Makes room for that many slots in the array. */
  reserve(length: number): void {
    if (WORDS * length <= this.array.length) return;
    const larger = new Int32Array(Math.max(WORDS * length, 2 * this.array.length));
    larger.set(this.array);
    this.array = larger;
  }

  #ask({ fd, index, interest, closed }: Entry<Token>): void {
    this.array[WORDS * index] = closed || (interest & REQUESTABLE) === 0 ? SKIPPED : fd;
    this.array[WORDS * index + 1] = toPollEvents(interest);
  }
}
