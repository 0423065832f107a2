/** The public Poller: one wait for ZMQ sockets, file descriptors and timeouts together. */

import { stateError } from "../ffi/errno.ts";
import {
  type Backend,
  type BackendKind,
  EDGE,
  ERROR,
  HANGUP,
  READABLE,
  WRITABLE,
} from "./backend.ts";
import { spend } from "./budget.ts";
import { createBackend } from "./create.ts";
import { type Guest, type Host, reactor } from "./reactor.ts";
import { Source, type Watch } from "./source.ts";
import { checkSignal, Waiting } from "./waiting.ts";

/** The key of the member by which an object, such as a socket, can be added to a {@linkcode Poller}. */
export const pollable: unique symbol = Symbol("deno-zmq.pollable");

/** An object that a {@linkcode Poller} can watch. Every socket of this library is one. */
export interface Pollable {
  /** What the Poller watches. Belongs to the library. */
  readonly [pollable]: object;
}

/** What to wait for. */
export interface Interest {
  /** Wait until something can be received or read, or a listening descriptor has a peer to accept. */
  readable?: boolean;
  /** Wait until something can be sent or written. */
  writable?: boolean;
}

/** One ready source, as {@linkcode Poller.wait} reports it. */
export interface Ready<Key = unknown> {
  /** The socket or the descriptor's number that was added. */
  source: Pollable | number;
  /** The key that was given when it was added. */
  key: Key | undefined;
  /** Something can be received or read. */
  readable: boolean;
  /** Something can be sent or written. */
  writable: boolean;
  /** A file descriptor has an error pending. Never set for sockets. */
  error: boolean;
  /** A file descriptor's other side has gone; what it had written can still be read. Never set for sockets. */
  hangup: boolean;
}

/** How a {@linkcode Poller} is to work. */
export interface PollerOptions {
  /**
   * The system call that does the waiting: `"epoll"` (Linux) costs the same for 5 descriptors and for
   * 5,000, `"poll"` exists everywhere and its cost grows with their number. Default: what
   * `ZMQ_POLLER` says where the environment may be read, else epoll on Linux and poll elsewhere.
   */
  backend?: BackendKind;
}

/** How long {@linkcode Poller.waitSync} may block. */
export interface WaitSyncOptions {
  /** At most this many ms; 0 only looks. Default: no limit. */
  timeout?: number;
}

/** How long {@linkcode Poller.wait} may wait, and what can end it. */
export interface WaitOptions extends WaitSyncOptions {
  /** Ends the wait when aborted; the promise then rejects with the signal's reason. */
  signal?: AbortSignal;
}

/** A synchronous wait is cut into slices of this many ms, so that a worker can be terminated in it. */
const SLICE = 100;

/**
 * Waits for ZMQ sockets, file descriptors and timeouts in one loop.
 *
 * A Poller is level-triggered: a source is reported by every wait for as long as it's ready, so a loop
 * that takes one message a turn misses nothing. The edge of a ZMQ socket's own descriptor, which
 * loses messages in most hand-written loops, is dealt with inside.
 *
 * One wait at a time; several Pollers may share a socket. A pending {@linkcode Poller.wait} keeps the
 * process alive; a Poller that isn't waiting doesn't. A closed socket leaves its Pollers by itself;
 * a file descriptor must be removed before it's closed, since its number may come back as another file.
 *
 * @example A socket, standard input and a timeout
 * ```ts
 * import { Poller, Pull } from "@deno-zmq/zmq";
 *
 * using socket = new Pull();
 * await socket.bind("tcp://127.0.0.1:*");
 *
 * using poller = new Poller<string>();
 * poller.add(socket, { readable: true }, "socket");
 * poller.add(0, { readable: true }, "stdin");
 * for (const { key } of await poller.wait({ timeout: 250 })) {
 *   if (key === "socket") console.log(String(socket.tryReceive()?.[0]));
 * }
 * ```
 */
export class Poller<Key = unknown> implements Disposable, AsyncIterable<Ready<Key>[]> {
  readonly #core: PollerCore<Key>;

