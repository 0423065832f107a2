/** A proxy at work: its relays in the reactor, until it's ended. */

import { stateError } from "../ffi/errno.ts";
import { READABLE, WRITABLE } from "../poller/backend.ts";
import { reactor } from "../poller/reactor.ts";
import { type Listener, Source } from "../poller/source.ts";
import { Pending } from "../poller/pending.ts";
import type { Handle } from "../socket/handle.ts";
import type { Frame } from "../socket/frame.ts";
import { nameOf } from "../socket/wait_errors.ts";
import { FilteredRelay, type ProxyFilter } from "./filtered.ts";
import {
  BLOCKED,
  type Count,
  EMPTY,
  type End,
  LATE,
  LIMIT,
  NativeRelay,
  type Relay,
} from "./relay.ts";

/** How many messages go in one direction before the other one has its turn. */
const BATCH = 256;

/** What a proxy works with. */
export interface Work {
  readonly front: Handle;
  readonly back: Handle;
  readonly capture: Handle | undefined;
  readonly filter: ProxyFilter | undefined;
}

/** Whether one socket can send what the other receives. */
export function passes(from: Handle, to: Handle): boolean {
  return from.type.receives && to.type.sends;
}

/** A proxy at work, in words. */
export function whatOf({ front, back }: Work): string {
  return `Proxy.run: ${nameOf(front)}, and ${nameOf(back)}`;
}

/** A message that was received from one socket, and for which the other had no room until the end. */
export interface Unsent {
  direction: "toBack" | "toFront";
  message: Frame[];
}

/** What was passed on in each direction. */
export interface Counts {
  readonly toBack?: Readonly<Count> | undefined;
  readonly toFront?: Readonly<Count> | undefined;
}

/** A proxy at work, as the public class uses it. */
export interface Engine {
  readonly closed: boolean;
  readonly paused: boolean;
  readonly counts: Counts;
  /** The messages that couldn't be sent until the end. */
  readonly unsent: readonly Unsent[];
  /** Settles at the end. */
  readonly whole: Promise<void>;
  pause(): void;
  resume(): void;
  /** Passes on what has come, for up to so many ms, and ends. */
  drain(limit: number): void;
  /** Ends at once. */
  end(): void;
}

/** The pending operation that keeps the process alive while the proxy works. */
class PendingRun extends Pending {
  constructor(readonly run: Run, readonly work: Work) {
    super();
  }

  override get what(): string {
    return whatOf(this.work);
  }

  override expire(): void {
    this.run.end();
  }

  override abort(reason: unknown): void {
    this.run.end(reason);
  }
}

/** One of the proxy's sockets. */
class Side implements End, Listener {
  #stale = true;
  ready = 0;

  constructor(readonly run: Run, readonly handle: Handle, readonly name: string) {
    handle.addListener(this);
  }

  get stale(): boolean {
    return this.#stale;
  }
  set stale(stale: boolean) {
    this.#stale = stale || this.#needsLook;
  }

  /** Whether something else waits for it, too. */
  get shared(): boolean {
    return this.handle.dependents > 1;
  }

  look(): number {
    this.#stale = false;
    return this.ready = this.handle.look();
  }

  /** Looks, and serves what else waits for the socket. */
  recheck(): void {
    this.#stale = false;
    this.ready = 0;
    if (this.shared) this.handle.serve();
    else this.look();
  }

  onReady(ready: number): void {
    this.ready = ready;
    this.run.onSideReady();
  }

  onClosed(): void {
    const message = `The proxy's ${this.name} socket was closed while it ran`;
    this.run.end(stateError("EBADF", "zmq_msg_recv", message));
  }

  onFailed(error: unknown): void {
    this.run.end(error);
  }

  stopListening(): void {
    this.handle.removeListener(this);
    if (!this.handle.closed) this.handle.markStale();
  }

  /**
   * Whether a receive that finds nothing doesn't count as a look: the descriptors of thread-safe sockets stay readable until
   * a look, and a Request or a Reply out of turn doesn't run its commands.
   */
  get #needsLook(): boolean {
    const { takesTurns, threadSafe } = this.handle.type;
    return takesTurns === true || threadSafe === true;
  }
}

/**
 * A proxy at work.
 *
 * It's a source without a descriptor. Each look at its sockets marks it as stale, so that the reactor serves it before
 * anything waits. Then each relay moves what there is. A socket that was called since it was last found empty is looked at
 * again, by the rules of all sockets; a receive that finds nothing counts as a look.
 */
export class Run extends Source implements Engine {
  readonly fd = -1;
  readonly #relays: { readonly toBack: Relay | undefined; readonly toFront: Relay | undefined };
  readonly whole: Promise<void>;
  readonly #all: Relay[];
  readonly #sides: Side[];
  readonly #pending: PendingRun;
  readonly #finish: () => void;
  #settle!: { resolve(): void; reject(reason: unknown): void };
  #paused = false;
  #draining = false;
  #busy = false;
  #ended = false;
  unsent: readonly Unsent[] = [];

