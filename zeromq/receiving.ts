/** Receiving: one operation at a time, as in zeromq.js, in the engine's queues. */

import type { Buffer } from "node:buffer";
import { takeBudget } from "../poller/budget.ts";
import type { Frame } from "../socket/frame.ts";
import { takeMessage } from "../socket/native_message.ts";
import { Receive, tryReceive } from "../socket/receive.ts";
import { Attempt } from "./attempt.ts";
import { EAGAIN, EBUSY, errnoError, translated } from "./errors.ts";
import type { Parts, SocketState } from "./state.ts";
import { isOutOfTurn, timeLeft } from "./turns.ts";

/** Read at its first use, since Buffer takes 3 ms to load. */
const global = globalThis as unknown as { Buffer: typeof Buffer };

/** Receives a message, now or later. */
export function receive(state: SocketState): Promise<Parts> {
  state.assertOpen();
  if (state.receiving !== undefined) {
    throw errnoError(EBUSY, {
      message: "Socket is busy reading; only one receive operation may be in progress at any time",
    });
  }
  const timeout = state.handle.receiveTimeout;
  if (!takeBudget()) {
    return new Promise((resolve, reject) => new Receiving(state, resolve, reject).giveWay(timeout));
  }
  let outOfTurn = false;
  try {
    const frames = tryReceive(state.handle);
    if (frames !== undefined) {
      state.turn();
      return Promise.resolve(toBuffers(frames));
    }
  } catch (error) {
    outOfTurn = timeout !== 0 && isOutOfTurn(error);
    if (!outOfTurn) return Promise.reject(translated(error));
  }
  if (timeout === 0) return Promise.reject(errnoError(EAGAIN));
  return new Promise((resolve, reject) => {
    const receiving = new Receiving(state, resolve, reject);
    if (outOfTurn) receiving.defer(timeout);
    else receiving.wait(timeout, true);
  });
}

/** A receive that can't be done at once. */
class Receiving extends Attempt {
  constructor(
    state: SocketState,
    readonly resolve: (message: Parts) => void,
    reject: (reason: unknown) => void,
  ) {
    super(state, "receiving", reject);
  }

  override wait(timeout: number, tried = false): void {
    const pending = this.state.receiving = new PendingReceive(this);
    pending.enqueue(timeout, tried, undefined);
  }

  protected override tryLast(): void {
    const { handle } = this.state;
    try {
      const frames = takeMessage(handle.pointer, handle.metadata);
      if (!handle.closed) handle.markStale();
      if (frames === undefined) this.reject(errnoError(EAGAIN));
      else this.resolve(toBuffers(frames));
    } catch (error) {
      this.reject(translated(error));
    }
  }
}

/** A receive in the engine's queue. */
class PendingReceive extends Receive {
  constructor(readonly receiving: Receiving) {
    const { state: { handle, socket }, resolve, reject } = receiving;
    super(handle, socket, (frames) => resolve(toBuffers(frames)), reject);
  }

  override succeed(frames: Frame[]): void {
    this.#end();
    this.resolve(frames);
    this.receiving.state.turn();
  }

  override fail(reason: unknown): void {
    this.#end();
    if (!isOutOfTurn(reason) || this.handle.closed) this.reject(translated(reason));
    else this.receiving.defer(timeLeft(this.deadline));
  }

  override closed(): void {
    this.#end();
    this.receiving.end();
  }

  protected override timedOut(): unknown {
    return errnoError(EAGAIN);
  }

  #end(): void {
    this.receiving.state.receiving = undefined;
    this.dequeue();
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