  /** Makes an empty Poller. Throws `RangeError` for a backend that this system doesn't have. */
  constructor(options: PollerOptions = {}) {
    this.#core = new PollerCore(options.backend);
    dropped.register(this, this.#core, this);
  }

  /** The system call that does the waiting. */
  get backend(): BackendKind {
    return this.#core.backend.kind;
  }

  /** Whether the Poller was closed. */
  get closed(): boolean {
    return this.#core.closed;
  }

  /** How many sources are watched. */
  get size(): number {
    return this.#core.registrations.size;
  }

  /**
   * Begins to watch a socket, or a file descriptor given by its number.
   *
   * @param source What to watch. Regular files and `/dev/null` are always ready.
   * @param interest What to wait for; by default, until it's readable.
   * @param key Anything, given back with each report of this source.
   * @throws `ZmqError` EEXIST where it was added before, EBADF where it (or the Poller) is closed;
   * `TypeError` for anything else than a socket or a number.
   */
  add(source: Pollable | number, interest: Interest = { readable: true }, key?: Key): void {
    this.#core.add(source, bitsOf(interest), key);
  }

  /**
   * Changes what is waited for. With nothing of interest a source stays, and isn't reported.
   *
   * @throws `ZmqError` ENOENT where it isn't watched.
   */
  modify(source: Pollable | number, interest: Interest): void {
    this.#core.modify(source, bitsOf(interest));
  }

  /**
   * Stops watching. Takes effect at once, also while a wait is pending.
   *
   * @throws `ZmqError` ENOENT where it isn't watched.
   */
  remove(source: Pollable | number): void {
    this.#core.remove(this.#core.find(source, "remove"));
  }

  /** Whether a source is watched. */
  has(source: Pollable | number): boolean {
    return this.#core.registrations.has(source);
  }

  /**
   * Waits until a source is ready. Gives every source that is, or an empty list when the time is over
   * or after {@linkcode Poller.wake}.
   *
   * @throws At once: `ZmqError` EBUSY where a wait is pending already, EBADF where the Poller is closed;
   * `RangeError` for a negative timeout. By rejection: the signal's reason, or EBADF when the Poller
   * is closed meanwhile.
   */
  wait(options: WaitOptions = {}): Promise<Ready<Key>[]> {
    return this.#core.wait(this, timeoutOf(options), options.signal);
  }

  /**
   * The same on the spot: blocks this thread, and with it everything else in this isolate. Meant for
   * workers and scripts.
   */
  waitSync(options: WaitSyncOptions = {}): Ready<Key>[] {
    return this.#core.waitSync(timeoutOf(options));
  }

  /** Ends the pending wait, or else the next one, with whatever is ready; often an empty list. */
  wake(): void {
    this.#core.wake();
  }

  /** Closes the Poller, and none of its sources. A pending wait rejects with EBADF; an iteration ends. */
  close(): void {
    dropped.unregister(this);
    this.#core.close();
  }

  /** Calls {@linkcode Poller.close}. */
  [Symbol.dispose](): void {
    this.close();
  }

  /**
   * Waits again and again, until the Poller is closed. Each turn gives the list of what is ready; after
   * {@linkcode Poller.wake} it may be empty.
   */
  [Symbol.asyncIterator](): AsyncIterableIterator<Ready<Key>[]> {
    const end = { value: undefined, done: true } as const;
    let ended = false;
    let pending = false;
    const iterator: AsyncIterableIterator<Ready<Key>[]> = {
      next: async () => {
        if (ended || this.closed) return end;
        try {
          pending = true;
          const value = await this.wait();
          return ended ? end : { value, done: false };
        } catch (error) {
          if (this.closed) return end;
          throw error;
        } finally {
          pending = false;
        }
      },
      return: () => {
        ended = true;
        if (pending) this.wake();
        return Promise.resolve(end);
      },
      [Symbol.asyncIterator]: () => iterator,
    };
    return iterator;
  }
}

const dropped = new FinalizationRegistry<{ close(): void }>((core) => core.close());

/** One source of a Poller. */
class Registration<Key> implements Watch {
  /** What a socket was last said to be ready for. */
  known = 0;
  /** It stands in the Poller's list of sources that may be ready. */
  candidate = false;
  removed = false;

  constructor(
    readonly poller: PollerCore<Key>,
    readonly source: Pollable | number,
    readonly target: Source | undefined,
    readonly key: Key | undefined,
    public interest: number,
  ) {}

  tell(ready: number): void {
    this.known = ready;
    if ((ready & this.interest) !== 0) this.poller.nominate(this);
  }

