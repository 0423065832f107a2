/**
 * The reactor, one for each isolate. It knows every pending operation, its source and its deadline, and waits for all of
 * them at once. One cycle is the synchronous part between two waits:
 *
 *     dispatch   what the last wait has found: sources are served, nested sets are scheduled to gather
 *     recheck    stale sources: a call may have consumed their edge
 *     expire     deadlines: time-outs, and refused sources
 *     gather     Pollers that may have something look for themselves
 *     schedule   the next wait, as the strategy says: park, or block
 *
 * Dispatching resolves promises, and their programs make calls before the rest of the cycle. So a cycle goes on at the
 * end of the microtasks. It begins there as well when something has begun to wait; or at a tick, or with a look at idle
 * sources. It never nests: what user code calls within it is queued. `docs/architecture.md` has the rules that it keeps.
 */

import { Alarm } from "./alarm.ts";
import { type BackendKind, EDGE, READABLE } from "./backend.ts";
import { BACKGROUND_INTERVAL, backgroundSources } from "./background.ts";
import { resetBudget } from "./budget.ts";
import { createBackend, createStrategy } from "./create.ts";
import { Deadlines } from "./deadlines.ts";
import { addToSignal, type Pending, removeFromSignal } from "./pending.ts";
import { Pool } from "./pool.ts";
import { Retry } from "./retry.ts";
import { runtimeTimers } from "./runtime_timers.ts";
import { openSources, serve, Source } from "./source.ts";
import { failPending, type NestedSet, WaitSet } from "./wait_set.ts";
import type { Wait, WaitStrategy } from "./wait_strategy.ts";

/** While no thread is parked in their set, sources are looked at this often, in ms, to keep their mailboxes empty. */
const IDLE_INTERVAL = 1000;
/** While one tick follows another, descriptors are polled this often, in ms. */
const PEEK_INTERVAL = 1;

class Reactor {
  /** The set in which sources are registered, and most waits take place. */
  readonly #main: WaitSet;
  /** All sets. Only a Poller that asks for another backend than the default adds one to the main set. */
  readonly #sets: WaitSet[];
  readonly #strategy: WaitStrategy;
  readonly #pool = new Pool((atAll) => this.#lookForItself(atAll));

  /** Sources to be looked at before anything waits. */
  #stale: Source[] = [];
  /** Time-outs, and refused sources. */
  readonly #deadlines = new Deadlines<Pending>();
  #toGather: NestedSet[] = [];

  #microtaskQueued = false;
  #tickQueued = false;
  /** A yield preceded the last tick. The next isn't one, however long it took, so that a dispatch comes between two. */
  #yielded = false;
  /** The last `#dispatch` has found something. */
  #dispatched = false;
  /** The last cycle has left work to the next tick. */
  #more = false;
  /** When descriptors were last polled between two ticks. */
  #lastPeek = 0;
  readonly #idle = new Alarm(() => this.#lookAtIdle());
  /** Calls on the pool that last: native proxies. */
  readonly poolCalls: Set<{ readonly what: string }> = new Set();
  #idleCallbacks: (() => void)[] = [];
  /** What is called in the next tick. */
  #putOff: (() => void)[] = [];

  constructor() {
    const backend = createBackend<Source | NestedSet>();
    this.#strategy = createStrategy(backend);
    this.#main = new WaitSet(backend, this.#pool, this.#onReturn);
    this.#sets = [this.#main];
  }

  // The cycle -------------------------------------------------------------------------------------

