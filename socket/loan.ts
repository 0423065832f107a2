/** What is known of a socket while another thread has it. */

import { addExitCleanup, removeExitCleanup } from "../process/thread_exit.ts";
import type { Queue } from "../poller/queue.ts";
import type { Operation } from "./operation.ts";

/**
 * How long, in ms, a thread to which a socket was lent may still use it after its last answer. It takes some
 * microseconds to leave the socket.
 */
export const GRACE_PERIOD = 20;

/** A socket on loan. */
export class Loan {
  constructor(
    readonly pointer: Deno.PointerObject,
    readonly context: Deno.PointerObject,
    /** Other isolates use its context. */
    readonly shared: boolean,
    /** Throws: every call on the socket ends with it during the loan. */
    readonly refuse: () => never,
    /** Stops the other thread's use of the socket, and ends the loan. */
    readonly reclaim: () => void,
  ) {}

  begin(): void {
    this.#moveCleanup(addExitCleanup, removeExitCleanup);
  }

  end(): void {
    this.#moveCleanup(removeExitCleanup, addExitCleanup);
  }

  /** Fails all operations in a queue. */
  fail(queue: Queue<Operation>): void {
    for (let first; (first = queue.first) !== undefined;) {
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
  #moveCleanup(begin: typeof addExitCleanup, end: typeof addExitCleanup): void {
    if (this.shared) return end("zmq_close", this.pointer);
    begin("zmq_ctx_shutdown", this.context);
    begin("usleep", GRACE_PERIOD * 1000);
  }
}
