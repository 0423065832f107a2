/** Processes that a test talks to while they run, line by line. `run` in `util.ts` is for all others. */

import type { Outcome } from "./util.ts";

/** What a process is started with. */
export interface ProgramOptions {
  /** Flags of `deno run`. */
  flags?: readonly string[];
  env?: Record<string, string>;
  args?: readonly string[];
}

/** A process that takes longer than this, in ms, hangs: it's killed, which shows as its signal. */
const STUCK = 60_000;

/** A running process. At the end of its block it's gone, one way or another. */
export class Program implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #output: ReadableStreamDefaultReader<string>;
  readonly #errors: Promise<string>;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  readonly #stuck: ReturnType<typeof setTimeout>;
  #read = "";
  #folder: string | undefined;

  constructor(command: string, args: readonly string[], env: Record<string, string> = {}) {
    this.#child = new Deno.Command(command, {
      args: [...args],
      env: { NO_COLOR: "1", ...env },
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#input = this.#child.stdin.getWriter();
    this.#output = this.#child.stdout.pipeThrough(new TextDecoderStream()).getReader();
    this.#errors = new Response(this.#child.stderr).text();
    this.#stuck = setTimeout(() => this.kill("SIGKILL"), STUCK);
  }

  /** Starts a program given as its source, in which `$MOD` is the library's address. */
  static async start(source: string, options: ProgramOptions = {}): Promise<Program> {
    const { flags = ["-A"], env, args = [] } = options;
    const folder = await Deno.makeTempDir({ prefix: "zmq-" });
    const file = `${folder}/program.ts`;
    const mod = new URL("../mod.ts", import.meta.url).href;
    await Deno.writeTextFile(file, source.replaceAll("$MOD", mod));
    const program = new Program(
      Deno.execPath(),
      ["run", "--no-check", "--no-lock", "--no-prompt", ...flags, file, ...args],
      env,
    );
    program.#folder = folder;
    return program;
  }

  /** The next line of its output. Where it ends without one, the error has what it said instead. */
  async line(): Promise<string> {
    for (;;) {
      const end = this.#read.indexOf("\n");
      if (end >= 0) {
        const line = this.#read.slice(0, end);
        this.#read = this.#read.slice(end + 1);
        return line;
      }
      const { value, done } = await this.#output.read();
      if (done) throw new Error(`It ended instead of printing a line: ${await this.#errors}`);
      this.#read += value;
    }
  }

  /** Rejects where it ends in failure. */
  get died(): Promise<never> {
    return new Promise((_, reject) => {
      this.#child.status.then(async ({ success }) => {
        if (!success) reject(new Error(`It failed: ${await this.#errors}`));
      });
    });
  }

  /** Writes a line to its input. */
  async say(line: string): Promise<void> {
    await this.#input.write(new TextEncoder().encode(line + "\n"));
  }

  /** Ends its input. */
  async hush(): Promise<void> {
    await this.#input.close();
  }

  /** Sends it a signal, unless it has ended. */
  kill(signal: Deno.Signal): void {
    try {
      this.#child.kill(signal);
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
    }
  }

  /** Waits for its end, and returns what was left of its output. */
  async outcome(): Promise<Outcome> {
    let stdout = this.#read;
    for (;;) {
      const { value, done } = await this.#output.read();
      if (done) break;
      stdout += value;
    }
    const { code, signal } = await this.#child.status;
    return { code, signal, stdout, stderr: await this.#errors };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearTimeout(this.#stuck);
    // By now it has ended, or the test has failed.
    this.kill("SIGKILL");
    await this.#input.abort().catch(() => {});
    await this.outcome();
    if (this.#folder !== undefined) await Deno.remove(this.#folder, { recursive: true });
  }
}
