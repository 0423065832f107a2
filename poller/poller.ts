/** The public Poller: one wait for ZMQ sockets, file descriptors and timeouts together. */

import { type BackendKind, READABLE, WRITABLE } from "./backend.ts";
import type { Pollable } from "./pollable.ts";
import { Uncloneable } from "./uncloneable.ts";
import { takeOnly } from "./unknown_property.ts";
import { PollerCore } from "./poller_core.ts";
import { inspectAs } from "./inspect.ts";
import { idle } from "./reactor.ts";
import type { PollerTimer, TimerOptions } from "./timers.ts";
import {
  checkCount,
  checkOptions,
  checkWait,
  type Signature,
  type SyncWaitOptions,
  type WaitOptions,
  waitProblem,
} from "./wait_options.ts";
import { noteOpened, sayDropped } from "../process/dropped.ts";
import { wakeByToken } from "../process/remote_wakeup.ts";

/** What to wait for. */
export interface Interest {
  /** Wait until something can be received or read, or a listening descriptor has a peer to accept. */
  readable?: boolean;
  /** Wait until something can be sent or written. */
  writable?: boolean;
}

/**
 * What to wait for, and the key that each report has. Default: until it's readable, or writable for a socket that only
 * sends. `key` is required where the Poller has a type for keys.
 */
export interface AddOptions<Key = undefined> extends Interest {
  /** Anything; each report of this source has it. */
  key?: Key;
}

