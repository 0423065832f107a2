/** zmqcat in processes of its own, as a person runs it: with files, pipes and a shell. */

import { HUNG } from "../waiting.ts";
import { claims } from "../claims.ts";
import { withoutWaiting } from "../program.ts";
import { ok as assert } from "node:assert/strict";
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ZMQCAT = fileURLToPath(new URL("../../examples/zmqcat.ts", import.meta.url));

/** The permissions that zmqcat's help names, and those that let a run choose the library and the poller. */
export const PERMISSIONS: readonly string[] = [
  "--allow-ffi",
  "--allow-read",
  "--allow-write",
  "--allow-env=LIBZMQ_PATH,ZMQ_POLLER",
];

/** The words of the command line before zmqcat's own. */
export function command(permissions = PERMISSIONS): string[] {
  return [Deno.execPath(), "run", "--no-prompt", ...permissions, ZMQCAT];
}

/** A running process, whose output and errors are collected. At the end of its block it's gone. */
export class Running implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  readonly #output: Collected;
  readonly #errors: Collected;
  readonly #timer: ReturnType<typeof setTimeout>;

  constructor([executable, ...args]: readonly string[], env: Record<string, string> = {}) {
    this.#child = new Deno.Command(executable, {
      args,
      env: { NO_COLOR: "1", ...env },
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#input = this.#child.stdin.getWriter();
    this.#output = new Collected(this.#child.stdout);
    this.#errors = new Collected(this.#child.stderr);
    this.#timer = setTimeout(() => this.kill("SIGKILL"), HUNG);
  }

  /** Writes to its standard input. */
  async write(data: string | Uint8Array): Promise<void> {
    await this.#input.write(typeof data === "string" ? new TextEncoder().encode(data) : data);
  }

  /** Ends its standard input. */
  async end(): Promise<void> {
    await this.#input.close();
  }

  kill(signal: Deno.Signal): void {
    try {
      this.#child.kill(signal);
    } catch (error) {
      if (!(error instanceof TypeError)) throw error; // it has ended
    }
  }

  /** Reads its standard output until that has so many bytes, or to the end, and returns all of it. */
  output(size = Infinity): Promise<Uint8Array<ArrayBuffer>> {
    return this.#output.until((bytes) => bytes >= size);
  }

  /** Stops reading its standard output, as a reader does that ends. */
  async refuseOutput(): Promise<void> {
    await this.#output.cancel();
  }

  /** Waits until its standard error has a line that begins so, and returns the line's rest. */
  said(beginning: string): Promise<string> {
    return restOf(beginning, this.#errors);
  }

  /** The same of its standard output. */
  printed(beginning: string): Promise<string> {
    return restOf(beginning, this.#output);
  }

  /** Reads its standard output until that has so many lines, or to the end, and returns them. */
  async lines(count = Infinity): Promise<string[]> {
    const bytes = await this.#output.until((_, bytes) => linesOf(bytes()).length >= count);
    return linesOf(bytes).slice(0, count);
  }

  /** Waits for its end. Returns its status as a shell does, and all its standard error. */
  async ended(): Promise<{ status: number; errors: string }> {
    const [{ code }, bytes] = await Promise.all([this.#child.status, this.#errors.until()]);
    const errors = new TextDecoder().decode(bytes);
    return { status: code, errors: withoutWaiting(errors) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const pid of descendants(this.#child.pid)) {
      try {
        Deno.kill(pid, "SIGKILL");
      } catch (error) {
        if (!(error instanceof Deno.errors.NotFound)) throw error;
      }
    }
    this.kill("SIGKILL");
    await this.#input.abort().catch(() => {});
    await this.#child.status;
    await this.#output.cancel();
    await this.#errors.cancel();
    clearTimeout(this.#timer);
  }
}

async function restOf(beginning: string, stream: Collected): Promise<string> {
  let line: string | undefined;
  const all = await stream.until((_, bytes) => {
    line = linesOf(bytes()).find((line) => line.startsWith(beginning));
    return line !== undefined;
  });
  if (line !== undefined) return line.slice(beginning.length);
  throw new Error(`It didn't say "${beginning}", but: ${new TextDecoder().decode(all)}`);
}

/** The lines that are complete. */
function linesOf(bytes: Uint8Array): string[] {
  return new TextDecoder().decode(bytes).split("\n").slice(0, -1);
}

/** What a shell has started, where /proc tells; none once it has ended. */
function descendants(pid: number): number[] {
  try {
    const children = Deno.readTextFileSync(`/proc/${pid}/task/${pid}/children`);
    return (children.match(/\d+/g) ?? []).map(Number).flatMap((child) => [
      child,
      ...descendants(child),
    ]);
  } catch {
    return [];
  }
}

/** What has been read of a stream. It's read only when someone wants more of it. */
class Collected {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>;
  readonly #chunks: Uint8Array<ArrayBuffer>[] = [];
  #size = 0;

  constructor(stream: ReadableStream<Uint8Array<ArrayBuffer>>) {
    this.#reader = stream.getReader();
  }

  /** Reads until it's enough, or to the end. */
  async until(
    enough: (size: number, bytes: () => Uint8Array<ArrayBuffer>) => boolean = () => false,
  ): Promise<Uint8Array<ArrayBuffer>> {
    const bytes = () => concatenated(this.#chunks, this.#size);
    while (!enough(this.#size, bytes)) {
      const { value, done } = await this.#reader.read();
      if (done) break;
      this.#chunks.push(value);
      this.#size += value.length;
    }
    return bytes();
  }

  async cancel(): Promise<void> {
    await this.#reader.cancel();
  }
}

function concatenated(chunks: Uint8Array[], size: number): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}

/** Starts a zmqcat. */
export function zmqcat(...args: string[]): Running {
  return new Running([...command(), ...args]);
}

/** The options with which the two carry a file byte by byte, and with its end. */
const CARRYING = {
  push: ["--chunk", "65536", "--end-marker"],
  pull: ["--raw", "--end-marker"],
};

/** Starts a zmqcat that carries bytes. */
export function carrier(type: "push" | "pull", ...args: string[]): Running {
  return zmqcat(type, ...CARRYING[type], ...args);
}

/**
 * Runs a shell script, in which `zmqcat` is a command, `push` and `pull` are two that carry bytes, and
 * `$DIR` is the folder given.
 */
export function shell(folder: string, script: string): Running {
  const call = command().map((word) => `'${word}'`).join(" ");
  const functions = `zmqcat() { ${call} "$@"; }
    push() { zmqcat push ${CARRYING.push.join(" ")} "$@"; }
    pull() { zmqcat pull ${CARRYING.pull.join(" ")} "$@"; }`;
  return new Running(["/bin/sh", "-c", `${functions}\n${script}`], { DIR: folder });
}

export function text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

/** Bytes of which no two chunks are alike. */
export function randomBytes(size: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(size);
  for (let at = 0; at < size; at += 65536) {
    crypto.getRandomValues(bytes.subarray(at, at + 65536));
  }
  return bytes;
}

export function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** Without printing them, which takes minutes for megabytes that differ. */
export const assertSameBytes = claims(
  function assertSameBytes(actual: Uint8Array, expected: Uint8Array): void {
    const sizes = `${actual.length} bytes instead of ${expected.length}`;
    assert(Buffer.compare(actual, expected) === 0, `The bytes differ: ${sizes}`);
  },
);

/** Waits until a file has so many bytes. */
export async function grown(path: string, size: number): Promise<void> {
  using watcher = Deno.watchFs(join(path, ".."));
  // What happened before the watch began makes no event.
  if (await sizeOf(path) >= size) return;
  for await (const _ of watcher) {
    if (await sizeOf(path) >= size) return;
  }
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await Deno.stat(path)).size;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return -1;
    throw error;
  }
}
