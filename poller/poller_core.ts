/** The engine of a Poller: its sources, its timers and its pending wait. */

import { stateError } from "../ffi/errno.ts";
import {
  type Backend,
  type BackendKind,
  EDGE,
  ERROR,
  HANGUP,
  READABLE,
  WRITABLE,
} from "./backend.ts";
import { readClockNext, serveInBetween, serveOthers, SLICE } from "./blocked.ts";
import { type Listener, serve, Source } from "./source.ts";
import { type Pollable, pollable } from "./pollable.ts";
import { takeBudget } from "./budget.ts";
import { createBackend } from "./create.ts";
import type { Poller, Ready } from "./poller.ts";
import { type NestedSet, reactor, type WaitSet } from "./reactor.ts";
import { type Due, type TimerOwner, Timers } from "./timers.ts";
import { Pending } from "./pending.ts";
import { RemoteWakeup } from "../process/remote_wakeup.ts";

/** One source of a Poller. */
class Registration<Key> implements Listener {
  /** What a socket last reported to be ready for. */
  known = 0;
  /** It's in the Poller's list of sources that may be ready. */
  maybeReady = false;
  removed = false;

  constructor(
    readonly poller: PollerCore<Key>,
    readonly source: Pollable | number,
    readonly target: Source | undefined,
    readonly key: Key,
    public interest: number,
  ) {}

  onReady(ready: number): void {
    this.known = ready;
    if ((ready & this.interest) !== 0) this.poller.addMaybeReady(this);
  }

  onClosed(): void {
    this.poller.remove(this);
  }

  onFailed(error: unknown): void {
    this.poller.addFailure(this.target!, error);
  }
}

/** What a Poller does. It has no reference to the Poller, so that one dropped by its program can be collected. */
export class PollerCore<Key> implements NestedSet, TimerOwner {
  readonly registrations = new Map<Pollable | number, Registration<Key>>();
  readonly backend: Backend<Registration<Key>>;
  closed = false;
  #waitSet: WaitSet | undefined;
  /** Sockets that have reported that they're ready. Each is looked at again before it's reported, if it's stale by then. */
  #maybeReady: Registration<Key>[] = [];
  #found: Ready<Key>[] = [];
  /** A look at a socket has failed: the wait that is pending, or else the next one, ends with the error. */
  #failure: { readonly target: Source; readonly error: unknown } | undefined;
  #woken = false;
  #pending: PendingWait<Key> | undefined;
  #remoteWakeup: RemoteWakeup | undefined;
  readonly timers: Timers<Key> = new Timers<Key>(this);

  constructor(kind: BackendKind | undefined) {
    this.backend = createBackend(kind);
  }

  /** The pending wait. */
  get pending(): object | undefined {
    return this.#pending;
  }

  /** Begins to watch a source. Without an interest: until it's readable, if it ever is. */
  add(source: Pollable | number, wanted: number | undefined, key: Key): void {
    const target = typeof source === "number" ? undefined : targetOf(source);
    const interest = interestIn(source, target, wanted);
    if (interest === 0) {
      throw new TypeError(
        "Poller.add needs something to wait for; to add a source that is silent at first, " +
          "call modify(source, { readable: false }) next",
      );
    }
    this.assertOpen("add");
    if (this.registrations.has(source)) {
      throw stateError("EEXIST", "Poller.add", "The Poller watches this source already");
    }
    if (target === undefined) {
      const registration = new Registration(this, source, undefined, key, interest);
      this.backend.add(source as number, interest, registration);
      this.registrations.set(source, registration);
    } else {
      // Its descriptor closes a moment after the socket does, or belongs to another file by now.
      if (target.closed) throw closedError(target);
      const registration = new Registration(this, source, target, key, interest);
      this.backend.add(target.fd, READABLE | EDGE, registration);
      this.registrations.set(source, registration);
      target.addListener(registration);
      // What came before the socket was added makes no edge any more.
      reactor().markStale(target);
    }
  }

  modify(source: Pollable | number, wanted: number): void {
    const registration = this.find(source, "modify");
    const { target } = registration;
    const interest = registration.interest = interestIn(source, target, wanted);
    if (target === undefined) this.backend.modify(source as number, interest);
    else reactor().markStale(target);
  }

  find(source: Pollable | number, verb: string): Registration<Key> {
    this.assertOpen(verb);
    const registration = this.registrations.get(source);
    if (registration === undefined) {
      throw stateError("ENOENT", `Poller.${verb}`, "The Poller doesn't watch this source");
    }
    return registration;
  }

