/** A send or a receive that can't be done at once: the ways in which it waits. */

import type { SocketState } from "./state.ts";
import { OutOfTurn } from "./turns.ts";

/** An operation, from its first try to its end. */
export abstract class Attempt {
  constructor(
    readonly state: SocketState,
    readonly direction: "sending" | "receiving",
    readonly reject: (reason: unknown) => void,
  ) {}

  /** Waits in the engine's queue. `tried` says that it was refused just now. */
  abstract wait(timeout: number, tried?: boolean): void;
  /** Tries it once and ends it: the time is over, or the socket is being closed. */
  protected abstract tryLast(): void;

  /** Waits until it's in turn or, `untilWritable`, until the socket is writable. */
  defer(timeout: number, untilWritable = false): void {
    const turn = new OutOfTurn(this);
    this.state[this.direction] = turn;
    turn.begin(timeout, untilWritable);
  }

  /** Ends it, after a last try. */
  end(): void {
    this.state[this.direction] = undefined;
    this.tryLast();
  }
}