/** One ready source, as {@linkcode Poller.wait} reports it. */
export interface Ready<Key = undefined> {
  /** The socket or the descriptor's number that was added, or the timer that is due. */
  source: Pollable | number | PollerTimer<Key>;
  /** The key that was given when it was added. */
  key: Key;
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
 * poller.add(socket, { key: "socket" });
 * poller.add(0, { key: "stdin" });
 * for (const { key } of await poller.wait({ timeout: 250 })) {
 *   if (key === "socket") console.log(String(socket.tryReceive()?.[0]));
 * }
 * ```
 */
export class Poller<Key = undefined> extends Uncloneable
  implements Disposable, AsyncDisposable, AsyncIterable<Ready<Key>[]> {
  readonly #core: PollerCore<Key>;

  static {
    inspectAs(this.prototype, (poller) => {
      const { backend, size, closed } = poller;
      return { backend, size, waiting: poller.#core.pending !== undefined, closed };
    });
  }

  /**
   * Makes an empty Poller.
   *
   * @throws {TypeError} If an option is unknown.
   * @throws {RangeError} If this system doesn't have the backend.
   */
  constructor(options: PollerOptions = {}) {
    checkOptions(CONSTRUCTOR, options, arguments[1]);
    super();
    this.#core = new PollerCore(options.backend);
    dropped.register(this, this.#core, this);
    noteOpened(this.#core);
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
   * Begins to watch a socket, or a file descriptor given by its number. Without a direction, it's watched until it's
   * readable; a socket that only sends, until it's writable.
   *
   * @param source What to watch. Regular files and `/dev/null` are always ready.
   * @param options What to wait for, and the key that each report of this source has.
   * @throws {TypeError} If it's neither a socket nor a number.
   * @throws {TypeError} If an option is unknown or has the wrong type.
   * @throws {TypeError} If there is nothing to wait for, or the socket can't become what is waited for.
   * @throws {ZmqError} EEXIST If it was added before.
   * @throws {ZmqError} EBADF If it, or the Poller, is closed.
   */
  add(source: Pollable | number, options: AddOptions<Key> & { key: Key }): void;
  /** Without a key, where the Poller has no type for keys. */
  add(
    source: Pollable | number,
    ...options: undefined extends Key ? [options?: AddOptions<Key>]
      : [options: AddOptions<Key> & { key: Key }]
  ): void;
  add(source: Pollable | number, ...rest: unknown[]): void {
    const [options, extra] = rest as [options?: AddOptions<Key>, extra?: unknown];
    checkOptions(ADD, options, extra);
    this.#core.add(source, interestOf(options ?? {}), options?.key as Key);
  }

  /**
   * Changes what to wait for: what isn't said to be `true` isn't waited for. A source that is to be silent for a while
   * stays with `{ readable: false }`, and isn't reported.
   *
   * @throws {TypeError} If an option is unknown or has the wrong type, or none is given.
   * @throws {TypeError} If the socket can't become what is waited for.
   * @throws {ZmqError} ENOENT If it isn't watched.
   * @throws {ZmqError} EBADF If the Poller is closed.
   *
   * @example Silence for a while
   * ```ts
   * import { Poller, Pull } from "@deno-zmq/zmq";
   *
   * using pull = new Pull();
   * using poller = new Poller();
   * poller.add(pull);
   * poller.modify(pull, { readable: false });
   * console.log(await poller.wait({ timeout: 0 })); // []
   * poller.modify(pull, { readable: true });
   * ```
   */
  modify(source: Pollable | number, interest: Interest): void;
  modify(source: Pollable | number, interest: Interest, extra?: never): void {
    checkOptions(MODIFY, interest, extra);
    const wanted = interestOf(interest ?? {});
    if (wanted === undefined) {
      throw new TypeError(
        "Poller.modify needs what to wait for; { readable: false } leaves a source silent",
      );
    }
    this.#core.modify(source, wanted);
  }

  /**
   * Stops watching. Takes effect at once, also while a wait is pending.
   *
   * @throws {ZmqError} ENOENT If it isn't watched.
   * @throws {ZmqError} EBADF If the Poller is closed.
   */
  remove(source: Pollable | number): void {
    checkCount("Poller.remove", arguments.length, 1);
    this.#core.remove(this.#core.find(source, "remove"));
  }

  /**
   * Sets a timer. Waits, synchronous ones too, report it when it's due. It needs no file descriptor, and doesn't keep
   * the process alive by itself. Several that are due at once are reported in the order of their times.
   *
   * @param interval After how many ms it's due; with `repeat`, every so many ms from now on.
   * @param options Whether it repeats, and the key that each report of this timer has.
   * @throws {TypeError} If the interval isn't a number.
   * @throws {TypeError} If an option is unknown or has the wrong type.
   * @throws {RangeError} If the interval is negative or infinite, or 0 with `repeat`.
   * @throws {ZmqError} EBADF If the Poller is closed.
   *
   * @example A heartbeat
   * ```ts
   * import { Poller } from "@deno-zmq/zmq";
   *
   * using poller = new Poller<string>();
   * const timer = poller.addTimer(20, { repeat: true, key: "heartbeat" });
   * for await (const ready of poller) {
   *   for (const { key, late } of ready) console.log(key, late! < 1000);
   *   timer.cancel();
   *   break;
   * }
   * ```
   */
  addTimer(interval: number, options: TimerOptions<Key> & { key: Key }): PollerTimer<Key>;
  /** Without a key, where the Poller has no type for keys. */
  addTimer(
    interval: number,
    ...options: undefined extends Key ? [options?: TimerOptions<Key>]
      : [options: TimerOptions<Key> & { key: Key }]
  ): PollerTimer<Key>;
  addTimer(interval: number, ...rest: unknown[]): PollerTimer<Key> {
    const [options, extra] = rest as [options?: TimerOptions<Key>, extra?: unknown];
    checkOptions(ADD_TIMER, options, extra);
    return this.#core.timers.add(interval, options?.repeat, options?.key as Key);
  }

  /** Whether a source is watched. */
  has(source: Pollable | number): boolean {
    checkCount("Poller.has", arguments.length, 1);
    return this.#core.registrations.has(source);
  }

  /**
   * Waits until a source is ready. Resolves to every source that is, or to an empty list when the time is over or after
   * {@linkcode Poller.wake}. Without a `timeout`, there is no limit.
   *
   * The promise rejects with the signal's reason when that is aborted, and with EBADF when the Poller is closed
   * meanwhile.
   *
   * @throws {TypeError} If an option is unknown or has the wrong type.
   * @throws {RangeError} If the timeout is negative.
   * @throws {ZmqError} EBUSY If a wait is pending already.
   * @throws {ZmqError} EBADF If the Poller is closed.
   */
  wait(options?: WaitOptions): Promise<Ready<Key>[]>;
  wait(options?: WaitOptions, extra?: never): Promise<Ready<Key>[]> {
    const problem = #core in Object(this)
      ? waitProblem(WAIT, options, extra)
      : new TypeError("wait was called on something that isn't a Poller of this library");
    if (problem !== undefined) return Promise.reject(problem);
    return this.#core.wait(this, options?.timeout ?? Infinity, options?.signal);
  }

  /**
   * Waits as {@linkcode Poller.wait} does, but blocks this thread, and with it everything else in this
   * isolate. Meant for workers and scripts.
   *
   * @throws {TypeError} If an option is unknown or has the wrong type.
   * @throws {RangeError} If the timeout is negative.
   * @throws {ZmqError} EBUSY If a wait is pending already.
   * @throws {ZmqError} EBADF If the Poller is closed.
   */
  waitSync(options?: SyncWaitOptions): Ready<Key>[];
  waitSync(options?: SyncWaitOptions, extra?: never): Ready<Key>[] {
    checkWait(WAIT_SYNC, options, extra);
    return this.#core.waitSync(options?.timeout ?? Infinity);
  }

  /** Ends the pending wait, or the next one if none is, with what is ready; often an empty list. */
  wake(): void {
    checkCount("Poller.wake", arguments.length, 0);
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
    checkCount("Poller.waker", arguments.length, 0);
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
    checkCount("Poller.close", arguments.length, 0);
    dropped.unregister(this);
    this.#core.close();
  }

  /** Calls {@linkcode Poller.close}. */
  [Symbol.dispose](): void {
    this.close();
  }

  /** Calls {@linkcode Poller.close}, and resolves as {@linkcode Poller.idle} does. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
    await idle();
  }

  /**
   * Resolves when the runtime has its thread back that waited for this isolate's sockets and Pollers; at once while
   * something still waits. Useful at the end of a test, whose sanitizers count that thread.
   *
   * @example The last line of a test
   * ```ts
   * import { Poller } from "@deno-zmq/zmq";
   *
   * const poller = new Poller();
   * await poller.wait({ timeout: 10 });
   * poller.close();
   * await Poller.idle();
   * ```
   */
  static idle(): Promise<void> {
    return idle();
  }

  /**
   * Waits again and again, until the Poller is closed, or the signal is aborted. Each turn yields the list of what is
   * ready; after {@linkcode Poller.wake} it may be empty. A turn rejects with the signal's reason once that is aborted.
   *
   * @throws {TypeError} If an option is unknown or has the wrong type.
   *
   * @example Until a signal
   * ```ts
   * import { Poller } from "@deno-zmq/zmq";
   *
   * using poller = new Poller<string>();
   * poller.addTimer(10, { repeat: true, key: "tick" });
   * try {
   *   for await (const ready of poller.iterate({ signal: AbortSignal.timeout(100) })) {
   *     for (const { key } of ready) console.log(key);
   *   }
   * } catch (error) {
   *   console.log((error as Error).name); // TimeoutError
   * }
   * ```
   */
  iterate(options?: Pick<WaitOptions, "signal">): AsyncIterableIterator<Ready<Key>[]>;
  iterate(
    options?: Pick<WaitOptions, "signal">,
    extra?: never,
  ): AsyncIterableIterator<Ready<Key>[]> {
    checkWait(ITERATE, options, extra);
    const signal = options?.signal;
    const end = { value: undefined, done: true } as const;
    let ended = false;
    let turn: object | undefined;
    const iterator: AsyncIterableIterator<Ready<Key>[]> = {
      next: async () => {
        if (ended || this.closed) return end;
        try {
          const before = this.#core.pending;
          const wait = this.#core.wait(this, Infinity, signal);
          if (this.#core.pending !== before) turn = this.#core.pending;
          // Also if `return` was called since: what was gathered is reported here, or never.
          return { value: await wait, done: false };
        } catch (error) {
          if (this.closed || error === end) return end;
          throw error;
        }
      },
      return: () => {
        ended = true;
        // The next wait reports what is due: a wait that fails doesn't gather.
        if (turn !== undefined && this.#core.pending === turn) this.#core.fail(end);
        return Promise.resolve(end);
      },
      [Symbol.asyncIterator]: () => iterator,
    };
    return iterator;
  }

  /** Calls {@linkcode Poller.iterate} without options. */
  [Symbol.asyncIterator](): AsyncIterableIterator<Ready<Key>[]> {
    return this.iterate();
  }
}

const dropped = new FinalizationRegistry<{ readonly closed: boolean; close(): void }>((core) => {
  sayDropped(core, "a Poller");
  core.close();
});

const CONSTRUCTOR: Signature = {
  name: "A Poller",
  options: ["backend"],
  example: '{ backend: "poll" }',
};
const ADD: Signature = {
  name: "Poller.add",
  options: ["readable", "writable", "key"],
  hint:
    'Poller.add takes a source and an object of options, such as { writable: true, key: "jobs" }',
};
const MODIFY: Signature = {
  name: "Poller.modify",
  options: ["readable", "writable"],
  hint: "Poller.modify takes a source and an object such as { readable: false }",
};
const ADD_TIMER: Signature = {
  name: "Poller.addTimer",
  options: ["repeat", "key"],
  hint:
    'Poller.addTimer takes an interval and an object of options, such as { repeat: true, key: "beat" }',
};
const WAIT: Signature = {
  name: "Poller.wait",
  options: ["timeout", "signal"],
  example: "{ timeout: 50 }",
};
const WAIT_SYNC: Signature = {
  name: "Poller.waitSync",
  options: ["timeout"],
  example: "{ timeout: 50 }",
};
const ITERATE: Signature = {
  name: "Poller.iterate",
  options: ["signal"],
  example: "{ signal }",
};

takeOnly(Poller, []);

/** The directions that a program has named, as bits; undefined where it has named none. */
function interestOf({ readable, writable }: Interest): number | undefined {
  for (const [name, value] of [["readable", readable], ["writable", writable]]) {
    if (value !== undefined && typeof value !== "boolean") {
      throw new TypeError(`The option ${name} must be a boolean`);
    }
  }
  if (readable === undefined && writable === undefined) return undefined;
  return (readable ? READABLE : 0) | (writable ? WRITABLE : 0);
}