  /** Begins to work. `finish` is called at the end, before `whole` settles. */
  constructor(work: Work, finish: () => void) {
    super();
    this.#finish = finish;
    this.#pending = new PendingRun(this, work);
    const front = new Side(this, work.front, "front-end");
    const back = work.back === work.front ? front : new Side(this, work.back, "back-end");
    const capture = work.capture && new Side(this, work.capture, "capture");
    this.#sides = [...new Set([front, back, ...capture ? [capture] : []])];
    const relay = (source: Side, target: Side, direction: "toBack" | "toFront") =>
      work.filter === undefined
        ? new NativeRelay(source, target, capture)
        : new FilteredRelay(source, target, capture, work.filter, direction);
    this.#relays = {
      toBack: passes(work.front, work.back) ? relay(front, back, "toBack") : undefined,
      toFront: back !== front && passes(work.back, work.front)
        ? relay(back, front, "toFront")
        : undefined,
    };
    this.#all = Object.values(this.#relays).filter((relay) => relay !== undefined);
    this.whole = new Promise((resolve, reject) => this.#settle = { resolve, reject });
    reactor().addPending(this.#pending);
    reactor().markStale(this);
  }

  override get closed(): boolean {
    return this.#ended;
  }

  get paused(): boolean {
    return this.#paused;
  }

  pause(): void {
    if (!this.#draining) this.#setPaused(true);
  }

  resume(): void {
    if (!this.#paused) return;
    this.#setPaused(false);
    reactor().markStale(this);
  }

  get counts(): Counts {
    const { toBack, toFront } = this.#relays;
    return { toBack: toBack?.count, toFront: toFront?.count };
  }

  drain(limit: number): void {
    if (limit <= 0) return this.end();
    reactor().setDeadline(this.#pending, performance.now() + limit);
    if (this.#draining) return;
    this.#draining = true;
    this.#setPaused(false);
    for (const relay of this.#all) relay.emptied = false;
    reactor().markStale(this);
  }

  /** Ends at once. */
  end(...[error]: unknown[]): void {
    if (this.#ended) return;
    this.#ended = true;
    reactor().removePending(this.#pending);
    const unsent: Unsent[] = [];
    for (const direction of ["toBack", "toFront"] as const) {
      const message = this.#relays[direction]?.end();
      if (message !== undefined) unsent.push({ direction, message });
    }
    this.unsent = unsent;
    for (const side of this.#sides) side.stopListening();
    try {
      this.#finish();
    } catch (thrown) { // by a program's own close, say
      error ??= thrown;
    }
    if (error === undefined) this.#settle.resolve();
    else this.#settle.reject(error);
  }

  /** A look at one of its sockets has had a result. */
  onSideReady(): void {
    if (!this.#busy && !this.#ended && !this.#paused) reactor().markStale(this);
  }

  protected override readiness(): number {
    return 0;
  }

  override serve(): void {
    this.stale = false;
    if (this.#ended || this.#paused || this.#busy) return;
    this.#busy = true;
    try {
      this.#work();
    } catch (error) {
      this.end(error);
    } finally {
      this.#busy = false;
    }
  }

  #work(): void {
    for (let fruitless = 0; fruitless < 2;) {
      let moved = 0;
      let further = false;
      for (const relay of this.#all) {
        moved += relay.move(BATCH);
        if (this.#ended) return;
        if (this.#paused) return this.#rest(); // a filter has paused it
        if (relay.outcome === LATE) {
          reactor().postpone(this);
          return this.#rest();
        }
        further ||= relay.outcome === LIMIT;
      }
      // The other direction's receive, which found nothing, may have heard that there is room again.
      for (const { blockedBy } of this.#all) if (blockedBy !== undefined) blockedBy.stale = true;
      if (this.#draining && this.#all.every((relay) => relay.emptied && !relay.holds)) {
        return this.end();
      }
      fruitless = moved > 0 ? 0 : fruitless + 1;
      if (!further && !this.#recheck(fruitless === 2)) return;
    }
  }

  /** Looks at the sockets that were called, and returns whether anything can be moved now. */
  #recheck(last: boolean): boolean {
    let ready = false;
    for (const side of this.#sides) {
      const awaited = this.#all.some((relay) =>
        relay.blockedBy === side || (relay.source === side && relay.outcome === EMPTY)
      );
      if (!side.shared && !(awaited && side.stale)) continue;
      side.recheck();
      if (this.#ended) return false;
      const some = this.#all.some((relay) => {
        const wanted = relay.outcome === BLOCKED
          ? relay.blockedBy === side ? WRITABLE : 0
          : relay.source === side
          ? READABLE
          : 0;
        return (side.ready & wanted) !== 0;
      });
      // It reports that it's ready, and refuses: it's tried again later.
      if (some && last) reactor().setRefused(side.handle, true);
      ready ||= some;
    }
    return ready;
  }

  #setPaused(paused: boolean): void {
    this.#paused = paused;
    for (const relay of this.#all) relay.paused = paused;
  }

  /** Leaves the rest to another turn, and queues a look at sockets for which something else waits. */
  #rest(): void {
    for (const side of this.#sides) if (side.shared) reactor().queueRecheck(side.handle);
  }
}
