/** Descriptors in an epoll that are of the library's own: their events are never reported. */

import { EPOLL_CTL_ADD, EPOLL_CTL_MOD } from "../ffi/constants.ts";
import type { EpollSet } from "./epoll_set.ts";

/** The slot of internal descriptors, where no entry ever stands. Their generation says which it is: */
export const INTERNAL_SLOT = 0;
/** the set's wakeup descriptor, or from 1 on, one that a strategy watches. */
export const WAKEUP = 0;

/** What is done with the events of a descriptor. */
export interface InternalHandler {
  /** Takes an event. True where a wait on this thread that has found nothing else goes on. */
  onEvent(): boolean;
  /** It isn't watched any more: the kernel's set has refused it. */
  onLost(): void;
}

interface Internal extends InternalHandler {
  readonly fd: number;
  readonly id: number;
  bits: number;
}

/** What a strategy watches in one set. */
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

  /** Changes what a descriptor is watched for. */
  modify(id: number, bits: number): void {
    const internal = this.#all.get(id);
    if (internal !== undefined) this.#control(internal, EPOLL_CTL_MOD, bits);
  }

  /** Has an event taken. True where a wait goes on. */
  onEvent(id: number): boolean {
    return this.#all.get(id)?.onEvent() ?? false;
  }

  /** Watches everything again, in a set that was rebuilt. */
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
