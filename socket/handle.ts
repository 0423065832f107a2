/** The engine's record of a socket: serving what waits for it, lending it, and closing. */

import type { ContextCore } from "../context_core.ts";
import { doAll } from "../errors.ts";
import { zmq } from "../ffi/libzmq.ts";
import { check, EINTR, failedWith } from "../ffi/errno.ts";
import { removeExitCleanup } from "../process/thread_exit.ts";
import { shareMonitorSocket, unshareMonitorSocket } from "../process/monitor_sockets.ts";
import { READABLE, WRITABLE } from "../poller/backend.ts";
import { resetBudget, takeBudget } from "../poller/budget.ts";
import { pollable } from "../poller/pollable.ts";
import { Queue } from "../poller/queue.ts";
import { Source } from "../poller/source.ts";
import { reactor } from "../poller/reactor.ts";
import { Endpoints } from "./endpoints.ts";
import { Loan } from "./loan.ts";
import type { Part } from "./message.ts";
import { MessageLimits } from "./message_limits.ts";
import type { SocketEvent } from "./event_types.ts";
import type { PropertyReader } from "./metadata.ts";
import { dropKept, hasKept } from "./prefetched.ts";
import type { Operation } from "./operation.ts";
import type { OptionTypes } from "./option_types.ts";
import { COMMON, OPTION_NUMBERS, PARTICULAR, RECEIVING, SENDING } from "./options_table.ts";
import {
  fromEvents,
  getBytes,
  getInt,
  hasSocketCleanup,
  intBytes,
  READERS,
  removeSocketCleanup,
  setBytes,
  setLinger,
} from "./raw_options.ts";
import type { SocketType } from "./types.ts";
import { closedError, foreignError, nameOf } from "./wait_errors.ts";

const NO_ADDRESS = new Uint8Array(1);
/** libzmq's high-water mark, in messages. */
const DEFAULT_MARK = 1000;

/** An eighth of the mark: libzmq tells of room in steps of half of it, and what's left is for what is under way. */
const looksAfter = (mark: number) => mark === 0 ? Infinity : Math.max(1, mark >> 3);

/** The engine's record of a socket. The context, the reactor and the finalizer hold only this. */
export class Handle extends Source {
  readonly receivers: Queue<Operation> = new Queue();
  readonly senders: Queue<Operation> = new Queue();
  readonly fd: number;
  closed = false;
  /** Of its type, for each send: whether it takes any number of parts, and whether an empty part closes a peer. */
  readonly takesAnyParts: boolean;
  readonly closesPeers: boolean;
  /** How long a receive or a send waits, in ms; -1 indefinitely. */
  receiveTimeout = -1;
  sendTimeout = -1;
  /** How many sends wait, and how many may; and how many did when it was closed. */
  pendingSends = 0;
  maxPendingSends = Infinity;
  sendsAtClose = 0;
  /** After how many sends it looks whether its peers have made room, where it would drop; 0: never. */
  #looksAfter: number;
  #sendsSinceLook = 0;
  /** A visit is in the middle of a message: nothing else may receive before its last part. */
  midMessage = false;
  /** The native socket; undefined while it's lent, and once it's closed. */
  #pointer: Deno.PointerObject | undefined;
  #loan: Loan | undefined;
  override readonly directions: number;
  /** What reports on its connections. */
  monitor: { stop(): void; report(event: SocketEvent): void } | undefined;
  #backgroundHandler: (() => void) | undefined;
  /** What each receive reads of a message beside its bytes. */
  metadata: PropertyReader | undefined;
  /** How large its messages of several parts may be, where the program has said so. */
  limits: MessageLimits | undefined;
  /** libzmq's threads report to it, and block when it's closed before they have ended. */
  #isMonitorSocket = false;
  #monitorSocketIsShared = false;
  #blockingLimit = -1;
  readonly endpoints: Endpoints = new Endpoints(this);
  /** What was set, for options that libzmq can't read back. */
  readonly shadowOptions: Map<string, unknown> = new Map();

