/** The ordered list of all deadlines. */

import type { Pending } from "./pending.ts";

/** A binary heap of deadlines. Its members know their place, so that removing one is O(log n). */
export class Deadlines {
  readonly #heap: Pending[] = [];

  /** The earliest deadline; `Infinity` if there is none. */
  get earliest(): number {
    return this.#heap.length === 0 ? Infinity : this.#heap[0].deadline;
  }

  add(pending: Pending): void {
    pending.place = this.#heap.length;
    this.#heap.push(pending);
    this.#rise(pending);
  }

  remove(pending: Pending): void {
    const { place } = pending;
    if (place === -1) return;
    pending.place = -1;
    const last = this.#heap.pop()!;
    if (last === pending) return;
    this.#put(last, place);
    this.#rise(last);
    this.#sink(last);
  }

  /** Removes and returns one whose deadline is `now` or earlier; undefined if there is none. */
  takeDue(now: number): Pending | undefined {
    if (this.earliest > now) return undefined;
    const due = this.#heap[0];
    this.remove(due);
    return due;
  }

  #put(pending: Pending, place: number): void {
    this.#heap[place] = pending;
    pending.place = place;
  }

  #rise(pending: Pending): void {
    while (pending.place > 0) {
      const parent = this.#heap[(pending.place - 1) >> 1];
      if (parent.deadline <= pending.deadline) return;
      const place = parent.place;
      this.#put(parent, pending.place);
      this.#put(pending, place);
    }
  }

  #sink(pending: Pending): void {
    for (;;) {
      const left = 2 * pending.place + 1;
      if (left >= this.#heap.length) return;
      let child = this.#heap[left];
      if (left + 1 < this.#heap.length && this.#heap[left + 1].deadline < child.deadline) {
        child = this.#heap[left + 1];
      }
      if (child.deadline >= pending.deadline) return;
      const place = child.place;
      this.#put(child, pending.place);
      this.#put(pending, place);
    }
  }
}
