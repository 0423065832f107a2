/** The ordered list of all deadlines. */

/** What has a deadline. */
export interface Deadline {
  /** On the monotonic clock, in ms. Must not change while it's in the heap. */
  deadline: number;
  /** Its place in the heap; -1 while it isn't in there. */
  place: number;
}

/** A binary heap of deadlines. Its members know their place, so that removing one is O(log n). */
export class Deadlines<T extends Deadline> {
  readonly #heap: T[] = [];

  /** The earliest deadline; `Infinity` if there is none. */
  get earliest(): number {
    return this.#heap.length === 0 ? Infinity : this.#heap[0].deadline;
  }

  add(member: T): void {
    member.place = this.#heap.length;
    this.#heap.push(member);
    this.#rise(member);
  }

  remove(member: T): void {
    const { place } = member;
    if (place === -1) return;
    member.place = -1;
    const last = this.#heap.pop()!;
    if (last === member) return;
    this.#put(last, place);
    this.#rise(last);
    this.#sink(last);
  }

  /** Removes and returns one whose deadline is `now` or earlier; undefined if there is none. */
  takeDue(now: number): T | undefined {
    if (this.earliest > now) return undefined;
    const due = this.#heap[0];
    this.remove(due);
    return due;
  }

  #put(member: T, place: number): void {
    this.#heap[place] = member;
    member.place = place;
  }

  #rise(member: T): void {
    while (member.place > 0) {
      const parent = this.#heap[(member.place - 1) >> 1];
      if (parent.deadline <= member.deadline) return;
      const place = parent.place;
      this.#put(parent, member.place);
      this.#put(member, place);
    }
  }

  #sink(member: T): void {
    for (;;) {
      const left = 2 * member.place + 1;
      if (left >= this.#heap.length) return;
      let child = this.#heap[left];
      if (left + 1 < this.#heap.length && this.#heap[left + 1].deadline < child.deadline) {
        child = this.#heap[left + 1];
      }
      if (child.deadline >= member.deadline) return;
      const place = child.place;
      this.#put(child, member.place);
      this.#put(member, place);
    }
  }
}
