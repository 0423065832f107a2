/** What the tests of the Poller and of the reactor share: both backends, counters, and a source of our own. */

import { claims } from "../claims.ts";
import { deepStrictEqual as assertEquals, ok as assert } from "node:assert/strict";
import { type BackendKind, Dealer, type Pollable, Poller, type Ready } from "../../mod.ts";
import { Alarm } from "../../poller/alarm.ts";
import type { Backend } from "../../poller/backend.ts";
import { defaultKind, kinds } from "../../poller/create.ts";
import { EpollBackend } from "../../poller/epoll.ts";
import { EpollStrategy } from "../../poller/epoll_strategy.ts";
import { pollable } from "../../poller/pollable.ts";
import { KqueueBackend } from "../../poller/kqueue.ts";
import { PollBackend } from "../../poller/poll.ts";
import { reactor } from "../../poller/reactor.ts";
import { Source } from "../../poller/source.ts";
import { Pending } from "../../poller/pending.ts";
import { AlwaysPark, type WaitStrategy } from "../../poller/wait_strategy.ts";
import { Wakeup } from "../../poller/wakeup.ts";
import { freshAddress, join } from "../util.ts";
import { STUCK, turn } from "../waiting.ts";
import { replaced, watched } from "../replacing.ts";
import { HAS_LINUX_CALLS } from "../../ffi/system.ts";

export const LINUX: boolean = HAS_LINUX_CALLS;
/** The backends that this system has. */
export const KINDS: readonly BackendKind[] = kinds();
/** Those with which a run has programs of its own waited for: its default. What is no run's default is in the first's. */
export const PROGRAM_KINDS: readonly BackendKind[] = KINDS.filter((kind) =>
  kind === defaultKind() || (kind === "kqueue" && defaultKind() === KINDS[0])
);
/** Their classes; select's inherits poll's. */
const BACKENDS = [EpollBackend, KqueueBackend, PollBackend];
/** The class of the reactor's own set, and that of the strategy by which it waits in there. */
export const Main =
  { epoll: EpollBackend, kqueue: KqueueBackend, poll: PollBackend, select: PollBackend }[
    defaultKind()
  ];
export const Strategy: { prototype: WaitStrategy } = defaultKind() === "epoll"
  ? EpollStrategy
  : AlwaysPark;
/** Makes a test of a Poller over one backend. The Poller is closed behind it. */
type OverBackend = (
  name: string,
  body: (poller: Poller<string | undefined>, kind: BackendKind) => unknown,
  ignore?: boolean | ((kind: BackendKind) => boolean),
) => Deno.TestDefinition;

/** For each backend what makes a test over it. */
export function eachBackend(): OverBackend[] {
  return KINDS.map((backend) => (name, body, ignore = false) => ({
    name: `${backend}: ${name}`,
    ignore: typeof ignore === "function" ? ignore(backend) : ignore,
    fn: async () => {
      using poller = new Poller<string | undefined>({ backend });
      await body(poller, backend);
    },
  }));
}

/** The keys of what was reported, in alphabetical order. */
export function keys(ready: readonly Ready<string | undefined>[]): string[] {
  return ready.map(({ key }) => key!).sort();
}

/** Waits until a Poller reports these keys, all at a time. */
export const all = claims(async function all(
  poller: Poller<string | undefined>,
  expected: readonly string[],
): Promise<Ready<string | undefined>[]> {
  const limit = performance.now() + STUCK;
  for (;;) {
    const ready = await poller.wait({ timeout: STUCK });
    if (ready.length >= expected.length) {
      assertEquals(keys(ready), [...expected].sort());
      return ready;
    }
    assert(performance.now() < limit, `only ${keys(ready)} came`);
    await turn();
  }
});

/** Two connected sockets, between which there is room for two messages in each direction. */
export async function dealers(): Promise<{ one: Dealer; peer: Dealer } & Disposable> {
  const options = { sendHighWaterMark: 1, receiveHighWaterMark: 1, linger: 0 };
  const [one, peer] = [new Dealer(options), new Dealer(options)];
  await join(one, peer, freshAddress("inproc"));
  return { one, peer, [Symbol.dispose]: () => [one, peer].forEach((socket) => socket.close()) };
}

/** Sends until that would have to wait. */
export function fillUp(socket: Dealer): void {
  while (socket.trySend("filling"));
}

