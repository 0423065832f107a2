/**
 * The reactor: one an isolate. It knows who waits, for what and until when, and parks one pool
 * thread in the system's waiting call for all of them, only while someone waits.
 */

import { BACKGROUND_INTERVAL, backgroundSources } from "./background.ts";
import { Source } from "./source.ts";
import { type Backend, type BackendKind, EDGE, READABLE } from "./backend.ts";
import { resetBudget } from "./budget.ts";
import { RuntimeYield } from "./runtime_yield.ts";
import { hasExitCleanup } from "../ffi/thread_exit.ts";
import { Alarm } from "./alarm.ts";
import { PoolWatch } from "./pool.ts";
import { createBackend } from "./create.ts";
import { WaitEstimate } from "./wait_estimate.ts";
import { runtimeTimers } from "./runtime_timers.ts";
import { addToSignal, Pending, removeFromSignal } from "./pending.ts";
import { Deadlines } from "./deadlines.ts";

/** A set of descriptors that takes part in a wait of the reactor's: a Poller that waits. */
export interface NestedSet {
  /** Its own descriptors. */
  readonly backend: Backend<unknown>;
  /** Something in the nested set may be ready, or it was told so: it looks for itself, and its wait ends or goes on. */
  gather(): void;
  /** Its wait can't go on. */
  fail(error: unknown): void;
}

/** A source with a pending operation that libzmq refuses though it reports it ready is asked again this often. */
const REFUSED_INTERVAL = 50;
/** While nothing waits where they're registered, open sources are looked at this often, so that their mailboxes stay empty. */
const IDLE_INTERVAL = 1000;
/** While turns leave no time to sleep, descriptors are asked this often. */
const PEEK_INTERVAL = 1;

/**
 * A worker's thread of the pool comes back this often, for nothing: no one can wake it after the worker was
 * terminated.
 */
const WORKERS_INTERVAL = 1000;

/** One kind of waiting call, with its own set of descriptors and its own parked thread. */
class WaitSet {
  readonly backend: Backend<Source | NestedSet>;
  /** What waits here. */
  readonly pending = new Set<Pending>();
  parked = false;
  /** Until when the thread is parked, at the latest; and since when someone has been waiting. */
  until = 0;
  since = 0;
  wakeSent = false;
  readonly estimate = new WaitEstimate(() => this.backend.watchRuntime?.() ?? false);
  /** The last wait was on the isolate's own thread. */
  blocked = false;
  readonly onWake: () => void;

  constructor(
    kind: BackendKind | undefined,
    onWake: (set: WaitSet) => void,
    readonly pool: PoolWatch,
  ) {
    this.backend = createBackend<Source | NestedSet>(kind);
    // Opens the wake-up's descriptor now. Where none is left, a program can handle that its socket
    // can't be opened; it couldn't handle that a later wait can't begin.
    try {
      this.backend.wake();
      this.backend.waitSync(0, () => {});
    } catch (error) {
      this.backend.close();
      throw error;
    }
    this.onWake = () => onWake(this);
  }

  park(until: number, now: number): void {
    let timeout = until === Infinity ? -1 : Math.max(0, until - now);
    if ((timeout === -1 || timeout > WORKERS_INTERVAL) && hasExitCleanup()) {
      timeout = WORKERS_INTERVAL;
    }
    const waited = this.backend.wait(timeout);
    this.parked = true;
    this.blocked = false;
    this.since = now;
    this.wakeSent = false;
    this.until = until;
    this.pool.parked(now, until);
    waited.then(this.onWake, (error) => {
      this.fail(error);
      this.onWake();
    });
  }

  /** Does something with the set. What the set throws belongs to everything that waits in it. */
  attempt(action: () => void): void {
    try {
      action();
    } catch (error) {
      this.fail(error);
    }
  }

  /** Ends every wait: the set can't be waited in. */
  fail(error: unknown): void {
    for (const pending of [...this.pending]) failPending(pending, error);
  }

  wake(): void {
    if (!this.parked || this.wakeSent) return;
    this.wakeSent = true;
    this.backend.wake();
  }

  /** No one waits here. */
  unpark(): void {
    this.wake();
    if (this.blocked) this.backend.disarm!();
    this.blocked = false;
  }

  /** Whether the isolate's own thread is to wait next, for a moment. */
  get shouldBlock(): boolean {
    return this.estimate.shouldBlock && this.pending.size > 0 && !this.parked &&
      this.backend.block !== undefined;
  }
}

/** Serves a source. What it throws ends what waits for it; where nothing does, it's an uncaught error. */
function serve(source: Source): void {
  try {
    source.serve();
  } catch (error) {
    source.stale = false;
    if (source.dependents > 0) source.fail(error);
    else reportError(error);
  }
}

