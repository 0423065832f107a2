/** An operation that waits: its deadline, its abort signal, and the ordered list of all deadlines. */

/** The base of everything that can wait: a receive, a send, a Poller's wait. */
export abstract class Pending {
  /** When it's to be given up, on the monotonic clock in ms; `Infinity` for never. */
  deadline = Infinity;
  /** Its place in the list of deadlines; -1 while it isn't in there. */
  place = -1;
  /** The signal that can abort it. */
  signal: AbortSignal | undefined;

  /** Called when the deadline has come. Must leave the reactor, one way or another. */
  abstract expire(): void;
  /** Called where no thread can wait for it: has what it waits for looked at, where the reactor doesn't do that. */
  lookForItself(): void {}
  /** Called when the signal was aborted. Must leave the reactor. */
  abstract abort(reason: unknown): void;
}

/** Deadlines in order: a binary heap whose members know their place, so that leaving is O(log n). */
export class Deadlines {
  readonly #heap: Pending[] = [];

  /** The earliest deadline; `Infinity` where there is none. */
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

  /** Takes out one whose deadline is `now` or earlier. */
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

// One listener a signal, however many operations it can abort: adding one to a signal that has a
// thousand takes 5.8 microseconds, and a signal often lives as long as the program.
const abortable = new WeakMap<AbortSignal, Set<Pending>>();

/** Refuses what isn't a signal before anything waits. */
export function checkSignal(signal: AbortSignal | undefined): void {
  if (signal !== undefined && !(signal instanceof AbortSignal)) {
    throw new TypeError("A signal must be an AbortSignal");
  }
}

/** Lets the signal of a pending operation abort it. */
export function addToSignal(pending: Pending): void {
  const signal = pending.signal!;
  let members = abortable.get(signal);
  if (members === undefined) {
    const all = members = new Set();
    abortable.set(signal, all);
    signal.addEventListener("abort", () => {
      for (const one of [...all]) if (all.has(one)) one.abort(signal.reason);
    }, { once: true });
  }
  members.add(pending);
}

/** Undoes {@linkcode addToSignal}. */
export function removeFromSignal(pending: Pending): void {
  abortable.get(pending.signal!)?.delete(pending);
}
