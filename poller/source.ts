/** A source of readiness: its descriptor, its state, and who listens to it. */

/** Something that wants to be told what a source is ready for: a Poller's registration of it. */
export interface Listener {
  /** Called with the bits that are ready, whenever anyone has looked. */
  onReady(ready: number): void;
  /** Called when the source has closed. */
  onClosed(): void;
  /** Called when the source can't be served: a wait for it ends with the error. */
  onFailed(error: unknown): void;
}

/**
 * A source of readiness whose descriptor fires on a *change* only, as ZMQ_FD does.
 *
 * After any call on the source the change may have been consumed, so it must be looked at again
 * before anyone sleeps; until then it's *stale*. The reactor keeps the list of those.
 */
export abstract class Source {
  /** The descriptor to watch. It's readable on any change, whichever direction has changed. */
  abstract readonly fd: number;
  /** It can't be watched any more. */
  abstract readonly closed: boolean;
  /** How many would miss a wake-up: pending operations, and Pollers that have it. */
  dependents = 0;
  /** A call was made since the last look, so the descriptor's edge may be gone. */
  stale = false;
  /** It stands in the reactor's list of those to look at. */
  queued = false;
  /** A pending operation was refused although the source says that it's ready. */
  refused = false;
  /** It's served though no one waits: see `Reactor.addBackground`. */
  background = false;
  /** The Pollers' registrations. */
  listeners: Set<Listener> | undefined;

  /** Asks what the source is ready for: `READABLE`, `WRITABLE`. Consumes the descriptor's edge. */
  protected abstract readiness(): number;

  /** Gives every pending operation its turn, and tells the Pollers. */
  abstract serve(): void;

  /** Ends everything that waits for it. */
  fail(error: unknown): void {
    if (this.listeners !== undefined) {
      for (const listener of [...this.listeners]) listener.onFailed(error);
    }
  }

  /** Looks, and tells every Poller that has it: anyone who consumes an edge shares it. */
  look(): number {
    this.stale = false;
    const ready = this.readiness();
    if (this.listeners !== undefined) {
      for (const listener of this.listeners) listener.onReady(ready);
    }
    return ready;
  }

  addListener(listener: Listener): void {
    (this.listeners ??= new Set()).add(listener);
    this.dependents++;
  }

  removeListener(listener: Listener): void {
    if (this.listeners?.delete(listener)) this.dependents--;
    if (this.listeners?.size === 0) this.listeners = undefined;
  }
}
