/** The public Poller: one wait for ZMQ sockets, file descriptors and timeouts together. */

import { type BackendKind, READABLE, WRITABLE } from "./backend.ts";
import type { Pollable } from "./pollable.ts";
import { Uncloneable } from "./uncloneable.ts";
import { PollerCore } from "./poller_core.ts";
import type { PollerTimer, TimerOptions } from "./timers.ts";
import type { SyncWaitOptions, WaitOptions } from "./wait_options.ts";
import { wakeByToken } from "../process/remote_wakeup.ts";

/** What to wait for. */
export interface Interest {
  /** Wait until something can be received or read, or a listening descriptor has a peer to accept. */
  readable?: boolean;
  /** Wait until something can be sent or written. */
  writable?: boolean;
}

/** One ready source, as {@linkcode Poller.wait} reports it. */
export interface Ready<Key = unknown> {
  /** The socket or the descriptor's number that was added, or the timer that is due. */
  source: Pollable | number | PollerTimer<Key>;
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
  /** How many ms after its time a timer was found due; `undefined` for everything else. */
  late: number | undefined;
  /**
   * How many turns of a repeating timer had passed before it was found due; they're not made up for. `undefined` for
   * everything but timers.
   */
  missed: number | undefined;
}

/** Options of a {@linkcode Poller}. */
export interface PollerOptions {
  /**
   * The system call that waits: `"epoll"` (Linux) and `"kqueue"` (macOS, the BSDs) cost the same for 5
   * descriptors and for 5,000; `"poll"` and `"select"` exist everywhere, and their cost grows with the
   * number; `"select"` throws `RangeError` for descriptors from 1,024 on. Default: what `ZMQ_POLLER` says
   * if the program may read the environment, else epoll on Linux and kqueue on macOS.
   */
  backend?: BackendKind;
}

