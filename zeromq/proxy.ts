/** Proxies: each sends on one socket what it receives from another. */

import { Run } from "../proxy/run.ts";
import { expectArguments, isObject } from "./arguments.ts";
import { native, readOnly } from "./classes.ts";
import { EBADF, EINVAL, errnoError, foreignObject, translated } from "./errors.ts";
import type { Socket } from "./socket.ts";
import { stateOf } from "./state.ts";

/** How long, in ms, the end still passes on what has come before. */
const DRAIN = 100;

/**
 * Passes on what either of two sockets receives to the other, such as a Router's requests to a Dealer's
 * workers, and their replies. It doesn't receive what the other side has no room for, so nothing is lost.
 */
export class ProxyClass<F extends Socket = Socket, B extends Socket = Socket> {
  readonly #frontEnd: F;
  readonly #backEnd: B;
  #run: Run | undefined;

  /**
   * Makes a proxy of two sockets. They may be bound and connected later, but before {@linkcode Proxy.run}.
   *
   * @throws {TypeError} If one of them isn't an object.
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
   * @throws {Error} EINVAL If one of the sockets is neither bound nor connected.
   * @throws {Error} EBUSY If one of them is blocked already.
   */
  run(): Promise<void> {
    expectArguments(arguments.length, 0);
    const front = stateOf(this.#frontEnd)!;
    const back = stateOf(this.#backEnd)!;
    if (front.endpoints === 0) throw unattached("Front-end");
    if (back.endpoints === 0) throw unattached("Back-end");
    front.assertOpen();
    back.assertOpen();
    front.blocked = back.blocked = true;
    const work = { front: front.handle, back: back.handle, capture: undefined, filter: undefined };
    const run = this.#run = new Run(work, () => {
      this.#run = undefined;
      for (const [state, socket] of [[front, this.#frontEnd], [back, this.#backEnd]] as const) {
        state.blocked = false;
        socket.close();
      }
    });
    return run.whole.catch((error) => {
      throw translated(error);
    });
  }

  /** Stops passing messages on, which then wait in their queues. */
  pause(): void {
    expectArguments(arguments.length, 0);
    this.#running().pause();
  }

  /** Passes messages on again. */
  resume(): void {
    expectArguments(arguments.length, 0);
    this.#running().resume();
  }

  /**
   * Ends the proxy, and closes both sockets. What has come already is passed on before.
   *
   * @throws {Error} EBADF If it doesn't run.
   */
  terminate(): void {
    expectArguments(arguments.length, 0);
    this.#running().drain(DRAIN);
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
