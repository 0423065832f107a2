/** The seam between the reactor and the system's waiting calls: the same verbs for each of them. */

/** The system calls that can do the waiting. */
export type BackendKind = "epoll" | "kqueue" | "poll" | "select";

/** Interest and readiness: data can be read, or a peer has arrived. */
export const READABLE = 1;
/** Interest and readiness: there is room to write. */
export const WRITABLE = 2;
/** Readiness only, reported whatever the interest: an error is pending. */
export const ERROR = 4;
/** Readiness only, reported whatever the interest: the other side has hung up. */
export const HANGUP = 8;
/** Interest only: report a change once, and not for as long as it lasts, if the system can. */
export const EDGE = 16;

/** Takes one ready descriptor: the token that `add` got for it, and the bits that are ready. */
export type Report<Token> = (token: Token, ready: number) => void;

/**
 * A set of file descriptors, and the wait for them.
 *
 * Events carry the index and generation of a registration, never the descriptor's number alone, since the system uses
 * numbers again. So an event of a removed registration is never reported, whatever file has its number now. A caller
 * may register at any time, also while a `wait` is outstanding; that wait then includes the change.
 */
export interface Backend<Token> {
  /** The system call that waits. */
  readonly kind: BackendKind;
  /** Whether a `wait` is outstanding. */
  readonly waiting: boolean;
  /**
   * Begins to watch a descriptor. Regular files and the like are always ready.
   *
   * @throws {ZmqError} EEXIST If it's watched already.
   * @throws {ZmqError} EBADF If it isn't open.
   */
  add(fd: number, interest: number, token: Token): void;
  /** Changes the interest; 0 keeps the registration and reports nothing. ENOENT if it isn't watched. */
  modify(fd: number, interest: number): void;
  /** Stops watching. ENOENT if it isn't watched; a descriptor that was closed before is no error. */
  remove(fd: number): void;
  /**
   * Makes a wait on this set also end when `nested`, another set of the same kind, has something ready. That is
   * reported at most once, with READABLE; then the nested set is silent until it's attached again. The nested set
   * keeps its events, for its own `waitSync(0, ...)`.
   */
  attach(nested: Backend<unknown>, token: Token): void;
  /** Undoes `attach`; without effect if the set isn't attached. */
  detach(nested: Backend<unknown>): void;
  /**
   * Waits on a pool thread until something is ready, `timeout` ms are over (-1: no limit; fractions
   * are rounded up), or `wake` is called. May also end without a reason. Then `collect` reports what is ready.
   * At most one wait at a time: a second is a programming error. Keeps the process alive.
   */
  wait(timeout: number): Promise<void>;
  /** Reports what the last `wait` found, except what was removed or changed since. */
  collect(report: Report<Token>): void;
  /** Waits on this thread, and reports. Not allowed while a `wait` is outstanding on this set. May end early. */
  waitSync(timeout: number, report: Report<Token>): void;
  /** Ends the outstanding `wait`, or the next one if none is. */
  wake(): void;
  /** Closes the set's own descriptors, once an outstanding `wait` was woken and has ended. Idempotent. */
  close(): void;
}