  gone(): void {
    this.poller.remove(this);
  }
}

/** A Poller without its public face, so that one dropped by its program can be collected. */
class PollerCore<Key> implements Guest {
  readonly registrations = new Map<Pollable | number, Registration<Key>>();
  readonly backend: Backend<Registration<Key>>;
  closed = false;
  #host: Host | undefined;
  /** Sockets that were said to be ready: looked at again before each report, so never reported late or in vain. */
  #candidates: Registration<Key>[] = [];
  #found: Ready<Key>[] = [];
  #woken = false;
  #waiting: PollerWait<Key> | undefined;

  constructor(kind: BackendKind | undefined) {
    this.backend = createBackend(kind);
  }

  add(source: Pollable | number, interest: number, key: Key | undefined): void {
    this.#assertOpen("add");
    if (this.registrations.has(source)) {
      throw stateError("EEXIST", "Poller.add", "The Poller watches this source already");
    }
    if (typeof source === "number") {
      const registration = new Registration(this, source, undefined, key, interest);
      this.backend.add(source, interest, registration);
      this.registrations.set(source, registration);
    } else {
      const target = targetOf(source);
      // Its descriptor closes a moment after the socket does, or belongs to another file by now.
      if (target.closed) throw stateError("EBADF", "Poller.add", "The socket is closed");
      const registration = new Registration(this, source, target, key, interest);
      this.backend.add(target.fd, READABLE | EDGE, registration);
      this.registrations.set(source, registration);
      target.addWatch(registration);
      // What came before it was added makes no edge any more.
      reactor().unsettle(target);
    }
  }

  modify(source: Pollable | number, interest: number): void {
    const registration = this.find(source, "modify");
    registration.interest = interest;
    if (typeof source === "number") this.backend.modify(source, interest);
    else reactor().unsettle(registration.target!);
  }

  find(source: Pollable | number, verb: string): Registration<Key> {
    this.#assertOpen(verb);
    const registration = this.registrations.get(source);
    if (registration === undefined) {
      throw stateError("ENOENT", `Poller.${verb}`, "The Poller doesn't watch this source");
    }
    return registration;
  }

  remove(registration: Registration<Key>): void {
    const { source, target } = registration;
    registration.removed = true;
    this.registrations.delete(source);
    target?.removeWatch(registration);
    this.backend.remove(target === undefined ? source as number : target.fd);
  }

