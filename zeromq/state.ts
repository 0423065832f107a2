/** What a socket of ours has beside the engine's handle: whether it's blocked, and which operations wait. */

import type { Buffer } from "node:buffer";
import type { Handle } from "../socket/handle.ts";
import { EBADF, EBUSY, errnoError } from "./errors.ts";

/** An operation that waits, as far as closing goes. */
export interface PendingOperation {
  /** Tries once more, since the socket is about to go, and ends either way. */
  closed(): void;
}

/** What waits for the socket's other direction to have its turn. */
export interface DeferredOperation extends PendingOperation {
  /** The turn may have come. */
  retry(): void;
}

/** A socket's state. */
export class SocketState {
  /** A bind, an unbind or a proxy has the socket. */
  blocked = false;
  /** It's to be closed as soon as it isn't blocked any more. */
  closeRequested = false;
  /** To how many addresses it's bound or connected. */
  endpoints = 0;
  /** The receive that waits. */
  receiving: PendingOperation | undefined;
  /** The send that waits. */
  sending: PendingOperation | undefined;
  /** Those of the two that wait for their turn, or make a pause, instead of standing in the engine's queues. */
  readonly deferred: Set<DeferredOperation> = new Set();
  /** Names within the process to which it's bound. */
  readonly #names = new Set<string>();

  constructor(
    readonly handle: Handle,
    /** The socket, which a pending operation keeps. */
    readonly socket: object,
  ) {
    states.set(socket, this);
  }

  get closed(): boolean {
    return this.handle.closed;
  }

  /** Throws where no operation can begin. */
  assertOpen(): void {
    if (this.blocked) {
      throw errnoError(EBUSY, { message: "Socket is blocked by a bind or unbind operation" });
    }
    if (this.closed) throw errnoError(EBADF);
  }

  bind(address: string): void {
    this.handle.bind(address);
    this.endpoints++;
    if (address.startsWith("inproc:")) this.#names.add(address);
  }

  unbind(address: string): void {
    this.handle.unbind(address);
    this.endpoints--;
    this.#names.delete(address);
  }

  connect(address: string): void {
    this.handle.connect(address);
    this.endpoints++;
  }

  disconnect(address: string): void {
    this.handle.disconnect(address);
    this.endpoints--;
  }

  /** An operation has succeeded, which may be what one in the other direction waits for. */
  turn(): void {
    for (const pending of [...this.deferred]) pending.retry();
  }

  /** Closes the socket; what waits is tried once more. */
  close(): void {
    if (this.closed) return;
    this.endpoints = 0;
    // libzmq gives a name back on a thread of its own, a moment after the close. Anyone who binds a new
    // socket to it at once, as ZAP handlers do that begin again, would be refused.
    for (const name of this.#names) {
      try {
        this.handle.unbind(name);
      } catch {
        // It has been given back already.
      }
    }
    for (const pending of [...this.deferred]) pending.closed();
    this.handle.close();
  }
}

const states = new WeakMap<object, SocketState>();

/** A socket's state; undefined for what isn't a socket of ours. */
export function stateOf(socket: object): SocketState | undefined {
  return states.get(socket);
}

/** The parts of a received message. */
export type Parts = Buffer[];
