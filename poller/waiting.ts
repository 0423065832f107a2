/** An operation that waits: its deadline, its abort signal, and the ordered list of all deadlines. */

/** The base of everything that can wait: a receive, a send, a Poller's wait. */
export abstract class Waiting {
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
  readonly #heap: Waiting[] = [];

  /** The earliest deadline; `Infinity` where there is none. */
  get earliest(): number {
    return this.#heap.length === 0 ? Infinity : this.#heap[0].deadline;
  }

  add(waiting: Waiting): void {
    waiting.place = this.#heap.length;
    this.#heap.push(waiting);
    this.#rise(waiting);
  }

  remove(waiting: Waiting): void {
    const { place } = waiting;
    if (place === -1) return;
    waiting.place = -1;
    const last = this.#heap.pop()!;
    if (last === waiting) return;
    this.#put(last, place);
    this.#rise(last);
    this.#sink(last);
  }

  /** Takes out one whose deadline is `now` or earlier. */
  takeDue(now: number): Waiting | undefined {
    if (this.earliest > now) return undefined;
    const due = this.#heap[0];
    this.remove(due);
    return due;
  }

  #put(waiting: Waiting, place: number): void {
    this.#heap[place] = waiting;
    waiting.place = place;
  }

  #rise(waiting: Waiting): void {
    while (waiting.place > 0) {
      const parent = this.#heap[(waiting.place - 1) >> 1];
      if (parent.deadline <= waiting.deadline) return;
      const place = parent.place;
      this.#put(parent, waiting.place);
      this.#put(waiting, place);
    }
  }

  #sink(waiting: Waiting): void {
    for (;;) {
      const left = 2 * waiting.place + 1;
      if (left >= this.#heap.length) return;
      let child = this.#heap[left];
      if (left + 1 < this.#heap.length && this.#heap[left + 1].deadline < child.deadline) {
        child = this.#heap[left + 1];
      }
      if (child.deadline >= waiting.deadline) return;
      const place = child.place;
      this.#put(child, waiting.place);
      this.#put(waiting, place);
    }
  }
}

// One listener a signal, however many operations it can abort: adding one to a signal that has a
// thousand takes 5.8 microseconds, and a signal often lives as long as the program.
const abortable = new WeakMap<AbortSignal, Set<Waiting>>();

/** Refuses what isn't a signal before anything waits. */
export function checkSignal(signal: AbortSignal | undefined): void {
  if (signal !== undefined && !(signal instanceof AbortSignal)) {
    throw new TypeError("A signal must be an AbortSignal");
  }
}

/** Lets the signal of a waiting operation abort it. */
export function joinSignal(waiting: Waiting): void {
  const signal = waiting.signal!;
  let members = abortable.get(signal);
  if (members === undefined) {
    const all = members = new Set();
    abortable.set(signal, all);
    signal.addEventListener("abort", () => {
      for (const one of [...all]) if (all.has(one)) one.abort(signal.reason);
    }, { once: true });
  }
  members.add(waiting);
}

/** Undoes {@linkcode joinSignal}. */
export function leaveSignal(waiting: Waiting): void {
  abortable.get(waiting.signal!)?.delete(waiting);
}
