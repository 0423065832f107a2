/** zmqcat's book-keeping: what has passed, its hash, and the line that shows it. */

import { createHash } from "node:crypto";
import type { Job } from "./arguments.ts";

/** How often the progress line changes, in ms. */
const INTERVAL = 200;
const CLEAR_LINE = "\r\x1b[K";

/** Counts the messages and bytes that have passed. At the end of its block it reports them. */
export class Tally implements Disposable {
  messages = 0;
  bytes = 0;
  readonly #hash: ReturnType<typeof createHash> | undefined;
  readonly #summary: boolean;
  #started = performance.now();
  /** When the line is to change next, and what had passed when it last did. */
  #due: number;
  #before = { time: this.#started, bytes: 0 };

  constructor({ type, path, sha256, summary, quiet }: Job) {
    this.#hash = sha256 ? createHash("sha256") : undefined;
    const terminal = !quiet && Deno.stderr.isTerminal();
    this.#summary = terminal || summary;
    // What is typed on a terminal or printed there would get mixed up with the progress line.
    const stream = type === "push" ? Deno.stdin : Deno.stdout;
    const mixed = path === undefined && stream.isTerminal();
    this.#due = terminal && !mixed ? this.#started : Infinity;
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

  [Symbol.dispose](): void {
    if (this.#due < Infinity) say(CLEAR_LINE);
    if (this.#summary) {
      const time = performance.now() - this.#started;
      say(`${this.#line(this.bytes / time)} in ${(time / 1000).toFixed(2)} s\n`);
    }
    if (this.#hash !== undefined) say(`sha256 ${this.#hash.digest("hex")}\n`);
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
