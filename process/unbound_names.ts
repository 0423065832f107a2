/**
 * Names of inproc:// to which sockets of a context were connected, and to which no one was bound.
 *
 * Fact: such a connection outlives its socket, and keeps its place in the context, until someone is bound to the name. When a
 * context is terminated, libzmq opens a PAIR for each, and binds it there (4.3.4 and 4.3.5). Failure: it ends the process
 * where the context has no place for one more PAIR; of 1,023 places, some 520 such connections used up all. Decision: before
 * that, one socket of ours is bound to each name in turn. Where there are many names, it's opened in time, while there is a
 * place. Cost: that place. Where those who wait have every place, the last of them is bound itself, as it's closed.
 *
 * Fact: to bind a name changes the pipes of those who wait there, whichever thread has them, and a PAIR ends all but its first.
 * Failure: a thread of libzmq's that was closing such a socket changed them, too, which ended the process, once in thirty
 * ends with 1,100 names. Decision: a socket is disconnected from these names on its own thread before it's closed; then
 * nothing is left to do until the bind. What it has sent stays. And ours is a PULL, which takes any number: where a PAIR ends
 * the connection of an open ROUTER, libzmq still writes that one's routing id to it, which ends the process.
 */

import { PULL_TYPE } from "../ffi/constants.ts";
import { EINTR, failedWith } from "../ffi/errno.ts";
import { zmq } from "../ffi/libzmq.ts";
import { toCString } from "../ffi/memory.ts";
import { addExitCleanup, removeExitCleanup } from "./thread_exit.ts";
import { waitUntil } from "./wait.ts";

/** From so many names on, the PULL is opened at once. */
const MANY = 16;
/** So many are known at most, the latest. A context that has more places than that may still end the process. */
const MOST = 10_000;
/** How long, in ms, the places of sockets that were just closed may take to be free: without one, libzmq ends the process. */
const REAPING = 1000;

/** The names of one context that sockets of this isolate have used. */
export class UnboundNames {
  readonly #bound = new Set<string>();
  readonly #unbound = new Set<string>();
  /** For each socket that waits, though it may be closed, the names at which it does. */
  readonly #waiting = new Set<Set<string>>();
  #pull: Deno.PointerObject | null = null;

  /** A socket was bound to a name, which connects those that were waiting there. */
  addBound(address: string): void {
    this.#bound.add(address);
    if (!this.#unbound.delete(address)) return;
    for (const names of this.#waiting) {
      if (names.delete(address) && names.size === 0) this.#waiting.delete(names);
    }
    if (this.#unbound.size === 0) this.close();
  }

  /** It was unbound, or closed. */
  removeBound(address: string): void {
    this.#bound.delete(address);
  }

  /** A socket was connected to a name. `names` are those at which that socket waits; they are kept up to date. */
  addConnected(address: string, names: Set<string>, context: Deno.PointerObject): void {
    if (this.#bound.has(address)) return;
    this.#waiting.add(names.add(address));
    this.#unbound.add(address);
    if (this.#unbound.size > MOST) this.#unbound.delete(this.#unbound.values().next().value!);
    if (this.#unbound.size >= MANY) this.#pull ??= this.#open(context);
  }

  /**
   * Of a context of this isolate's alone, which has `places` for sockets, the last open one is about to be closed. Where
   * those that wait have all of these, none will be opened that could be bound to their names, and so it is.
   */
  closeLast(socket: Deno.PointerObject, places: () => number): void {
    const { size } = this.#waiting;
    if (size === 0 || this.#pull !== null || size < places()) return;
    for (const address of this.#unbound) call("zmq_bind", socket, address);
    this.#forget();
  }

  /** Disconnects a socket from the names at which it waits. It has to be closed before anyone is bound to one of them. */
  leave(names: Set<string>, socket: Deno.PointerObject): void {
    if (names.size === 0) return;
    for (const address of names) call("zmq_disconnect", socket, address);
    // Runs the commands that these calls have left for the socket: a call does so before it looks at the address.
    call("zmq_disconnect", socket, "");
  }

  /**
   * Connects what waits at each of the names, so that libzmq needn't. To be called before the context is terminated or shut
   * down, when no one can be bound to them any more.
   */
  connectAll(context: Deno.PointerObject): void {
    if (this.#unbound.size > 0 && this.#pull === null) {
      waitUntil(() => (this.#pull = this.#open(context)) !== null, REAPING);
    }
    if (this.#pull !== null) {
      for (const address of this.#unbound) call("zmq_bind", this.#pull, address);
    }
    this.close();
  }

  /** Closes the PULL, which would keep the context from being terminated. */
  close(): void {
    this.#forget();
    if (this.#pull === null) return;
    removeExitCleanup("zmq_close", this.#pull);
    zmq().zmq_close(this.#pull);
    this.#pull = null;
  }

  #forget(): void {
    for (const names of this.#waiting) names.clear();
    this.#waiting.clear();
    this.#unbound.clear();
  }

  #open(context: Deno.PointerObject): Deno.PointerObject | null {
    const pull = zmq().zmq_socket(context, PULL_TYPE) as Deno.PointerObject | null;
    if (pull !== null) addExitCleanup("zmq_close", pull, context);
    return pull;
  }
}

/** Makes a call, again where a signal has interrupted it. It may fail: someone else is bound to the name, or has never been. */
function call(
  name: "zmq_bind" | "zmq_disconnect",
  socket: Deno.PointerObject,
  address: string,
): void {
  const text = toCString(address, "A name");
  for (let failures = 0; failures < 2 && zmq()[name](socket, text) < 0;) {
    if (!failedWith(EINTR)) failures++; // of which the first may be a signal's whose number was overwritten
  }
}
