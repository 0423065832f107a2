/**
 * What can be watched: an object's key to a Poller, the source behind it with its descriptor and state, and the sources
 * that are served though no one waits for them.
 */

import { POLLIN } from "../ffi/constants.ts";
import { libc } from "../ffi/libc.ts";
import { Pending } from "./deadlines.ts";

/** The key of the member by which an object, such as a socket, can be added to a {@linkcode Poller}. */
export const pollable: unique symbol = Symbol("deno-zmq.pollable");

/** An object that a {@linkcode Poller} can watch. Every socket of this library is one. */
export interface Pollable {
  /** What the Poller watches. Belongs to the library. */
  readonly [pollable]: object;
}

const NOTHING = {};

/**
 * The base of sockets, contexts and Pollers, which can't be posted to another thread: `postMessage` and
 * `structuredClone` refuse them with a `DataCloneError`, instead of making empty objects of them. Programs have no use for
 * it.
 */
export abstract class Uncloneable {
  /** Makes an object that can't be cloned. */
  constructor() {
    // Cloning goes by what an object is to V8, and refuses weak references. Nothing else of one is to be seen here; all
    // other ways take a property that everyone sees.
    return Reflect.construct(WeakRef, [NOTHING], new.target) as this;
  }
}

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

/**
 * Background sources are looked at this often, in ms, where nothing else would: while nothing waits in this isolate,
 * and between the slices of a wait that blocks its thread.
 *
 * A peer's handshake may wait for one of them, so the second after which other sources are looked at would be too long;
 * 40 looks a second take half a percent of a processor.
 */
export const BACKGROUND_INTERVAL = 25;

/** All of this isolate. */
export const backgroundSources: Set<Source> = new Set();

/** Serves all of them: a wait that blocks this thread keeps the reactor from doing so. */
export function serveBackground(): void {
  for (const source of backgroundSources) source.serve();
}

const request = new Int32Array(2);

/**
 * Blocks this thread until `fd` is readable or `timeout` ms are over; may also end for no reason. It never uses the
 * reactor's set of descriptors, since the reactor's parked thread would take the event. Background sources are
 * served meanwhile: the peer whose message is awaited may have to be let in first.
 */
export function waitReadable(fd: number, timeout: number): void {
  if (backgroundSources.size > 0) {
    serveBackground();
    timeout = Math.min(timeout, BACKGROUND_INTERVAL);
  }
  request[0] = fd;
  request[1] = POLLIN; // the lower half; what came back before is cleared with it
  libc().poll(request, 1n, Math.ceil(timeout));
}
