/** The program that is fuzzed, seen from outside. */

import type { Line, OtherPlan, Plan } from "./plan.ts";

/** What it takes of the machine. */
export interface Taken {
  rss: number;
  descriptors: number;
}

/** A running `server.ts` or `others_server.ts`, ended at the end of its block. */
export class UnderTest implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  readonly #waiting = new Map<string, () => void>();
  readonly #addresses = Promise.withResolvers<Record<string, string>>();
  #report = Promise.withResolvers<Taken>();
  /** How it ended, if it has. */
  outcome: string | undefined;
  readonly #read: Promise<void>;

  constructor(plan: Plan | OtherPlan) {
    const program = new URL("kind" in plan ? "others_server.ts" : "server.ts", import.meta.url);
    this.#child = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-check", "--no-lock", program.href, JSON.stringify(plan)],
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#input = this.#child.stdin.getWriter();
    this.#read = this.#listen();
  }

  get addresses(): Promise<Record<string, string>> {
    return this.#addresses.promise;
  }

  /** Resolves when a socket has heard this from a good peer; the last one to ask for it is told. */
  heard(type: string, text: string): Promise<void> {
    return new Promise((resolve) => this.#waiting.set(`${type} ${text}`, resolve));
  }

  /** What it takes now. */
  async taken(): Promise<Taken> {
    if (this.outcome !== undefined) throw new Error(this.outcome);
    this.#report = Promise.withResolvers();
    // Where it has ended, that is the error, and not that of the pipe.
    await this.#input.write(Uint8Array.of(10)).catch(() => {});
    return await this.#report.promise;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#input.close().catch(() => {}); // it has ended
    await this.#read;
  }

  async #listen(): Promise<void> {
    const errors = new Response(this.#child.stderr).text();
    for await (const text of textLines(this.#child.stdout)) {
      const line: Line = JSON.parse(text);
      if ("addresses" in line) this.#addresses.resolve(line.addresses);
      else if ("heard" in line) this.#tell(`${line.heard} ${line.text}`);
      else this.#report.resolve(line);
    }
    const { code, signal } = await this.#child.status;
    const said = (await errors).trim().slice(-2000);
    this.outcome = `It ended by ${signal ?? `status ${code}`}${said && `: ${said}`}`;
    const error = new Error(this.outcome);
    for (const one of [this.#addresses, this.#report]) {
      one.promise.catch(() => {});
      one.reject(error);
    }
  }

  #tell(what: string): void {
    this.#waiting.get(what)?.();
    this.#waiting.delete(what);
  }
}

async function* textLines(stream: ReadableStream<Uint8Array<ArrayBuffer>>): AsyncGenerator<string> {
  let rest = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop()!;
    yield* lines;
  }
}
