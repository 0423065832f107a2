/** The engine's record of a context: the native one, its sockets, what it shares with other isolates, and its end. */

import { doAll } from "./errors.ts";
import { CONTEXT_OPTIONS } from "./ffi/constants.ts";
import { check, stateError } from "./ffi/errno.ts";
import { zmq } from "./ffi/libzmq.ts";
import { inWorker } from "./process/isolate.ts";
import { newNativeContext, terminate } from "./process/native_context.ts";
import { awaitAtExit, type ExitTexts } from "./process/exit_wait.ts";
import { areOwn } from "./process/own_receivers.ts";
import { PendingFlushes } from "./process/pending_flushes.ts";
import { beginSharing, joinShared, type SharedContext } from "./process/shared_contexts.ts";
import { registerAtExit, unregisterAtExit } from "./process/shutdown.ts";
import { UnboundNames } from "./process/unbound_names.ts";
import { addExitCleanup, removeExitCleanup } from "./process/thread_exit.ts";
import { assertDescriptors, isMarked, mark } from "./poller/fd.ts";

/** An open socket, as its context sees it. */
export interface Member {
  readonly fd: number;
  /** It in words; undefined for one of the library's own. */
  readonly what: string | undefined;
  linger: number;
  /** Its type and address. */
  readonly description: string;
  /** Whether it can send. */
  readonly sends: boolean;
  /** To what it's connected. */
  readonly connected: readonly string[];
  close(): void;
  /** Called when other isolates may use the context from now on. */
  onShared(): void;
}

/** The engine of a Context. Sockets hold this, so that a dropped Context can be collected. */
export class ContextCore {
  exitLinger = 10_000;
  /** Whether a natural end of the program waits for as long as messages linger. */
  naturallyUnlimited = false;
  /** Makes what a long end says about this context's messages; the library's own texts if undefined. */
  makeExitTexts: (() => ExitTexts) | undefined;
  /** It in words, for those texts. */
  name = "a context";
  closed = false;
  /** Whether it was shut down, by this isolate. */
  isShutDown = false;
  /** The native context's entry, once other isolates may use it. */
  protected common: SharedContext | undefined;
  protected readonly members: Set<Member> = new Set();
  readonly #names = new UnboundNames();
  #hasOpened = false;
  /** The main isolate's closed sockets whose messages may still be going out. */
  #pendingFlushes: PendingFlushes | undefined;
  /**
   * Those of its sockets that were closed last with messages that may linger, in words, with what they were connected to,
   * and how many there were before.
   */
  readonly #senders = new Map<string, readonly string[]>();
  #earlierSenders = 0;
  #exitTexts: ExitTexts | undefined;
  #pointer: Deno.PointerObject | undefined;
  /** Its Context was dropped, so that it's closed with its last socket. */
  #dropped = false;

  /** @param joins The id of a shared context, to join that. */
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

  /** Whether there is a native one. */
  get hasBegun(): boolean {
    return this.#pointer !== undefined;
  }

  get(option: number, name: string): number {
    const pointer = this.pointer("zmq_ctx_get");
    return check(() => zmq().zmq_ctx_get(pointer, option), "zmq_ctx_get", { option: name });
  }

  /** Reads an option for which -1 is a value, and not a failure. */
  getAny(option: number): number {
    return zmq().zmq_ctx_get(this.pointer("zmq_ctx_get"), option);
  }

  /** The open sockets, in words. */
  get sockets(): string[] {
    return [...this.members].map(({ what }) => what).filter((what) => what !== undefined);
  }

  shutdown(): void {
    if (this.closed) return;
    const pointer = this.pointer("zmq_ctx_shutdown");
    this.#names.connectAll(pointer);
    // Also before the first socket: libzmq then opens none.
    check(() => zmq().zmq_ctx_shutdown(pointer), "zmq_ctx_shutdown");
    this.isShutDown = true;
  }

  share(): string {
    const pointer = this.pointer("Context.share");
    if (this.common === undefined) {
      this.common = beginSharing(pointer);
      // From now on, it's not this thread's alone to terminate.
      removeExitCleanup("zmq_ctx_term", pointer);
      for (const member of this.members) member.onShared();
    }
    return this.common.token;
  }

  /** Whether other isolates may use it. */
  get isShared(): boolean {
    return this.common !== undefined;
  }

  /**
   * Sets what libzmq reads when the context's first socket is opened. Throws `TypeError` once this isolate has opened one:
   * libzmq takes the value then, reads it back, and goes on as before.
   */
  setBeforeFirst(option: number, name: string, value: number): void {
    if (this.#hasOpened && !this.closed) {
      throw new TypeError(
        `${name} has no effect any more, since a socket of the context was opened: set it before the first one, ` +
          "such as in new Context(\u2026)",
      );
    }
    this.set(option, name, value);
  }

  set(option: number, name: string, value: number): void {
    const pointer = this.pointer("zmq_ctx_set");
    check(() => zmq().zmq_ctx_set(pointer, option, value), "zmq_ctx_set", { option: name });
  }

