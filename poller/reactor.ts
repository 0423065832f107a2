/**
 * The reactor: one an isolate. It knows what waits, for what and until when, and waits for all of it at once. One cycle is
 * the synchronous part between two waits:
 *
 *     dispatch   what the last wait has found: sources are served, nested sets are scheduled to gather
 *     recheck    stale sources: a call may have consumed their edge
 *     expire     deadlines: time-outs, and refused sources
 *     gather     Pollers that were told of something look for themselves
 *     schedule   the next wait, as the strategy says: park, or block
 *
 * What is dispatched resolves promises, which get to call before the rest. So a cycle goes on at the end of the microtasks, or
 * begins there where something has begun to wait, or at a tick. Nothing nests it: what user code calls within is queued.
 * `docs/architecture.md` has the rules that it keeps.
 */

import { Alarm } from "./alarm.ts";
import { type BackendKind, EDGE, READABLE } from "./backend.ts";
import { BACKGROUND_INTERVAL, backgroundSources } from "./background.ts";
import { resetBudget } from "./budget.ts";
import { createBackend, createStrategy } from "./create.ts";
import { Deadlines } from "./deadlines.ts";
import { addToSignal, Pending, removeFromSignal } from "./pending.ts";
import { Pool } from "./pool.ts";
import { runtimeTimers } from "./runtime_timers.ts";
import { Source } from "./source.ts";
import { failPending, type NestedSet, WaitSet } from "./wait_set.ts";
import type { Wait, WaitStrategy } from "./wait_strategy.ts";

/** A refused source is asked again after so many ms. */
const REFUSED_INTERVAL = 50;
/** While no thread is parked in their set, sources are looked at this often, in ms, so that their mailboxes stay empty. */
const IDLE_INTERVAL = 1000;
/** While tick follows tick, descriptors are asked this often, in ms. */
const PEEK_INTERVAL = 1;

class Reactor {
  /** Where sources are registered, and most waits take place. */
  readonly #main: WaitSet;
  /** All sets. Others than the main one exist only for Pollers that ask for another backend than the default. */
  readonly #sets: WaitSet[];
  readonly #strategy: WaitStrategy;
  readonly #pool = new Pool((atAll) => this.#lookForItself(atAll));

  /** All sources that are registered. */
  readonly #sources = new Set<Source>();
  /** Sources to be looked at before anything waits. */
  #stale: Source[] = [];
  /** Time-outs, and refused sources. */
  readonly #deadlines = new Deadlines();
  readonly #refused = new Map<Source, Refused>();
  #toGather: NestedSet[] = [];

  #microtaskQueued = false;
  #tickQueued = false;
  /** The runtime has its turn: the tick comes after it. */
  #yielding = false;
  /** The last wait was a yield: the next one isn't, however long it took, so that something is dispatched between two. */
  #yielded = false;
  /** Something was dispatched since this was last false. */
  #dispatched = false;
  /** The last cycle has left something to the next tick. */
  #more = false;
  /** When descriptors were last asked between two ticks. */
  #lastPeek = 0;
  readonly #idle = new Alarm(() => this.#lookAtIdle());
  #settledCallbacks: (() => void)[] = [];

  constructor() {
    const backend = createBackend<Source | NestedSet>();
    this.#strategy = createStrategy(backend);
    this.#main = new WaitSet(backend, this.#pool, this.#onReturn);
    this.#sets = [this.#main];
  }

  // The cycle -------------------------------------------------------------------------------------