  wait(owner: Poller<Key>, timeout: number, signal?: AbortSignal): Promise<Ready<Key>[]> {
    this.#assertOpen("wait");
    this.#assertIdle();
    checkSignal(signal);
    if (signal?.aborted) return Promise.reject(signal.reason);
    // Where this turn's budget is spent, the answer comes with the next turn, whatever is ready.
    const mayAnswer = spend();
    if (mayAnswer) {
      this.#gather();
      if (this.#found.length > 0 || this.#woken || timeout === 0) {
        return Promise.resolve(this.#take());
      }
    }
    return new Promise((resolve, reject) => {
      const host = this.#host ??= reactor().hostFor(this.backend.kind);
      host.backend.attach(this.backend, this);
      const waiting = this.#waiting = new PollerWait(this, owner, resolve, reject);
      if (timeout !== Infinity) waiting.deadline = performance.now() + timeout;
      waiting.signal = signal;
      reactor().join(waiting, host);
      if (!mayAnswer) reactor().finishNextTurn(this);
    });
  }

  waitSync(timeout: number): Ready<Key>[] {
    this.#assertOpen("waitSync");
    this.#assertIdle();
    const deadline = timeout === Infinity ? Infinity : performance.now() + timeout;
    for (;;) {
      this.#gather();
      if (this.#found.length > 0 || this.#woken) return this.#take();
      const left = deadline - performance.now();
      if (left <= 0) return [];
      this.backend.waitSync(Math.min(left, SLICE), this.#report);
    }
  }

  wake(): void {
    if (this.closed) return;
    this.#woken = true;
    if (this.#waiting !== undefined) reactor().finishLater(this);
  }

  /** Called by the reactor: something may be ready. */
  finish(): void {
    const waiting = this.#waiting;
    if (waiting === undefined) return;
    this.#gather();
    if (this.#found.length > 0 || this.#woken || waiting.deadline <= performance.now()) {
      this.#end(waiting).resolve(this.#take());
    } else {
      this.#host!.backend.attach(this.backend, this);
    }
  }

  fail(waiting: PollerWait<Key>, reason: unknown): void {
    this.#end(waiting).reject(reason);
  }

  /** Called when a socket was said to be ready. */
  nominate(registration: Registration<Key>): void {
    if (!registration.candidate) {
      registration.candidate = true;
      this.#candidates.push(registration);
    }
    if (this.#waiting !== undefined) reactor().finishLater(this);
  }

  close(): void {
    if (this.closed) return;
    for (const registration of [...this.registrations.values()]) this.remove(registration);
    const waiting = this.#waiting;
    if (waiting !== undefined) {
      this.fail(waiting, stateError("EBADF", "Poller.wait", "The Poller was closed"));
    }
    this.closed = true;
    this.backend.close();
  }

  #end(waiting: PollerWait<Key>): PollerWait<Key> {
    this.#waiting = undefined;
    this.#host!.backend.detach(this.backend);
    reactor().leave(waiting, this.#host);
    return waiting;
  }

  /** Finds what is ready now. Descriptors are asked anew each time; so are sockets that may have changed. */
  #gather(): void {
    this.#found = [];
    reactor().settle();
    this.backend.waitSync(0, this.#report);
    const candidates = this.#candidates;
    this.#candidates = [];
    for (const registration of candidates) {
      registration.candidate = false;
      if (registration.removed) continue;
      const target = registration.target!;
      if (target.unsettled) {
        // The turn's budget is spent: its waiting operations go on in the next one.
        target.look();
        reactor().note(target);
      }
      const ready = registration.known & registration.interest;
      if (ready === 0) continue;
      this.#found.push(readyOf(registration, ready));
      // It stays a candidate until it isn't ready any more: that makes the edge a level.
      if (!registration.candidate) {
        registration.candidate = true;
        this.#candidates.push(registration);
      }
    }
  }

  readonly #report = (registration: Registration<Key>, ready: number) => {
    // A socket's descriptor says only that something has changed, for its waiting operations as well.
    if (registration.target !== undefined) registration.target.serve();
    else this.#found.push(readyOf(registration, ready));
  };

  #take(): Ready<Key>[] {
    const found = this.#found;
    this.#found = [];
    this.#woken = false;
    return found;
  }

  #assertOpen(verb: string): void {
    if (this.closed) throw stateError("EBADF", `Poller.${verb}`, "The Poller is closed");
  }

  #assertIdle(): void {
    if (this.#waiting === undefined) return;
    throw stateError(
      "EBUSY",
      "Poller.wait",
      "The Poller is waiting already: await the first wait, or make a second Poller",
    );
  }
}

/** A pending wait. It holds the Poller, which else could be collected while its program awaits it. */
class PollerWait<Key> extends Waiting {
  constructor(
    readonly core: PollerCore<Key>,
    readonly owner: Poller<Key>,
    readonly resolve: (ready: Ready<Key>[]) => void,
    readonly reject: (reason: unknown) => void,
  ) {
    super();
  }

  expire(): void {
    this.core.finish();
  }

  abort(reason: unknown): void {
    this.core.fail(this, reason);
  }
}

function targetOf(source: Pollable): Source {
  const target = (source as Partial<Pollable> | null | undefined)?.[pollable];
  if (target instanceof Source) return target;
  throw new TypeError("A Poller watches sockets and numbers of file descriptors");
}

function bitsOf({ readable = false, writable = false }: Interest): number {
  return (readable ? READABLE : 0) | (writable ? WRITABLE : 0);
}

function timeoutOf({ timeout = Infinity }: WaitSyncOptions): number {
  if (typeof timeout !== "number" || Number.isNaN(timeout)) {
    throw new TypeError("A timeout is a number of milliseconds");
  }
  if (timeout < 0) {
    throw new RangeError("A timeout is 0 or more milliseconds; Infinity for no limit");
  }
  return timeout;
}

function readyOf<Key>(registration: Registration<Key>, ready: number): Ready<Key> {
  return {
    source: registration.source,
    key: registration.key,
    readable: (ready & READABLE) !== 0,
    writable: (ready & WRITABLE) !== 0,
    error: (ready & ERROR) !== 0,
    hangup: (ready & HANGUP) !== 0,
  };
}
