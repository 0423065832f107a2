/** A Poller's timers: reported in the order of their times, each with how late it is. */

import { type Deadline, Deadlines } from "./deadlines.ts";
import { inspectAs } from "./inspect.ts";
import { Uncloneable } from "./uncloneable.ts";
import { takeOnly } from "./unknown_property.ts";
import { checkCount } from "./wait_options.ts";

/** Options of a timer. `key` is required where the Poller has a type for keys. */
export interface TimerOptions<Key = undefined> {
  /** Whether it fires again and again, every so many ms counted from its start. Default false. */
  repeat?: boolean;
  /** Anything; each report of this timer has it. */
  key?: Key;
}

/** What timers need of their owner. */
export interface TimerOwner {
  /** Called when the earliest timer is due earlier than before, for a pending wait. */
  deadlineMovedEarlier(): void;
  /** Throws if timers can't be set any more. */
  assertOpen(verb: string): void;
}

/** A timer that is due. */
export interface Due<Key> {
  timer: PollerTimer<Key>;
  /** How many ms after its time it was found. */
  late: number;
  /** How many of its turns had passed before; 0 for one that doesn't repeat. */
  missed: number;
}

let newTimer: <Key>(entry: Entry<Key>) => PollerTimer<Key>;

/**
 * A timer of a Poller, made by {@linkcode Poller.addTimer}. It fires in the Poller's waits, and needs no file
 * descriptor.
 *
 * @example A time limit that starts again with each message
 * ```ts
 * import { Poller, Pull } from "@deno-zmq/zmq";
 *
 * using pull = new Pull();
 * await pull.bind("tcp://127.0.0.1:*");
 * using poller = new Poller<string>();
 * poller.add(pull, { key: "messages" });
 * const silence = poller.addTimer(20, { key: "silence" });
 * while (silence.active) {
 *   for (const { key } of await poller.wait()) {
 *     if (key === "silence") console.log("nothing came for 20 ms");
 *     else for (const _ of pull.drain()) silence.reset();
 *   }
 * }
 * ```
 */
export class PollerTimer<Key = undefined> extends Uncloneable {
  readonly #entry: Entry<Key>;

  static {
    newTimer = (entry) => new PollerTimer(entry);
    inspectAs(this.prototype, (timer) => {
      const { interval, active, key } = timer;
      const { repeat } = timer.#entry;
      // An object may have the timer in itself, and printing would go round.
      return { interval, repeat, active, ...Object(key) === key ? {} : { key } };
    });
  }

  /** Programs call {@linkcode Poller.addTimer} instead. */
  private constructor(entry: object) {
    if (!(entry instanceof Entry)) throw new TypeError("Timers are made by Poller.addTimer");
    super();
    this.#entry = entry;
  }

  /** The key that was given when it was made. */
  get key(): Key {
    return this.#entry.key;
  }

  /** After how many ms it fires; with `repeat`, every so many ms. */
  get interval(): number {
    return this.#entry.interval;
  }

  /** Whether it will fire: false once it was cancelled, or has fired and doesn't repeat. */
  get active(): boolean {
    return this.#entry.due !== Infinity;
  }

  /**
   * Starts its time again, also after it has fired or was cancelled. The cost doesn't depend on how many timers there
   * are, so a heartbeat can do it with every message.
   *
   * @param interval The new interval in ms. Default: the one it has.
   * @throws {TypeError} If the interval isn't a number.
   * @throws {RangeError} If the interval is negative or infinite, or 0 for one that repeats.
   * @throws {ZmqError} EBADF If the Poller is closed.
   */
  reset(interval: number = this.#entry.interval): void {
    checkCount("PollerTimer.reset", arguments.length, 1);
    this.#entry.list.reset(this.#entry, interval);
  }

  /** Stops it. Idempotent. */
  cancel(): void {
    checkCount("PollerTimer.cancel", arguments.length, 0);
    this.#entry.list.cancel(this.#entry);
  }
}

takeOnly(PollerTimer, []);

/**
 * A timer's entry in the heap of deadlines. A reset only sets the new time in `due`; the entry keeps its old place in
 * the heap, and moves when its old time has come. So a reset costs no more than an assignment.
 */
class Entry<Key> implements Deadline {
  deadline = Infinity;
  place = -1;
  /** When it fires; `Infinity` if it doesn't. Never before `deadline` while it's in the heap. */
  due = Infinity;
  readonly timer: PollerTimer<Key>;

  constructor(
    readonly list: Timers<Key>,
    readonly key: Key,
    public interval: number,
    readonly repeat: boolean,
  ) {
    this.timer = newTimer(this);
  }
}

/** The timers of one Poller. */
export class Timers<Key> {
  readonly #list = new Deadlines<Entry<Key>>();
  readonly #owner: TimerOwner;

  constructor(owner: TimerOwner) {
    this.#owner = owner;
  }

  /** When one may be due at the earliest; `Infinity` if none is set. */
  get earliest(): number {
    return this.#list.earliest;
  }

  add(interval: number, repeat = false, key: Key): PollerTimer<Key> {
    if (typeof repeat !== "boolean") throw new TypeError("The option repeat must be a boolean");
    checkInterval(interval, repeat);
    this.#owner.assertOpen("addTimer");
    const entry = new Entry(this, key, interval, repeat);
    this.reset(entry, interval);
    return entry.timer;
  }

  reset(entry: Entry<Key>, interval: number): void {
    this.#owner.assertOpen("reset");
    entry.interval = checkInterval(interval, entry.repeat);
    entry.due = performance.now() + interval;
    if (entry.place !== -1) {
      if (entry.due >= entry.deadline) return;
      this.#list.remove(entry);
    }
    const { earliest } = this.#list;
    entry.deadline = entry.due;
    this.#list.add(entry);
    if (entry.due < earliest) this.#owner.deadlineMovedEarlier();
  }

  cancel(entry: Entry<Key>): void {
    entry.due = Infinity;
    this.#list.remove(entry);
  }

  /** Cancels all of them: the Poller was closed. */
  clear(): void {
    for (let entry; (entry = this.#list.takeDue(Number.MAX_VALUE)) !== undefined;) {
      entry.due = Infinity;
    }
  }

  /** Removes and reports what is due at `now`, in order. */
  takeDue(now: number, report: (due: Due<Key>) => void): void {
    const again: Entry<Key>[] = [];
    for (let entry; (entry = this.#list.takeDue(now)) !== undefined;) {
      if (entry.due > entry.deadline) {
        // It was reset since. It goes back into the heap even if it's due, since others may be due before it.
        entry.deadline = entry.due;
        this.#list.add(entry);
        continue;
      }
      const late = now - entry.due;
      const missed = entry.repeat ? Math.floor(late / entry.interval) : 0;
      // Its turns stay multiples of the interval from the start, whatever was missed.
      entry.due = entry.repeat ? entry.due + (missed + 1) * entry.interval : Infinity;
      if (entry.repeat) again.push(entry);
      report({ timer: entry.timer, late, missed });
    }
    for (const entry of again) {
      entry.deadline = entry.due;
      this.#list.add(entry);
    }
  }
}

function checkInterval(interval: number, repeat: boolean): number {
  if (typeof interval !== "number" || Number.isNaN(interval)) {
    throw new TypeError("A timer's interval is a number of milliseconds");
  }
  if (interval < 0 || interval === Infinity || (repeat && interval === 0)) {
    throw new RangeError(
      `A timer's interval is a finite number of milliseconds, ${
        repeat ? "more than 0" : "0 or more"
      }`,
    );
  }
  return interval;
}
