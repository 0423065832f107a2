/** A source of readiness: its descriptor, its state and its listeners. */

import { READABLE, WRITABLE } from "./backend.ts";
import type { Retry } from "./retry.ts";

/** A listener to a source's readiness: a Poller's registration of it, or a proxy. */
export interface Listener {
  /** Called with the bits that are ready, after each look. */
  onReady(ready: number): void;
  /** Called when the source has closed. */
  onClosed(): void;
  /** Called when serving the source fails: a wait for it ends with the error. */
  onFailed(error: unknown): void;
}

/**
 * A source of readiness whose descriptor fires on a *change* only.
 *
 * Fact: ZMQ_FD becomes readable once for a change in either direction, and any call on the socket (a send, a receive,
 * a read of ZMQ_EVENTS) may consume that. Failure: a receive that waits sleeps on although its message is there.
 * Decision: a call on a source with dependents makes it *stale*, and the reactor looks at every stale source again
 * before it waits. Cost: one read of ZMQ_EVENTS for each source that was called.
 */
export abstract class Source {
  /** The descriptor to watch. It becomes readable on a change in either direction. */
  abstract readonly fd: number;
  /** What it can become at all: `READABLE`, `WRITABLE`. */
  readonly directions: number = READABLE | WRITABLE;
  /** It's closed, and can't be watched any more. */
  abstract readonly closed: boolean;
  /** It in words, where programs know it. */
  get what(): string | undefined {
    return undefined;
  }
  /** How many would miss a wake-up: pending operations and listeners. */
  dependents = 0;
  /** A call was made since the last look, so the descriptor's edge may be gone. */
  stale = false;
  /** It's in the reactor's list of sources to look at. */
  queued = false;
  /** When it's tried again: a pending operation was refused although the source reports that it's ready. */
  retry: Retry | undefined;
  /** For how many users it's served though nothing waits for it: see `Reactor.addBackground`. */
  backgroundUses = 0;
  /** Pollers' registrations, and proxies. */
  listeners: Set<Listener> | undefined;

  /** Returns what the source is ready for: `READABLE`, `WRITABLE`. Consumes the descriptor's edge. */
  protected abstract readiness(): number;

  /** Tries the pending operations, and notifies the listeners. */
  abstract serve(): void;

  /** Consumes the descriptor's edge, and what has come with it, without trying anything that is pending. */
  runCommands(): void {
    this.look();
  }

  /** Ends every wait for it with the error. */
  fail(error: unknown): void {
    if (this.listeners !== undefined) {
      for (const listener of [...this.listeners]) listener.onFailed(error);
    }
  }

  /** Looks at its readiness, and notifies every listener: any call that consumes an edge shares it. */
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

/** All sources that are registered in this isolate. */
export const openSources: Set<Source> = new Set();

/** Serves a source. An error ends what waits for it; if nothing does, the error is reported as uncaught. */
export function serve(source: Source): void {
  try {
    source.serve();
  } catch (error) {
    failed(source, error);
  }
}

/** Does what a source has an error for: ends what waits for it, or reports it as uncaught. */
export function failed(source: Source, error: unknown): void {
  if (source.dependents > 0) source.fail(error);
  else reportError(error);
}
