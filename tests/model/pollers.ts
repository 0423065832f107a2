/** The Pollers of the model, and what they may report. */

import type { BackendKind, Interest, PollerTimer, Ready } from "../../mod.ts";
import { Poller } from "../../mod.ts";
import { type Pair as Pipe, pipe, put, take } from "../fds.ts";
import { Peer } from "./peers.ts";
import { Violation, type Watched } from "./watched.ts";
import type { World } from "./world.ts";

/** What a Poller watches, and since when. */
interface Watching extends Required<Interest> {
  /** In which turn of the event loop this was last changed. */
  changed: number;
}

/** The key of a pipe among a Poller's sources. */
const PIPE = "pipe";
type Source = Peer | typeof PIPE;

/** A Poller with what it watches, a pipe of its own among that. */
export class PollerRecord {
  readonly poller: Poller<Source | PollerTimer>;
  readonly sources = new Map<Source, Watching>();
  readonly timers = new Map<PollerTimer<unknown>, number>();
  /** In which turn of the event loop each was removed. */
  readonly #removed = new Map<Source, number>();
  readonly #pipe: Pipe = pipe();
  #bytes = 0;
  pending: Watched | undefined;
  /** `wake` was called, and no wait has ended since. */
  woken = false;
  /** The same for the wait that is pending. */
  #wokenMeanwhile = false;
  closed = false;
  /** How often what it watches was changed: until now, and until the wait that is pending has begun. */
  #changes = 0;
  #changesBefore = 0;
  /** What was consumed of each socket until then. */
  #consumed = new Map<Peer, number>();

