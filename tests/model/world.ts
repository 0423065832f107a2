/** The state of one sequence: what is open, what waits, what must hold. */

import { Context, type Frame, type Interest } from "../../mod.ts";
import { keepers } from "../../poller/reactor.ts";
import { handleOf } from "../../socket/handle.ts";
import { ownLoopback, type Transport } from "../util.ts";
import { nameSocket, note } from "./calls.ts";
import { Ledger } from "./ledger.ts";
import { PROBE } from "./messages.ts";
import { type Endpoint, type Kind, KINDS, Link, Peer, SHORT_LINGER } from "./peers.ts";
import type { PollerRecord } from "./pollers.ts";
import { Violation, Watched } from "./watched.ts";

/** Longer than anything takes that works, in ms. */
export const BOUND = 5_000;

/** A sequence in progress. */
export class World {
  readonly ledger = new Ledger();
  readonly contexts: Context[] = [new Context({ exitLinger: 0 })];
  /** Those that were shut down, and are still to be closed. */
  readonly retired: Context[] = [];
  readonly peers: Peer[] = [];
  readonly pollers: PollerRecord[] = [];
  readonly watched = new Set<Watched>();
  /** What was done, for people. */
  readonly log: string[] = [];
  /** Turns of the event loop that were let pass. */
  turns = 0;
  readonly #violations: unknown[] = [];
  readonly #before = keepers().length;
  #named = 0;

  /** `bound`: longer than anything takes that works, in ms. `onStep` is told of each command before it's run. */
  constructor(readonly bound: number = BOUND, readonly onStep?: (what: string) => void) {}

  // What was done, and what was wrong ---------------------------------------------------------------

  /** Says what is done now. */
  say(what: string): void {
    this.log.push(what);
    note(`${this.log.length}. ${what}`);
    this.onStep?.(what);
  }

  /** Adds to what was said last. */
  add(what: string): void {
    this.log.push(`${this.log.pop()} ${what}`);
  }

  /** Runs what may find something wrong, outside of any command. */
  guard(action: () => void): void {
    try {
      action();
    } catch (error) {
      this.#violations.push(error);
    }
  }

