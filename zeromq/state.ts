/** The state of a socket beside the engine's handle: whether it's blocked, and its pending operations. */

import type { Buffer } from "node:buffer";
import type { Handle } from "../socket/handle.ts";
import { dropEarly, monitorEarly } from "./early_monitors.ts";
import { EBADF, EBUSY, errnoError } from "./errors.ts";

/** A pending operation, which the socket's close ends. */
export interface PendingOperation {
  /** Tries for the last time, since the socket is being closed, and ends. */
  closed(): void;
}

/** An operation that waits for one in the socket's other direction. */
export interface DeferredOperation extends PendingOperation {
  /** Called when it may be its turn. */
  retry(): void;
}

/** A socket's state. */
export class SocketState {
  /** A bind, an unbind or a proxy has the socket. */
  blocked = false;
  /** The socket is closed as soon as it isn't blocked any more. */
  closeRequested = false;
  /** To how many addresses it's bound or connected. */
  endpoints = 0;
  /** The pending receive. */
  receiving: PendingOperation | undefined;
  /** The pending send. */
  sending: PendingOperation | undefined;
  /** How many promises of operations that were begun are put off: later ones settle after them. */
  putOff = 0;
  /** Those of the two that wait for their turn, and aren't in the engine's queues. */
  readonly deferred: Set<DeferredOperation> = new Set();
  /** The inproc addresses to which it's bound. */
  readonly #names = new Set<string>();

  constructor(
    readonly handle: Handle,
    /** The socket, which a pending operation keeps from being collected. */
    readonly socket: object,
  ) {
    states.set(socket, this);
  }

  get closed(): boolean {
    return this.handle.closed;
  }

  /** Throws if no operation can begin. */
  assertOpen(): void {
    if (this.blocked) {
      throw errnoError(EBUSY, { message: "Socket is blocked by a bind or unbind operation" });
    }
    if (this.closed) throw errnoError(EBADF);
  }

  bind(address: string): void {
    this.handle.endpoints.bind(address);
    this.endpoints++;
    if (address.startsWith("inproc:")) this.#names.add(address);
  }

  unbind(address: string): void {
    this.handle.endpoints.unbind(address);
    this.endpoints--;
    this.#names.delete(address);
  }

  connect(address: string): void {
    // inproc has no events.
    if (!address.startsWith("inproc:")) monitorEarly(this.handle);
    this.handle.endpoints.connect(address);
    this.endpoints++;
  }

  disconnect(address: string): void {
    this.handle.endpoints.disconnect(address);
    this.endpoints--;
  }

  /** Called when an operation has succeeded: it may be the turn of one in the other direction. */
  turn(): void {
    if (this.deferred.size === 0) return;
    for (const pending of [...this.deferred]) pending.retry();
  }

  /** Closes the socket, after a last try of its pending operations. */
  close(): void {
    if (this.closed) return;
    this.endpoints = 0;
    // Fact: after a close, a thread of libzmq's frees inproc addresses a moment later. Failure: a new socket that is bound
    // to one at once, as a new ZAP handler is, was refused. Decision: they're unbound first, which frees them at once.
    for (const name of this.#names) {
      try {
        this.handle.endpoints.unbind(name);
      } catch {
        // It's unbound already.
      }
    }
    for (const pending of [...this.deferred]) pending.closed();
    dropEarly(this.handle);
    this.handle.close();
  }
}

const states = new WeakMap<object, SocketState>();

/** Returns a socket's state; undefined for what isn't a socket of this module. */
export function stateOf(socket: object): SocketState | undefined {
  return states.get(socket);
}

/** The parts of a received message. */
export type Parts = Buffer[];
