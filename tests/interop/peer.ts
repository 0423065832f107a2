/** The other side of the interoperability tests: a process with one socket of another library's. */

import { createHash } from "node:crypto";
import { Program } from "../program.ts";
import { npmZeromq } from "../npm.ts";

/** The other libraries. */
export type PeerName = "pyzmq" | "zeromq.js";

/** The roles of `peer.py`; `peer.mjs` has those of the patterns. */
export type Role =
  | "send"
  | "receive"
  | "receive-when-told"
  | "subscribe-when-told"
  | "echo-when-told"
  | "fill"
  | "echo"
  | "echo-stream"
  | "echo-bytes"
  | "ask"
  | "ask-replier"
  | "publish"
  | "publish-to-known"
  | "subscribe";

/** Options of a socket by our names for them, which are zeromq.js's, too. */
export type Options = Record<string, string | number | boolean | Uint8Array>;

/** What a peer is to be. */
export interface Part {
  /** The socket's type as libzmq calls it, or TCP for a plain one (pyzmq only). */
  type: string;
  verb: "bind" | "connect";
  address: string;
  role: Role;
  count?: number;
  options?: Options;
}

// Another Python may come first on PATH, without the system's packages.
const PYTHON = "/usr/bin/python3";

/** Whether pyzmq is installed. */
export const hasPyzmq = await succeeds(PYTHON, "-c", "import zmq");

const node = await npmZeromq();

/** Why a library's peers can't be started here, if so: then tests are skipped, and their names say it. */
export const MISSING: Record<PeerName, string | undefined> = {
  "pyzmq": hasPyzmq ? undefined : "pyzmq isn't installed",
  "zeromq.js": node.missing,
};

/** Makes a test that needs a peer of that library. */
export function peerTest(
  library: PeerName,
  claim: string,
  body: () => Promise<void>,
  ignore = false,
): Deno.TestDefinition {
  const missing = MISSING[library];
  return {
    name: `${library}: ${claim}${missing === undefined ? "" : ` [SKIPPED: ${missing}]`}`,
    ignore: ignore || missing !== undefined,
    fn: body,
  };
}

/** Starts a peer. Its first line says where it's bound. */
export function startPeer(library: PeerName, part: Part): Program {
  const { type, verb, address, role, count = 0, options = {} } = part;
  const json = JSON.stringify(
    options,
    (_, value) => value instanceof Uint8Array ? { hex: value.toHex() } : value,
  );
  const args = [type, verb, address, role, String(count), json];
  const script = (name: string) => new URL(name, import.meta.url).pathname;
  return library === "pyzmq"
    ? new Program(PYTHON, ["-B", script("peer.py"), ...args])
    : new Program("node", [...node.flags, script("peer.mjs"), ...args], {
      ZEROMQ_FOLDER: node.folder,
    });
}

const SIZES = [0, 1, 7, 32, 33, 34, 35, 64, 255, 256, 1000, 4096, 4097, 8192, 0];

/** Messages of one to four parts of all kinds of sizes, then one with a part of 3 MB. */
export function* messages(count: number): Generator<Uint8Array[]> {
  for (let number = 0; number < count - 1; number++) {
    yield Array.from(
      { length: 1 + number % 4 },
      (_, part) =>
        new Uint8Array(SIZES[(number + 4 * part) % SIZES.length]).fill(number + 31 * part),
    );
  }
  yield [new TextEncoder().encode("large"), LARGE, EMPTY];
}

const LARGE = new Uint8Array(3 * 2 ** 20).map((_, at) => at);
const EMPTY = new Uint8Array(0);

/** A hash of messages, their order, and where their parts begin and end. */
export class Digest {
  readonly #hash = createHash("sha256");

  add(message: readonly Uint8Array[]): void {
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
