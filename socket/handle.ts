/** The engine's record of a socket: serving what waits for it, and closing. */

import type { ContextCore } from "../context_core.ts";
import { doAll } from "../errors.ts";
import { zmq } from "../ffi/libzmq.ts";
import { check } from "../ffi/errno.ts";
import { removeExitCleanup } from "../process/thread_exit.ts";
import { shareMonitorSocket, unshareMonitorSocket } from "../process/monitor_sockets.ts";
import { READABLE, WRITABLE } from "../poller/backend.ts";
import { resetBudget, takeBudget } from "../poller/budget.ts";
import { pollable } from "../poller/pollable.ts";
import { Queue } from "../poller/queue.ts";
import { reactor } from "../poller/reactor.ts";
import { Endpoints } from "./endpoints.ts";
import type { Part } from "./message.ts";
import { MessageLimits } from "./message_limits.ts";
import type { SocketEvent } from "./event_types.ts";
import type { PropertyReader } from "./metadata.ts";
import { type Loan, NativeSocket } from "./native_socket.ts";
import { dropKept } from "./prefetched.ts";
import type { Operation } from "./operation.ts";
import { OPTION_NUMBERS } from "./options_table.ts";
import { hasSocketCleanup, removeSocketCleanup, setLinger } from "./raw_options.ts";
import type { SocketType } from "./types.ts";
import { closedError, foreignError, nameOf } from "./wait_errors.ts";

/** The engine's record of a socket. The context, the reactor and the finalizer hold only this. */
export class Handle extends NativeSocket {
  readonly receivers: Queue<Operation> = new Queue();
  readonly senders: Queue<Operation> = new Queue();
  /** Of its type, for each send: whether it takes any parts, and whether an empty part closes a peer. */
  readonly takesAnyParts: boolean;
  readonly closesPeers: boolean;
  /** How long a receive or a send waits, in ms; -1 indefinitely. */
  receiveTimeout = -1;
  sendTimeout = -1;
  /** How many sends wait, and how many may; and how many did when it was closed. */
  pendingSends = 0;
  maxPendingSends = Infinity;
  sendsAtClose = 0;
  /** What reports on its connections. */
  monitor: { stop(): void; report(event: SocketEvent): void } | undefined;
  #backgroundHandler: (() => void) | undefined;
  /** What each receive reads of a message beside its bytes. */
  metadata: PropertyReader | undefined;
  /** libzmq's threads report to it, and block when it's closed before they have ended. */
  #isMonitorSocket = false;
  #monitorSocketIsShared = false;
  readonly endpoints: Endpoints = new Endpoints(this);

  constructor(pointer: Deno.PointerObject, type: SocketType, context: ContextCore) {
    super(pointer, type, context);
    this.takesAnyParts = type.parts === undefined && type.subscribes !== true;
    this.closesPeers = type.closesPeers === true;
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
    if (this.closed) throw this.closedError(call);
  }

  protected override closedError(call: string): Error {
    return closedError(this, call);
  }

  override setBytes(option: number, name: string, value: Uint8Array | null): void {
    super.setBytes(option, name, value);
    if (option === OPTION_NUMBERS.connectRoutingId) this.endpoints.nameNext(value);
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

  /** Sends the parts of a message together, where that isn't one native message for each; see `putParts`. */
  sendTogether?(parts: readonly Part[]): boolean;

  override serve(): void {
    if (this.closed) return;
    if (this.loan !== undefined) return this.#failLent(this.loan);
    if (this.dependents === 0 && this.looksTake) return this.runCommands();
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

  /** Fails what waits, each operation by the error of every call during the loan. */
  #failLent({ refuse }: Loan): void {
    for (const queue of [this.receivers, this.senders]) {
      for (let first; (first = queue.first) !== undefined;) {
        try {
          refuse();
        } catch (error) {
          first.fail(error);
        }
      }
    }
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
   * Closes: pending operations fail, the reactor and Pollers forget it, and libzmq closes the native socket. Where a
   * step fails, the others are done all the same, and the first error is thrown after them: a context waits
   * indefinitely for a socket that was never closed.
   */
  close(): void {
    if (this.closed) return;
    if (this.loan !== undefined) {
      if (!this.context.closed) this.loan.refuse();
      this.loan.reclaim();
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
      () => check(() => zmq().zmq_close(this.pointer), "zmq_close"),
      () => this.dropPointer(),
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
