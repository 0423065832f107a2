/** Sockets that were closed in contexts which other isolates use, and for whose messages the process's end waits. */

import { libc } from "../ffi/libc.ts";

/** With more of them than this, those that have gone are forgotten. */
const PRUNE_ABOVE = 64;

/** Sockets that were closed in a shared context, and may still have messages to send. */
export interface PendingFlushes {
  /** A socket is going to be closed. */
  add(fd: number, linger: number): void;
  /** A new socket has this descriptor: whose it was has gone. */
  forget(fd: number): void;
  /** Waits until all have gone, or `limit` ms are over. `notice` is called once, after `patience` ms. */
  wait(limit: number, silent: number, onWait: () => void): void;
}

/**
 * Where a shared context can't be terminated since others use it, the process's end waits for these sockets. `isGone`
 * tells whether a descriptor can't be a socket's of libzmq's any more.
 */
export function makePendingFlushes(isGone: (fd: number) => boolean): PendingFlushes {
  return new class {
    /** By their descriptors: when their linger is over, Infinity for never. */
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
