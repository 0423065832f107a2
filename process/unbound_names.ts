/**
 * Names of inproc:// to which sockets of a context were connected, and to which no one was bound.
 *
 * Fact: such a connection outlives its socket, until someone is bound to the name. When a context is terminated, libzmq opens
 * a PAIR for each, and binds it there (4.3.4 and 4.3.5). Failure: it ends the process where the context has no place for one more
 * PAIR; of 1,023 places, some 520 such connections used up all. Decision: before that, one PAIR of ours is bound to each
 * name in turn. Where there are many, it's opened in time, while there is a place. Cost: that place.
 */

import { PAIR_TYPE } from "../ffi/constants.ts";
import { zmq } from "../ffi/libzmq.ts";
import { toCString } from "../ffi/memory.ts";
import { addExitCleanup, removeExitCleanup } from "./thread_exit.ts";
import { waitUntil } from "./wait.ts";

/** From so many names on, the PAIR is opened at once. */
const MANY = 16;
/** So many are known at most, the latest. A context that has more places than that may still end the process. */
const MOST = 10_000;
/** How long, in ms, the places of sockets that were just closed may take to be free. */
const REAPING = 100;

/** The names of one context that sockets of this isolate have used. */
export class UnboundNames {
  readonly #bound = new Set<string>();
  readonly #unbound = new Set<string>();
  #pair: Deno.PointerObject | null = null;

  /** A socket was bound to a name, which connects those that were waiting there. */
  addBound(address: string): void {
    this.#bound.add(address);
    this.#unbound.delete(address);
    if (this.#unbound.size === 0) this.close();
  }

  /** It was unbound, or closed. */
  removeBound(address: string): void {
    this.#bound.delete(address);
  }

  /** A socket was connected to a name. */
  addConnected(address: string, context: Deno.PointerObject): void {
    if (this.#bound.has(address)) return;
    this.#unbound.add(address);
    if (this.#unbound.size > MOST) this.#unbound.delete(this.#unbound.values().next().value!);
    if (this.#unbound.size >= MANY) this.#pair ??= this.#open(context);
  }

  /**
   * Connects what waits at each of the names, so that libzmq needn't. To be called before the context is terminated or shut
   * down, when no one can be bound to them any more.
   */
  connectAll(context: Deno.PointerObject): void {
    if (this.#unbound.size > 0 && this.#pair === null) {
      waitUntil(() => (this.#pair = this.#open(context)) !== null, REAPING);
    }
    if (this.#pair !== null) {
      for (const address of this.#unbound) zmq().zmq_bind(this.#pair, toCString(address, "A name"));
    }
    this.close();
  }

  /** Closes the PAIR, which would keep the context from being terminated. */
  close(): void {
    this.#unbound.clear();
    if (this.#pair === null) return;
    removeExitCleanup("zmq_close", this.#pair);
    zmq().zmq_close(this.#pair);
    this.#pair = null;
  }

  #open(context: Deno.PointerObject): Deno.PointerObject | null {
    const pair = zmq().zmq_socket(context, PAIR_TYPE) as Deno.PointerObject | null;
    if (pair !== null) addExitCleanup("zmq_close", pair, context);
    return pair;
  }
}