  /** A cycle from `recheck` on. `mayBlock`: this thread has nothing else to do. */
  #cycle(mayBlock: boolean): void {
    try {
      let now: number;
      do {
        this.recheck();
        now = performance.now();
        this.#expire(now);
        this.#gather();
      } while (this.#stale.length > 0 && !this.#tickQueued);
      // If the budget is used up, the queued tick does the next cycle.
      this.#more = this.#tickQueued;
      if (!this.#more) this.#schedule(now, mayBlock);
    } catch (error) {
      // It belongs to no one wait, and a cycle that ends early would leave all of them behind.
      for (const set of this.#sets) set.fail(error);
    }
    this.#endCycle();
  }

  #endCycle(): void {
    if (this.#main.pending.size === 0) this.#scheduleIdleLook(IDLE_INTERVAL);
    this.#checkIdle();
  }

  /** Begins the next wait. */
  #schedule(now: number, mayBlock: boolean): void {
    const until = this.#deadlines.earliest;
    const main = this.#main;
    // The main set is last: while this thread blocks in it, no thread could be parked in the others.
    for (const set of this.#sets) if (set !== main) this.#park(set, until, now);
    const mayWait = main.pending.size > 0 && !main.parked;
    if (mayWait && this.#ask(() => this.#strategy.next(now, until)) === "block") {
      if (!mayBlock) return this.#queueTick();
      if (this.#dispatch(main, this.#strategy.limit)) {
        const ended = performance.now();
        this.#recordWait("block", ended, ended - now);
        return this.#queueMicrotask();
      }
    }
    if (!main.parked) main.attempt(() => this.#strategy.disarm());
    this.#park(main, until, now);
  }

  /** Asks the strategy. It works in the main set, whose waits its errors end. */
  #ask(question: () => Wait): Wait {
    let wait: Wait = "park";
    this.#main.attempt(() => wait = question());
    return wait;
  }

  /** Reports to the strategy how a wait has ended. */
  #recordWait(wait: Wait, now: number, ms?: number): void {
    this.#main.attempt(() => this.#strategy.waited(wait, now, ms));
  }

  /** Parks a set's thread if something waits there, wakes it if it would wait too long, and unparks it if nothing does. */
  #park(set: WaitSet, until: number, now: number): void {
    if (set.pending.size === 0) set.unpark();
    else if (!set.parked) set.attempt(() => set.park(until, now));
    else set.returnBy(until);
  }

  /**
   * Dispatches what a set's thread has found, or what a wait of `wait` ms on this thread finds. Returns whether there was
   * anything.
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
    // Swapped first: a source that meets the end of the budget is marked as stale again, and waits for the queued tick.
    const sources = this.#stale;
    if (sources.length === 0) return;
    this.#stale = [];
    for (const source of sources) {
      source.queued = false;
      if (source.stale) serve(source);
    }
    // The source that has used up the budget is first now, and would be first in every tick.
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

  // What starts a cycle ----------------------------------------------------------------------------

  /**
   * Something has begun to wait.
   *
   * Fact: a program that receives one message after another calls again in a microtask of its last answer.
   * Failure: it paid for parking and waking a thread with each message.
   * Decision: parking is put off to the end of the microtasks, and unparking to the next tick (see `removePending`).
   * Cost: a microtask for each wait that begins.
   */
  readonly #onMicrotask = (): void => {
    this.#microtaskQueued = false;
    // Programs of promises that were just resolved may still be about to call, so this thread must not block.
    if (!this.#tickQueued) this.#cycle(false);
  };

  readonly #onTick = (): void => {
    // If nothing waits, no tick follows this one, and the runtime polls anyway.
    const waits = this.#putOff.length > 0 || this.#anyPending();
    if (waits && !this.#mayTick(performance.now())) return;
    this.#tickQueued = false;
    resetBudget();
    const putOff = this.#putOff;
    this.#putOff = [];
    this.#cycle(putOff.length === 0);
    for (const callback of putOff) callback();
  };

