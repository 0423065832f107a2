/** The messages of the model: what is in them, and who is to have them. */

import type { Peer } from "./peers.ts";

/** What a message is made of: its topic, and the lengths of its parts. */
export interface Shape {
  topic: "a" | "b";
  /** Of the first part, beyond its name; of each further one. */
  lengths: readonly number[];
}

/** What finds out whether a new subscription has arrived. The model doesn't count them. */
export const PROBE = "a?";

/** A message that was given to a socket. */
export class Message {
  /**
   * `waiting` while its send waits, `sent` once libzmq has it, `refused` where the send has failed: then no one may ever
   * receive it.
   */
  state: "waiting" | "sent" | "refused" = "waiting";
  /** It may be lost: a peer that could have had it has gone. */
  excused = false;
  /** Who has received it. */
  readonly received = new Set<Peer>();
  /** To whom it may go: to one of them, or to each of a Publisher's. Fixed when it's sent. */
  targets: ReadonlySet<Peer> = new Set();

  constructor(
    readonly number: number,
    readonly sender: Peer,
    readonly shape: Shape,
    /** To whom it's addressed, where the sender has chosen: a Router's, a Reply's. */
    readonly to: Peer | undefined,
  ) {}

  get name(): string {
    return `${this.shape.topic}${this.number}`;
  }

  /** Whether it must still arrive at a peer. Of one that goes to one of several, no one can say at which. */
  isDueAt(peer: Peer): boolean {
    if (this.state !== "sent" || this.excused || !this.targets.has(peer)) return false;
    if (this.sender.kind.toAll) return !this.received.has(peer);
    return this.received.size === 0 && this.targets.size === 1;
  }

  /** Whether it must still arrive anywhere. */
  get isDue(): boolean {
    if (this.state !== "sent" || this.excused) return false;
    return this.sender.kind.toAll
      ? [...this.targets].some((peer) => !this.received.has(peer))
      : this.received.size === 0;
  }

  /** Its parts, the same each time. */
  get parts(): Uint8Array<ArrayBuffer>[] {
    return this.shape.lengths.map((length, index) => {
      const head = index > 0 ? "" : `${this.name};`;
      const part = new Uint8Array(head.length + length);
      for (let i = 0; i < head.length; i++) part[i] = head.charCodeAt(i);
      for (let i = head.length; i < part.length; i++) part[i] = (this.number + 7 * index + i) & 255;
      return part;
    });
  }

  /** What is wrong with what was received as this message; undefined if nothing is. */
  flaw(parts: readonly Uint8Array[]): string | undefined {
    const wanted = this.parts;
    if (parts.length !== wanted.length) return `${parts.length} parts of ${wanted.length}`;
    for (const [index, part] of parts.entries()) {
      if (part.length !== wanted[index].length) {
        return `part ${index} has ${part.length} bytes of ${wanted[index].length}`;
      }
      const at = part.findIndex((byte, i) => byte !== wanted[index][i]);
      if (at >= 0) return `part ${index} differs at byte ${at}`;
    }
    return undefined;
  }
}

/** The number of the message that begins so; -1 for a probe, and undefined for what the model has never made. */
export function numberOf(first: Uint8Array): number | undefined {
  const text = String.fromCharCode(...first.subarray(0, 12));
  if (text.startsWith(PROBE)) return -1;
  const match = /^[ab](\d+);/.exec(text);
  return match === null ? undefined : Number(match[1]);
}
