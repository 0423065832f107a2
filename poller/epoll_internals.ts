/** The library's own descriptors in an epoll set, whose events are never reported. */

import { EPOLL_CTL_ADD, EPOLL_CTL_MOD } from "../ffi/constants.ts";
import type { EpollSet } from "./epoll_set.ts";

/** The slot of internal descriptors, which no entry has. The generation of their events is the descriptor's number. */
export const INTERNAL_SLOT = 0;

/** Handles the events of an internal descriptor. */
interface InternalHandler {
  /** Takes an event. Returns true if a wait on this thread that has found nothing else goes on. */
  onEvent(): boolean;
  /** Called when the kernel's set has refused it, so that it isn't watched any more. */
  onLost(): void;
}

interface Internal extends InternalHandler {
  bits: number;
}

/** The descriptors that a strategy watches in one set. */
export class InternalDescriptors {
  readonly #set: EpollSet;
  readonly #all = new Map<number, Internal>();

  constructor(set: EpollSet) {
    this.#set = set;
  }

  /** Watches a descriptor, with epoll's own bits. */
  add(fd: number, bits: number, handler: InternalHandler): void {
    const internal = { ...handler, bits };
    this.#all.set(fd, internal);
    this.#control(EPOLL_CTL_ADD, fd, internal);
  }

  /** Changes the bits of a descriptor. */
  modify(fd: number, bits: number): void {
    const internal = this.#all.get(fd);
    if (internal === undefined) return;
    internal.bits = bits;
    this.#control(EPOLL_CTL_MOD, fd, internal);
  }

  /** Passes an event to its handler. Returns true if a wait on this thread goes on. */
  onEvent(fd: number): boolean {
    return this.#all.get(fd)?.onEvent() ?? false;
  }

  /** Adds every descriptor to a set that was rebuilt. */
  restore(): void {
    for (const [fd, internal] of this.#all) this.#control(EPOLL_CTL_ADD, fd, internal);
  }

  #control(operation: number, fd: number, internal: Internal): void {
    try {
      this.#set.control(operation, fd, internal.bits, INTERNAL_SLOT, fd);
    } catch {
      this.#all.delete(fd);
      internal.onLost();
    }
  }
}
