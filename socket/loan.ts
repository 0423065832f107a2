/** A loan: the state of a socket while another thread has it. */

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
    /** Whether other isolates use its context. */
    readonly shared: boolean,
    /** Throws the error of every call on the socket during the loan. */
    readonly refuse: () => never,
    /** Makes the other thread leave the socket, and ends the loan. */
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
   * Moves the socket's exit cleanup. When this thread is terminated, a lent socket may be closed only after the other
   * thread has left it, which it does when the context is shut down. A context that other isolates use isn't shut down, so
   * there the socket stays open.
   */
  #moveCleanup(begin: typeof addExitCleanup, end: typeof addExitCleanup): void {
    if (this.shared) return end("zmq_close", this.pointer);
    begin("zmq_ctx_shutdown", this.context);
    begin("usleep", GRACE_PERIOD * 1000);
  }
}
