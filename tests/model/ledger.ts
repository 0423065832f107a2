/** Which messages were sent, by whom and to whom, and what was received: whole, in order, once, and none lost. */

import { Message, numberOf, type Shape } from "./messages.ts";
import type { Link, Peer } from "./peers.ts";
import { Violation } from "./watched.ts";

/** The account of all messages. */
export class Ledger {
  readonly #all = new Map<number, Message>();
  readonly #bySender = new Map<Peer, Message[]>();
  /** How many were received. */
  received = 0;

  /** Those that have been given to sockets. */
  get size(): number {
    return this.#all.size;
  }

  /** A message is about to be given to a socket. */
  submit(sender: Peer, shape: Shape, to?: Peer): Message {
    const message = new Message(this.#all.size, sender, shape, to);
    this.#all.set(message.number, message);
    const others = this.#bySender.get(sender);
    if (others === undefined) this.#bySender.set(sender, [message]);
    else others.push(message);
    return message;
  }

  /** libzmq has it. */
  sent(message: Message): void {
    const { sender, to, shape } = message;
    message.state = "sent";
    sender.produced++;
    if (sender.kind.toAll) {
      const subscribed = sender.links.filter(({ state }) => state === "up")
        .map((link) => link.other(sender))
        .filter((peer) => peer.open && shape.topic.startsWith(peer.topic));
      message.targets = new Set(subscribed);
    } else if (to !== undefined) {
      message.targets = new Set([to]);
      message.excused = !to.open || sender.linkTo(to)!.state !== "up";
    } else {
      message.targets = new Set(sender.peers);
      message.excused = !sender.whole;
    }
  }

  /** Its send has failed. */
  refused(message: Message, why: string): void {
    message.state = "refused";
    if (message.received.size > 0) {
      throw new Violation(`${message.name} was received, though its send failed: ${why}`);
    }
  }

  /** A peer has received a message. Returns its name, and nothing for a probe. */
  receive(peer: Peer, frames: readonly Uint8Array<ArrayBuffer>[]): string {
    peer.consumed++;
    peer.seenReadable = false;
    const parts = peer.kind.routes ? frames.slice(1) : frames;
    const number = parts.length === 0 ? undefined : numberOf(parts[0]);
    if (number === -1) return "";
    const message = number === undefined ? undefined : this.#all.get(number);
    if (message === undefined) {
      throw new Violation(`${peer.name} receives what no one has sent: ${frames}`);
    }
    const flaw = message.flaw(parts);
    if (flaw !== undefined) this.#fail(peer, message, `isn't whole: ${flaw}`);
    this.#judge(peer, message);
    this.received++;
    message.received.add(peer);
    peer.last.set(message.sender, message.number);
    if (peer.kind.routes) peer.ids.set(message.sender, frames[0]);
    if (peer.kind.begins !== undefined) peer.turn = "send";
    if (peer.kind.begins === "receive") peer.requester = message.sender;
    return message.name;
  }

  #judge(peer: Peer, message: Message): void {
    const { sender, to, state, shape } = message;
    const link = sender.linkTo(peer);
    if (state === "refused") this.#fail(peer, message, "was refused");
    if (link === undefined || (to !== undefined && to !== peer)) {
      this.#fail(peer, message, `is for ${to?.name ?? "others"}`);
    }
    if (!shape.topic.startsWith(peer.topic)) {
      this.#fail(peer, message, `isn't what it has subscribed to, which is "${peer.topic}"`);
    }
    if (sender.kind.toAll ? message.received.has(peer) : message.received.size > 0) {
      this.#fail(peer, message, "was received before");
    }
    if (link!.state !== "up" && sender.state !== "closed") return;
    const last = peer.last.get(sender) ?? -1;
    if (message.number < last) {
      this.#fail(peer, message, `comes after ${this.#all.get(last)!.name}, which was sent later`);
    }
    const missing = this.of(sender).find((one) => one.number < message.number && one.isDueAt(peer));
    if (missing !== undefined) {
      this.#fail(peer, message, `comes, and ${missing.name}, sent before it, hasn't`);
    }
  }

  #fail(peer: Peer, message: Message, what: string): never {
    throw new Violation(`${peer.name} receives ${message.name} of ${message.sender.name}: ${what}`);
  }

  /** What a peer has sent, or tried to. */
  of(sender: Peer): readonly Message[] {
    return this.#bySender.get(sender) ?? [];
  }

  /** How many messages must still arrive at a peer, and at no other. */
  dueAt(peer: Peer): number {
    let due = 0;
    for (const sender of peer.peers) {
      for (const message of this.of(sender)) if (message.isDueAt(peer)) due++;
    }
    return due;
  }

  /** Whether all that a peer has sent was received, or needn't be. */
  isDone(sender: Peer): boolean {
    return this.of(sender).every(({ isDue, state, excused }) =>
      !isDue && !(state === "sent" && excused)
    );
  }

  /** Those that must still arrive somewhere. */
  get due(): Message[] {
    return [...this.#all.values()].filter((message) => message.isDue);
  }

  /** What a peer still has to get from sockets that are closed: while it does, it's not let go. */
  isAwaitedBy(peer: Peer): boolean {
    return peer.peers.some((sender) =>
      sender.state === "closed" &&
      this.of(sender).some((message) => message.isDue && message.targets.has(peer))
    );
  }

  /** What `from` has sent over a connection may be lost from now on. */
  excuse(link: Link, from: Peer): void {
    const to = link.other(from);
    for (const message of this.of(from)) {
      if (message.state !== "sent" || !message.targets.has(to)) continue;
      if (from.kind.toAll) {
        message.targets = new Set([...message.targets].filter((peer) => peer !== to));
      } else message.excused = true;
    }
  }
}