  /** Throws EMFILE, in the name of a call, if there aren't the descriptors for the threads that a first socket starts. */
  assertDescriptors(call: string): void {
    if (this.#hasOpened) return;
    // Two for each I/O thread, two for the thread that closes sockets, and one for the socket.
    const ioThreads = this.getAny(CONTEXT_OPTIONS.ioThreads);
    assertDescriptors(2 * Math.max(ioThreads, 0) + 3, call);
  }

  /** A socket was bound to an address. */
  addBound(address: string): void {
    if (isName(address)) this.#names.addBound(address);
  }

  /** It was unbound, or closed. */
  removeBound(address: string): void {
    if (isName(address)) this.#names.removeBound(address);
  }

  /** A socket was connected to an address. `names` are those of inproc at which it waits for someone to be bound. */
  addConnected(address: string, names: Set<string>): void {
    if (isName(address)) this.#names.addConnected(address, names, this.pointer("zmq_connect"));
  }

  /** One of its sockets, which waits at `names`, is about to be closed: nothing else comes in between. */
  leaveNames(names: Set<string>, socket: Deno.PointerObject): void {
    this.#names.leave(names, socket);
  }

  add(member: Member): void {
    this.#hasOpened = true;
    this.members.add(member);
    this.#pendingFlushes?.forget(member.fd);
  }

  /** A socket, whose native one is given, won't be used any more, and is to be closed after this call. */
  remove(member: Member, socket: Deno.PointerObject): void {
    try {
      if (this.members.size === 1 && !this.isShared) {
        const { maxSockets } = CONTEXT_OPTIONS;
        this.#names.closeLast(socket, () => zmq().zmq_ctx_get(this.#pointer!, maxSockets));
      }
      this.#noteSender(member);
      // Other isolates may also join it later.
      if (this.common !== undefined && !inWorker()) this.#noteLingering(member);
    } finally {
      this.members.delete(member);
      if (this.#dropped && this.members.size === 0) this.close();
    }
  }

  /** For the text of an end that has given up: a program usually closes its sockets before. */
  #noteSender(member: Member): void {
    const { sends, what, description } = member;
    if (!sends || what === undefined || this.#lingerOf(member) === 0) return;
    // Behind the others, if it's there already.
    this.#senders.delete(description);
    this.#senders.set(description, member.connected);
    if (this.#senders.size <= NAMED_SENDERS) return;
    this.#senders.delete(this.#senders.keys().next().value!);
    this.#earlierSenders++;
  }

  #lingerOf(member: Member): number | undefined {
    try {
      return member.linger;
    } catch {
      return undefined; // the context was shut down: its sockets' options can't be read any more
    }
  }

  /** It and its sockets, in words. */
  get #description(): string {
    const senders = [...this.#senders.keys()];
    const earlier = this.#earlierSenders;
    if (earlier > 0) senders.push(`and ${earlier === 1 ? "another" : `${earlier} others`} before`);
    return senders.length === 0 ? this.name : `${this.name} (${senders.join(", ")})`;
  }

  /** Those of its senders whose messages were for this isolate itself, in words. */
  get #ownSenders(): string[] {
    const senders = [...this.#senders].filter(([, connected]) => areOwn(connected));
    return senders.map(([description]) => description);
  }

  #noteLingering(member: Member): void {
    this.#pendingFlushes ??= new PendingFlushes({ mark, isMarked });
    try {
      this.#pendingFlushes.add(member.fd, member.linger);
    } catch {
      // The context was shut down: its options can't be read any more, and no message is waited for.
    }
  }

  drop(): void {
    this.#dropped = true;
    if (this.members.size === 0) this.close();
  }

  close(): void {
    if (this.closed) return;
    if (this.#pointer !== undefined) this.#exitTexts = this.makeExitTexts?.();
    this.leaving();
    this.closed = true;
    doAll([
      ...[...this.members].map((member) => () => member.close()),
      () => this.#pointer !== undefined && this.end(this.#pointer),
      () => unregisterAtExit(this),
    ]);
  }

  /** Called before it's closed, while its sockets are still open. */
  protected leaving(): void {}

  /** Makes the native context, or joins it. */
  protected begin(): Deno.PointerObject {
    if (this.joins === undefined) return newNativeContext();
    this.common = joinShared(this.joins);
    return this.common.pointer;
  }

  /** Terminates or leaves the native context, after its sockets were closed. */
  protected end(pointer: Deno.PointerObject): void {
    const about = {
      context: this.#description,
      ownSenders: this.#ownSenders,
      texts: this.#exitTexts,
    };
    if (this.common !== undefined && !this.common.leave()) {
      // Others may still be bound to its names.
      this.#names.close();
      // Terminating it would wait for the other isolates' sockets, too. A worker's messages go out in the background; the
      // main isolate's end waits for its own, also where the context is closed before.
      const flushes = this.#pendingFlushes;
      if (flushes === undefined) return;
      awaitAtExit({
        ...about,
        haveGone: () => flushes.haveGone(),
        limit: Math.min(this.exitLinger, LONGEST),
      });
      return;
    }
    this.#names.connectAll(pointer);
    removeExitCleanup("zmq_ctx_term", pointer);
    awaitAtExit({
      ...about,
      haveGone: terminate(pointer),
      limit: this.exitLinger,
      naturallyUnlimited: this.naturallyUnlimited,
    });
  }
}

/** The engines of contexts that aren't of `context.ts`'s class: those of the drop-in for zeromq.js. */
export const otherCores: WeakMap<object, ContextCore> = new WeakMap();

/** Whether an address is a name within its context. */
function isName(address: string): boolean {
  return address.startsWith("inproc:");
}

/** How long, in ms, the shutdown waits at most for closed sockets of contexts that other isolates still use. */
const LONGEST = 10_000;
/** How many sockets the text of an end that has given up names. */
const NAMED_SENDERS = 3;
