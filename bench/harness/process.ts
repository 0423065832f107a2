/** The peers' processes: started, listened to, and ended. */

import { TextLineStream } from "./lines.ts";

/** How a program is started. */
export interface Command {
  program: string;
  args: readonly string[];
  env?: Record<string, string>;
  cwd?: string;
}

/** A program didn't say what it should have; the message tells why. */
export class PeerError extends Error {
  override readonly name = "PeerError";
}

const running = new Set<Deno.ChildProcess>();

/** Ends what is still running. */
export function endAll(): void {
  for (const child of running) kill(child);
}

function kill(child: Deno.ChildProcess): void {
  try {
    child.kill("SIGKILL");
  } catch {
    // It has ended by itself.
  }
}

function spawn({ program, args, env = {}, cwd }: Command): Deno.ChildProcess {
  const child = new Deno.Command(program, {
    args: [...args],
    env: { NO_COLOR: "1", DENO_NO_UPDATE_CHECK: "1", ...env },
    cwd,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  running.add(child);
  return child;
}

/** How a program ended, and what it printed. */
export interface Ending {
  code: number;
  signal: string | null;
  /** It hadn't ended by itself. */
  late: boolean;
  stdout: string;
  stderr: string;
}

/** Runs a program to its end, or for so many ms. */
export async function runToEnd(command: Command, limit: number): Promise<Ending> {
  const child = spawn(command);
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    kill(child);
  }, limit);
  try {
    const { code, signal, stdout, stderr } = await child.output();
    const text = new TextDecoder();
    return { code, signal, late, stdout: text.decode(stdout), stderr: text.decode(stderr) };
  } finally {
    clearTimeout(timer);
    running.delete(child);
  }
}

/** A program that prints lines of a word and what belongs to it. */
export class Peer implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #lines: ReadableStreamDefaultReader<string>;
  readonly #errors: Promise<string>;

  constructor(readonly command: Command) {
    this.#child = spawn(command);
    this.#lines = this.#child.stdout
      .pipeThrough(new TextDecoderStream())
      .pipeThrough(new TextLineStream())
      .getReader();
    this.#errors = new Response(this.#child.stderr).text();
  }

  get pid(): number {
    return this.#child.pid;
  }

  /** The rest of the next line that begins with a word. Fails when the program ends first, or after so many ms. */
  async line(word: string, limit: number): Promise<string> {
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      kill(this.#child);
    }, limit);
    try {
      for (;;) {
        const { value, done } = await this.#lines.read();
        if (late) throw new PeerError(`hung: nothing within ${limit / 1000} s`);
        if (done) throw new PeerError(`ended: ${await this.#why()}`);
        if (value.startsWith(`${word} `)) return value.slice(word.length + 1);
      }
    } finally {
      clearTimeout(timer);
    }
  }

  /** Rejects when the program ends by itself. */
  async ended(): Promise<never> {
    await this.#child.status;
    throw new PeerError(`its other end ended: ${await this.#why()}`);
  }

  async #why(): Promise<string> {
    const { code, signal } = await this.#child.status;
    const lines = (await this.#errors).trim().split("\n");
    // The lines of a stack say where a checkout lies, and nothing to a reader of the page.
    const told = lines.filter((line) => !/^\s*at /.test(line));
    const telling = told.findLast((line) => /error|:/i.test(line)) ?? told.at(-1) ?? "";
    return `${signal ?? `status ${code}`}${telling === "" ? "" : `, ${telling.trim()}`}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    kill(this.#child);
    await this.#child.status;
    running.delete(this.#child);
    await this.#lines.cancel().catch(() => {});
    await this.#errors;
  }
}

/** What a command prints, trimmed; undefined where it can't be run, or fails. */
export async function output(
  program: string,
  args: readonly string[],
): Promise<string | undefined> {
  try {
    const { success, stdout } = await new Deno.Command(program, {
      args: [...args],
      stdin: "null",
      stderr: "null",
    }).output();
    return success ? new TextDecoder().decode(stdout).trim() : undefined;
  } catch {
    return undefined;
  }
}
