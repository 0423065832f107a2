/** The engine's record of a context: the native one, its sockets, what it shares with other isolates, and its end. */

import { check, stateError } from "./ffi/errno.ts";
import { zmq, zmqTermination } from "./ffi/libzmq.ts";
import { inWorker } from "./process/isolate.ts";
import { newNativeContext, terminate } from "./process/native_context.ts";
import { makePendingFlushes, type PendingFlushes } from "./process/pending_flushes.ts";
import { beginSharing, joinShared, type Shared, tokenOf } from "./process/shared_contexts.ts";
import {
  exitMessageFor,
  extendExitLinger,
  isShuttingDown,
  registerAtExit,
  unregisterAtExit,
  WARN_AFTER,
} from "./process/shutdown.ts";
import { addExitCleanup, removeExitCleanup } from "./process/thread_exit.ts";
import { fileType } from "./poller/fd.ts";

/** What a context knows of its open sockets. */
export interface Member {
  readonly fd: number;
  linger: number;
  close(): void;
  /** Other isolates may use the context from now on. */
  onShared(): void;
}

/** A context without its public face: sockets hold this, so that a dropped Context can be collected. */
export class ContextCore {
  exitLinger = 10_000;
  /** What the end says where it has to wait for this context's messages, if not our own words. */
  makeExitMessage: (() => string) | undefined;
  /** The same, once it's being closed. */
  protected exitMessage: string | undefined;
  closed = false;
  /** The same native context as others use it. */
  protected common: Shared | undefined;
  protected readonly members: Set<Member> = new Set();
  /** Of the main isolate's sockets, those whose messages may still be going out. */
  #pendingFlushes: PendingFlushes | undefined;
  #pointer: Deno.PointerObject | undefined;
  /** Its Context was dropped; the last socket to close then ends it. */
  #dropped = false;

  /** @param joins The name of a context that others share, where it's to be that. */
  constructor(readonly joins?: string) {}

  /** The native context, made at the first call. */
  pointer(call: string): Deno.PointerObject {
    if (this.closed) throw stateError("EBADF", call, "The context is closed");
    if (this.#pointer === undefined) {
      this.#pointer = this.begin();
      if (this.common === undefined) addExitCleanup("zmq_ctx_term", this.#pointer);
      registerAtExit(this);
    }
    return this.#pointer;
  }

  get(option: number, name: string): number {
    const pointer = this.pointer("zmq_ctx_get");
    return check(zmq().zmq_ctx_get(pointer, option), "zmq_ctx_get", { option: name });
  }

  /** An option of which -1 is a value, and no failure. */
  getAny(option: number): number {
    return zmq().zmq_ctx_get(this.pointer("zmq_ctx_get"), option);
  }

  shutdown(): void {
    if (this.closed || this.#pointer === undefined) return;
    check(zmqTermination().zmq_ctx_shutdown(this.#pointer), "zmq_ctx_shutdown");
  }

  share(): string {
    const pointer = this.pointer("Context.share");
    if (this.common === undefined) {
      this.common = beginSharing(pointer);
      // It's no more this thread's alone to end.
      removeExitCleanup("zmq_ctx_term", pointer);
      for (const member of this.members) member.onShared();
    }
    return tokenOf(this.common);
  }

  /** Whether other isolates may use it. */
  get isShared(): boolean {
    return this.common !== undefined;
  }

  set(option: number, name: string, value: number): void {
    const pointer = this.pointer("zmq_ctx_set");
    check(zmq().zmq_ctx_set(pointer, option, value), "zmq_ctx_set", { option: name });
  }

  add(member: Member): void {
    this.members.add(member);
    this.#pendingFlushes?.forget(member.fd);
  }

  remove(member: Member): void {
    try {
      if (this.common?.others() && !inWorker()) this.#noteLingering(member);
    } finally {
      this.members.delete(member);
      if (this.#dropped && this.members.size === 0) this.close();
    }
  }

  #noteLingering(member: Member): void {
    this.#pendingFlushes ??= makePendingFlushes((fd) => fileType(fd) !== "other");
    try {
      this.#pendingFlushes.add(member.fd, member.linger);
    } catch {
      // Someone has shut it down: nothing can be asked any more, nor is anything waited for.
    }
  }

  drop(): void {
    this.#dropped = true;
    if (this.members.size === 0) this.close();
  }

  close(): void {
    if (this.closed) return;
    if (this.#pointer !== undefined) this.exitMessage = this.makeExitMessage?.();
    this.leaving();
    this.closed = true;
    const errors: unknown[] = [];
    for (const member of [...this.members]) {
      try {
        member.close();
      } catch (error) {
        errors.push(error);
      }
    }
    if (this.#pointer !== undefined) this.end(this.#pointer);
    unregisterAtExit(this);
    if (errors.length > 0) throw errors[0];
  }

  /** Called when it's going to be closed, its sockets being still open. */
  protected leaving(): void {}

  /** Makes the native context, or joins it. */
  protected begin(): Deno.PointerObject {
    if (this.joins === undefined) return newNativeContext();
    this.common = joinShared(this.joins);
    return this.common.pointer;
  }

  /** Gives it up, its sockets being closed. */
  protected end(pointer: Deno.PointerObject): void {
    if (this.common !== undefined && !this.common.leave()) {
      // Terminating it would wait for the other isolates' sockets, too. A worker's messages go on in the
      // background; the main isolate waits here, for its own.
      if (isShuttingDown()) {
        const limit = Math.min(this.exitLinger, LONGEST);
        this.#pendingFlushes?.wait(limit, WARN_AFTER, () => {
          console.error(this.exitMessage ?? exitMessageFor(limit));
        });
      }
      return;
    }
    removeExitCleanup("zmq_ctx_term", pointer);
    terminate(pointer);
    extendExitLinger(this.exitLinger, this.exitMessage);
  }
}

/** How long the end waits at most, in ms, for sockets in contexts that other isolates still use. */
const LONGEST = 10_000;
