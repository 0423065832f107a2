/** The other side of the interoperability tests: a process with one socket of pyzmq's. See `peer.py`. */

import { createHash } from "node:crypto";
import type { Frame } from "../../mod.ts";
import { Program } from "../program.ts";

// Another Python may come first on PATH, without the system's packages.
const PYTHON = "/usr/bin/python3";
const SCRIPT = new URL("peer.py", import.meta.url).pathname;

/** Whether pyzmq is installed. */
export const hasPyzmq = await succeeds(PYTHON, "-c", "import zmq");

/** The roles of `peer.py`. */
export type Role =
  | "send"
  | "receive"
  | "echo"
  | "echo-stream"
  | "ask"
  | "publish"
  | "publish-to-known"
  | "subscribe";

/** Starts a peer. Its first line says where it's bound. */
export function startPeer(
  type: string,
  verb: "bind" | "connect",
  address: string,
  role: Role,
  count = 0,
  options: readonly string[] = [],
): Program {
  const args = ["-B", SCRIPT, type, verb, address, role, String(count), ...options];
  return new Program(PYTHON, args);
}

const SIZES = [0, 1, 7, 32, 33, 34, 35, 64, 255, 256, 1000, 4096, 4097, 8192, 0];

/** Messages of one to four parts of all kinds of sizes, then one with a part of 1 MB. */
export function* messages(count: number): Generator<Uint8Array[]> {
  for (let number = 0; number < count - 1; number++) {
    yield Array.from(
      { length: 1 + number % 4 },
      (_, part) =>
        new Uint8Array(SIZES[(number + 4 * part) % SIZES.length]).fill(number + 31 * part),
    );
  }
  yield [new TextEncoder().encode("large"), new Uint8Array(2 ** 20).map((_, at) => at), EMPTY];
}

const EMPTY = new Uint8Array(0);

/** A hash of messages, their order, and where their parts begin and end. */
export class Digest {
  readonly #hash = createHash("sha256");

  add(message: readonly (Uint8Array | Frame)[]): void {
    this.#number(message.length);
    for (const part of message) {
      this.#number(part.length);
      this.#hash.update(part);
    }
  }

  hex(): string {
    return this.#hash.digest("hex");
  }

  #number(value: number): void {
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setUint32(0, value);
    this.#hash.update(bytes);
  }
}

async function succeeds(command: string, ...args: string[]): Promise<boolean> {
  try {
    return (await new Deno.Command(command, { args, stdout: "null", stderr: "null" }).output())
      .success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
