/** Closed sockets of shared contexts, for whose messages the process's end waits. */

import { libc } from "../ffi/libc.ts";

/** With more of them than this, those that are done are forgotten. */
const PRUNE_ABOVE = 64;

/** Sockets that were closed in a shared context, and may still have messages to send. */
export interface PendingFlushes {
  /** To be called before a socket is closed. */
  add(fd: number, linger: number): void;
  /** To be called when a new socket has this descriptor, so that the old one is done. */
  forget(fd: number): void;
  /** Waits until all are done, or `limit` ms are over. Calls `onWait` once, after `silent` ms. */
  wait(limit: number, silent: number, onWait: () => void): void;
}

/**
 * A shared context that other isolates use can't be terminated, so the process's end waits for these sockets instead.
 * `isGone` returns whether a descriptor can't belong to a socket of libzmq any more.
 */
export function makePendingFlushes(isGone: (fd: number) => boolean): PendingFlushes {
  return new class {
    /** When each socket's linger is over, by its descriptor; Infinity for never. */
    #until = new Map<number, number>();

    add(fd: number, linger: number): void {
      if (linger === 0) return;
      this.#until.set(fd, linger < 0 ? Infinity : performance.now() + linger);
      if (this.#until.size > PRUNE_ABOVE) this.#forgetGone();
    }

    forget(fd: number): void {
      this.#until.delete(fd);
    }

    wait(limit: number, silent: number, onWait: () => void): void {
      const started = performance.now();
      let said = false;
      for (this.#forgetGone(); this.#until.size > 0; this.#forgetGone()) {
        const waited = performance.now() - started;
        if (waited > limit) return;
        if (waited > silent && !said) {
          said = true;
          onWait();
        }
        libc().poll(new Uint8Array(8), 0n, 1);
      }
    }

    #forgetGone(): void {
      const now = performance.now();
      for (const [fd, until] of this.#until) {
        if (now > until || isGone(fd)) this.#until.delete(fd);
      }
    }
  }();
}
