/** What every backend's set of descriptors is built on: its entries, its states, and what may be called in which of them. */

import { stateError } from "../ffi/errno.ts";
import type { Backend, BackendKind, Report } from "./backend.ts";
import { assertDescriptor, roundUpTimeout } from "./fd.ts";

/** A set of descriptors. A subclass makes the system's calls. */
export abstract class DescriptorSet<Token, Entry> implements Backend<Token> {
  waiting = false;
  protected closed = false;
  /** The watched descriptors. */
  protected readonly entries: Map<number, Entry> = new Map();

  /** `registers` and `waits` are the calls that errors name. */
  constructor(
    readonly kind: BackendKind,
    protected readonly registers: string = kind,
    protected readonly waits: string = registers,
  ) {}

  abstract add(fd: number, interest: number, token: Token): void;
  abstract modify(fd: number, interest: number): void;
  abstract remove(fd: number): void;
  abstract attach(nested: Backend<unknown>, token: Token): void;
  abstract detach(nested: Backend<unknown>): void;
  abstract collect(report: Report<Token>): void;

  wait(timeout: number): Promise<void> {
    this.#assertIdle();
    const waited = this.beginWait(roundUpTimeout(timeout));
    if (waited === undefined) return Promise.resolve();
    this.waiting = true;
    return this.#endWait(waited);
  }

  async #endWait(waited: Promise<number>): Promise<void> {
    const found = await waited;
    this.waiting = false;
    if (this.closed) this.release();
    else this.takeWait(found);
  }

  waitSync(timeout: number, report: Report<Token>): void {
    this.#assertIdle();
    this.waitHere(roundUpTimeout(timeout));
    this.collect(report);
  }

  wake(): void {
    this.#assertOpen(this.waits);
    this.signal();
  }

  close(): void {
    if (this.closed) return;
    this.leaveParent();
    this.closed = true;
    this.entries.clear();
    this.clear();
    if (this.waiting) this.signal();
    else this.release();
  }

  /** Begins a wait on a pool thread; undefined if something is left to collect. */
  protected abstract beginWait(timeout: number): Promise<number> | undefined;
  /** Takes the results of such a wait. */
  protected abstract takeWait(found: number): void;
  /** Waits on this thread, and takes the results; at once if something is left to collect. */
  protected abstract waitHere(timeout: number): void;
  /** Ends the outstanding wait, or the next one if none is. */
  protected abstract signal(): void;
  /** Leaves the set to which this one is attached. */
  protected abstract leaveParent(): void;
  /** Forgets what is watched and found. */
  protected abstract clear(): void;
  /** Closes the set's own descriptors, and frees its memory. */
  protected abstract release(): void;

  /** Throws unless the descriptor can be added. */
  protected assertAddable(fd: number): void {
    this.#assertOpen(this.registers);
    assertDescriptor(fd);
    if (!this.entries.has(fd)) return;
    throw stateError(
      "EEXIST",
      this.registers,
      `File descriptor ${fd} is watched already: modify it, or remove it first (also where it was ` +
        "closed meanwhile)",
    );
  }

  /** Returns the entry of a descriptor. */
  protected find(fd: number): Entry {
    this.#assertOpen(this.registers);
    assertDescriptor(fd);
    const entry = this.entries.get(fd);
    if (entry === undefined) throw this.notWatched(fd);
    return entry;
  }

  protected notWatched(fd: number): Error {
    const message = `File descriptor ${fd} isn't watched: add it first`;
    return stateError("ENOENT", this.registers, message);
  }

  /** The error for a descriptor that isn't open, where no system call reports it. */
  protected notOpen(fd: number): Error {
    return stateError("EBADF", this.registers, `File descriptor ${fd} isn't open`);
  }

  /** Throws unless `nested` can be attached. */
  protected assertNestable(nested: Backend<unknown>): asserts nested is this {
    this.#assertOpen(this.registers);
    if (!(nested instanceof DescriptorSet) || nested.kind !== this.kind || nested === this) {
      throw new TypeError("A set takes another set of its own kind as a nested set");
    }
    nested.#assertOpen(this.registers);
  }

  #assertOpen(call: string): void {
    if (this.closed) throw stateError("EBADF", call, "The set of descriptors was closed");
  }

  #assertIdle(): void {
    this.#assertOpen(this.waits);
    if (!this.waiting) return;
    throw stateError(
      "EBUSY",
      this.waits,
      "A wait on this set is outstanding: await it before the next",
    );
  }
}
