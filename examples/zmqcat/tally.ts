/** zmqcat's book-keeping: what has passed, its hash, and the line that shows it. */

import { createHash } from "node:crypto";
import type { Poller } from "../../mod.ts";
import type { Job } from "./arguments.ts";
import { TYPES } from "./types.ts";
import type { Handler } from "./wire.ts";

type Hash = ReturnType<typeof createHash>;

/** How often the progress line changes, in ms. */
const INTERVAL = 200;
const CLEAR_LINE = "\r\x1b[K";

/** What has passed in one direction. */
class Passed {
  messages = 0;
  bytes = 0;

  constructor(readonly hash: Hash | undefined, readonly begin: () => void) {}

  /** One message has passed. */
  add(frames: readonly Uint8Array[]): void {
    this.begin();
    this.messages++;
    for (const frame of frames) {
      this.bytes += frame.length;
      this.hash?.update(frame);
    }
  }
}

/** Counts the messages and bytes that have passed. At the end of its block it reports them. */
export class Tally implements Disposable {
  readonly sent: Passed;
  readonly received: Passed;
  readonly #hash: Hash | undefined;
  readonly #duplex: boolean;
  readonly #summary: boolean;
  #started: number | undefined;
  /** What had passed when the line was last shown; nothing where there is no line. */
  #before: { time: number; bytes: number } | undefined;

  constructor(poller: Poller<Handler>, { type, file, output, sha256, summary, quiet }: Job) {
    const { reads, prints } = TYPES[type];
    // Where both are done, what is received is hashed.
    const hash = this.#hash = sha256 ? createHash("sha256") : undefined;
    // The time until the other side was there doesn't count.
    const begin = () => {
      if (this.#started !== undefined) return;
      this.#started = performance.now();
      if (this.#before !== undefined) this.#before.time = this.#started;
    };
    this.sent = new Passed(prints ? undefined : hash, begin);
    this.received = new Passed(prints ? hash : undefined, begin);
    this.#duplex = prints && (reads || type === "rep");

    const terminal = !quiet && Deno.stderr.isTerminal();
    this.#summary = terminal || summary;
    // What is typed on a terminal or printed there would get mixed up with the progress line.
    const mixed = (reads && file === undefined && Deno.stdin.isTerminal()) ||
      (prints && output === undefined && Deno.stdout.isTerminal());
    if (!terminal || mixed) return;
    this.#before = { time: performance.now(), bytes: 0 };
    poller.addTimer(0, { key: () => this.#show() });
    poller.addTimer(INTERVAL, { repeat: true, key: () => this.#show() });
  }

  #show(): void {
    const now = performance.now();
    const { time, bytes } = this.#before!;
    say(CLEAR_LINE + this.#line((this.#bytes - bytes) / (now - time)));
    this.#before = { time: now, bytes: this.#bytes };
  }

  [Symbol.dispose](): void {
    if (this.#before !== undefined) say(CLEAR_LINE);
    if (this.#summary) {
      const now = performance.now();
      const time = now - (this.#started ?? now);
      say(`${this.#line(this.#bytes / time)} in ${(time / 1000).toFixed(2)} s\n`);
    }
    if (this.#hash !== undefined) say(`sha256 ${this.#hash.digest("hex")}\n`);
  }

  get #bytes(): number {
    return this.sent.bytes + this.received.bytes;
  }

  /** `rate` is in bytes a millisecond. */
  #line(rate: number): string {
    const sent = this.sent.messages.toLocaleString("en");
    const received = this.received.messages.toLocaleString("en");
    const messages = this.#duplex
      ? `${sent} messages sent, ${received} received`
      : `${this.received.messages > 0 ? received : sent} messages`;
    return `${messages}, ${megabytes(this.#bytes)} MB, ${megabytes(rate * 1000)} MB/s`;
  }
}

/** Writes to standard error, if that can still be written to. */
export function say(text: string): void {
  try {
    Deno.stderr.writeSync(new TextEncoder().encode(text));
  } catch (error) {
    if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
  }
}

function megabytes(bytes: number): string {
  return (Number.isFinite(bytes) ? bytes / 1e6 : 0).toFixed(1);
}
