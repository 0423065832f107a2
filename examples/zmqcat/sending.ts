/** From a descriptor to the socket. */

import { Buffer } from "node:buffer";
import { type PollerTimer, ZmqError } from "../../mod.ts";
import type { Job } from "./arguments.ts";
import { type Cutter, cutterFor, fromRoutingId, type Message, toFrames } from "./cutting.ts";
import type { Input } from "./files.ts";
import { say, type Tally } from "./tally.ts";
import { TYPES } from "./types.ts";
import type { Flow, Handler, Patience, Wire } from "./wire.ts";

/** How often a send is tried again, in ms, where the socket doesn't tell when it's worth it. */
const RETRY = 2;
/** By how much, in ms, what comes late may hurry to keep to its rate. */
const HURRY = 100;

/**
 * Reads, cuts and sends. It has one message in hand: as long as the socket can't take it, nothing more
 * is read.
 */
export class Sending implements Flow {
  /** The input is at its end, and everything was sent. */
  done = false;
  /** It can't send, for want of a peer that takes it. */
  waiting: boolean;
  onSent: () => void = () => {};
  readonly #cutter: Cutter;
  /** Cut off, and not taken by the socket yet. `null` stands for the end. */
  #inHand: Message | null | undefined;
  #paused: boolean;
  /** When the next one may go, from the first on, and the timer for that and for another try. */
  #due: number | undefined;
  readonly #timer: PollerTimer<Handler>;

  /** A paused one waits until {@linkcode resume} is called. */
  constructor(
    readonly wire: Wire,
    readonly input: Input,
    readonly job: Job,
    readonly tally: Tally,
    readonly patience: Patience,
    paused: boolean,
  ) {
    this.#cutter = cutterFor(job);
    this.#paused = this.waiting = paused;
    this.#timer = wire.poller.addTimer(0, { key: () => this.#pump() });
    this.#timer.cancel();
    wire.poller.add(input.fd, { key: () => this.#read() });
    wire.poller.modify(input.fd, { readable: !paused });
    wire.onWritable = () => this.#pump();
  }

  stop(): void {
    this.done = true;
    this.#waitFor("nothing");
  }

  /** Sends nothing more until it's told to go on. */
  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    if (!this.#paused || this.done) return;
    this.#paused = false;
    this.#pump();
  }

  #read(): void {
    const bytes = this.input.read();
    if (bytes === undefined) return;
    this.#cutter.feed(bytes);
    this.#pump();
  }

  /** Sends what was read, as far as that goes. */
  #pump(): void {
    while (!this.done) {
      if (this.#paused) return this.#waitFor("permission");
      const early = (this.#due ?? 0) - performance.now();
      if (early > 0) {
        this.#timer.reset(early);
        return this.#waitFor("nothing");
      }
      if (this.#inHand === undefined) this.#inHand = this.#next();
      if (this.#inHand === undefined) return this.#waitFor("input");
      if (!this.#trySend(this.#inHand)) return this.#waitFor("socket");
      this.#inHand = undefined;
    }
    this.#waitFor("nothing");
  }

  #waitFor(what: "input" | "socket" | "permission" | "nothing"): void {
    const waiting = what === "socket" || what === "permission";
    if (waiting && !this.waiting) this.patience.renew();
    this.waiting = waiting;
    // A publisher and a router always call themselves writable, even to one whose peer can't keep up.
    const silent = what === "socket" && this.wire.socket.writable;
    if (silent) this.#timer.reset(RETRY);
    this.wire.watch({ writable: what === "socket" && !silent });
    this.wire.poller.modify(this.input.fd, { readable: what === "input" });
  }

  #next(): Message | null | undefined {
    if (this.tally.sent.messages === this.job.count && !TYPES[this.job.type].prints) return null;
    const bytes = this.#cutter.next();
    return bytes instanceof Uint8Array ? toFrames(bytes, this.job) : bytes;
  }

  #trySend(message: Message | null): boolean {
    if (message === null) {
      if (this.job.endMarker && !this.wire.socket.trySend(this.#endMarker())) return false;
      this.done = true;
      return true;
    }
    try {
      if (TYPES[this.job.type].routes && message.length < 2) {
        say(`zmqcat: no routing id stands before "${Buffer.concat(message).toString().trim()}"\n`);
        return true;
      }
      if (!this.wire.socket.trySend(message)) return false;
    } catch (error) {
      if (!(error instanceof ZmqError && error.code === "EHOSTUNREACH")) throw error;
      say(`zmqcat: no peer has the routing id "${fromRoutingId(message[0])}"\n`);
      return true;
    }
    this.tally.sent.add(message);
    this.patience.renew();
    if (this.job.rate !== undefined) {
      const now = performance.now();
      this.#due = Math.max(this.#due ?? now, now - HURRY) + 1000 / this.job.rate;
    }
    this.onSent();
    return true;
  }

  #endMarker(): (string | Uint8Array)[] {
    const marker = ["", String(this.tally.sent.bytes)];
    return TYPES[this.job.type].topics === "one" ? [...this.job.topics, ...marker] : marker;
  }
}