function failPending(pending: Pending, error: unknown): void {
  try {
    pending.abort(error);
  } catch (second) {
    reportError(second);
  }
}

/** When a source with a pending operation that libzmq refuses is to be asked again. */
class Refusal extends Pending {
  constructor(readonly source: Source, readonly reactor: Reactor) {
    super();
  }

  override expire(): void {
    this.reactor.queueRecheck(this.source);
    this.reactor.setDeadline(this, performance.now() + REFUSED_INTERVAL);
  }

  override abort(): void {}
}

class Reactor {
  /** Where sources are registered, and most waits take place. */
  readonly #mainSet: WaitSet;
  /** Others exist only for Pollers that ask for another kind than the default. */
  readonly #sets: WaitSet[];
  readonly #deadlines = new Deadlines();
  readonly #runtimeYield: RuntimeYield;
  /** Sources to be looked at before anything sleeps. */
  #stale: Source[] = [];
  readonly #refused = new Map<Source, Refusal>();
  #toGather: NestedSet[] = [];
  readonly #sources = new Set<Source>();
  #parkQueued = false;
  #tickQueued = false;
  /** The runtime has had its turn since the last one of ours: the next is ours, however long the runtime's took. */
  #yielded = false;
  /** Looks at idle sources while no thread is parked in their set. */
  readonly #idleAlarm = new Alarm(() => this.#lookAtIdle());
  readonly #pool = new PoolWatch((atAll) => this.#lookWithoutPool(atAll));
  #settledCallbacks: (() => void)[] = [];
  /** When descriptors were last asked between two turns. */
  #lastPeek = 0;
  /** Something was ready in the last wait. */
  #reported = false;

