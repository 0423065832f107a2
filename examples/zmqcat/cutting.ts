/** How zmqcat cuts what it reads into messages, and those into frames. */

import { Buffer } from "node:buffer";
import type { Cut, Job } from "./arguments.ts";
import { TYPES } from "./types.ts";

/** The frames of a message to be sent. */
export type Message = Uint8Array[];

/** Cuts bytes into messages, which are valid until more is fed. */
export interface Cutter {
  /** Takes what was read, `null` at the end. To be called when `next` has nothing more. */
  feed(bytes: Uint8Array | null): void;
  /** The next message; `undefined` where more must be read, `null` after the last. */
  next(): Uint8Array | null | undefined;
}

/** Makes what a job needs. */
export function cutterFor({ cut, type }: { cut: Cut; type: Job["type"] }): Cutter {
  switch (cut.by) {
    case "line":
      // To a plain TCP peer, lines without their ends would be one long line.
      return new Separated(0x0a, type === "stream");
    case "nul":
      return new Separated(0, false);
    case "chunk":
      return new Pieces();
    case "whole":
      return new Whole();
  }
}

/** Cuts after each byte of a kind, and takes that off. What stands after the last one is a message, too. */
class Separated implements Cutter {
  #bytes: Uint8Array = new Uint8Array(0);
  #at = 0;
  /** The beginning of a message whose end wasn't read yet. */
  #begun: Uint8Array[] = [];
  #ended = false;

  constructor(readonly separator: number, readonly keeps: boolean) {}

  feed(bytes: Uint8Array | null): void {
    this.#bytes = bytes ?? new Uint8Array(0);
    this.#at = 0;
    this.#ended = bytes === null;
  }

  next(): Uint8Array | null | undefined {
    const end = this.#bytes.indexOf(this.separator, this.#at);
    if (end >= 0) {
      const message = this.#join(this.#bytes.subarray(this.#at, end + (this.keeps ? 1 : 0)));
      this.#at = end + 1;
      return message;
    }
    // The input's buffer is used again, so this has to be a copy.
    if (this.#at < this.#bytes.length) this.#begun.push(this.#bytes.slice(this.#at));
    this.#at = this.#bytes.length;
    if (!this.#ended) return undefined;
    return this.#begun.length === 0 ? null : this.#join(new Uint8Array(0));
  }

  #join(last: Uint8Array): Uint8Array {
    if (this.#begun.length === 0) return last;
    const all = Buffer.concat([...this.#begun, last]);
    this.#begun = [];
    return all;
  }
}

/** Each read is a message: the input's buffer is as large as a chunk. */
class Pieces implements Cutter {
  #piece: Uint8Array | null | undefined;

  feed(bytes: Uint8Array | null): void {
    this.#piece = bytes;
  }

  next(): Uint8Array | null | undefined {
    const piece = this.#piece;
    if (piece !== null) this.#piece = undefined;
    return piece;
  }
}

/** Everything is one message, even where there is nothing. */
class Whole implements Cutter {
  #pieces: Uint8Array[] | null = [];
  #ended = false;

  feed(bytes: Uint8Array | null): void {
    if (bytes === null) this.#ended = true;
    else this.#pieces?.push(bytes.slice());
  }

  next(): Uint8Array | null | undefined {
    if (!this.#ended || this.#pieces === null) return this.#pieces === null ? null : undefined;
    const all = Buffer.concat(this.#pieces);
    this.#pieces = null;
    return all;
  }
}

/** A message's frames. */
export function toFrames(bytes: Uint8Array, job: Job): Message {
  const { routes, topics } = TYPES[job.type];
  const frames = split(bytes, job);
  if (routes) frames[0] = toRoutingId(frames[0]);
  if (topics === "one") frames.unshift(...job.topics.map((topic) => Buffer.from(topic)));
  return frames;
}

/** Cuts at a job's frame separator, where it has one; a stream's messages have two frames. */
export function split(bytes: Uint8Array, { type, separator, separates }: Job): Message {
  if (!separates && !TYPES[type].routes) return [bytes];
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const frames: Message = [];
  let from = 0;
  const most = type === "stream" ? 2 : Infinity;
  for (let at; frames.length + 1 < most && (at = view.indexOf(separator, from)) >= 0;) {
    frames.push(bytes.subarray(from, at));
    from = at + separator.length;
  }
  frames.push(bytes.subarray(from));
  return frames;
}

const HEX = /^0x(?:[0-9a-f]{2})+$/i;

/** A routing id as it's typed: 0x and hexadecimal digits, or text. */
function toRoutingId(bytes: Uint8Array): Uint8Array {
  const text = Buffer.from(bytes).toString("latin1");
  return HEX.test(text) ? Buffer.from(text.slice(2), "hex") : bytes;
}

/** A routing id as it's printed, so that it can be typed again. */
export function fromRoutingId(id: Uint8Array): Buffer {
  const bytes = Buffer.from(id);
  const text = bytes.toString();
  // deno-lint-ignore no-control-regex
  const plain = /^[^\0-\x1f\x7f\ufffd]+$/.test(text) && !HEX.test(text);
  return plain ? bytes : Buffer.from(`0x${bytes.toString("hex")}`);
}