  /** Throws what was found to be wrong so far. */
  assertFine(): void {
    if (this.#violations.length > 0) throw this.#violations[0];
  }

  /** A number for a name. */
  nextName(): number {
    return ++this.#named;
  }

  // Promises --------------------------------------------------------------------------------------

  /**
   * Watches a promise. `value` judges what it resolves to; what it rejects with has to be the time-out, the signal's reason,
   * one of its own codes, or one that the state of its socket allows.
   */
  watch<T>(
    one: Watched,
    promise: Promise<T>,
    { lists = [], value, failed, codes }: {
      lists?: (Watched[] | Set<Watched>)[];
      value: (value: T) => void;
      failed?: (error: unknown) => void;
      /** With which it may fail, as things are then. */
      codes: () => string[];
    },
  ): void {
    this.watched.add(one);
    for (const list of lists) Array.isArray(list) ? list.push(one) : list.add(one);
    const settle = (judge: () => void) => {
      one.settled = true;
      this.guard(judge);
      this.watched.delete(one);
      for (const list of lists) {
        if (Array.isArray(list)) list.splice(list.indexOf(one), 1);
        else list.delete(one);
      }
    };
    promise.then((result) => settle(() => value(result)), (error) =>
      settle(() => {
        failed?.(error);
        one.judge(error, codes());
      }));
  }

  /** Claims that these have settled by now: microtasks are all that they may still need. */
  async assertSettled(those: Iterable<Watched>, why: string): Promise<void> {
    const left = [...those];
    for (let i = 0; i < 10; i++) await undefined;
    const pending = left.filter(({ settled }) => !settled);
    if (pending.length > 0) {
      throw new Violation(`${why}, and these still wait: ${pending.map(({ what }) => what)}`);
    }
  }

  // Sockets ---------------------------------------------------------------------------------------

  /** Opens a socket. */
  open(kind: Kind, context: Context, mark: number): Peer {
    const peer = new Peer(kind, context, mark, this.nextName());
    this.peers.push(peer);
    nameSocket(handleOf(peer.socket).pointer, peer.name);
    return peer;
  }

  /** An address to bind to. Those of tcp have a wildcard, and ipc's as well. */
  freshAddress(transport: Transport): string {
    // The socket of another program, such as the soak beside it, would be sent some of the messages.
    if (transport === "tcp") return ownLoopback();
    return transport === "ipc" ? "ipc://*" : `inproc://model-${this.nextName()}`;
  }

  /** Binds a socket. */
  async bind(peer: Peer, transport: Transport, address: string): Promise<Endpoint> {
    const endpoint = { peer, transport, address: await peer.socket.bind(address) };
    peer.bound.push(endpoint);
    return endpoint;
  }

  /** Notes that a socket was connected to another one. */
  linked(connected: Peer, bound: Peer, address: string, transport: Transport): Link {
    const link = new Link(connected, bound, address, transport);
    connected.links.push(link);
    bound.links.push(link);
    return link;
  }

  /** Waits until what a Publisher sends arrives at a Subscriber that was connected just now. */
  async subscribed(link: Link, topic: "" | "a"): Promise<void> {
    // A message that was waiting goes out before.
    link.state = "loose";
    const { connected, bound } = link;
    const [from, to] = connected.kind.toAll ? [connected, bound] : [bound, connected];
    to.topic = topic;
    (to.socket as unknown as { subscribe(topic: string): void }).subscribe(topic);
    const limit = performance.now() + this.bound;
    // Those of other Publishers may still be on their way.
    const probe = `${PROBE}${this.nextName()}`;
    for (;;) {
      from.socket.trySend(probe);
      try {
        const message = await to.socket.receive({ timeout: 2 });
        this.take(to, message);
        if (message[0].text() === probe) break;
      } catch (error) {
        if (performance.now() >= limit) {
          throw new Violation(`${to.name} hears nothing of ${from.name}: ${error}`);
        }
      }
    }
    link.state = "up";
  }

  /** From now on what goes over a connection may be lost. */
  loosen(link: Link): void {
    link.state = "loose";
    for (const peer of [link.connected, link.bound]) {
      this.ledger.excuse(link, peer);
      peer.loose = true;
      peer.seenReadable = false;
    }
  }

  /** Whether a socket may be let go: nothing must still come to it from one that is closed. */
  mayLetGo(peer: Peer): boolean {
    return !this.ledger.isAwaitedBy(peer);
  }

  /** Closes a socket. What it has sent goes on to its peers, where that can be had. */
  async close(peer: Peer, how: () => void = () => peer.socket.close()): Promise<void> {
    // Over ipc much is lost, and over tcp, where a peer writes to it, what that hasn't read yet.
    const goesOn = peer.whole && !KINDS[peer.kind.other].sends &&
      peer.links.every(({ transport }) => transport !== "ipc");
    if (peer.open && !goesOn) peer.socket.linger = SHORT_LINGER;
    const waiting = [...peer.receives, ...peer.sends, ...peer.waits];
    this.forget(peer, goesOn);
    how();
    for (const one of this.pollers) one.forget(peer, this.turns);
    await this.assertSettled(waiting, `${peer.name} was closed`);
  }

  /** Notes that a socket is closed, before it is. */
  forget(peer: Peer, goesOn: boolean): void {
    peer.state = "closed";
    for (const link of peer.links) {
      const other = link.other(peer);
      this.ledger.excuse(link, other);
      if (!goesOn || link.state !== "up") this.ledger.excuse(link, peer);
      link.state = "loose";
      other.loose = true;
      other.seenReadable = false;
    }
  }

  // What must hold --------------------------------------------------------------------------------

  /** How many messages can be received at a peer sooner or later, whatever else happens. */
  certain(peer: Peer): number {
    if (!peer.open || (peer.kind.begins !== undefined && peer.turn !== "receive")) return 0;
    const due = this.ledger.dueAt(peer);
    return peer.kind.begins === undefined ? due : Math.min(due, 1);
  }

  /** Whether a receive of a peer finds something now: of those that wait, none may take it first. */
  certainNow(peer: Peer): boolean {
    if (peer.receives.length > 0 || !peer.open) return false;
    if (peer.kind.begins !== undefined && peer.turn !== "receive") return false;
    return this.hasMessage(peer);
  }

  /** Whether a message is known to be in a peer's queue, whichever peer takes it: unless its connection is ended, it stays there. */
  hasMessage(peer: Peer): boolean {
    return peer.seenReadable || (peer.immediate && this.certain(peer) > 0);
  }

  /** Whether a peer can send sooner or later: all that it has sent was received by peers that are all there. */
  canSend(peer: Peer): boolean {
    return peer.open && peer.kind.sends && peer.whole && this.ledger.isDone(peer) &&
      (peer.kind.begins === undefined || peer.turn === "send");
  }

  /** Whether a source becomes ready for that sooner or later, for others than the calls that wait. */
  becomesReady(peer: Peer, { readable, writable }: Interest): boolean {
    return (readable === true && peer.receives.length === 0 && this.certain(peer) > 0) ||
      (writable === true && peer.sends.length === 0 && !peer.kind.routes && this.canSend(peer));
  }

  /** The promises that must settle if the model does nothing more. */
  get due(): Watched[] {
    const due: Watched[] = [...this.watched].filter(({ timeout }) => timeout !== undefined);
    for (const peer of this.peers) {
      due.push(...peer.receives.slice(0, this.certain(peer)));
      if (peer.sends.length > 0 && this.canSend(peer)) due.push(peer.sends[0]);
      for (const one of peer.waits) if (this.becomesReady(peer, one as WatchedWait)) due.push(one);
    }
    for (const { pending, isDue } of this.pollers) if (isDue(this)) due.push(pending!);
    return due;
  }

  /** Whether the reactor knows of as many waits as the model. */
  get keepers(): number {
    return keepers().length - this.#before;
  }

  // Judging what is received ----------------------------------------------------------------------

  /** Judges what a receive has returned. Returns the message's name, and nothing for a probe. */
  take(peer: Peer, frames: readonly Frame[]): string {
    return this.ledger.receive(peer, frames);
  }

  /** Claims that a socket has something to receive, which was just reported. */
  assertReadable(peer: Peer, who: string): void {
    if (!peer.socket.readable) {
      throw new Violation(`${who} reports ${peer.name} as readable, and it isn't`);
    }
    peer.seenReadable = true;
  }
}

/** A wait for a socket's readiness, with what it waits for. */
export class WatchedWait extends Watched implements Interest {
  readable = false;
  writable = false;
}

/** The codes with which a call on a socket may fail for its state. */
export function codesOf({ state }: Peer): string[] {
  if (state === "closed") return ["EBADF", "ETERM"];
  return state === "shut" ? ["ETERM"] : [];
}