  readonly #onMicrotask = () => {
    this.#parkQueued = false;
    // Whatever waits for its turn of the event loop parks at the end of that turn.
    if (this.#tickQueued) return;
    // This thread may wait only where it has nothing else to do, which is so when a turn begins: here,
    // promises that have been resolved may still be about to call.
    if (this.#mainSet.shouldBlock) this.#queueTick();
    else this.#prepareToWait(false);
  };
  readonly #onTick = () => {
    const now = performance.now();
    // Where no one waits, no turn follows this one, and the runtime gets its own anyway.
    if (!this.#yielded && this.#anyPending() && this.#runtimeYield.isDue(now)) {
      this.#yielded = true;
      return this.#runtimeYield.yieldToRuntime(this.#queueImmediate, () => this.#queueTick());
    }
    this.#yielded = false;
    this.#tickQueued = false;
    resetBudget();
    this.#prepareToWait(true);
  };
  readonly #queueImmediate = () => {
    runtimeTimers.setImmediate(this.#onTick);
  };
  readonly #report = (whom: Source | NestedSet) => {
    this.#reported = true;
    if (whom instanceof Source) serve(whom);
    else this.scheduleGather(whom);
  };
  readonly #onWake = (set: WaitSet) => {
    const now = performance.now();
    set.parked = false;
    this.#pool.unparked();
    this.#runtimeYield.markYielded(now);
    if (!set.wakeSent) set.estimate.record(now - set.since);
    resetBudget();
    set.attempt(() => set.backend.collect(this.#report));
    this.#gatherScheduled();
    this.#afterWait();
  };

  constructor() {
    this.#mainSet = new WaitSet(undefined, this.#onWake, this.#pool);
    this.#sets = [this.#mainSet];
    this.#runtimeYield = new RuntimeYield(this.#mainSet.backend, this.#mainSet.estimate);
  }

  /** Registers a source once, for as long as it's open: edge-triggered where the system can. */
  register(source: Source): void {
    this.#mainSet.backend.add(source.fd, READABLE | EDGE, source);
    this.#sources.add(source);
    this.#armIdleLook();
  }

  /** Undoes `register`; the descriptor must still be open. */
  unregister(source: Source): void {
    this.#mainSet.backend.remove(source.fd);
    this.setRefused(source, false);
    source.stale = false;
    this.#sources.delete(source);
    if (this.#sources.size === 0) this.#idleAlarm.stop();
  }

  /**
   * To be called after any call on a source that has `dependents > 0`: the call may have consumed the
   * edge, so the source is looked at again before anything sleeps.
   */
  markStale(source: Source): void {
    this.queueRecheck(source);
    if (this.#anyParked() || source.background) this.#queueTick();
  }

  /**
   * Serves a source as soon as anything can be served, though no one waits for it and the process isn't kept alive:
   * while a thread is parked its edge wakes that, and while none is, the idle timer runs faster. Looks at it soon.
   */
  addBackground(source: Source): void {
    source.background = true;
    backgroundSources.add(source);
    if (backgroundSources.size === 1) this.#armIdleLook();
    this.postpone(source);
  }

  /** Undoes `addBackground`. */
  removeBackground(source: Source): void {
    source.background = false;
    backgroundSources.delete(source);
  }

  /** Has a source looked at before the next sleep, without hurry: no one waits for it. */
  queueRecheck(source: Source): void {
    source.stale = true;
    if (source.queued) return;
    source.queued = true;
    this.#stale.push(source);
  }

  /** Puts a source off to the next turn of the event loop: this turn's budget is used up. */
  postpone(source: Source): void {
    this.queueRecheck(source);
    this.#queueTick();
  }

  /** Records whether a source has a pending operation that was refused although the source was ready. */
  setRefused(source: Source, refused: boolean): void {
    if (source.refused === refused) return;
    source.refused = refused;
    if (refused) {
      const refusal = new Refusal(source, this);
      this.#refused.set(source, refusal);
      this.setDeadline(refusal, performance.now() + REFUSED_INTERVAL);
    } else {
      this.#deadlines.remove(this.#refused.get(source)!);
      this.#refused.delete(source);
    }
  }

  /** Begins to wait: keeps the process alive until `leave`. */
  addPending(pending: Pending, set: WaitSet = this.#mainSet): void {
    set.pending.add(pending);
    if (pending.deadline !== Infinity) this.setDeadline(pending, pending.deadline, set);
    if (pending.signal !== undefined) addToSignal(pending);
    if (!set.parked) this.#queuePark();
  }

  /** Changes when a wait is to be given up. */
  setDeadline(pending: Pending, deadline: number, set: WaitSet = this.#mainSet): void {
    if (pending.place !== -1 && pending.deadline === deadline) return;
    this.#deadlines.remove(pending);
    pending.deadline = deadline;
    if (deadline === Infinity) return;
    this.#deadlines.add(pending);
    if (set.parked && deadline < set.until) set.wake();
  }

  /** Ends a wait, for whatever reason. */
  removePending(pending: Pending, set: WaitSet = this.#mainSet): void {
    set.pending.delete(pending);
    this.#deadlines.remove(pending);
    if (pending.signal !== undefined) removeFromSignal(pending);
    // Put off by a turn: the same program often waits again at once, and waking costs a system call.
    if (set.pending.size === 0 && (set.parked || set.blocked)) this.#queueTick();
  }

  /** Where a Poller of this kind waits. */
  setFor(kind: BackendKind): WaitSet {
    let set = this.#sets.find((set) => set.backend.kind === kind);
    if (set === undefined) this.#sets.push(set = new WaitSet(kind, this.#onWake, this.#pool));
    return set;
  }

  /** Has a nested set look for itself, once whatever is under way has been done. */
  scheduleGather(nested: NestedSet): void {
    this.#toGather.push(nested);
    if (this.#anyParked()) this.#queueTick();
    else this.#queuePark();
  }

  /** The same in the next turn of the event loop: this turn's budget is used up. */
  scheduleGatherNextTick(nested: NestedSet): void {
    this.#toGather.push(nested);
    this.#queueTick();
  }

  /** Looks at every stale source, so that no one sleeps on a consumed edge. */
  recheck(): void {
    // Serving may run user code's promises only later, but it may list sources again: those whose
    // budget is used up. They wait for the turn that was queued for them.
    const sources = this.#stale;
    if (sources.length === 0) return;
    this.#stale = [];
    for (const source of sources) {
      source.queued = false;
      if (source.stale) serve(source);
    }
    // The source that has used up the budget stands first now, and would do so in every turn.
    const last = this.#stale.shift();
    if (last !== undefined) this.#stale.push(last);
  }

  /** Resolves once no thread is parked for anyone; at once while something still waits. */
  settled(): Promise<void> {
    return new Promise((resolve) => {
      this.#settledCallbacks.push(resolve);
      this.#queueTick();
    });
  }

  /** What is to be done before sleeping; then sleeps, where anyone waits. */
  #prepareToWait(mayBlock: boolean): void {
    let now: number;
    do {
      this.recheck();
      now = performance.now();
      this.#expire(now);
      this.#gatherScheduled();
      if (this.#tickQueued) return this.#peek(now);
    } while (this.#stale.length > 0);
    const until = this.#deadlines.earliest;
    // The main set last: while this thread waits in it, nothing else would begin to wait in the others.
    for (const set of this.#sets.slice(1)) this.#updateThread(set, until, now);
    if (mayBlock && this.#block(until, now)) return;
    this.#updateThread(this.#mainSet, until, now);
    this.#afterWait();
  }

  #updateThread(set: WaitSet, until: number, now: number): void {
    if (set.pending.size === 0) set.unpark();
    else if (!set.parked) set.attempt(() => set.park(until, now));
    else if (until < set.until) set.wake();
  }

  /** Waits on this thread for a moment, where it's likely that something comes. False where nothing did. */
  #block(until: number, now: number): boolean {
    const { backend, estimate } = this.#mainSet;
    if (!this.#mainSet.shouldBlock || until < now + estimate.bound) return false;
    this.#reported = false;
    this.#mainSet.blocked = true;
    let byRuntime = false;
    this.#mainSet.attempt(() => byRuntime = backend.block!(this.#report));
    if (!this.#reported) return false;
    const ended = performance.now();
    estimate.record(ended - now);
    if (byRuntime) this.#runtimeYield.markRuntimeReady();
    this.#gatherScheduled();
    this.#afterWait();
    return true;
  }

  /**
   * Instead of a sleep, while a turn follows another: finds what has fired meanwhile. A source whose
   * many pending operations use up every turn would else keep all others waiting until it's drained.
   */
  #peek(now: number): void {
    if (now - this.#lastPeek < PEEK_INTERVAL) return;
    this.#lastPeek = now;
    for (const set of this.#sets) {
      if (set.pending.size > 0 && !set.parked) {
        set.attempt(() => set.backend.waitSync(0, this.#report));
      }
    }
  }

  /** After a wake: what was left, and the next sleep. */
  #afterWait(): void {
    if (this.#sets.some((set) => set.pending.size > 0 && !set.parked)) this.#queuePark();
    if (this.#mainSet.pending.size === 0) this.#armIdleLook();
    if (this.#settledCallbacks.length === 0 || this.#runtimeYield.inFlight || this.#pool.asking) {
      return;
    }
    if (this.#anyPending() || !this.#anyParked()) {
      const callbacks = this.#settledCallbacks;
      this.#settledCallbacks = [];
      for (const resolve of callbacks) resolve();
    }
  }

  #expire(now: number): void {
    for (let due; (due = this.#deadlines.takeDue(now)) !== undefined;) {
      try {
        due.expire();
      } catch (error) {
        failPending(due, error);
      }
    }
  }

  #gatherScheduled(): void {
    while (this.#toGather.length > 0) {
      const nestedSets = this.#toGather;
      this.#toGather = [];
      for (const nested of nestedSets) {
        try {
          nested.gather();
        } catch (error) {
          nested.fail(error);
        }
      }
    }
  }

  #queuePark(): void {
    if (this.#parkQueued) return;
    this.#parkQueued = true;
    runtimeTimers.queueMicrotask(this.#onMicrotask);
  }

  #queueTick(): void {
    if (this.#tickQueued) return;
    this.#tickQueued = true;
    this.#queueImmediate();
  }

  #anyParked(): boolean {
    for (const set of this.#sets) if (set.parked) return true;
    return false;
  }

  #anyPending(): boolean {
    for (const set of this.#sets) if (set.pending.size > 0) return true;
    return false;
  }

  /** The next look comes soon where the last one found something: peers that come and go fill a mailbox fast. */
  #armIdleLook(found = false): void {
    if (this.#mainSet.parked || this.#sources.size === 0) return;
    const soon = found || backgroundSources.size > 0;
    this.#idleAlarm.setEarlier(performance.now() + (soon ? BACKGROUND_INTERVAL : IDLE_INTERVAL));
  }

  #lookAtIdle(): void {
    if (this.#mainSet.parked) return;
    this.#reported = false;
    this.#mainSet.attempt(() => this.#mainSet.backend.waitSync(0, this.#report));
    this.recheck();
    this.#armIdleLook(this.#reported);
  }

  /** No thread of the pool may be there to wait: what is due is done here, and so is a look at all that waits. */
  #lookWithoutPool(atAll: boolean): void {
    if (atAll) {
      for (const source of this.#sources) if (source.dependents > 0) this.queueRecheck(source);
      for (const { pending } of this.#sets) {
        for (const operation of pending) operation.lookForItself();
      }
    }
    this.#queueTick();
  }
}

export type { Reactor, WaitSet };

let instance: Reactor | undefined;

/** This isolate's reactor, made at the first call. */
export function reactor(): Reactor {
  return instance ??= new Reactor();
}

/**
 * Resolves when the runtime's thread that waited for descriptors has been given back; at once while
 * something still waits. Useful at the end of a test, whose sanitizers count that thread.
 */
export function settled(): Promise<void> {
  return instance === undefined ? Promise.resolve() : instance.settled();
}
