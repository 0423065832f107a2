/** The buffers that visits lend to their visitors. */

import { INLINE_DATA_WORD, INLINE_LIMIT } from "./message_layout.ts";
import { FrameMessage } from "./native_message.ts";

/**
 * What one level of nested visits lends.
 *
 * Fact: a visitor may do anything with what it's lent: write past the frame by the view's `buffer`, keep it, or transfer
 * it. Failure: views of libzmq's own record of the message let a visitor that sorted them end the process. Decision:
 * small frames are copied, word by word, into a buffer that only visitors read, shown by views that are made once, one for
 * each length; larger ones into another. If a buffer was transferred, the next frame gets a new one. Cost: 3 ns for a small
 * frame; a view, 15 ns, for each larger one.
 */
export class VisitBuffers {
  readonly native = new FrameMessage();
  #words = new Int32Array(0);
  #views: Uint8Array<ArrayBuffer>[] = [];
  #large = new Uint8Array(0);

  /** Returns a view of the bytes of a small message. */
  small(size: number): Uint8Array<ArrayBuffer> {
    if (this.#words.length === 0) this.#renewSmall();
    const from = this.native.words;
    const to = this.#words;
    // Without a loop, which takes 3 ns more for 33 bytes.
    to[0] = from[INLINE_DATA_WORD];
    to[1] = from[INLINE_DATA_WORD + 1];
    if (size > 8) {
      to[2] = from[INLINE_DATA_WORD + 2];
      to[3] = from[INLINE_DATA_WORD + 3];
      if (size > 16) {
        to[4] = from[INLINE_DATA_WORD + 4];
        to[5] = from[INLINE_DATA_WORD + 5];
        to[6] = from[INLINE_DATA_WORD + 6];
        to[7] = from[INLINE_DATA_WORD + 7];
        to[8] = from[INLINE_DATA_WORD + 8];
      }
    }
    return this.#views[size];
  }

  /** Returns a view of the bytes of any other message, and frees what libzmq had allocated. */
  large(size: number): Uint8Array<ArrayBuffer> {
    return this.native.copyTo(this.#largeOf, size);
  }

  #renewSmall(): void {
    this.#words = new Int32Array((INLINE_LIMIT + 3) >> 2);
    const { buffer } = this.#words;
    // A property that a visitor adds, or another prototype, would be seen by all later ones.
    Object.preventExtensions(buffer);
    this.#views = Array.from(
      { length: INLINE_LIMIT + 1 },
      (_, size) => Object.preventExtensions(new Uint8Array(buffer, 0, size)),
    );
  }

  readonly #largeOf = (length: number): Uint8Array<ArrayBuffer> => {
    // A buffer that was transferred has no bytes, and shows not even an empty frame.
    if (this.#large.length < length || this.#large.buffer.detached) {
      this.#large = new Uint8Array(Math.max(length, 2 * this.#large.length, 4096));
      Object.preventExtensions(this.#large.buffer);
    }
    return new Uint8Array(this.#large.buffer, 0, length);
  };
}

const idle: VisitBuffers[] = [];

/** Borrows buffers for one visit. The visitor may visit another socket: each level has buffers of its own. */
export function borrowVisitBuffers(): VisitBuffers {
  return idle.pop() ?? new VisitBuffers();
}

/** Returns them. */
export function returnVisitBuffers(buffers: VisitBuffers): void {
  idle.push(buffers);
}
