/** Proxies: what one socket receives, the other sends. */

import { WRITABLE } from "../poller/backend.ts";
import { type Pollable, pollable } from "../poller/pollable.ts";
import { Poller } from "../poller/poller.ts";
import { refill } from "../poller/budget.ts";
import type { Handle } from "../socket/core.ts";
import type { Frame } from "../socket/message.ts";
import { takeMessage } from "../socket/receive.ts";
import { putParts } from "../socket/sending.ts";
import { expectArguments, isObject } from "./arguments.ts";
import { native, readOnly } from "./classes.ts";
import { EBADF, EINVAL, errnoError, foreignObject, translated } from "./errors.ts";
import type { Socket } from "./socket.ts";
import { type SocketState, stateOf } from "./state.ts";

/** How many messages go one way before others have their turn. */
const BATCH = 256;

/**
 * Passes on what either of two sockets receives to the other, such as a Router's requests to a Dealer's
 * workers, and their replies. A socket whose peers are all full isn't read from, so nothing is lost.
 */
export class ProxyClass<F extends Socket = Socket, B extends Socket = Socket> {
  readonly #frontEnd: F;
  readonly #backEnd: B;
  #run: Run | undefined;

  /**
   * Makes a proxy of two sockets. They may be bound and connected later, but before {@linkcode Proxy.run}.
   *
   * @throws `TypeError` for what isn't an object.
   */
  constructor(frontEnd: F, backEnd: B) {
    if (!isObject(frontEnd)) throw new TypeError("Front-end must be a socket object");
    if (!isObject(backEnd)) throw new TypeError("Back-end must be a socket object");
    expectArguments(arguments.length, 2);
    if (stateOf(frontEnd) === undefined || stateOf(backEnd) === undefined) throw foreignObject();
    this.#frontEnd = frontEnd;
    this.#backEnd = backEnd;
  }

  /** The socket on one side. */
  get frontEnd(): F {
    return this.#frontEnd;
  }

  /** The socket on the other side. */
  get backEnd(): B {
    return this.#backEnd;
  }

  /**
   * Passes messages on until {@linkcode Proxy.terminate} is called, which closes both sockets. They are
   * blocked meanwhile.
   *
   * @throws `EINVAL` where either socket is neither bound nor connected; `EBUSY` where it's blocked
   * already.
   */
  run(): Promise<void> {
    expectArguments(arguments.length, 0);
    const front = stateOf(this.#frontEnd)!;
    const back = stateOf(this.#backEnd)!;
    if (front.endpoints === 0) throw unattached("Front-end");
    if (back.endpoints === 0) throw unattached("Back-end");
    front.assertOpen();
    back.assertOpen();
    const run = this.#run = new Run(this.#frontEnd, this.#backEnd);
    return run.whole.finally(() => {
      this.#run = undefined;
    });
  }

  /** Stops passing messages on, which then wait in their queues. */
  pause(): void {
    expectArguments(arguments.length, 0);
    this.#running().pause(true);
  }

  /** Passes messages on again. */
  resume(): void {
    expectArguments(arguments.length, 0);
    this.#running().pause(false);
  }

  /**
   * Ends the proxy, and closes both sockets.
   *
   * @throws `EBADF` where it doesn't run.
   */
  terminate(): void {
    expectArguments(arguments.length, 0);
    this.#running().end();
  }

  #running(): Run {
    if (this.#run === undefined) throw errnoError(EBADF);
    return this.#run;
  }
}

readOnly(ProxyClass.prototype, "Proxy", ["frontEnd", "backEnd"]);
Object.defineProperty(ProxyClass, "name", { value: "Proxy", configurable: true });

/** Passes on what either of two sockets receives to the other. */
export type Proxy<F extends Socket = Socket, B extends Socket = Socket> = ProxyClass<F, B>;
/** Passes on what either of two sockets receives to the other. */
export const Proxy: typeof ProxyClass = native(ProxyClass);

function unattached(which: string): Error {
  return errnoError(EINVAL, { message: `${which} socket must be bound or connected` });
}

/** One run of a proxy. */
class Run {
  readonly #poller = new Poller();
  readonly #sides: readonly [Side, Side];
  #paused = false;
  #ended = false;
  /** Settles when both sockets are closed. */
  readonly whole: Promise<void>;

  constructor(front: Socket, back: Socket) {
    const one = new Side(front, stateOf(front)!);
    const other = new Side(back, stateOf(back)!);
    this.#sides = [one, other];
    for (const { state } of this.#sides) state.blocked = true;
    this.whole = this.#loop();
  }

  pause(paused: boolean): void {
    this.#paused = paused;
    this.#poller.wake();
  }

  end(): void {
    this.#ended = true;
    this.#poller.wake();
  }

  async #loop(): Promise<void> {
    const [one, other] = this.#sides;
    try {
      for (const side of this.#sides) this.#poller.add(side, {});
      while (!this.#ended) {
        for (const side of this.#sides) {
          const opposite = side === one ? other : one;
          this.#poller.modify(side, {
            // What can't go out isn't received: it's the other side's turn to have room first.
            readable: !this.#paused && !opposite.full,
            writable: !this.#paused && side.full,
          });
        }
        await this.#poller.wait();
        if (this.#paused || this.#ended) continue;
        refill();
        pass(one, other);
        pass(other, one);
      }
    } catch (error) {
      throw translated(error);
    } finally {
      this.#poller.close();
      for (const { state, socket } of this.#sides) {
        state.blocked = false;
        socket.close();
      }
    }
  }
}

/** One of a proxy's two sockets. */
class Side implements Pollable {
  readonly [pollable]: Handle;
  /** Its peers can't take any more. */
  full = false;
  /** A message for them, refused by libzmq although it had said that there was room. */
  held: Frame[] | undefined;

  constructor(readonly socket: Socket, readonly state: SocketState) {
    this[pollable] = state.handle;
  }

  put(frames: Frame[]): boolean {
    // Not trySend: what a Router can't address is dropped, as by libzmq's proxy, and is no reason to end.
    const sent = putParts(this.state.handle, frames);
    this.state.handle.touched();
    this.held = sent ? undefined : frames;
    return sent;
  }
}

/** Passes on what has come, as long as it can go. */
function pass(from: Side, to: Side): void {
  const source = from.state.handle;
  const target = to.state.handle;
  for (let i = 0; i < BATCH; i++) {
    to.full = (target.ask() & WRITABLE) === 0;
    if (to.full || (to.held !== undefined && !to.put(to.held))) return;
    const frames = takeMessage(source.pointer);
    source.touched();
    if (frames === undefined) return;
    if (!to.put(frames)) to.full = true;
  }
}
