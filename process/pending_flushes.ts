/** Closed sockets of shared contexts, for whose messages the process's end waits. */

/** The files behind descriptors, which a mark tells apart. */
interface Files {
  mark(fd: number): void;
  isMarked(fd: number): boolean;
}

/** With more of them than this, those that are done are forgotten. */
const PRUNE_ABOVE = 64;

/**
 * Sockets that were closed in a shared context, and may still have messages to send. A context that other isolates use
 * can't be terminated, so the process's end waits for these sockets instead.
 *
 * Fact: a socket's descriptor is open until its messages have gone, and its number is another file's then. Failure: where
 * that was a Poller's, or a worker's, the end waited ten seconds for nothing, and said that messages were lost. Decision: the
 * file is marked.
 */
export class PendingFlushes {
  readonly #files: Files;
  /** When each socket's linger is over, by its descriptor; Infinity for never. */
  readonly #until = new Map<number, number>();
  #pruneAbove = PRUNE_ABOVE;

  constructor(files: Files) {
    this.#files = files;
  }

  /** To be called before a socket is closed. */
  add(fd: number, linger: number): void {
    if (linger === 0) return;
    this.#files.mark(fd);
    this.#until.set(fd, linger < 0 ? Infinity : performance.now() + linger);
    if (this.#until.size <= this.#pruneAbove) return;
    this.#forgetGone();
    // Where most of them stay, since their peers are absent, each further one mustn't have all looked at again.
    this.#pruneAbove = Math.max(PRUNE_ABOVE, 2 * this.#until.size);
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
      if (now > until || !this.#files.isMarked(fd)) this.#until.delete(fd);
    }
  }
}
