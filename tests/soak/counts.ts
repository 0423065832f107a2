/** What a soak has done so far, and what was wrong. */

/** Something that has failed: a message lost, a wait that hangs, a growth. */
export class Failure extends Error {
  override readonly name = "Failure";
}

/** How often each thing was done. */
export const counts: Record<
  | "messages"
  | "bytes"
  | "sockets"
  | "contexts"
  | "aborts"
  | "timeouts"
  | "processes"
  | "workers"
  | "sequences",
  number
> = {
  messages: 0,
  bytes: 0,
  sockets: 0,
  contexts: 0,
  aborts: 0,
  timeouts: 0,
  processes: 0,
  workers: 0,
  sequences: 0,
};

/** A whole number below that. */
export function below(number: number): number {
  return Math.floor(Math.random() * number);
}

/** One of them. */
export function oneOf<T>(...those: readonly T[]): T {
  return those[below(those.length)];
}

/** Longer than anything takes that works, in ms, also on a machine that is busy. */
export const HANGS = 60_000;

/** The promise's value; a failure where it hangs, which is when it takes that long, in ms. */
export async function bounded<T>(promise: Promise<T>, what: string, limit = HANGS): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const hangs = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Failure(`${what} hangs`)), limit);
  });
  try {
    return await Promise.race([promise, hangs]);
  } finally {
    clearTimeout(timer);
  }
}

/** Claims that messages of one sender come whole, in order, and each once: they're numbered, and long as their number says. */
export class Numbered {
  next = 0;

  constructor(readonly what: string) {}

  /** The message of a number: its first four bytes have that, and each further one its lowest bits. */
  static message(number: number, length = lengthOf(number)): Uint8Array<ArrayBuffer> {
    const bytes = new Uint8Array(4 + length).fill(number & 255);
    new DataView(bytes.buffer).setUint32(0, number);
    return bytes;
  }

  /** Judges the next message. */
  take(bytes: Uint8Array): void {
    const number = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0);
    if (number !== this.next) {
      throw new Failure(`${this.what}: message ${number} comes in the place of ${this.next}`);
    }
    const length = lengthOf(number);
    const last = bytes[bytes.length - 1];
    if (bytes.length !== 4 + length || (length > 0 && last !== (number & 255))) {
      throw new Failure(
        `${this.what}: message ${number} has ${bytes.length} bytes, not ${4 + length}`,
      );
    }
    this.next++;
    counts.messages++;
    counts.bytes += bytes.length;
  }

  /** Claims that all have come. */
  end(number: number): void {
    if (this.next !== number) throw new Failure(`${this.what}: ${this.next} messages of ${number}`);
  }
}

/** Mostly short, some within and beyond a message's struct, now and then a large one. */
function lengthOf(number: number): number {
  if (number % 1009 === 1008) return 3_000_000;
  if (number % 101 === 100) return 20_000;
  return number % 60;
}
