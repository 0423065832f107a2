/** The library's own descriptors in an epoll set, whose events are never reported. */

import { EPOLL_CTL_ADD, EPOLL_CTL_MOD } from "../ffi/constants.ts";
import type { EpollSet } from "./epoll_set.ts";

/** The slot of internal descriptors, which no entry has. The generation of their events is their id. */
export const INTERNAL_SLOT = 0;
/** The id of the set's wakeup descriptor. Those that a strategy watches are numbered from 1 on. */
export const WAKEUP = 0;

/** Handles the events of an internal descriptor. */
export interface InternalHandler {
  /** Takes an event. Returns true if a wait on this thread that has found nothing else goes on. */
  onEvent(): boolean;
  /** Called when the kernel's set has refused it, so that it isn't watched any more. */
  onLost(): void;
}

interface Internal extends InternalHandler {
  readonly fd: number;
  readonly id: number;
  bits: number;
}

/** The descriptors that a strategy watches in one set. */
export class InternalDescriptors {
  readonly #set: EpollSet;
  readonly #all = new Map<number, Internal>();
  #last = WAKEUP;

  constructor(set: EpollSet) {
    this.#set = set;
  }

  /** Watches a descriptor, with epoll's own bits. Returns its id. */
  add(fd: number, bits: number, { onEvent, onLost }: InternalHandler): number {
    const id = this.#last + 1;
    this.#set.control(EPOLL_CTL_ADD, fd, bits, INTERNAL_SLOT, id);
    this.#last = id;
    this.#all.set(id, { fd, id, bits, onEvent, onLost });
    return id;
  }

  /** Changes the bits of a descriptor. */
  modify(id: number, bits: number): void {
    const internal = this.#all.get(id);
    if (internal !== undefined) this.#control(internal, EPOLL_CTL_MOD, bits);
  }

  /** Passes an event to its handler. Returns true if a wait on this thread goes on. */
  onEvent(id: number): boolean {
    return this.#all.get(id)?.onEvent() ?? false;
  }

  /** Adds every descriptor to a set that was rebuilt. */
  restore(): void {
    for (const internal of this.#all.values()) {
      this.#control(internal, EPOLL_CTL_ADD, internal.bits);
    }
  }

  #control(internal: Internal, operation: number, bits: number): void {
    try {
      this.#set.control(operation, internal.fd, bits, INTERNAL_SLOT, internal.id);
      internal.bits = bits;
    } catch {
      this.#all.delete(internal.id);
      internal.onLost();
    }
  }
}
