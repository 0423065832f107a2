/** When a refused source is tried again. */

import { Pending } from "./pending.ts";
import type { Reactor } from "./reactor.ts";
import type { Source } from "./source.ts";

/** A refused source is tried again after so many ms. */
const INTERVAL = 50;

/**
 * The deadline at which a refused source is tried again.
 *
 * Fact: ZMQ_EVENTS can say "writable" for as long as a send is refused (a mandatory ROUTER with one full peer of two),
 * and a call in one direction may run the command that the other direction waits for.
 * Failure: trying again at once turns in circles; waiting for an edge may last indefinitely.
 * Decision: a refused source is tried at the next edge, or after 50 ms.
 * Cost: twenty tries a second, while it's refused.
 */
export class Retry extends Pending {
  constructor(readonly source: Source, readonly reactor: Reactor) {
    super();
  }

  /** Sets the deadline. */
  again(): void {
    this.reactor.setDeadline(this, performance.now() + INTERVAL);
  }

  override expire(): void {
    this.reactor.queueRecheck(this.source);
    this.again();
  }

  override abort(): void {}
}
