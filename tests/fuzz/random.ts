/** Random choices that a seed repeats. */

/** A generator of choices: the same ones for the same seed. */
export class Random {
  #state: number;

  constructor(readonly seed: number) {
    this.#state = seed >>> 0;
  }

  /** A number from 0 to below `end`. */
  below(end: number): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let bits = this.#state;
    bits = Math.imul(bits ^ bits >>> 15, bits | 1);
    bits ^= bits + Math.imul(bits ^ bits >>> 7, bits | 61);
    return Math.floor(((bits ^ bits >>> 14) >>> 0) / 2 ** 32 * end);
  }

  /** Another one, whose choices don't depend on what else is asked of this one. */
  fork(): Random {
    return new Random(this.below(2 ** 32));
  }

  pick<T>(all: readonly T[]): T {
    return all[this.below(all.length)];
  }

  chance(ofOne: number): boolean {
    return this.below(1000) < ofOne * 1000;
  }

  /** Sizes from 0 to the most: small ones are as frequent as large ones. */
  size(most: number): number {
    return this.below(2 ** (1 + this.below(Math.ceil(Math.log2(most + 1))))) % (most + 1);
  }

  bytes(length: number): Uint8Array<ArrayBuffer> {
    return Uint8Array.from({ length }, () => this.below(256));
  }
}
