/** The receiving half of a socket: at once where possible, otherwise pending in the queue. */

import { stateError } from "../ffi/errno.ts";
import { inWorker } from "../process/isolate.ts";
import { backgroundSources } from "../poller/background.ts";
import { waitReadable } from "../poller/wait_readable.ts";
import { takeBudget } from "../poller/budget.ts";
import { reactor } from "../poller/reactor.ts";
import { checkSignal } from "../poller/pending.ts";
import type { Handle } from "./handle.ts";
import type { Frame } from "./frame.ts";
import { closedError, Operation, SLICE, timeoutError, toTimeout } from "./operation.ts";
import {
  Failure,
  takeMessage,
  takeMessageBlocking,
  takeMessageOrFailure,
} from "./native_message.ts";

const CALL = "zmq_msg_recv";
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
      message = takeMessage(handle.pointer, handle.metadata);
    } catch (error) {
      this.fail(error);
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
    return timeoutError(CALL, "No message came", this.handle.receiveTimeout);
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

  constructor(readonly handle: Handle, readonly owner: object) {}

  next(): Promise<IteratorResult<Frame[]>> {
    const { handle } = this;
    if (this.#ended || handle.closed) return Promise.resolve(END);
    const tried = !handle.lent && mayTry(handle) && takeBudget();
    if (tried) {
      const message = takeOrFailure(handle);
      if (message instanceof Failure) return Promise.reject(message.reason);
      if (message !== undefined) return Promise.resolve({ value: message, done: false });
    }
    return this.#wait(tried);
  }

  // A separate function, as `waitForMessage` is: one that contains a closure is slower at each call, even if it isn't made.
  #wait(tried: boolean): Promise<IteratorResult<Frame[]>> {
    return new Promise((resolve, reject) => {
      const turn = new Turn(this, this.handle, resolve, reject);
      turn.enqueue(this.handle.receiveTimeout, tried, undefined);
    });
  }

  /** Ends the iteration. A pending turn of it would take a message that nothing reads. */
  return(): Promise<IteratorResult<Frame[]>> {
    this.#ended = true;
    for (let one = this.handle.receivers.first; one !== undefined;) {
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

/** Receives a message, now or later. */
export function receive(
  handle: Handle,
  owner: object,
  signal: AbortSignal | undefined,
): Promise<Frame[]> {
  if (handle.closed) throw closedError(CALL);
  checkSignal(signal);
  if (signal?.aborted) return Promise.reject(signal.reason);
  const tried = !handle.lent && mayTry(handle) && takeBudget();
  if (tried) {
    const message = takeOrFailure(handle);
    if (message instanceof Failure) return Promise.reject(message.reason);
    if (message !== undefined) return Promise.resolve(message);
    if (handle.receiveTimeout === 0) {
      return Promise.reject(timeoutError(CALL, "No message came", 0));
    }
  }
  return waitForMessage(handle, owner, tried, signal);
}

function waitForMessage(
  handle: Handle,
  owner: object,
  tried: boolean,
  signal: AbortSignal | undefined,
): Promise<Frame[]> {
  return new Promise((resolve, reject) => {
    const receive = new Receive(handle, owner, resolve, reject);
    receive.enqueue(handle.receiveTimeout, tried, signal);
  });
}

/** Receives a message that has arrived already; undefined if there is none, or if receives are pending. */
export function tryReceive(handle: Handle): Frame[] | undefined {
  if (handle.closed) throw closedError(CALL);
  return mayTry(handle) ? take(handle) : undefined;
}

/** Iterates over the messages that have arrived. */
class Drain implements IterableIterator<Frame[]> {
  constructor(readonly handle: Handle) {}

  next(): IteratorResult<Frame[]> {
    const { handle } = this;
    // The loop's body may have closed the socket.
    const message = handle.closed || !mayTry(handle) ? undefined : take(handle);
    // One literal for both: only then does V8 leave it out where it inlines this into the loop.
    return { value: message, done: message === undefined } as IteratorResult<Frame[]>;
  }

  [Symbol.iterator](): this {
    return this;
  }
}

/** Iterates over the messages that have arrived. */
export function drain(handle: Handle): IterableIterator<Frame[]> {
  if (handle.closed) throw closedError(CALL);
  return new Drain(handle);
}

/** Receives a message, blocking this thread until one comes. */
export function receiveSync(handle: Handle, limit: number | undefined): Frame[] {
  if (handle.closed) throw closedError(CALL);
  const timeout = toTimeout(limit, handle.receiveTimeout);
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
    if (left <= 0) throw timeoutError(CALL, "No message came", timeout);
    if (!preparesToBlock(handle, left)) continue;
    message = takeMessageBlocking(handle.pointer, handle.metadata);
    handle.markStale();
    if (message !== undefined) return message;
  }
}

/** Whether a receive may look for a message itself: not before those that wait, nor within a message. */
export function mayTry(handle: Handle): boolean {
  return handle.receivers.first === undefined && !handle.midMessage;
}

function take(handle: Handle): Frame[] | undefined {
  const message = takeMessage(handle.pointer, handle.metadata);
  taken(handle, message);
  return message;
}

function takeOrFailure(handle: Handle): Frame[] | Failure | undefined {
  const message = takeMessageOrFailure(handle.pointer, handle.metadata);
  taken(handle, message);
  return message;
}

function taken(handle: Handle, message: unknown): void {
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
 * sources meanwhile; nor in a thread-safe socket, which isn't this thread's alone.
 */
export function mayBlockIn(handle: Handle): boolean {
  return mayTry(handle) && backgroundSources.size === 0 && !handle.type.threadSafe;
}

/**
 * What a wait within libzmq takes at most, in ms; -1 for no limit. A worker can be terminated during the wait, so there
 * it has one. Elsewhere a limit only costs: the kernel sets and removes a timer at each wait.
 */
function slice(left: number): number {
  return left === Infinity && !inWorker() ? -1 : Math.ceil(Math.min(left, SLICE));
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