/** Counts how often a thread is sent to wait, until the end of the block. */
export class Parks implements Disposable {
  count = 0;
  /** How many wait at present. */
  outstanding = 0;
  /** The time-out of the last one. */
  timeout = 0;
  readonly #undo = new DisposableStack();

  constructor() {
    for (const { prototype } of BACKENDS) {
      const { wait } = prototype;
      const begin = (timeout: number) => {
        this.count++;
        this.outstanding++;
        this.timeout = timeout;
      };
      const end = () => this.outstanding--;
      this.#undo.use(replaced(prototype, "wait", function (this: Backend<unknown>, timeout) {
        begin(timeout);
        return wait.call(this, timeout).finally(end);
      }));
    }
  }

  [Symbol.dispose](): void {
    this.#undo.dispose();
  }
}

/** Takes down with which interest each descriptor is registered, until the end of the block. */
export class Adds implements Disposable {
  /** How many interests were changed. */
  modified = 0;
  readonly #interests: [fd: number, interest: number][] = [];
  readonly #undo = new DisposableStack();

  constructor() {
    for (const { prototype } of BACKENDS) {
      const added = (...[fd, interest]: Parameters<Backend<unknown>["add"]>) => {
        this.#interests.push([fd, interest]);
      };
      this.#undo.use(watched(prototype, "add", added));
      this.#undo.use(watched(prototype, "modify", () => void this.modified++));
    }
  }

  /** The interests with which a descriptor was registered, in order. */
  of(fd: number): number[] {
    return this.#interests.filter(([added]) => added === fd).map(([, interest]) => interest);
  }

  [Symbol.dispose](): void {
    this.#undo.dispose();
  }
}

/** Counts how often each source is asked for its readiness, until the end of the block. */
export class Looks implements Disposable {
  readonly #counts = new Map<object, number>();
  readonly #undo: Disposable;

  constructor() {
    const counts = this.#counts;
    this.#undo = watched(Source.prototype, "look", function () {
      counts.set(this, (counts.get(this) ?? 0) + 1);
    });
  }

  /** How often a socket was asked. */
  of(source: Pollable): number {
    return this.#counts.get(source[pollable]) ?? 0;
  }

  /** Begins to count again. */
  reset(): void {
    this.#counts.clear();
  }

  [Symbol.dispose](): void {
    this.#undo[Symbol.dispose]();
  }
}

/** Until the end of the block, a look at idle sources comes 50 ms after it was scheduled, instead of a second. */
export function hastyLooks(): Disposable {
  const { setEarlier } = Alarm.prototype;
  return replaced(Alarm.prototype, "setEarlier", function (this: Alarm, at) {
    setEarlier.call(this, Math.min(at, performance.now() + 50));
  });
}

/** A source of our own, whose descriptor and state are in the test's hands. */
export class Bell extends Source implements Pollable, Disposable {
  readonly #wakeup = new Wakeup();
  readonly fd: number = this.#wakeup.fd;
  readonly [pollable] = this;
  closed = false;
  /** What it's ready for. */
  ready = 0;
  /** How often it was asked, and how often served. */
  asked = 0;
  served = 0;
  /** Whether asking consumes the edge, as with ZMQ_FD. */
  consumes = true;
  /** Called at the end of each `serve`. */
  then: (() => void) | undefined;

  constructor() {
    super();
    reactor().register(this);
  }

  /** Makes an edge. */
  ring(ready: number = this.ready): void {
    this.ready = ready;
    this.#wakeup.signal();
  }

  protected override readiness(): number {
    this.asked++;
    if (this.consumes) this.#wakeup.drain();
    return this.ready;
  }

  override serve(): void {
    this.served++;
    this.look();
    this.then?.();
  }

  [Symbol.dispose](): void {
    if (this.closed) return;
    this.closed = true;
    if (this.listeners !== undefined) {
      for (const listener of [...this.listeners]) listener.onClosed();
    }
    reactor().setRefused(this, false);
    reactor().unregister(this);
    this.#wakeup.close();
  }
}

/** A pending operation in the main set, until its deadline or the end of the block. */
export class Patience extends Pending implements Disposable {
  expired = false;
  #waiting = true;

  constructor(timeout = Infinity) {
    super();
    this.deadline = performance.now() + timeout;
    reactor().addPending(this);
  }

  override expire(): void {
    this.expired = true;
    this[Symbol.dispose]();
  }

  override abort(): void {
    this[Symbol.dispose]();
  }

  [Symbol.dispose](): void {
    if (!this.#waiting) return;
    this.#waiting = false;
    reactor().removePending(this);
  }
}
