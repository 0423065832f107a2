/** Receiving: one operation at a time, as in zeromq.js, in the engine's queues. */

import type { Buffer } from "node:buffer";
import { takeBudget } from "../poller/budget.ts";
import { reactor } from "../poller/reactor.ts";
import type { Frame } from "../socket/frame.ts";
import { takeMessage } from "../socket/native_message.ts";
import { Receive, tryReceive } from "../socket/receive.ts";
import { EAGAIN, EBUSY, errnoError, translated } from "./errors.ts";
import { Pause, pauseIsDue } from "./pauses.ts";
import type { Parts, SocketState } from "./state.ts";
import { isOutOfTurn, OutOfTurn } from "./turns.ts";

/** Read at its first use, since Buffer takes 3 ms to load. */
const global = globalThis as unknown as { Buffer: typeof Buffer };

type Resolve = (message: Parts) => void;
type Reject = (reason: unknown) => void;

/** Receives a message, now or later. */
export function receive(state: SocketState): Promise<Parts> {
  state.assertOpen();
  if (state.receiving !== undefined) {
    throw errnoError(EBUSY, {
      message: "Socket is busy reading; only one receive operation may be in progress at any time",
    });
  }
  if (!takeBudget()) return new Promise((resolve, reject) => giveWay(state, resolve, reject));
  const timeout = state.handle.receiveTimeout;
  let outOfTurn = false;
  try {
    const frames = tryReceive(state.handle);
    if (frames !== undefined) {
      if (state.deferred.size > 0) state.turn();
      return Promise.resolve(toBuffers(frames));
    }
  } catch (error) {
    outOfTurn = timeout !== 0 && isOutOfTurn(error);
    if (!outOfTurn) return Promise.reject(translated(error));
  }
  if (timeout === 0) return Promise.reject(errnoError(EAGAIN));
  return new Promise((resolve, reject) => {
    if (outOfTurn) waitForTurn(state, timeout, resolve, reject);
    else wait(state, timeout, true, resolve, reject);
  });
}

/** Lets others go first, since the tick's budget is used up. */
function giveWay(state: SocketState, resolve: Resolve, reject: Reject): void {
  const timeout = state.handle.receiveTimeout;
  if (!pauseIsDue()) return wait(state, timeout, false, resolve, reject);
  state.receiving = new Pause(
    state,
    () => wait(state, timeout, false, resolve, reject),
    () => {
      state.receiving = undefined;
      receiveLast(state, resolve, reject);
    },
  );
}

/** A pending receive. */
class PendingReceive extends Receive {
  readonly #state: SocketState;

  constructor(state: SocketState, readonly give: Resolve, reject: Reject) {
    super(state.handle, state.socket, (frames) => give(toBuffers(frames)), reject);
    this.#state = state;
    state.receiving = this;
  }

  override succeed(frames: Frame[]): void {
    this.#state.receiving = undefined;
    super.succeed(frames);
    if (this.#state.deferred.size > 0) this.#state.turn();
  }

  override fail(reason: unknown): void {
    this.#state.receiving = undefined;
    if (!isOutOfTurn(reason) || this.handle.closed) return super.fail(translated(reason));
    const { deadline } = this;
    this.dequeue();
    const left = deadline === Infinity ? -1 : Math.max(0, deadline - performance.now());
    waitForTurn(this.#state, left, this.give, this.reject);
  }

  override closed(): void {
    this.dequeue();
    this.#state.receiving = undefined;
    receiveLast(this.#state, this.give, this.reject);
  }

  protected override timedOut(): unknown {
    return errnoError(EAGAIN);
  }
}

function wait(
  state: SocketState,
  timeout: number,
  tried: boolean,
  resolve: Resolve,
  reject: Reject,
): void {
  const pending = new PendingReceive(state, resolve, reject);
  pending.tried = tried;
  pending.enqueue(timeout, undefined);
  if (!tried) reactor().postpone(state.handle);
}

function waitForTurn(state: SocketState, timeout: number, resolve: Resolve, reject: Reject): void {
  const turn = new OutOfTurn(
    state,
    (left) => wait(state, left, false, resolve, reject),
    () => {
      state.receiving = undefined;
      receiveLast(state, resolve, reject);
    },
  );
  state.receiving = turn;
  turn.begin(timeout, false);
}

/** Tries for the last time: the time is over, or the socket is being closed. */
function receiveLast({ handle }: SocketState, resolve: Resolve, reject: Reject): void {
  try {
    const frames = takeMessage(handle.pointer, handle.metadata);
    if (!handle.closed) handle.markStale();
    if (frames === undefined) reject(errnoError(EAGAIN));
    else resolve(toBuffers(frames));
  } catch (error) {
    reject(translated(error));
  }
}

/**
 * Returns the parts as Buffers, each with a memory of its own: programs for zeromq.js may use a message's
 * `buffer` as the message, and transfer it.
 */
function toBuffers(frames: Frame[]): Parts {
  const parts = frames as (Frame | Buffer | Extra)[];
  for (let i = 0; i < parts.length; i++) {
    const part = parts[i];
    if (part instanceof Uint8Array) parts[i] = toBuffer(part as Frame);
    else if (part.group !== undefined) part.group = toBuffer(part.group as Frame);
  }
  return parts as Parts;
}

/** What follows a draft socket's bytes: a routing id, or a group. */
interface Extra {
  group?: Uint8Array;
}

function toBuffer(frame: Frame): Buffer {
  const { length, buffer } = frame;
  if (buffer.byteLength === length) return global.Buffer.from(buffer);
  // V8 keeps up to 64 bytes of such a copy within the object, which takes half the time of Buffer.allocUnsafeSlow.
  return Reflect.construct(Uint8Array, [frame], global.Buffer) as Buffer;
}
