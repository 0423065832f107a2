/** The queue of operations that wait for one direction of a source. */

import { Pending } from "./pending.ts";

/** One operation in a source's queue. */
export abstract class QueuedOperation extends Pending {
  next: QueuedOperation | undefined;
  previous: QueuedOperation | undefined;
}

/** Operations that wait for one direction of a source, in the order in which they came. */
export class Queue<T extends QueuedOperation> {
  first: T | undefined;
  #last: T | undefined;

  push(operation: T): void {
    operation.previous = this.#last;
    if (this.#last === undefined) this.first = operation;
    else this.#last.next = operation;
    this.#last = operation;
  }

  remove(operation: T): void {
    const { next, previous } = operation;
    if (previous === undefined) this.first = next as T | undefined;
    else previous.next = next;
    if (next === undefined) this.#last = previous as T | undefined;
    else next.previous = previous;
    operation.next = operation.previous = undefined;
  }
}
