/** The receiving half of a socket: at once where possible, otherwise pending in the queue. */

import { stateError } from "../ffi/errno.ts";
import { inWorker } from "../process/isolate.ts";
import { backgroundSources } from "../poller/background.ts";
import {
  readClockNext,
  serveInBetween,
  SLICE,
  sliceOfWait,
  waitReadable,
} from "../poller/blocked.ts";
import { takeBudget } from "../poller/budget.ts";
import { reactor } from "../poller/reactor.ts";
import {
  checkOptions,
  checkWait,
  type Signature,
  type SyncWaitOptions,
  waitProblem,
} from "../poller/wait_options.ts";
import type { Handle } from "./handle.ts";
import type { Frame } from "./frame.ts";
import { limitOf, Operation } from "./operation.ts";
import {
  Failure,
  takeMessage,
  takeMessageBlocking,
  takeMessageOrFailure,
} from "./native_message.ts";
import type { ReceiveOptions } from "./waits.ts";
import { closedError, foreignError, namedError, timeoutError } from "./wait_errors.ts";

const CALL = "zmq_msg_recv";
/** What can end an iteration, and whether the process waits with it. */
type Iterating = Pick<ReceiveOptions, "signal" | "ref">;

const LATE = "No message came";
const END: IteratorReturnResult<undefined> = Object.freeze({ value: undefined, done: true });

/** A receive that waits. */
export class Receive extends Operation {
  constructor(
    handle: Handle,
    owner: object,
    readonly resolve: (message: Frame[]) => void,
    reject: (reason: unknown) => void,
  ) {
    super(handle, owner, handle.receivers, reject);
  }

  protected override get call(): string {
    return CALL;
  }

  override attempt(): boolean {
    const { handle } = this;
    let message: Frame[] | undefined;
    try {
      message = takeMessage(handle.pointer, handle.metadata, handle.limits);
    } catch (error) {
      this.fail(namedError(handle, error));
      return true;
    }
    if (message === undefined) {
      handle.stale = false;
      return false;
    }
    this.succeed(message);
    return true;
  }

  succeed(message: Frame[]): void {
    this.dequeue();
    this.resolve(message);
  }

  protected override timedOut(): unknown {
    return timeoutError(this.handle, CALL, LATE, this.timeout);
  }
}

/** An iterator's turn that waits: its end is the end of the iteration, unless something went wrong. */
class Turn extends Receive {
  constructor(
    readonly iterator: MessageIterator,
    handle: Handle,
    readonly settle: (result: IteratorResult<Frame[]>) => void,
    reject: (reason: unknown) => void,
  ) {
    super(handle, iterator, (message) => settle({ value: message, done: false }), reject);
  }

  override closed(): void {
    this.end();
  }

  end(): void {
    this.dequeue();
    this.settle(END);
  }
}

/** Iterates over a socket's messages. Written by hand: an async generator takes twice as long. */
export class MessageIterator implements AsyncIterableIterator<Frame[]> {
  #ended = false;
  // Private, since a printed iterator would show the engine's record of the socket, with its secrets.
  readonly #handle: Handle;
  /** The socket itself, which could otherwise be collected in the middle of the iteration. */
  readonly #owner: object;
  readonly #signal: AbortSignal | undefined;
  readonly #ref: boolean;

  constructor(handle: Handle, owner: object, options?: Iterating) {
    this.#handle = handle;
    this.#owner = owner;
    this.#signal = options?.signal;
    this.#ref = options?.ref ?? true;
  }