  constructor(readonly name: string, backend: BackendKind | undefined) {
    this.poller = new Poller(backend === undefined ? {} : { backend });
    this.poller.add(this.#pipe.read, { key: PIPE });
    this.sources.set(PIPE, { readable: true, writable: false, changed: -1 });
  }

  /** Begins to watch a socket. */
  add(peer: Peer, interest: Required<Interest>, turn: number): void {
    this.poller.add(peer.socket, { ...interest, key: peer });
    this.sources.set(peer, { ...interest, changed: turn });
    this.#changes++;
  }

  /** Watches for something else. */
  modify(source: Source, interest: Required<Interest>, turn: number): void {
    this.poller.modify(source === PIPE ? this.#pipe.read : source.socket, interest);
    this.sources.set(source, { ...interest, changed: turn });
    this.#changes++;
  }

  remove(peer: Peer, turn: number): void {
    this.poller.remove(peer.socket);
    this.forget(peer, turn);
  }

  /** Notes that a socket isn't watched any more. */
  forget(peer: Peer, turn: number): void {
    if (!this.sources.delete(peer)) return;
    this.#removed.set(peer, turn);
    this.#changes++;
  }

  /** Sets a timer that is due once. */
  addTimer(ms: number): void {
    const at = performance.now() + ms;
    this.timers.set(this.poller.addTimer(ms, { key: PIPE }), at);
  }

  /** Writes a byte into its pipe, or reads one. */
  write(): void {
    put(this.#pipe.write);
    this.#bytes++;
  }

  read(): boolean {
    if (this.#bytes === 0) return false;
    take(this.#pipe.read);
    this.#bytes--;
    this.#changes++;
    return true;
  }

  wake(): void {
    this.woken = true;
    this.#wokenMeanwhile = this.pending !== undefined;
    this.poller.wake();
  }

  /** A wait begins: what is received from now on isn't to be reported. */
  begin(): void {
    this.#consumed = this.#consumption();
    this.#changesBefore = this.#changes;
    this.#wokenMeanwhile = false;
  }

  /** Nothing was received, sent, or otherwise watched, since the wait has begun. */
  get unchanged(): boolean {
    const now = this.#consumption();
    return now.size === this.#consumed.size &&
      [...now].every(([peer, count]) => this.#consumed.get(peer) === count) &&
      this.#changesBefore === this.#changes;
  }

  #consumption(): Map<Peer, number> {
    const counts = new Map<Peer, number>();
    for (const source of this.sources.keys()) {
      if (source !== PIPE) counts.set(source, source.consumed + source.produced);
    }
    return counts;
  }

  close(): void {
    this.poller.close();
    this.closed = true;
    this.sources.clear();
    this.timers.clear();
  }

  dispose(): void {
    this.close();
    this.#pipe[Symbol.dispose]();
  }

  /** Whether the pending wait must end if the model does nothing more. */
  readonly isDue = (world: World): boolean => {
    if (this.pending === undefined || this.pending.settled) return false;
    if (this.woken && this.#wokenMeanwhile) return true;
    if (this.timers.size > 0) return true;
    return [...this.sources].some(([source, interest]) =>
      source === PIPE ? interest.readable && this.#bytes > 0 : world.becomesReady(source, interest)
    );
  };

  /** What a wait that begins now reports at once. */
  certain(world: World): Set<Source> {
    const certain = new Set<Source>();
    for (const [source, { readable }] of this.sources) {
      if (!readable) continue;
      if (source === PIPE ? this.#bytes > 0 : world.certainNow(source)) certain.add(source);
    }
    return certain;
  }

  /**
   * Judges what a wait has returned. `certain`: what had to be among it. `late`: whether its time was over. `sync`: nothing
   * has happened since.
   */
  judge(
    world: World,
    ready: readonly Ready<Source | PollerTimer>[],
    { certain, late, sync }: { certain: Set<Source>; late: boolean; sync: boolean },
  ): string {
    const found = new Set<Source>();
    for (const one of ready) {
      if (one.late !== undefined) {
        this.#judgeTimer(one.source as PollerTimer<unknown>);
        continue;
      }
      found.add(one.key as Source);
      this.#judgeSource(world, one, sync);
    }
    for (const source of certain) {
      if (!found.has(source)) {
        throw new Violation(`${this.name} doesn't report ${nameOf(source)}, which was readable`);
      }
    }
    if (ready.length === 0 && !late && !this.woken) {
      throw new Violation(`${this.name} reports nothing before its time is over`);
    }
    // A wake that came while a wait was about to end may count for the next one.
    if (sync || !this.#wokenMeanwhile) this.woken = false;
    this.#wokenMeanwhile = false;
    return `[${[...found].map(nameOf)}]`;
  }

  #judgeTimer(timer: PollerTimer<unknown>): void {
    const at = this.timers.get(timer);
    this.timers.delete(timer);
    if (at === undefined) throw new Violation(`${this.name} reports a timer twice`);
    if (performance.now() < at) {
      throw new Violation(`${this.name} reports a timer ${at - performance.now()} ms early`);
    }
  }

  #judgeSource(world: World, one: Ready<Source | PollerTimer>, sync: boolean): void {
    const source = one.key as Source;
    const watching = this.sources.get(source);
    // What is changed in the same turn of the event loop may have been reported before.
    const changed = watching?.changed ?? this.#removed.get(source) ?? -1;
    const unchanged = sync || changed < world.turns;
    const peer = source === PIPE ? undefined : source;
    if (watching === undefined) {
      if (!unchanged) return;
      throw new Violation(`${this.name} reports ${nameOf(source)}, which was removed`);
    }
    for (const direction of ["readable", "writable"] as const) {
      if (one[direction] && !watching[direction] && unchanged) {
        throw new Violation(`${this.name} reports ${nameOf(source)} as ${direction}, unasked`);
      }
    }
    if (peer === undefined) {
      if (one.readable && this.#bytes === 0 && sync) {
        throw new Violation(`${this.name} reports an empty pipe`);
      }
      return;
    }
    if (!peer.open || peer.receives.length > 0) return;
    const consumed = sync ? undefined : this.#consumed.get(peer);
    const untouched = sync || consumed === peer.consumed + peer.produced;
    if (one.readable && untouched) world.assertReadable(peer, this.name);
    if (one.writable && untouched && !peer.loose && peer.sends.length === 0) {
      if (!peer.socket.writable && !peer.kind.routes) {
        throw new Violation(`${this.name} reports ${peer.name} as writable, and it isn't`);
      }
    }
  }

  /** Claims that it watches what the model says. */
  assertSize(): void {
    const { size, closed } = this.poller;
    if (closed !== this.closed) {
      throw new Violation(`${this.name} is ${closed ? "" : "not "}closed`);
    }
    if (size !== this.sources.size) {
      throw new Violation(`${this.name} watches ${size} sources, not ${this.sources.size}`);
    }
  }
}

function nameOf(source: Source): string {
  return source === PIPE ? source : source.name;
}

/** Whether a source is a socket. */
export function isPeer(source: Source): source is Peer {
  return source instanceof Peer;
}