/**
 * Waits for ZMQ sockets, file descriptors, timers and timeouts in one loop.
 *
 * A Poller is level-triggered: a source is reported by every wait for as long as it's ready, so a loop
 * that takes one message a turn misses nothing. The Poller handles the edge of a ZMQ socket's own
 * descriptor, which loses messages in most hand-written loops.
 *
 * One wait at a time; several Pollers may share a socket (with `"epoll"`, 500 of those that share one can wait at
 * the same time; the next one's wait rejects with EINVAL, and says so). A pending {@linkcode Poller.wait} keeps the
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
export class Poller<Key = unknown> extends Uncloneable
  implements Disposable, AsyncIterable<Ready<Key>[]> {
  readonly #core: PollerCore<Key>;

  /**
   * Makes an empty Poller.
   *
   * @throws {RangeError} If this system doesn't have the backend.
   */
  constructor(options: PollerOptions = {}) {
    super();
    this.#core = new PollerCore(options.backend);
    dropped.register(this, this.#core, this);
  }

  /** The system call that waits. */
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
   * @param key Anything; each report of this source has it.
   * @throws {ZmqError} EEXIST If it was added before.
   * @throws {ZmqError} EBADF If it, or the Poller, is closed.
   * @throws {TypeError} If it's neither a socket nor a number.
   */
  add(source: Pollable | number, interest: Interest = { readable: true }, key?: Key): void {
    this.#core.add(source, bitsOf(interest), key);
  }

  /**
   * Changes what to wait for. A source without interest stays, and isn't reported.
   *
   * @throws {ZmqError} ENOENT If it isn't watched.
   */
  modify(source: Pollable | number, interest: Interest): void {
    this.#core.modify(source, bitsOf(interest));
  }

  /**
   * Stops watching. Takes effect at once, also while a wait is pending.
   *
   * @throws {ZmqError} ENOENT If it isn't watched.
   */
  remove(source: Pollable | number): void {
    this.#core.remove(this.#core.find(source, "remove"));
  }

  /**
   * Sets a timer. Waits, synchronous ones too, report it when it's due. It needs no file descriptor, and doesn't keep
   * the process alive by itself. Several that are due at once are reported in the order of their times.
   *
   * @param interval After how many ms it's due; with `repeat`, every so many ms from now on.
   * @param key Anything; each report of this timer has it.
   * @throws {TypeError} If the interval isn't a number.
   * @throws {RangeError} If the interval is negative or infinite, or 0 with `repeat`.
   * @throws {ZmqError} EBADF If the Poller is closed.
   *
   * @example A heartbeat
   * ```ts
   * import { Poller } from "@deno-zmq/zmq";
   *
   * using poller = new Poller<string>();
   * const timer = poller.addTimer(20, { repeat: true }, "heartbeat");
   * for await (const ready of poller) {
   *   for (const { key, late } of ready) console.log(key, late! < 1000);
   *   timer.cancel();
   *   break;
   * }
   * ```
   */
  addTimer(interval: number, options: TimerOptions = {}, key?: Key): PollerTimer<Key> {
    return this.#core.timers.add(interval, options, key);
  }

  /** Whether a source is watched. */
  has(source: Pollable | number): boolean {
    return this.#core.registrations.has(source);
  }

  /**
   * Waits until a source is ready. Returns every source that is, or an empty list when the time is over
   * or after {@linkcode Poller.wake}.
   *
   * The promise rejects with the signal's reason when that is aborted, and with EBADF when the Poller is closed
   * meanwhile. Everything else is thrown at once.
   *
   * @throws {ZmqError} EBUSY If a wait is pending already.
   * @throws {ZmqError} EBADF If the Poller is closed.
   * @throws {RangeError} If the timeout is negative.
   */
  wait(options: WaitOptions = {}): Promise<Ready<Key>[]> {
    return this.#core.wait(this, timeoutOf(options), options.signal);
  }

  /**
   * Waits as {@linkcode Poller.wait} does, but blocks this thread, and with it everything else in this
   * isolate. Meant for workers and scripts.
   */
  waitSync(options: SyncWaitOptions = {}): Ready<Key>[] {
    return this.#core.waitSync(timeoutOf(options));
  }

  /** Ends the pending wait, or the next one if none is, with what is ready; often an empty list. */
  wake(): void {
    this.#core.wake();
  }

  /**
   * Returns a token by which other isolates of this process can wake this Poller: a string that can be posted to a
   * worker, for {@linkcode Poller.wake}. It also ends a {@linkcode Poller.waitSync}, which nothing in its own isolate
   * can. The same each time.
   *
   * @throws {ZmqError} EBADF If the Poller is closed.
   * @throws {ZmqError} ENOTSUP If the system doesn't have what it takes (Linux has), or if another version of this
   * library came first in the process, and shares in another way.
   */
  waker(): string {
    return this.#core.waker();
  }

  /**
   * Ends the pending wait of a Poller of any isolate of this process, or its next one if none is pending, as
   * {@linkcode Poller.prototype.wake} does. Returns false if that Poller was closed, if its worker has ended, and for
   * a token of another process.
   *
   * @param token What the other isolate's {@linkcode Poller.waker} returned.
   * @throws {TypeError} If it isn't a token.
   *
   * @example A worker that blocks, and is woken
   * ```ts
   * import { Poller } from "@deno-zmq/zmq";
   *
   * using poller = new Poller();
   * const token = poller.waker();
   *
   * // In another isolate, to which the token was posted:
   * Poller.wake(token);
   *
   * console.log(poller.waitSync()); // []
   * ```
   */
  static wake(token: string): boolean {
    return wakeByToken(token);
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
   * Waits again and again, until the Poller is closed. Each turn yields the list of what is ready; after
   * {@linkcode Poller.wake} it may be empty.
   */
  [Symbol.asyncIterator](): AsyncIterableIterator<Ready<Key>[]> {
    const end = { value: undefined, done: true } as const;
    const ending = new AbortController();
    const iterator: AsyncIterableIterator<Ready<Key>[]> = {
      next: async () => {
        const { signal } = ending;
        if (signal.aborted || this.closed) return end;
        try {
          // Also if `return` was called since: what was gathered is reported here, or never.
          return { value: await this.wait({ signal }), done: false };
        } catch (error) {
          if (this.closed || error === end) return end;
          throw error;
        }
      },
      return: () => {
        // The next wait reports what is due: an abort doesn't gather.
        ending.abort(end);
        return Promise.resolve(end);
      },
      [Symbol.asyncIterator]: () => iterator,
    };
    return iterator;
  }
}

const dropped = new FinalizationRegistry<{ close(): void }>((core) => core.close());

/** An interest as bits. */
export function bitsOf({ readable = false, writable = false }: Interest): number {
  return (readable ? READABLE : 0) | (writable ? WRITABLE : 0);
}

function timeoutOf({ timeout = Infinity }: SyncWaitOptions): number {
  if (typeof timeout !== "number" || Number.isNaN(timeout)) {
    throw new TypeError("A timeout is a number of milliseconds");
  }
  if (timeout < 0) {
    throw new RangeError("A timeout is 0 or more milliseconds; Infinity for no limit");
  }
  return timeout;
}