  /** A cycle, after what was found has been dispatched. `mayBlock`: this thread has nothing else to do. */
  #cycle(mayBlock: boolean): void {
    let now: number;
    do {
      this.recheck();
      now = performance.now();
      this.#expire(now);
      this.#gather();
    } while (this.#stale.length > 0 && !this.#tickQueued);
    // Where the budget is used up, the next cycle is that tick's.
    this.#more = this.#tickQueued;
    if (!this.#more) this.#schedule(now, mayBlock);
    this.#endCycle();
  }

  #endCycle(): void {
    if (this.#main.pending.size === 0) this.#scheduleIdleLook(IDLE_INTERVAL);
    this.#settle();
  }

  /** Makes the next wait. */
  #schedule(now: number, mayBlock: boolean): void {
    const until = this.#deadlines.earliest;
    const main = this.#main;
    // The main set last: while this thread waits in it, nothing else would begin to wait in the others.
    for (const set of this.#sets) if (set !== main) this.#park(set, until, now);
    const mayWait = main.pending.size > 0 && !main.parked;
    if (mayWait && this.#ask(() => this.#strategy.next(now, until)) === "block") {
      if (!mayBlock) return this.#queueTick();
      if (this.#dispatch(main, this.#strategy.limit)) {
        const ended = performance.now();
        this.#strategy.waited("block", ended, ended - now);
        return this.#queueMicrotask();
      }
    }
    if (!main.parked) main.attempt(() => this.#strategy.disarm());
    this.#park(main, until, now);
  }

  /** Asks the strategy. Its set is the main one, and so are its errors. */
  #ask(question: () => Wait): Wait {
    let wait: Wait = "park";
    this.#main.attempt(() => wait = question());
    return wait;
  }

  /** Has a set's thread wait where something does, less long where it must, and return where nothing does. */
  #park(set: WaitSet, until: number, now: number): void {
    if (set.pending.size === 0) set.unpark();
    else if (!set.parked) set.attempt(() => set.park(until, now));
    else if (until < set.until) set.unpark();
  }

  /**
   * Dispatches what a set has: what its thread has found, or what a wait of so many ms on this thread does. True where
   * there was anything.
   */
  #dispatch(set: WaitSet, wait?: number): boolean {
    this.#dispatched = false;
    set.attempt(() => {
      if (wait === undefined) set.backend.collect(this.#report);
      else set.backend.waitSync(wait, this.#report);
    });
    return this.#dispatched;
  }

  readonly #report = (whom: Source | NestedSet): void => {
    this.#dispatched = true;
    if (whom instanceof Source) serve(whom);
    else this.#toGather.push(whom);
  };