  next(): Promise<IteratorResult<Frame[]>> {
    // Not `Object(this)`, which takes 2 ns.
    if (!(#handle in (this ?? END))) return Promise.reject(notAnIteration("next"));
    const handle = this.#handle;
    const aborted = this.#signal?.aborted; // before the next check: reading it may close the socket
    if (this.#ended || handle.closed) return Promise.resolve(END);
    if (aborted) return Promise.reject(this.#signal!.reason);
    const tried = !handle.lent && mayTry(handle) && takeBudget();
    if (tried) {
      const message = takeOrFailure(handle);
      if (message instanceof Failure) return Promise.reject(namedError(handle, message.reason));
      if (message !== undefined) return Promise.resolve({ value: message, done: false });
    }
    return this.#wait(tried);
  }

  // A separate function, as `waitForMessage` is: one that contains a closure is slower at each call, even if it isn't made.
  #wait(tried: boolean): Promise<IteratorResult<Frame[]>> {
    return new Promise((resolve, reject) => {
      const turn = new Turn(this, this.#handle, resolve, reject);
      turn.enqueue(this.#handle.receiveTimeout, tried, this.#signal, this.#ref);
    });
  }

  /** Ends the iteration. A pending turn of it would take a message that nothing reads. */
  return(): Promise<IteratorResult<Frame[]>> {
    if (!(#handle in Object(this))) return Promise.reject(notAnIteration("return"));
    this.#ended = true;
    for (let one = this.#handle.receivers.first; one !== undefined;) {
      const next = one.next as Operation | undefined;
      if (one instanceof Turn && one.iterator === this) one.end();
      one = next;
    }
    return Promise.resolve(END);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}

function notAnIteration(method: string): Error {
  return new TypeError(`${method} was called on something that isn't an iteration of this library`);
}

const ITERATE: Signature = {
  name: "iterate",
  options: ["signal", "ref"],
  example: "{ signal }",
};

/** Iterates over a socket's messages, until it's closed or a signal is aborted. */
export function iterate(
  handle: Handle,
  owner: object,
  options?: Iterating,
  extra?: unknown,
): MessageIterator {
  checkWait(ITERATE, options, extra);
  const problem = refProblem(options);
  if (problem !== undefined) throw problem;
  return new MessageIterator(handle, owner, options);
}

const RECEIVE: Signature = {
  name: "receive",
  options: ["timeout", "signal", "ref"],
  example: "{ timeout: 50 }",
};

/** Receives a message, now or later. Whatever is wrong, its promise rejects. */
export function receive(
  handle: Handle | undefined,
  owner: object,
  options: ReceiveOptions | undefined,
  extra: unknown,
): Promise<Frame[]> {
  if (handle === undefined) return Promise.reject(foreignError("receive"));
  if (options !== undefined || extra !== undefined) {
    const problem = waitProblem(RECEIVE, options, extra) ?? refProblem(options);
    if (problem !== undefined) return Promise.reject(problem);
  }
  const aborted = options?.signal?.aborted; // before the next check: reading it may close the socket
  if (handle.closed) return Promise.reject(closedError(handle, CALL));
  if (aborted) return Promise.reject(options!.signal!.reason);
  const tried = !handle.lent && mayTry(handle) && takeBudget();
  if (tried) {
    const message = takeOrFailure(handle);
    if (message instanceof Failure) return Promise.reject(namedError(handle, message.reason));
    // Reading its length tells V8 that it's a plain array, which it then needn't search for a `then`: 25 ns less.
    if (message !== undefined && message.length > 0) return Promise.resolve(message);
  }
  return waitForMessage(handle, owner, tried, options);
}

function waitForMessage(
  handle: Handle,
  owner: object,
  tried: boolean,
  { timeout, signal, ref }: ReceiveOptions = {},
): Promise<Frame[]> {
  if (handle.closed) return Promise.reject(closedError(handle, CALL)); // by what has read the options
  const limit = limitOf(timeout, handle.receiveTimeout);
  if (tried && limit === 0) return Promise.reject(timeoutError(handle, CALL, LATE, 0));
  return new Promise((resolve, reject) => {
    const receive = new Receive(handle, owner, resolve, reject);
    receive.enqueue(limit, tried, signal, ref);
  });
}

function refProblem(options: { ref?: boolean } | undefined): Error | undefined {
  if (options?.ref === undefined || typeof options.ref === "boolean") return undefined;
  return new TypeError("ref is true or false: whether the wait keeps the process alive");
}

const TRY_RECEIVE: Signature = {
  name: "tryReceive",
  options: [],
  hint: "tryReceive takes no options, since it never waits: receive and receiveSync do",
};

/** Receives a message that has arrived already; undefined if there is none, or if receives are pending. */
export function tryReceive(handle: Handle, extra?: unknown): Frame[] | undefined {
  if (extra !== undefined) checkWait(TRY_RECEIVE, undefined, extra);
  if (handle.closed) throw closedError(handle, CALL);
  return mayTry(handle) ? take(handle) : undefined;
}

/** Iterates over the messages that have arrived. */
class Drain extends Iterator<Frame[], undefined> {
  readonly #handle: Handle;
  #left: number;

  constructor(handle: Handle, limit: number) {
    super();
    this.#handle = handle;
    this.#left = limit;
  }

  override next(): IteratorResult<Frame[], undefined> {
    const handle = this.#handle;
    // The loop's body may have closed the socket.
    const message = this.#left <= 0 || handle.closed || !mayTry(handle) ? undefined : take(handle);
    if (message !== undefined) this.#left--;
    // One literal for both: only then does V8 leave it out where it inlines this into the loop.
    return { value: message, done: message === undefined } as IteratorResult<Frame[], undefined>;
  }
}

const DRAIN: Signature = { name: "drain", options: ["limit"], example: "{ limit: 100 }" };

/** Iterates over the messages that have arrived. */
export function drain(
  handle: Handle,
  options?: { limit?: number },
  extra?: unknown,
): IteratorObject<Frame[], undefined> {
  checkOptions(DRAIN, options, extra);
  const limit = checkedLimit(options?.limit);
  if (handle.closed) throw closedError(handle, CALL);
  return new Drain(handle, limit);
}

/** Checks how many messages a call may take at most. */
export function checkedLimit(limit = Infinity): number {
  if (typeof limit !== "number" || Number.isNaN(limit)) {
    throw new TypeError("A limit is a number of messages");
  }
  if (limit < 1 || (limit !== Infinity && !Number.isInteger(limit))) {
    throw new RangeError("A limit is a whole number of messages, 1 or more");
  }
  return limit;
}

const RECEIVE_SYNC: Signature = {
  name: "receiveSync",
  options: ["timeout"],
  example: "{ timeout: 50 }",
};

/** Receives a message, blocking this thread until one comes. */
export function receiveSync(
  handle: Handle,
  options?: SyncWaitOptions,
  extra?: unknown,
): Frame[] {
  if (options !== undefined || extra !== undefined) checkWait(RECEIVE_SYNC, options, extra);
  const timeout = limitOf(options?.timeout, handle.receiveTimeout);
  serveInBetween();
  if (handle.closed) throw closedError(handle, CALL);
  if (handle.midMessage) {
    const message = "A visit is showing a part of a message, and others of it follow";
    throw stateError("EBUSY", CALL, message);
  }
  let deadline: number | undefined;
  for (;;) {
    // Without a limit a try would only precede the wait: a system call more.
    let message = timeout === Infinity && mayBlockIn(handle) ? undefined : takeAfterOthers(handle);
    if (message !== undefined) return message;
    const left = timeout === Infinity
      ? Infinity
      : (deadline ??= performance.now() + timeout) - performance.now();
    if (left <= 0) throw timeoutError(handle, CALL, LATE, timeout);
    if (handle.unfinished) continue;
    if (!preparesToBlock(handle, left)) continue;
    message = takeMessageBlocking(handle.pointer, handle.metadata, handle.limits);
    handle.markStale();
    if (message !== undefined) return message;
    readClockNext();
  }
}

/** Whether a receive may look for a message itself: not before those that wait, nor within a message. */
export function mayTry(handle: Handle): boolean {
  return handle.receivers.first === undefined && !handle.midMessage;
}

function take(handle: Handle): Frame[] | undefined {
  const message = takeMessage(handle.pointer, handle.metadata, handle.limits);
  taken(handle, message);
  return message;
}

function takeOrFailure(handle: Handle): Frame[] | Failure | undefined {
  const message = takeMessageOrFailure(handle.pointer, handle.metadata, handle.limits);
  taken(handle, message);
  return message;
}

/** Called after each try: `message` is undefined where it has found nothing. */
export function taken(handle: Handle, message: unknown): void {
  if (handle.dependents > 0) reactor().markStale(handle);
  // A receive that finds nothing has run every command, so nothing is left to look at.
  else if (message === undefined) handle.stale = false;
}

function takeAfterOthers(handle: Handle): Frame[] | undefined {
  if (handle.receivers.first !== undefined) handle.serveAll(handle.receivers);
  return mayTry(handle) ? take(handle) : undefined;
}

/**
 * Whether a synchronous receive may block within libzmq, as C's programs do: a system call less than waiting for the
 * descriptor first, and 7 % more messages. Not before those that wait; nor where this thread must serve background
 * sources meanwhile; nor in a thread-safe socket, which isn't this thread's alone; nor in the middle of what is dropped.
 */
export function mayBlockIn(handle: Handle): boolean {
  return mayTry(handle) && !handle.unfinished && backgroundSources.size === 0 &&
    !handle.type.threadSafe;
}

/**
 * What a wait within libzmq takes at most, in ms; -1 for no limit. A worker can be terminated during the wait, so there
 * it has one, and so it has where others are to be looked at. Elsewhere a limit only costs: the kernel sets and removes a
 * timer at each wait.
 */
function slice(left: number): number {
  const limit = sliceOfWait();
  if (left === Infinity && !inWorker()) return limit;
  return Math.ceil(Math.min(left, limit < 0 ? SLICE : limit));
}

/** Limits the blocking receive that follows or, where there must be none, waits here: false after that. */
export function preparesToBlock(handle: Handle, left: number): boolean {
  if (mayBlockIn(handle)) {
    handle.blockingLimit = slice(left);
    return true;
  }
  waitReadable(handle.fd, Math.min(left, SLICE));
  handle.clearSignal();
  return false;
}