  remove(registration: Registration<Key>): void {
    const { source, target } = registration;
    registration.removed = true;
    this.registrations.delete(source);
    target?.removeListener(registration);
    if (target !== undefined && this.#failure?.target === target) this.#failure = undefined;
    this.backend.remove(target === undefined ? source as number : target.fd);
  }

  wait(owner: Poller<Key>, timeout: number, signal?: AbortSignal): Promise<Ready<Key>[]> {
    try {
      return this.#wait(owner, timeout, signal);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  #wait(owner: Poller<Key>, timeout: number, signal?: AbortSignal): Promise<Ready<Key>[]> {
    this.assertOpen("wait");
    this.#assertIdle();
    if (signal?.aborted) return Promise.reject(signal.reason);
    // If this tick's budget is used up, the answer comes with the next tick, even if something is ready.
    const mayAnswer = takeBudget();
    if (mayAnswer) {
      this.#findReady();
      if (this.#found.length > 0 || this.#woken || timeout === 0) {
        return Promise.resolve(this.#take());
      }
    }
    return new Promise((resolve, reject) => {
      const waitSet = this.#waitSet ??= reactor().setFor(this.backend.kind);
      waitSet.backend.attach(this.backend, this);
      const pending = this.#pending = new PendingWait(this, owner, resolve, reject);
      pending.end = performance.now() + timeout;
      pending.deadline = Math.min(pending.end, this.timers.earliest);
      pending.signal = signal;
      reactor().addPending(pending, waitSet);
      if (!mayAnswer) reactor().scheduleGather(this, true);
    });
  }

  waitSync(timeout: number): Ready<Key>[] {
    serveInBetween();
    this.assertOpen("waitSync");
    this.#assertIdle();
    const end = performance.now() + timeout;
    for (;;) {
      this.#findReady();
      if (this.#found.length > 0 || this.#woken) return this.#take();
      const now = performance.now();
      if (end <= now) return [];
      const left = Math.max(0, Math.min(end, this.timers.earliest) - now);
      this.backend.waitSync(serveOthers(Math.min(left, SLICE)), this.#report);
      readClockNext();
    }
  }

  wake(): void {
    this.#woken = true;
    if (this.#pending !== undefined) reactor().scheduleGather(this);
  }

  /** The token by which other isolates wake it. */
  waker(): string {
    this.assertOpen("waker");
    if (this.#remoteWakeup === undefined) {
      const wakeup = new RemoteWakeup();
      try {
        const registration = new Registration<Key>(
          this,
          wakeup.fd,
          undefined,
          undefined as Key,
          READABLE,
        );
        this.backend.add(wakeup.fd, READABLE, registration);
      } catch (error) {
        wakeup.close();
        throw error;
      }
      this.#remoteWakeup = wakeup;
    }
    return this.#remoteWakeup.token;
  }

  /** Called by the reactor: something may be ready. */
  gather(): void {
    const pending = this.#pending;
    if (pending === undefined) return;
    this.#findReady();
    if (this.#found.length > 0 || this.#woken || pending.end <= performance.now()) {
      this.#end(pending).resolve(this.#take());
    } else {
      this.#waitSet!.backend.attach(this.backend, this);
      this.deadlineMovedEarlier();
    }
  }

  /** Called when a timer is due earlier than before: the pending wait has to end earlier as well. */
  deadlineMovedEarlier(): void {
    const pending = this.#pending;
    if (pending === undefined) return;
    reactor().setDeadline(pending, Math.min(pending.end, this.timers.earliest), this.#waitSet);
  }

  /** Ends the pending wait, if there is one. */
  fail(reason: unknown): void {
    if (this.#pending !== undefined) this.#end(this.#pending).reject(reason);
  }

  /** Called when a socket reports that it's ready. */
  addMaybeReady(registration: Registration<Key>): void {
    if (!registration.maybeReady) {
      registration.maybeReady = true;
      this.#maybeReady.push(registration);
    }
    if (this.#pending !== undefined) reactor().scheduleGather(this);
  }

  /** Called when a look at a socket has failed. */
  addFailure(target: Source, error: unknown): void {
    this.#failure ??= { target, error };
    if (this.#pending !== undefined) reactor().scheduleGather(this);
  }

  close(): void {
    if (this.closed) return;
    for (const registration of [...this.registrations.values()]) this.remove(registration);
    this.fail(stateError("EBADF", "Poller.wait", "The Poller was closed"));
    this.closed = true;
    this.timers.clear();
    this.backend.close();
    this.#remoteWakeup?.close();
  }

  #end(pending: PendingWait<Key>): PendingWait<Key> {
    this.#pending = undefined;
    reactor().removePending(pending, this.#waitSet);
    try {
      this.#waitSet!.backend.detach(this.backend);
    } catch (error) {
      pending.reject(error);
    }
    return pending;
  }

  /** Finds what is ready now. Descriptors are polled each time, and stale sockets looked at. */
  #findReady(): void {
    this.#found = [];
    reactor().recheck();
    this.backend.waitSync(0, this.#report);
    this.#throwFailure();
    for (const { target, removed } of this.#maybeReady) {
      if (removed || !target!.stale) continue;
      // The tick's budget is used up: the socket's pending operations go on in the next one.
      target!.look();
      reactor().queueRecheck(target!);
    }
    // Nothing below fails, so nothing is lost of what is taken out here.
    this.timers.takeDue(performance.now(), this.#reportTimer);
    const maybeReady = this.#maybeReady;
    this.#maybeReady = [];
    for (const registration of maybeReady) {
      registration.maybeReady = false;
      if (registration.removed) continue;
      const ready = registration.known & registration.interest;
      if (ready === 0) continue;
      this.#found.push(readyOf(registration, ready));
      // It stays in the list until a look finds it not ready: that turns the edge into a level.
      if (!registration.maybeReady) {
        registration.maybeReady = true;
        this.#maybeReady.push(registration);
      }
    }
  }

  #throwFailure(): void {
    if (this.#failure === undefined) return;
    const { target, error } = this.#failure;
    this.#failure = undefined;
    // Its edge may be gone.
    reactor().queueRecheck(target);
    throw error;
  }

  readonly #report = (registration: Registration<Key>, ready: number) => {
    // A socket's descriptor says only that something has changed, for its pending operations as well.
    if (registration.target !== undefined) serve(registration.target);
    else if (registration.source === this.#remoteWakeup?.fd) {
      this.#remoteWakeup.drain();
      this.#woken = true;
    } else this.#found.push(readyOf(registration, ready));
  };

  readonly #reportTimer = ({ timer, late, missed }: Due<Key>) => {
    const nothing = { readable: false, writable: false, error: false, hangup: false };
    this.#found.push({ source: timer, key: timer.key, ...nothing, late, missed });
  };

  #take(): Ready<Key>[] {
    this.#woken = false;
    return this.#found;
  }

  /** Throws if the Poller was closed. */
  assertOpen(verb: string): void {
    if (this.closed) throw stateError("EBADF", `Poller.${verb}`, "The Poller is closed");
  }

  #assertIdle(): void {
    if (this.#pending === undefined) return;
    throw stateError(
      "EBUSY",
      "Poller.wait",
      "The Poller is waiting already: await the first wait, or make a second Poller",
    );
  }
}

/** A pending wait. It holds the Poller, which could otherwise be collected while its program awaits it. */
class PendingWait<Key> extends Pending {
  /** When it ends with nothing; `deadline` is earlier if a timer is due before. */
  end = Infinity;

  constructor(
    readonly core: PollerCore<Key>,
    readonly owner: Poller<Key>,
    readonly resolve: (ready: Ready<Key>[]) => void,
    readonly reject: (reason: unknown) => void,
  ) {
    super();
  }

  override get what(): string {
    const { size } = this.core.registrations;
    return `Poller.wait (${size} ${size === 1 ? "source" : "sources"})`;
  }

  expire(): void {
    this.core.gather();
  }

  override lookForItself(): void {
    reactor().scheduleGather(this.core);
  }

  abort(reason: unknown): void {
    this.core.fail(reason);
  }
}

function closedError({ what }: Source): Error {
  return stateError(
    "EBADF",
    "Poller.add",
    `The socket is closed${what === undefined ? "" : `: ${what}`}`,
  );
}

function targetOf(source: Pollable): Source {
  const target = (source as Partial<Pollable> | null | undefined)?.[pollable];
  if (target instanceof Source) return target;
  throw new TypeError(
    "A Poller watches sockets and file descriptors by their numbers, such as 0 for Deno.stdin",
  );
}

/** What to wait for on a source, from what a program has said. Throws for what it never becomes. */
function interestIn(
  source: Pollable | number,
  target: Source | undefined,
  wanted: number | undefined,
): number {
  const directions = target?.directions ?? (READABLE | WRITABLE);
  if (wanted === undefined) return directions & READABLE || directions;
  if ((wanted & ~directions) === 0) return wanted;
  const [does, never] = directions === READABLE ? ["receives", "writable"] : ["sends", "readable"];
  throw new TypeError(`A ${source.constructor.name} only ${does}: it never becomes ${never}`);
}

function readyOf<Key>(registration: Registration<Key>, ready: number): Ready<Key> {
  return {
    source: registration.source,
    key: registration.key,
    readable: (ready & READABLE) !== 0,
    writable: (ready & WRITABLE) !== 0,
    error: (ready & ERROR) !== 0,
    hangup: (ready & HANGUP) !== 0,
    late: undefined,
    missed: undefined,
  };
}