  /** Looks at every stale source, so that nothing waits on a consumed edge. */
  recheck(): void {
    // Swapped first: serving may mark sources as stale again, those whose budget is used up. They wait for the tick that
    // was queued for them.
    const sources = this.#stale;
    if (sources.length === 0) return;
    this.#stale = [];
    for (const source of sources) {
      source.queued = false;
      if (source.stale) serve(source);
    }
    // The source that has used up the budget stands first now, and would do so in every tick.
    const last = this.#stale.shift();
    if (last !== undefined) this.#stale.push(last);
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

  #gather(): void {
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

  // What begins a cycle ----------------------------------------------------------------------------

  /**
   * Something has begun to wait. Put off to the end of the microtasks: a program that receives one message after
   * another would otherwise pay for a wait and a wake each time.
   */
  readonly #onMicrotask = (): void => {
    this.#microtaskQueued = false;
    // Here promises that were just resolved may still be about to call, so this thread may not block.
    if (!this.#tickQueued) this.#cycle(false);
  };

  readonly #onTick = (): void => {
    if (this.#yielding) return;
    // Where nothing waits, no tick follows this one, and the runtime gets its turn anyway.
    if (this.#anyPending() && !this.#mayTick(performance.now())) return;
    this.#tickQueued = false;
    resetBudget();
    this.#cycle(true);
  };

  /** What comes before a tick. False where that is a yield. */
  #mayTick(now: number): boolean {
    if (!this.#yielded && this.#ask(() => this.#strategy.beforeTick(now)) === "yield") {
      this.#yielded = this.#yielding = true;
      this.#pool.yieldToRuntime(this.#onYielded);
      return false;
    }
    this.#yielded = false;
    // Tick follows tick: a source whose many operations use up each budget would otherwise keep all others
    // waiting until it's drained.
    if (this.#more && now - this.#lastPeek >= PEEK_INTERVAL) {
      this.#lastPeek = now;
      for (const set of this.#sets) if (set.pending.size > 0 && !set.parked) this.#dispatch(set, 0);
    }
    return true;
  }

  readonly #onYielded = (): void => {
    this.#yielding = false;
    this.#strategy.waited("yield", performance.now());
    runtimeTimers.setImmediate(this.#onTick);
  };

  /** A set's thread has returned. Promises that are resolved now get to call before the rest of the cycle. */
  readonly #onReturn = (set: WaitSet, ms: number | undefined): void => {
    this.#strategy.waited("park", performance.now(), set === this.#main ? ms : undefined);
    resetBudget();
    if (!this.#dispatch(set)) set.foundNothing();
    this.#queueMicrotask();
    this.#endCycle();
  };

  /**
   * While no thread is parked in the main set, its sources are looked at from time to time, also while nothing waits: peers
   * that come and go leave commands in a mailbox, which grows until someone looks.
   */
  #lookAtIdle(): void {
    if (this.#main.parked) return;
    const found = this.#dispatch(this.#main, 0);
    this.#cycle(false);
    // A look that has found work is followed by the next one soon: such peers fill a mailbox fast.
    if (found) this.#scheduleIdleLook(BACKGROUND_INTERVAL);
  }

  #scheduleIdleLook(interval: number): void {
    if (this.#main.parked || this.#sources.size === 0) return;
    if (backgroundSources.size > 0) interval = BACKGROUND_INTERVAL;
    this.#idle.setEarlier(performance.now() + interval);
  }

  /** No thread of the pool may be there to wait: what is due is done here, and so is a look at all that waits. */
  #lookForItself(atAll: boolean): void {
    if (atAll) {
      for (const source of this.#sources) if (source.dependents > 0) this.queueRecheck(source);
      for (const { pending } of this.#sets) {
        for (const operation of pending) operation.lookForItself();
      }
    }
    this.#queueTick();
  }

  #queueMicrotask(): void {
    if (this.#microtaskQueued || !this.#anyPending()) return;
    this.#microtaskQueued = true;
    runtimeTimers.queueMicrotask(this.#onMicrotask);
  }

  #queueTick(): void {
    if (this.#tickQueued) return;
    this.#tickQueued = true;
    runtimeTimers.setImmediate(this.#onTick);
  }

  // Sources ---------------------------------------------------------------------------------------

  /** Registers a source once, for as long as it's open: edge-triggered where the system can. */
  register(source: Source): void {
    this.#main.backend.add(source.fd, READABLE | EDGE, source);
    this.#sources.add(source);
    this.#scheduleIdleLook(IDLE_INTERVAL);
  }

  /** Undoes `register`; the descriptor must still be open. */
  unregister(source: Source): void {
    this.#main.backend.remove(source.fd);
    this.setRefused(source, false);
    source.stale = false;
    this.#sources.delete(source);
    if (this.#sources.size === 0) this.#idle.stop();
  }

  /**
   * To be called after any call on a source that has `dependents > 0`: the call may have consumed the
   * edge, so the source is looked at again before anything waits.
   */
  markStale(source: Source): void {
    this.queueRecheck(source);
    if (this.#anyParked() || source.background) this.#queueTick();
  }

  /** Has a source looked at before the next wait, without hurry: nothing waits for it. */
  queueRecheck(source: Source): void {
    source.stale = true;
    if (source.queued) return;
    source.queued = true;
    this.#stale.push(source);
  }

  /** Puts a source off to the next tick: this one's budget is used up. */
  postpone(source: Source): void {
    this.queueRecheck(source);
    this.#queueTick();
  }

  /** Remembers whether a source has an operation that was refused although the source was ready. */
  setRefused(source: Source, refused: boolean): void {
    if (source.refused === refused) return;
    source.refused = refused;
    if (refused) {
      const retry = new Refused(source, this);
      this.#refused.set(source, retry);
      this.setDeadline(retry, performance.now() + REFUSED_INTERVAL);
    } else {
      this.#deadlines.remove(this.#refused.get(source)!);
      this.#refused.delete(source);
    }
  }

  /**
   * Serves a source whenever anything can be served, though nothing waits for it and the process isn't kept alive:
   * while a thread is parked its edge wakes that, and while none is, the idle looks come more often. Looks at it soon.
   */
  addBackground(source: Source): void {
    source.background = true;
    backgroundSources.add(source);
    this.#scheduleIdleLook(BACKGROUND_INTERVAL);
    this.postpone(source);
  }

  /** Undoes `addBackground`. */
  removeBackground(source: Source): void {
    source.background = false;
    backgroundSources.delete(source);
  }

  // What waits ------------------------------------------------------------------------------------

  /** Begins to wait: keeps the process alive until `removePending`. */
  addPending(pending: Pending, set: WaitSet = this.#main): void {
    set.pending.add(pending);
    if (pending.deadline !== Infinity) this.setDeadline(pending, pending.deadline, set);
    if (pending.signal !== undefined) addToSignal(pending);
    if (!set.parked) this.#queueMicrotask();
  }

  /** Ends a wait, for whatever reason. */
  removePending(pending: Pending, set: WaitSet = this.#main): void {
    set.pending.delete(pending);
    this.#deadlines.remove(pending);
    if (pending.signal !== undefined) removeFromSignal(pending);
    // Put off by a tick: the same program often waits again at once, and a wake costs a system call.
    if (set.pending.size === 0 && (set.parked || this.#strategy.armed)) this.#queueTick();
  }

  /** Changes when a wait is to be given up. */
  setDeadline(pending: Pending, deadline: number, set: WaitSet = this.#main): void {
    if (pending.place !== -1 && pending.deadline === deadline) return;
    this.#deadlines.remove(pending);
    pending.deadline = deadline;
    if (deadline === Infinity) return;
    this.#deadlines.add(pending);
    if (set.parked && deadline < set.until) set.unpark();
  }

  /** Where a Poller of this kind waits. */
  setFor(kind: BackendKind): WaitSet {
    let set = this.#sets.find(({ backend }) => backend.kind === kind);
    if (set === undefined) {
      set = new WaitSet(createBackend<Source | NestedSet>(kind), this.#pool, this.#onReturn);
      this.#sets.push(set);
    }
    return set;
  }

  /** Has a nested set look for itself, once whatever is under way has been done. */
  scheduleGather(nested: NestedSet): void {
    this.#toGather.push(nested);
    if (this.#anyParked()) this.#queueTick();
    else this.#queueMicrotask();
  }

  /** The same in the next tick: this one's budget is used up. */
  scheduleGatherNextTick(nested: NestedSet): void {
    this.#toGather.push(nested);
    this.#queueTick();
  }

  #anyParked(): boolean {
    for (const set of this.#sets) if (set.parked) return true;
    return false;
  }

  #anyPending(): boolean {
    for (const set of this.#sets) if (set.pending.size > 0) return true;
    return false;
  }

  /** Resolves once no thread is parked for anything; at once while something still waits. */
  settled(): Promise<void> {
    return new Promise((resolve) => {
      this.#settledCallbacks.push(resolve);
      this.#queueTick();
    });
  }

  #settle(): void {
    if (this.#settledCallbacks.length === 0 || this.#pool.busy) return;
    if (!this.#anyPending() && this.#anyParked()) return;
    const callbacks = this.#settledCallbacks;
    this.#settledCallbacks = [];
    for (const resolve of callbacks) resolve();
  }
}

/** Serves a source. An error ends what waits for it; where nothing does, it's an uncaught error. */
function serve(source: Source): void {
  try {
    source.serve();
  } catch (error) {
    source.stale = false;
    if (source.dependents > 0) source.fail(error);
    else reportError(error);
  }
}

/** When a refused source is asked again: a call in the other direction may have consumed its edge. */
class Refused extends Pending {
  constructor(readonly source: Source, readonly reactor: Reactor) {
    super();
  }

  override expire(): void {
    this.reactor.queueRecheck(this.source);
    this.reactor.setDeadline(this, performance.now() + REFUSED_INTERVAL);
  }

  override abort(): void {}
}

export type { NestedSet, Reactor, WaitSet };

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
