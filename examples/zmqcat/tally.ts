/** zmqcat's book-keeping: what has passed, its hash, and the line that shows it. */

import { createHash } from "node:crypto";

/** How often the progress line changes, in ms. */
const INTERVAL = 200;
const CLEAR_LINE = "\r\x1b[K";

/** Counts the messages and bytes that have passed. */
export class Tally {
  messages = 0;
  bytes = 0;
  readonly #hash: ReturnType<typeof createHash> | undefined;
  readonly #shown: boolean;
  #started = performance.now();
  /** When the line is to change next, and what had passed when it last did. */
  #due: number;
  #before = { time: this.#started, bytes: 0 };

  constructor({ sha256, shown }: { sha256: boolean; shown: boolean }) {
    this.#hash = sha256 ? createHash("sha256") : undefined;
    this.#shown = shown;
    this.#due = shown ? this.#started : Infinity;
  }

  /** One message has passed. */
  add(bytes: Uint8Array): void {
    // The time until the other side was there doesn't count.
    if (this.messages === 0) this.#before.time = this.#started = performance.now();
    this.messages++;
    this.bytes += bytes.length;
    this.#hash?.update(bytes);
  }

  /** After how many ms the line is to be shown again; never, where there is none. */
  get timeout(): number {
    return Math.max(0, this.#due - performance.now());
  }

  /** Shows the line, where it's time to. */
  show(): void {
    const now = performance.now();
    if (now < this.#due) return;
    const { time, bytes } = this.#before;
    say(CLEAR_LINE + this.#line((this.bytes - bytes) / (now - time)));
    this.#before = { time: now, bytes: this.bytes };
    this.#due = now + INTERVAL;
  }

  /** Takes the line away, so that something else can be printed in its place. */
  clear(): void {
    if (this.#shown) say(CLEAR_LINE);
    this.#due = Infinity;
  }

  /** What has passed in all, in a line. */
  summary(): string {
    const time = performance.now() - this.#started;
    return `${this.#line(this.bytes / time)} in ${(time / 1000).toFixed(2)} s`;
  }

  /** The hash of all bytes, where one was asked for. */
  hash(): string | undefined {
    return this.#hash?.digest("hex");
  }

  /** `rate` is in bytes a millisecond. */
  #line(rate: number): string {
    const messages = this.messages.toLocaleString("en");
    return `${messages} messages, ${megabytes(this.bytes)} MB, ${megabytes(rate * 1000)} MB/s`;
  }
}

/** Writes to standard error, and doesn't mind if nobody can read it any more. */
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