  /** Does what comes before a tick. Returns false if that is a yield, after which the tick comes. */
  #mayTick(now: number): boolean {
    if (!this.#yielded && this.#ask(() => this.#strategy.beforeTick(now)) === "yield") {
      this.#yield();
      if (this.#yielded) return false;
    }
    this.#yielded = false;
    // One tick follows another: a source whose many operations use up each budget would keep all others waiting
    // until it's drained.
    if (this.#more && now - this.#lastPeek >= PEEK_INTERVAL) {
      this.#lastPeek = now;
      for (const set of this.#sets) if (!set.parked) this.#dispatch(set, 0);
    }
    return true;
  }

  #yield(): void {
    this.#main.attempt(() => {
      this.#pool.yieldToRuntime(this.#onYielded);
      this.#yielded = true;
    });
  }

  readonly #onYielded = (): void => {
    this.#recordWait("yield", performance.now());
    runtimeTimers.setImmediate(this.#onTick);
  };

  /** A set's thread has returned. Programs whose promises this resolves make calls before the rest of the cycle. */
  readonly #onReturn = (set: WaitSet, now: number, ms: number | undefined): void => {
    this.#recordWait("park", now, set === this.#main ? ms : undefined);
    resetBudget();
    if (!this.#dispatch(set)) set.foundNothing();
    this.#queueMicrotask();
    this.#endCycle();
  };

  /**
   * Looks at the sources of the main set from time to time while no thread is parked in it, also while nothing waits.
   *
   * Fact: peers that come and go leave commands in a socket's mailbox until a call runs them.
   * Failure: an idle socket's mailbox grew to 360 MB in 100,000 connections.
   * Decision: each source whose descriptor has fired is looked at, once a second, and soon again after a look that found
   * work.
   * Cost: one system call a second, from a timer that doesn't keep the process alive.
   */
  #lookAtIdle(): void {
    if (this.#main.parked) return;
    const found = this.#dispatch(this.#main, 0);
    this.#cycle(false);
    // Such peers fill a mailbox fast.
    if (found) this.#scheduleIdleLook(BACKGROUND_INTERVAL);
  }

  #scheduleIdleLook(interval: number): void {
    if (this.#main.parked || openSources.size === 0) return;
    if (backgroundSources.size > 0) interval = BACKGROUND_INTERVAL;
    // While nothing waits, the deadlines are those of operations that don't keep the process alive.
    let at = this.#deadlines.earliest;
    // A look that is scheduled already comes no later than an idle one would now, so the clock (80 ns) isn't read.
    if (interval !== IDLE_INTERVAL || !this.#idle.isSet) {
      at = Math.min(at, performance.now() + interval);
    }
    this.#idle.setEarlier(at);
  }

  /** Does a cycle while the pool may have no thread for a wait; with `atAll`, it looks at everything that waits. */
  #lookForItself(atAll: boolean): void {
    if (atAll) {
      for (const source of openSources) if (source.dependents > 0) this.queueRecheck(source);
      for (const { pending } of this.#sets) {
        for (const operation of pending) operation.lookForItself();
      }
    }
    this.#queueTick();
  }

  #queueMicrotask(): void {
    // With nothing pending the cycle would only disarm the strategy, and promises may be about to wait again.
    if (this.#anyPending()) this.#queueCycle();
  }

  #queueCycle(): void {
    if (this.#microtaskQueued) return;
    this.#microtaskQueued = true;
    runtimeTimers.queueMicrotask(this.#onMicrotask);
  }

  #queueTick(): void {
    if (this.#tickQueued) return;
    this.#tickQueued = true;
    runtimeTimers.setImmediate(this.#onTick);
  }

  // Sources ---------------------------------------------------------------------------------------

  /** Registers a source once, for as long as it's open: edge-triggered if the system can. */
  register(source: Source): void {
    this.#main.backend.add(source.fd, READABLE | EDGE, source);
    openSources.add(source);
    this.#scheduleIdleLook(IDLE_INTERVAL);
  }

  /** Undoes `register`; the descriptor must still be open. */
  unregister(source: Source): void {
    this.#main.backend.remove(source.fd);
    this.setRefused(source, false);
    source.stale = false;
    openSources.delete(source);
    if (openSources.size === 0) this.#idle.stop();
  }

  /**
   * Marks a source as stale, after any call on it while it has `dependents > 0`: the call may have consumed the edge,
   * so the source is looked at again before anything waits.
   */
  markStale(source: Source): void {
    this.queueRecheck(source);
    if (this.#anyParked() || source.backgroundUses > 0) this.#queueTick();
  }

  /** Queues a look at a source before the next wait, without starting a cycle. */
  queueRecheck(source: Source): void {
    source.stale = true;
    if (source.queued) return;
    source.queued = true;
    this.#stale.push(source);
  }

  /** Puts a source off to the next tick, since this one's budget is used up. */
  postpone(source: Source): void {
    this.queueRecheck(source);
    this.#queueTick();
  }

  /** Calls back in the next tick, after others, since this one's budget is used up. */
  putOff(callback: () => void): void {
    this.#putOff.push(callback);
    this.#more = true;
    this.#queueTick();
  }

  /** Records whether a source has an operation that was refused although the source reports that it's ready. */
  setRefused(source: Source, refused: boolean): void {
    if ((source.retry !== undefined) === refused) return;
    if (refused) {
      source.retry = new Retry(source, this);
      source.retry.again();
    } else {
      this.#deadlines.remove(source.retry!);
      source.retry = undefined;
    }
  }

  /**
   * Makes a source be served whenever it's ready, though nothing waits for it, and without keeping the process alive:
   * its edge ends the wait of a parked thread, and while none is parked, idle looks come more often. Looks at it soon.
   */
  addBackground(source: Source): void {
    source.backgroundUses++;
    backgroundSources.add(source);
    this.#scheduleIdleLook(BACKGROUND_INTERVAL);
    // At the end of the microtasks, and not in a tick: the first of those loads the runtime's timers, which takes 4.5 ms.
    this.queueRecheck(source);
    this.#queueCycle();
  }

  /** Undoes one `addBackground`. */
  removeBackground(source: Source): void {
    if (--source.backgroundUses === 0) backgroundSources.delete(source);
  }

  // What waits ------------------------------------------------------------------------------------

  /**
   * Adds a pending operation, which keeps the process alive until `removePending`; one whose `ref` is false doesn't, and
   * its source has to be a background one.
   */
  addPending(pending: Pending, set: WaitSet = this.#main): void {
    if (pending.ref) set.pending.add(pending);
    if (pending.deadline !== Infinity) this.setDeadline(pending, pending.deadline, set);
    if (pending.signal !== undefined) addToSignal(pending);
    if (!pending.ref) this.#scheduleIdleLook(BACKGROUND_INTERVAL);
    if (!set.parked) this.#queueMicrotask();
  }

  /** Removes a pending operation, for whatever reason it has ended. */
  removePending(pending: Pending, set: WaitSet = this.#main): void {
    set.pending.delete(pending);
    this.#deadlines.remove(pending);
    if (pending.signal !== undefined) removeFromSignal(pending);
    // Unparks at the next tick: the same program often waits again at once, and a wake costs a system call.
    if (set.pending.size === 0 && (set.parked || this.#strategy.armed)) this.#queueTick();
  }

  /** Changes when a pending operation times out. */
  setDeadline(pending: Pending, deadline: number, set: WaitSet = this.#main): void {
    if (pending.place !== -1 && pending.deadline === deadline) return;
    this.#deadlines.remove(pending);
    pending.deadline = deadline;
    if (deadline === Infinity) return;
    this.#deadlines.add(pending);
    set.returnBy(deadline);
  }

  /** Returns the set in which a Poller of this kind waits. */
  setFor(kind: BackendKind): WaitSet {
    let set = this.#sets.find(({ backend }) => backend.kind === kind);
    if (set === undefined) {
      set = new WaitSet(createBackend<Source | NestedSet>(kind), this.#pool, this.#onReturn);
      this.#sets.push(set);
    }
    return set;
  }

  /**
   * Schedules a nested set's look for itself, after what is under way. With `nextTick`, in the next tick, since this one's
   * budget is used up.
   */
  scheduleGather(nested: NestedSet, nextTick = false): void {
    this.#toGather.push(nested);
    if (nextTick || this.#anyParked()) this.#queueTick();
    else this.#queueMicrotask();
  }

  #anyParked(): boolean {
    for (const set of this.#sets) if (set.parked) return true;
    return false;
  }

  #anyPending(): boolean {
    for (const set of this.#sets) if (set.pending.size > 0) return true;
    return false;
  }

  /** What keeps the process alive: each pending operation, and each call on the pool that has no pending operation. */
  keepers(): string[] {
    const waits = [...this.#sets].flatMap((set) => [...set.pending]);
    const counts = new Map<string, number>();
    for (const { what } of [...waits, ...this.poolCalls]) {
      counts.set(what, (counts.get(what) ?? 0) + 1);
    }
    return [...counts].map(([what, count]) => count === 1 ? what : `${what} (${count} times)`);
  }

  /** Resolves once no thread is parked for anything; at once while something still waits. */
  idle(): Promise<void> {
    return new Promise((resolve) => {
      this.#idleCallbacks.push(resolve);
      this.#queueTick();
    });
  }

  #checkIdle(): void {
    if (this.#idleCallbacks.length === 0 || this.#pool.busy) return;
    if (!this.#anyPending() && this.#anyParked()) return;
    const callbacks = this.#idleCallbacks;
    this.#idleCallbacks = [];
    for (const resolve of callbacks) resolve();
  }
}

export type { NestedSet, Reactor, WaitSet };

let instance: Reactor | undefined;

/** Returns this isolate's reactor, made at the first call. */
export function reactor(): Reactor {
  return instance ??= new Reactor();
}

/** What keeps the process alive, in words. */
export function keepers(): string[] {
  return instance === undefined ? [] : instance.keepers();
}

/**
 * Resolves when the runtime has its thread back that waited for descriptors; at once while something still waits.
 * Useful at the end of a test, whose sanitizers count that thread.
 */
export function idle(): Promise<void> {
  return instance === undefined ? Promise.resolve() : instance.idle();
}
