/** What is known of a socket while another thread has it. */

import { addExitCleanup, removeExitCleanup } from "../ffi/thread_exit.ts";
import type { Queue } from "../poller/source.ts";
import type { Operation } from "./operation.ts";

/**
 * How long, in ms, a thread to which a socket was lent may still use it after its last answer: it takes some
 * microseconds to leave it alone.
 */
export const FAREWELL = 20;

/** A socket on loan. */
export class Loan {
  constructor(
    readonly pointer: Deno.PointerObject,
    readonly context: Deno.PointerObject,
    /** Other isolates use its context. */
    readonly shared: boolean,
    /** What each call on the socket throws meanwhile. */
    readonly refuse: () => never,
    /** Gets the other thread off it, and has it reclaimed. */
    readonly takeBack: () => void,
  ) {}

  begin(): void {
    this.#guard(addExitCleanup, removeExitCleanup);
  }

  end(): void {
    this.#guard(removeExitCleanup, addExitCleanup);
  }

  /** Fails all that waits in a line. */
  fail(line: Queue<Operation>): void {
    for (let first; (first = line.first) !== undefined;) {
      try {
        this.refuse();
      } catch (error) {
        first.fail(error);
      }
    }
  }

  /**
   * When this thread is terminated, lent sockets may be closed only after the other thread has left them: at the end of
   * their context. One that others use doesn't end, so there they stay open.
   */
  #guard(begin: typeof addExitCleanup, end: typeof addExitCleanup): void {
    if (this.shared) return end("zmq_close", this.pointer);
    begin("zmq_ctx_shutdown", this.context);
    begin("usleep", FAREWELL * 1000);
  }
}
