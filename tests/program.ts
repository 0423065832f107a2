/** Processes, run to their end, or talked to while they run, line by line. */

import { HUNG } from "./waiting.ts";

/** What a process printed, and how it ended. */
export interface Outcome {
  code: number;
  signal: Deno.Signal | null;
  stdout: string;
  stderr: string;
}

/**
 * What a program has said, but for the library's and the drop-in's line that they wait for messages: they say so where their
 * receivers need more than half a second, as on a busy machine.
 */
export function withoutWaiting(said: string): string {
  return said.replace(/^(deno-zmq: w|\(node:\d+\) WARNING: W)aiting .*\n/m, "");
}

/** How a program of its own is run. */
export interface ProgramOptions {
  /** Flags of `deno run`. */
  flags?: readonly string[];
  env?: Record<string, string>;
  args?: readonly string[];
  /** A command that runs another one, whose words come behind. */
  through?: readonly string[];
}

/** Writes a program, given as its source, into a folder. In it, `$MOD` is the library's address, and `$ROOT` its folder's. */
async function written(source: string, folder: string): Promise<string> {
  const file = `${folder}/program.ts`;
  const root = new URL("..", import.meta.url).href;
  const text = source.replaceAll("$MOD", `${root}mod.ts`).replaceAll("$ROOT/", root);
  await Deno.writeTextFile(file, text);
  return file;
}

const elsewhere = Deno.env.get("ZMQ_ELSEWHERE");
/** The flags with which programs run as on another system, where the suite does (`./dev elsewhere`). */
export const AS_ELSEWHERE: readonly string[] = elsewhere ? [`--import-map=${elsewhere}`] : [];

/** Deno's arguments for a program. */
function argumentsOf(file: string, { flags = ["-A"], args = [] }: ProgramOptions): string[] {
  const always = ["--no-check", "--no-lock", "--no-prompt", ...AS_ELSEWHERE];
  if (elsewhere && !flags.includes("-A")) always.push("--allow-env=LIBZMQ_PATH");
  return ["run", ...always, ...flags, file, ...args];
}

/**
 * Runs a program, given as its source, in a process of its own. In it, `$MOD` is the library's address,
 * and `$ROOT` its folder's. One that hangs is killed, which shows as its signal.
 */
export async function run(source: string, options: ProgramOptions = {}): Promise<Outcome> {
  const folder = await Deno.makeTempDir({ prefix: "zmq-" });
  try {
    const file = await written(source, folder);
    return await outcomeOf(Deno.execPath(), argumentsOf(file, options), { env: options.env });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Runs a process to its end. One that hangs is killed, which shows as its signal. */
export async function outcomeOf(
  command: string,
  args: readonly string[],
  { cwd, env = {} }: { cwd?: string; env?: Record<string, string> } = {},
): Promise<Outcome> {
  const child = new Deno.Command(command, {
    args: [...args],
    cwd,
    env: { NO_COLOR: "1", ...env },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const timer = setTimeout(() => child.kill("SIGKILL"), HUNG);
  try {
    const { code, signal, stdout, stderr } = await child.output();
    const text = new TextDecoder();
    return { code, signal, stdout: text.decode(stdout), stderr: text.decode(stderr) };
  } finally {
    clearTimeout(timer);
  }
}

/** Whether a command is there, and succeeds. */
export async function works(command: string, ...args: string[]): Promise<boolean> {
  try {
    return (await outcomeOf(command, args)).code === 0;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** A running process. At the end of its block it's gone, one way or another. */
export class Program implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #output: ReadableStreamDefaultReader<string>;
  readonly #errors: Promise<string>;
  /** What it has said so far on standard error, and who waits for more. */
  #said = "";
  #onSaid: (() => void) | undefined;
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
    this.#errors = this.#listen();
    this.#stuck = setTimeout(() => this.kill("SIGKILL"), HUNG);
  }

  /** Starts a program given as its source, as for `run`. */
  static async start(source: string, options: ProgramOptions = {}): Promise<Program> {
    const { env, through = [] } = options;
    const folder = await Deno.makeTempDir({ prefix: "zmq-" });
    const file = await written(source, folder);
    const [command, ...args] = [...through, Deno.execPath(), ...argumentsOf(file, options)];
    const program = new Program(command, args, env);
    program.#folder = folder;
    return program;
  }

  async #listen(): Promise<string> {
    for await (const text of this.#child.stderr.pipeThrough(new TextDecoderStream())) {
      this.#said += text;
      this.#onSaid?.();
    }
    return this.#said;
  }

  /** Waits until it has said something on standard error. */
  async says(words: string): Promise<void> {
    const heard = (async () => {
      while (!this.#said.includes(words)) {
        await new Promise<void>((resolve) => this.#onSaid = resolve);
      }
    })();
    const ended = this.#errors.then((said) => {
      if (!said.includes(words)) throw new Error(`It ended without saying that: ${said}`);
    });
    await Promise.race([heard, ended]);
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
