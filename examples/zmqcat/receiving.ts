/** From the socket to a descriptor. */

import { Buffer } from "node:buffer";
import type { Frame } from "../../mod.ts";
import type { Job } from "./arguments.ts";
import { readerGone } from "./ending.ts";
import type { Output } from "./files.ts";
import { printerFor } from "./printing.ts";
import type { Tally } from "./tally.ts";
import type { Flow, Patience, Wire } from "./wire.ts";

/** How much is received in one turn: so many messages, or bytes. What is left there, the next turn takes. */
const MESSAGES = 64;
const BYTES = 65536;

/** Receives and prints. As long as the output can't take what was received, nothing more is. */
export class Receiving implements Flow {
  /** How many bytes the sender had, once its last message has said so. */
  expected: number | undefined;
  /** Something is still to be done for the last message, so that this isn't the end yet. */
  busy = false;
  /** Nothing more is to be received. */
  ending = false;
  /** Hears of each message. */
  onMessage: (message: Frame[]) => void = () => {};
  readonly #print: (message: Frame[]) => Uint8Array;
  #paused: boolean;

  /** A paused one waits until {@linkcode resume} is called. */
  constructor(
    readonly wire: Wire,
    readonly output: Output,
    readonly job: Job,
    readonly tally: Tally,
    readonly patience: Patience,
    paused: boolean,
  ) {
    this.#print = printerFor(job);
    this.#paused = paused;
    wire.onReadable = () => this.#receive();
    wire.poller.add(output.fd, { key: ({ error }) => this.#write(error) });
    wire.poller.modify(output.fd, output.idle);
    wire.watch({ readable: !paused });
  }

  /** Everything was received and written. */
  get done(): boolean {
    return this.ending && this.waiting;
  }

  /** Nothing keeps it from receiving. */
  get waiting(): boolean {
    return this.output.empty && !this.busy;
  }

  stop(): void {
    this.ending = true;
    this.busy = false;
    this.#goOn();
  }

  /** Receives nothing more until it's told to go on. */
  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    this.#goOn();
  }

  #receive(): void {
    const printed: Uint8Array[] = [];
    let size = 0;
    while (!this.ending && !this.#paused && printed.length < MESSAGES && size < BYTES) {
      const message = this.wire.socket.tryReceive();
      if (message === undefined) break;
      if (this.job.endMarker && this.#isEnd(message)) break;
      this.tally.received.add(message);
      this.patience.renew();
      size += printed[printed.push(this.#print(message)) - 1].length;
      if (this.tally.received.messages === this.job.count) this.ending = true;
      this.onMessage(message);
    }
    if (printed.length > 0) {
      this.output.put(printed.length === 1 ? printed[0] : Buffer.concat(printed));
    }
    this.#goOn();
  }

  /** Whether a message is the one that is sent after the last byte; a publisher's topic may stand before. */
  #isEnd(message: Frame[]): boolean {
    const subscribes = this.job.type === "sub" || this.job.type === "xsub";
    const [mark, total, more] = subscribes && message.length === 3 ? message.slice(1) : message;
    if (mark.length > 0 || total === undefined || more !== undefined) return false;
    if (!/^\d+$/.test(total.text())) return false;
    this.expected = Number(total.text());
    return this.ending = true;
  }

  #write(error: boolean): void {
    if (error) throw readerGone();
    if (this.output.empty) return;
    this.output.write();
    if (!this.output.empty) return;
    this.patience.renew();
    this.#goOn();
  }

  /** Waits for what is next: the output's reader, who must catch up, or the socket, or nothing. */
  #goOn(): void {
    const { empty, fd, idle } = this.output;
    this.wire.watch({ readable: empty && !this.#paused && !this.ending });
    this.wire.poller.modify(fd, empty ? idle : { writable: true });
  }
}
