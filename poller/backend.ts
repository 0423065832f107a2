/** The seam between the reactor and the system's waiting calls: one small set of verbs for all. */

/** The system calls that can do the waiting. */
export type BackendKind = "epoll" | "kqueue" | "poll" | "select";

/** Interest and readiness: data can be read, or a peer has arrived. */
export const READABLE = 1;
/** Interest and readiness: there is room to write. */
export const WRITABLE = 2;
/** Readiness only, reported whatever the interest: an error is pending. */
export const ERROR = 4;
/** Readiness only, reported whatever the interest: the other side has gone. */
export const HANGUP = 8;
/** Interest only: report a change once instead of for as long as it lasts, where the system can. */
export const EDGE = 16;

/** Receives one ready descriptor: what was given to `add` for it, and the bits that are ready. */
export type Report<Token> = (token: Token, ready: number) => void;

/**
 * A set of file descriptors, and the waiting for them.
 *
 * Events carry the index and generation of a registration, never the descriptor's number alone:
 * numbers come back. So an event for a registration that was removed is never reported, whatever has
 * taken its number since. Registering may be done at any time, also while a `wait` is outstanding,
 * which then takes the change into account.
 */
export interface Backend<Token> {
  /** Which system call does the waiting. */
  readonly kind: BackendKind;
  /** Whether a `wait` is outstanding. */
  readonly waiting: boolean;
  /**
   * Begins to watch a descriptor. Throws `ZmqError` EEXIST where it's watched already, EBADF where it
   * isn't open. Regular files and the like are always ready.
   */
  add(fd: number, interest: number, token: Token): void;
  /** Changes what is waited for. Interest 0 keeps the registration and reports nothing. ENOENT where it isn't watched. */
  modify(fd: number, interest: number): void;
  /** Stops watching. ENOENT where it isn't watched; a descriptor that was closed before is no error. */
  remove(fd: number): void;
  /**
   * Lets a wait on this set also end when `nested`, another set of the same kind, has something ready:
   * reported at most once, with READABLE, then silent until it's attached again. What is ready
   * stays in the nested set, for its own `waitSync(0, ...)`.
   */
  attach(nested: Backend<unknown>, token: Token): void;
  /** Ends `attach`, where it is in force. */
  detach(nested: Backend<unknown>): void;
  /**
   * Waits on a pool thread until something is ready, `timeout` ms are over (-1: no limit; fractions
   * are rounded up), or `wake` is called. May also end for no reason. Then `collect` reports what is ready.
   * At most one at a time: a second is a programming error. Keeps the process alive.
   */
  wait(timeout: number): Promise<void>;
  /** Reports what the last `wait` found, less what was removed or changed since. */
  collect(report: Report<Token>): void;
  /** Waits on this thread, and reports. Never while a `wait` is outstanding on this set. May end early. */
  waitSync(timeout: number, report: Report<Token>): void;
  /** Ends the outstanding `wait`, or else the next one. */
  wake(): void;
  /** Gives the descriptors back, after an outstanding `wait` was woken and has ended. Idempotent. */
  close(): void;
}
