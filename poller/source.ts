/** What the reactor and Pollers know of a ZMQ socket: a descriptor with an edge, and a state to ask. */

import { Waiting } from "./waiting.ts";

/** Something that wants to be told what a source is ready for: a Poller's registration of it. */
export interface Watch {
  /** Called with the bits that are ready, whenever anybody has looked. */
  tell(ready: number): void;
  /** Called when the source has closed. */
  gone(): void;
}

/**
 * A source of readiness whose descriptor fires on a *change* only, as ZMQ_FD does.
 *
 * After any call on the source the change may have been consumed, so it must be looked at again
 * before anybody sleeps; until then it's *unsettled*. The reactor keeps the list of those.
 */
export abstract class Source {
  /** The descriptor to watch. It's readable on any change, whichever direction has changed. */
  abstract readonly fd: number;
  /** It can't be watched any more. */
  abstract readonly closed: boolean;
  /** How many would miss a wake-up: waiting operations, and Pollers that have it. */
  watched = 0;
  /** A call was made since the last look, so the descriptor's edge may be gone. */
  unsettled = false;
  /** It stands in the reactor's list of those to look at. */
  listed = false;
  /** A waiting operation was refused although the source says that it's ready. */
  stubborn = false;
  /** It's served though nobody waits: see `Reactor.attend`. */
  attended = false;
  /** The Pollers' registrations. */
  watches: Set<Watch> | undefined;

  /** Asks what the source is ready for: `READABLE`, `WRITABLE`. Consumes the descriptor's edge. */
  protected abstract readiness(): number;

  /** Gives every waiting operation its turn, and tells the Pollers. */
  abstract serve(): void;

  /** Looks, and tells every Poller that has it: whoever consumes an edge shares it. */
  look(): number {
    this.unsettled = false;
    const ready = this.readiness();
    if (this.watches !== undefined) { for (const watch of this.watches) watch.tell(ready); }
    return ready;
  }

  addWatch(watch: Watch): void {
    (this.watches ??= new Set()).add(watch);
    this.watched++;
  }

  removeWatch(watch: Watch): void {
    if (this.watches?.delete(watch)) this.watched--;
    if (this.watches?.size === 0) this.watches = undefined;
  }
}

/** One operation in a source's queue. */
export abstract class Waiter extends Waiting {
  next: Waiter | undefined;
  previous: Waiter | undefined;
}

/** Operations that wait for one direction of a source, in the order in which they came. */
export class Queue<T extends Waiter> {
  first: T | undefined;
  #last: T | undefined;

  push(waiter: T): void {
    waiter.previous = this.#last;
    if (this.#last === undefined) this.first = waiter;
    else this.#last.next = waiter;
    this.#last = waiter;
  }

  remove(waiter: T): void {
    const { next, previous } = waiter;
    if (previous === undefined) this.first = next as T | undefined;
    else previous.next = next;
    if (next === undefined) this.#last = previous as T | undefined;
    else next.previous = previous;
    waiter.next = waiter.previous = undefined;
  }
}