  constructor(
    pointer: Deno.PointerObject,
    readonly type: SocketType,
    readonly context: ContextCore,
  ) {
    super();
    this.#pointer = pointer;
    this.takesAnyParts = type.parts === undefined;
    this.closesPeers = type.closesPeers === true;
    this.#looksAfter = type.drops === true ? looksAfter(DEFAULT_MARK) : 0;
    this.directions = (type.receives ? READABLE : 0) | (type.sends ? WRITABLE : 0);
    this.fd = this.findDescriptor();
  }

  /**
   * The native socket. While it's lent, reading it throws what the loan throws.
   *
   * Fact: a program's own code may run between the check that a socket is open and the call for which that was checked, in a
   * getter of an options object, say. Failure: where it closed the socket, libzmq read freed memory. Decision: a closed
   * socket has no pointer, and each call reads it. Cost: none.
   */
  get pointer(): Deno.PointerObject {
    return this.#pointer ?? this.#refuse();
  }

  #refuse(): never {
    if (this.#loan !== undefined) this.#loan.refuse();
    throw closedError(this, "zmq_close");
  }

  /** Another thread has it: an operation waits for the next tick, in which it fails. */
  get lent(): boolean {
    return this.#loan !== undefined;
  }

  /** The last try to receive ended in the middle of what is dropped: another one has to follow. */
  get unfinished(): boolean {
    return this.limits !== undefined && this.limits.unfinished;
  }

  /** Its limits, made where there were none. */
  get ownLimits(): MessageLimits {
    return this.limits ??= new MessageLimits((dropped) =>
      this.monitor?.report({ type: "message:drop", ...dropped })
    );
  }

