/** A socket of libzmq's: its pointer, which may be lent to another thread, its options, and what it's ready for. */

import type { ContextCore } from "../context_core.ts";
import { checkExpected, COMMANDS_DONE } from "../ffi/errno.ts";
import { zmq } from "../ffi/libzmq.ts";
import { addExitCleanup, removeExitCleanup } from "../process/thread_exit.ts";
import { READABLE, WRITABLE } from "../poller/backend.ts";
import { reactor } from "../poller/reactor.ts";
import { Source } from "../poller/source.ts";
import type { MessageLimits } from "./message_limits.ts";
import type { OptionTypes } from "./option_types.ts";
import { COMMON, OPTION_NUMBERS, PARTICULAR, RECEIVING, SENDING } from "./options_table.ts";
import { hasKept } from "./prefetched.ts";
import { fromEvents, getBytes, getInt, intBytes, READERS, setBytes } from "./raw_options.ts";
import type { SocketType } from "./types.ts";

const NO_ADDRESS = new Uint8Array(1);
/** libzmq's high-water mark, in messages. */
const DEFAULT_MARK = 1000;

/** An eighth of the mark: libzmq tells of room in steps of half of it, and what's left is for what is under way. */
const looksAfter = (mark: number) => mark === 0 ? Infinity : Math.max(1, mark >> 3);

/** A socket of libzmq's. What is done with it is the matter of {@linkcode Handle}. */
export abstract class NativeSocket extends Source {
  readonly fd: number;
  closed = false;
  override readonly directions: number;
  /** Its last receive is in the middle of a message: nothing else may receive before its last part. */
  midMessage = false;
  /** How large its messages of several parts may be, where the program has said so. */
  limits: MessageLimits | undefined;
  /** What was set, for options that libzmq can't read back. */
  readonly shadowOptions: Map<string, unknown> = new Map();
  /** The native socket; undefined while it's lent, and once it's closed. */
  #pointer: Deno.PointerObject | undefined;
  #loan: Loan | undefined;
  /** After how many sends it looks whether its peers have made room, where it would drop; 0: never. */
  #looksAfter: number;
  #sendsSinceLook = 0;
  #blockingLimit = -1;

  constructor(
    pointer: Deno.PointerObject,
    readonly type: SocketType,
    readonly context: ContextCore,
  ) {
    super();
    this.#pointer = pointer;
    this.directions = (type.receives ? READABLE : 0) | (type.sends ? WRITABLE : 0);
    this.#looksAfter = type.drops === true ? looksAfter(DEFAULT_MARK) : 0;
    this.fd = this.findDescriptor();
  }

  /** The error of a call on it when it's closed. */
  protected abstract closedError(call: string): Error;

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
    throw this.closedError("zmq_close");
  }

  /** Another thread has it: an operation waits for the next tick, in which it fails. */
  get lent(): boolean {
    return this.#loan !== undefined;
  }

  /** The loan, while another thread has it. */
  protected get loan(): Loan | undefined {
    return this.#loan;
  }

  /** To be called when libzmq has closed it. */
  protected dropPointer(): void {
    this.#pointer = undefined;
  }

  /**
   * Lends the native socket to another thread. Until it's reclaimed, every call here throws what `refuse` throws, and
   * fails what was put off to a later tick with it. A close of its context calls `reclaim`, which stops that thread's
   * use of the socket and calls {@linkcode NativeSocket.reclaim}.
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

  protected findDescriptor(): number {
    return this.getValue(OPTION_NUMBERS.fd, "fd", "int");
  }

  /** Releases what `findDescriptor` has acquired. */
  release(): void {}

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

  /**
   * Asked for ZMQ_EVENTS, a SUB takes a message off its queue, to see whether it matches; with `conflate`, the next
   * receive then returns that one, however old, and not the newest. So while nothing waits, the reactor doesn't look at
   * such a socket: it only runs the commands of libzmq's threads. A program that asks whether it's readable, or has it
   * in a Poller, still gets the older one.
   */
  protected get looksTake(): boolean {
    return this.type.looksTake === true && this.conflates;
  }

  /** Whether it keeps the last message only. */
  get conflates(): boolean {
    return this.type.options?.includes("conflate") === true &&
      getInt(this.pointer, PARTICULAR.conflate.number) === 1;
  }

  /** libzmq runs its commands before it looks at the address to disconnect from, which is empty here. */
  override runCommands(): void {
    if (!this.looksTake) return super.runCommands();
    this.stale = false;
    // It fails in any case. Where a signal came first, the commands are still there, and make no edge any more.
    const run = () => zmq().zmq_disconnect(this.pointer, NO_ADDRESS);
    run();
    checkExpected(run, "zmq_disconnect", COMMANDS_DONE);
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
    // It counts for the queues that there are, too.
    if (option === SENDING.sendHighWaterMark.number && this.#looksAfter > 0) {
      this.#looksAfter = looksAfter(new Int32Array(value!.buffer)[0]);
    }
    this.markStale();
  }

  get linger(): number {
    return this.getValue(COMMON.linger.number, "linger", "int");
  }
  set linger(value: number) {
    this.setBytes(COMMON.linger.number, "linger", intBytes(value));
  }
}

/**
 * How long, in ms, a thread to which a socket was lent may still use it after its last answer. It takes some
 * microseconds to leave the socket.
 */
export const GRACE_PERIOD = 20;

/** A socket on loan. */
export class Loan {
  constructor(
    readonly pointer: Deno.PointerObject,
    readonly context: Deno.PointerObject,
    /** Whether other isolates use its context. */
    readonly shared: boolean,
    /** Throws the error of every call on the socket during the loan. */
    readonly refuse: () => never,
    /** Makes the other thread leave the socket, and ends the loan. */
    readonly reclaim: () => void,
  ) {}

  begin(): void {
    this.#moveCleanup(addExitCleanup, removeExitCleanup);
  }

  end(): void {
    this.#moveCleanup(removeExitCleanup, addExitCleanup);
  }

  /**
   * Moves the socket's exit cleanup. When this thread is terminated, a lent socket may be closed only after the other
   * thread has left it, which it does when the context is shut down. A context that other isolates use isn't shut down, so
   * there the socket stays open.
   */
  #moveCleanup(begin: typeof addExitCleanup, end: typeof addExitCleanup): void {
    if (this.shared) return end("zmq_close", this.pointer);
    begin("zmq_ctx_shutdown", this.context);
    begin("usleep", GRACE_PERIOD * 1000);
  }
}
