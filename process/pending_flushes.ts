/** Closed sockets of shared contexts, for whose messages the process's end waits. */

/** With more of them than this, those that are done are forgotten. */
const PRUNE_ABOVE = 64;

/**
 * Sockets that were closed in a shared context, and may still have messages to send. A context that other isolates use
 * can't be terminated, so the process's end waits for these sockets instead.
 */
export class PendingFlushes {
  readonly #isGone: (fd: number) => boolean;
  /** When each socket's linger is over, by its descriptor; Infinity for never. */
  readonly #until = new Map<number, number>();

  /** @param isGone Returns whether a descriptor can't belong to a socket of libzmq any more. */
  constructor(isGone: (fd: number) => boolean) {
    this.#isGone = isGone;
  }

  /** To be called before a socket is closed. */
  add(fd: number, linger: number): void {
    if (linger === 0) return;
    this.#until.set(fd, linger < 0 ? Infinity : performance.now() + linger);
    if (this.#until.size > PRUNE_ABOVE) this.#forgetGone();
  }

  /** To be called when a new socket has this descriptor, so that the old one is done. */
  forget(fd: number): void {
    this.#until.delete(fd);
  }

  /** Whether all are done. */
  haveGone(): boolean {
    this.#forgetGone();
    return this.#until.size === 0;
  }

  #forgetGone(): void {
    const now = performance.now();
    for (const [fd, until] of this.#until) {
      if (now > until || this.#isGone(fd)) this.#until.delete(fd);
    }
  }
}