  /** It in words, for those who ask which sockets are open; undefined for one of the library's own. */
  override get what(): string | undefined {
    if (this.#isMonitorSocket) return undefined;
    const { bound, connected } = this.endpoints;
    const own = [...bound, ...connected].some((address) =>
      /^inproc:\/\/(deno-zmq|zeromq\.zap)\./.test(address)
    );
    return own ? undefined : nameOf(this);
  }

  get sends(): boolean {
    return this.type.sends;
  }

  assertOpen(call: string): void {
    if (this.closed) throw closedError(this, call);
  }

  /** Its type and first address, for the texts of errors: `Pull at tcp://127.0.0.1:5555`. */
  get description(): string {
    const { bound, connected } = this.endpoints;
    const [address] = [...bound, ...connected];
    return address === undefined ? this.type.name : `${this.type.name} at ${address}`;
  }

  /** To what it's connected. */
  get connected(): readonly string[] {
    return this.endpoints.connected;
  }

  protected findDescriptor(): number {
    return this.getValue(OPTION_NUMBERS.fd, "fd", "int");
  }

  /** How few and how many parts a message that it's to send may have. */
  get partsLimits(): readonly [least: number, most: number] {
    const [least, most] = this.type.parts ?? [1, Infinity];
    return [least, this.isRaw ? least : most];
  }

  /** Its messages are a Stream's, though it isn't one. */
  get isRaw(): boolean {
    return this.type.hasRawMode === true && this.shadowOptions.get("rawMode") === true;
  }

  /** Called before each bind and connect. What it throws keeps the socket from there. */
  prepareFor(_address: string): void {}

  /** Clears a descriptor's signal, where a look alone doesn't. Called after this thread has waited for it. */
  clearSignal(): void {}

  /** Sends the parts of a message together, where that isn't one native message for each; see `putParts`. */
  sendTogether?(parts: readonly Part[]): boolean;

  /** Releases what `findDescriptor` has acquired. */
  release(): void {}

  protected override readiness(): number {
    const events = getInt(this.pointer, OPTION_NUMBERS.events);
    // An error such as ETERM: a pending operation gets it from its next try, and ends.
    if (events < 0) return READABLE | WRITABLE;
    return hasKept(this.pointer) ? fromEvents(events) | READABLE : fromEvents(events);
  }

  /**
   * Called before each send, after which the socket counts as stale in any case.
   *
   * Fact: a socket's send runs what its peers have reported, such as room in their queues, at most once a millisecond. Failure:
   * with the default mark a Router or a Publisher dropped much of every second 600 messages, though its peer had taken all the
   * earlier ones. Decision: it looks itself, so often that it knows of most of the room. Cost: about a nanosecond.
   */
  beforeSend(): void {
    if (this.#looksAfter === 0 || ++this.#sendsSinceLook < this.#looksAfter) return;
    this.#sendsSinceLook = 0;
    this.look();
  }

  /** What the socket is ready for, when the program asks. It goes the way of every look, so no edge is lost. */
  ask(): number {
    const ready = this.look();
    if (this.dependents > 0) reactor().markStale(this);
    return ready;
  }

  override serve(): void {
    if (this.closed) return;
    if (this.#loan !== undefined) {
      this.#loan.fail(this.receivers);
      return this.#loan.fail(this.senders);
    }
    if (this.dependents === 0 && this.#looksTake()) return this.runCommands();
    const { receivers, senders } = this;
    if (
      this.listeners === undefined && senders.first === undefined && receivers.first !== undefined
    ) {
      // Only receivers: the receive that finds nothing more has consumed the edge, and knows it.
      this.#serveQueue(receivers);
      if (receivers.first === undefined) reactor().queueRecheck(this);
      reactor().setRefused(this, false);
      return;
    }
    // A mandatory Router isn't writable when its last peer has gone, and a send to that one is to fail now.
    let sendUnconditionally = this.type.refusesUnready === true;
    let receiveRefused = false;
    let sendRefused = false;
    let refusedThoughReady = false;
    let handled = false;
    for (;;) {
      if (this.closed) return; // by what was served
      const ready = this.look();
      const readable = (ready & READABLE) !== 0;
      const writable = (ready & WRITABLE) !== 0;
      const receives = receivers.first !== undefined && !receiveRefused &&
        (readable || !receivers.first.tried);
      const sends = senders.first !== undefined && !sendRefused &&
        (writable || sendUnconditionally || !senders.first.tried);
      if (!receives && !sends) {
        if (!readable || this.#backgroundHandler === undefined) break;
        // A socket with messages makes no edge for further ones, so what was left needs a tick of its own.
        if (handled) {
          reactor().postpone(this);
          break;
        }
        handled = true;
        this.#callBackgroundHandler();
        if (this.closed) return;
        continue;
      }
      // A call in one direction may consume what the other waits for, so the loop looks at both again, but no operation
      // that was refused is tried again before the next edge: a ROUTER with one full peer says writable indefinitely.
      // What counts as refused is the operation that was first in the queue before. Behind one that was served, what
      // was ready may just be used up, and the next look finds out.
      if (receives) {
        const { first } = receivers;
        receiveRefused = !this.#serveQueue(receivers) && readable && receivers.first === first;
      }
      if (sends) {
        const { first } = senders;
        const refused = !this.#serveQueue(senders) && senders.first === first;
        sendRefused = refused && writable;
        refusedThoughReady = refused && (writable || sendUnconditionally);
        sendUnconditionally &&= !refused;
      }
      if (this.stale && this.queued) return; // this tick's budget is used up
    }
    reactor().setRefused(this, receiveRefused || refusedThoughReady);
  }

  override fail(error: unknown): void {
    for (const queue of [this.receivers, this.senders]) {
      for (let first; (first = queue.first) !== undefined;) first.fail(error);
    }
    super.fail(error);
  }

  /** Tries the operations of a queue in their order. False where one is left. */
  #serveQueue(queue: Queue<Operation>): boolean {
    if (this.midMessage && queue === this.receivers) return false;
    for (let first; (first = queue.first) !== undefined;) {
      if (!takeBudget()) {
        reactor().postpone(this);
        return true;
      }
      first.tried = true;
      if (first.attempt()) continue;
      if (queue !== this.receivers || !this.unfinished) return false;
      reactor().postpone(this);
      return true;
    }
    return true;
  }

  /**
   * Asked for ZMQ_EVENTS, a SUB takes a message off its queue, to see whether it matches; with `conflate`, the next
   * receive then returns that one, however old, and not the newest. So while nothing waits, the reactor doesn't look at
   * such a socket: it only runs the commands of libzmq's threads. A program that asks whether it's readable, or has it
   * in a Poller, still gets the older one.
   */
  #looksTake(): boolean {
    return this.type.looksTake === true && this.conflates;
  }

  /** Whether it keeps the last message only. */
  get conflates(): boolean {
    return this.type.options?.includes("conflate") === true &&
      getInt(this.pointer, PARTICULAR.conflate.number) === 1;
  }

  /** libzmq runs its commands before it looks at the address to disconnect from, which is empty here. */
  override runCommands(): void {
    if (!this.#looksTake()) return super.runCommands();
    this.stale = false;
    // It fails in any case. Where a signal came first, the commands are still there, and make no edge any more.
    do zmq().zmq_disconnect(this.pointer, NO_ADDRESS); while (failedWith(EINTR));
  }

  /**
   * Has `callback` called whenever messages may be there, instead of a receive that waits: in the middle of whatever
   * the reactor serves, and soon after this call for what has come already. For sockets of the library's own that
   * must be answered at once, also while nothing waits (a monitor's, the ZAP handler's).
   *
   * - It doesn't keep the process alive. While something waits in this isolate, `callback` is called as soon as a
   *   pending receive would be served; while nothing does, and during a wait that blocks the thread, within
   *   {@linkcode BACKGROUND_INTERVAL}.
   * - `callback` should receive until nothing is left (`tryReceive`, `drain`, or `takeMessage` until it returns
   *   `undefined`). It may leave something, so that others have their turn: it's called again in the next turn of
   *   the event loop, and so on until nothing is left.
   * - It may send on the socket, and close it or any other. It runs between two steps of the reactor, so what may take
   *   long, and all of the program's code, belongs in a task or microtask of its own. An error goes to `reportError`,
   *   as one of an event listener's does.
   * - The socket counts as one that something depends on, so another look follows every call of the library on it.
   *
   * A second call replaces the callback, and `undefined` ends it; so does closing.
   */
  setBackgroundHandler(callback: (() => void) | undefined): void {
    if (callback !== undefined) this.assertOpen("zmq_msg_recv");
    const had = this.#backgroundHandler !== undefined;
    if (had !== (callback !== undefined)) {
      if (had) reactor().removeBackground(this);
      else reactor().addBackground(this);
      this.dependents += had ? -1 : 1;
    }
    this.#backgroundHandler = callback;
  }

  #callBackgroundHandler(): void {
    try {
      this.#backgroundHandler!();
    } catch (error) {
      reportError(error);
    }
  }

  /**
   * Serves a whole queue, beyond the tick's budget: for a call that blocks this thread, during which no tick comes, and for
   * an operation whose time is over.
   */
  serveAll(queue: Queue<Operation>): void {
    do {
      resetBudget();
      this.serve();
    } while (queue.first !== undefined && this.stale && !this.midMessage && !this.unfinished);
  }

  /** How long a blocking receive of libzmq's may take, in ms. Only some synchronous receives use it. */
  set blockingLimit(milliseconds: number) {
    if (milliseconds === this.#blockingLimit) return;
    const { number } = RECEIVING.receiveTimeout;
    setBytes(this.pointer, number, "receiveTimeout", intBytes(milliseconds));
    this.#blockingLimit = milliseconds;
  }

  /** Every call that may have consumed the edge ends with this. */
  markStale(): void {
    if (this.dependents > 0) reactor().markStale(this);
  }

  /** Reads an option as a value of a type. */
  getValue<Type extends keyof OptionTypes>(
    option: number,
    name: string,
    type: Type,
  ): OptionTypes[Type] {
    const [size, read] = READERS[type];
    return read(this.getBytes(option, name, size));
  }

  /** Reads an option of up to `size` bytes. */
  getBytes(option: number, name: string, size?: number): Uint8Array<ArrayBuffer> {
    const bytes = getBytes(this.pointer, option, name, size);
    this.markStale();
    return bytes;
  }

  /** Sets an option. */
  setBytes(option: number, name: string, value: Uint8Array | null): void {
    setBytes(this.pointer, option, name, value);
    if (option === OPTION_NUMBERS.connectRoutingId) this.endpoints.nameNext(value);
    // Peers keep the mark with which their queues were made: the least of all counts.
    if (option === SENDING.sendHighWaterMark.number && this.#looksAfter > 0) {
      this.#looksAfter = Math.min(this.#looksAfter, looksAfter(new Int32Array(value!.buffer)[0]));
    }
    this.markStale();
  }

  get linger(): number {
    return this.getValue(COMMON.linger.number, "linger", "int");
  }
  set linger(value: number) {
    this.setBytes(COMMON.linger.number, "linger", intBytes(value));
  }

  /** Marks it as one to which libzmq's threads report. */
  markMonitorSocket(): void {
    this.#isMonitorSocket = true;
    if (this.context.isShared) this.onShared();
  }

  /** Other isolates may use its context from now on. */
  onShared(): void {
    if (!this.#isMonitorSocket || !hasSocketCleanup(this.pointer)) return;
    // libzmq may still report something after this thread's end.
    shareMonitorSocket(this.pointer, this.context.pointer("zmq_socket"));
    removeExitCleanup("zmq_close", this.pointer);
    this.#monitorSocketIsShared = true;
  }

  /**
   * Lends the native socket to another thread. Until it's reclaimed, every call here throws what `refuse` throws, and
   * fails what was put off to a later tick with it. A close of its context calls `reclaim`, which stops that thread's
   * use of the socket and calls {@linkcode Handle.reclaim}.
   */
  lend(call: string, refuse: () => never, reclaim: () => void): Deno.PointerObject {
    const { pointer, context } = this;
    const loan = new Loan(pointer, context.pointer(call), context.isShared, refuse, reclaim);
    loan.begin();
    reactor().unregister(this);
    this.#loan = loan;
    this.#pointer = undefined;
    return pointer;
  }

  /** Ends the loan: the other thread has left the socket. */
  reclaim(): void {
    const loan = this.#loan!;
    loan.end();
    this.#loan = undefined;
    this.#pointer = loan.pointer;
    reactor().register(this);
    // The other thread has consumed the edges of what it has left.
    this.markStale();
  }

  /**
   * Closes: pending operations fail, the reactor and Pollers forget it, and libzmq closes the native socket. Where a
   * step fails, the others are done all the same, and the first error is thrown after them: a context waits
   * indefinitely for a socket that was never closed.
   */
  close(): void {
    if (this.closed) return;
    if (this.#loan !== undefined) {
      if (!this.context.closed) this.#loan.refuse();
      this.#loan.reclaim();
      return this.close();
    }
    this.closed = true;
    this.sendsAtClose = this.pendingSends;
    const { context } = this;
    doAll([
      ...[this.receivers, this.senders].map((queue) => () => {
        for (let first; (first = queue.first) !== undefined;) first.closed();
      }),
      () => doAll([...this.listeners ?? []].map((listener) => () => listener.onClosed())),
      () => this.setBackgroundHandler(undefined),
      () => reactor().unregister(this),
      () => context.remove(this, this.pointer),
      // A monitor goes on until libzmq has reported the end; but the end of the context doesn't wait for that.
      () => context.closed && this.monitor?.stop(),
      () => this.release(),
      () => this.#monitorSocketIsShared && unshareMonitorSocket(this.pointer),
      () => removeSocketCleanup(this.pointer),
      () => this.endpoints.leaveNames(),
      () => dropKept(this.pointer),
      // Fact: libzmq keeps a connection whose queue is full, and which breaks then, for as long as the linger of the closed
      // socket. Failure: a Pull over ipc whose peer was killed kept its context, three threads, and the program's end. Decision:
      // what sends nothing doesn't linger.
      () => this.sends || setLinger(this.pointer, 0),
      () => check(zmq().zmq_close(this.pointer), "zmq_close"),
      () => this.#pointer = undefined,
      () => this.endpoints.clear(),
    ]);
  }
}

/** A socket's handle. Throws `TypeError` for what isn't a socket, on which a method was called that was taken off its own. */
export function handleOf(socket: object): Handle {
  const handle = handleIn(socket);
  if (handle === undefined) throw foreignError("A method of sockets");
  return handle;
}

/** The handle of what a method was called on; undefined where that isn't a socket. */
export function handleIn(target: unknown): Handle | undefined {
  return (target as { [pollable]?: object } | undefined)?.[pollable] as Handle | undefined;
}

/** A socket's handle, or EBADF where it's closed. */
export function openHandleOf(socket: object, call: string): Handle {
  const handle = handleOf(socket);
  if (handle.closed) throw closedError(handle, call);
  return handle;
}
