/** A pending operation: its deadline and its abort signal. */

/** The base of everything that can wait: a receive, a send, a Poller's wait. */
export abstract class Pending {
  /** When it times out, on the monotonic clock in ms; `Infinity` for never. */
  deadline = Infinity;
  /** Its place in the heap of deadlines; -1 while it isn't in there. */
  place = -1;
  /** Its place in its wait set's list; -1 while it isn't in there. */
  index = -1;
  /** It keeps the process alive. */
  ref = true;
  /** The signal that can abort it. */
  signal: AbortSignal | undefined;

  /** What it is, for those who ask what keeps the process alive. */
  get what(): string {
    return "a wait";
  }
  /** Called when the deadline has come. Must leave the reactor, or set a later deadline. */
  abstract expire(): void;
  /** Called while no thread can wait for it: looks at what the reactor itself doesn't look at. */
  lookForItself(): void {}
  /** Called when the signal was aborted. Must leave the reactor. */
  abstract abort(reason: unknown): void;
}

/**
 * The pending operations of a wait set, in no particular order.
 *
 * Fact: a `Set` to which is added and from which is removed all the time makes a new table each few times, and each old
 * table keeps the next one alive. Failure: 200 bytes of each wait outlived the collector's quick runs, some 20 MB of a busy
 * program. Decision: an array, in which each operation knows its place. Cost: the last one moves into a gap.
 */
export class PendingOperations implements Iterable<Pending> {
  readonly #all: Pending[] = [];

  get size(): number {
    return this.#all.length;
  }

  add(pending: Pending): void {
    if (pending.index === -1) pending.index = this.#all.push(pending) - 1;
  }

  delete(pending: Pending): void {
    const { index } = pending;
    if (index === -1) return;
    const last = this.#all.pop()!;
    if (last !== pending) {
      this.#all[index] = last;
      last.index = index;
    }
    pending.index = -1;
  }

  /** Iterates over those that are there now. */
  [Symbol.iterator](): Iterator<Pending> {
    return [...this.#all].values();
  }
}

/** What a signal can abort, and the one listener for all of it. */
interface Abortable {
  readonly members: Set<Pending>;
  readonly listener: () => void;
}

// One listener for each signal, however many operations it can abort: adding one to a signal that has a
// thousand takes 5.8 microseconds, and a signal often lives as long as the program.
const abortable = new WeakMap<AbortSignal, Abortable>();

/** Makes a pending operation's signal abort it. */
export function addToSignal(pending: Pending): void {
  const signal = pending.signal!;
  let known = abortable.get(signal);
  if (known === undefined) {
    const members = new Set<Pending>();
    const listener = () => {
      for (const one of [...members]) if (members.has(one)) one.abort(signal.reason);
    };
    abortable.set(signal, known = { members, listener });
    signal.addEventListener("abort", listener, { once: true });
  }
  known.members.add(pending);
}

/**
 * Undoes {@linkcode addToSignal}.
 *
 * Fact: the timer of an `AbortSignal.timeout` keeps the process alive while the signal has a listener. Failure: a program
 * whose receive had its message went on for the rest of the signal's time. Decision: the listener leaves with the last operation.
 * Cost: 85 ns for each that waits.
 */
export function removeFromSignal(pending: Pending): void {
  const signal = pending.signal!;
  const known = abortable.get(signal);
  if (!known?.members.delete(pending) || known.members.size > 0) return;
  abortable.delete(signal);
  signal.removeEventListener("abort", known.listener);
}
