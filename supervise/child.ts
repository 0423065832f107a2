/** A child process: started, and told later to begin. */

import type { Life } from "./life.ts";
import { inheriting, type Listening } from "./listening.ts";

/** How a child is started, as `Deno.Command` has it. */
export type ChildOptions = Pick<
  Deno.CommandOptions,
  "args" | "cwd" | "env" | "clearEnv" | "uid" | "gid"
>;

/** What a child is told at its start: the addresses, and its descriptors that listen there. */
export interface Order {
  readonly addresses: readonly string[];
  readonly fds: readonly number[];
  /** Where it shows signs of life, and how often, in ms. */
  readonly life?: { readonly fd: number; readonly every: number };
}

/** The second line of what it's told: its turn has come. */
const BEGIN = "begin";

/** A child process. */
export class Child {
  readonly #process: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  /** Settles with its end. */
  readonly status: Promise<Deno.CommandStatus>;
  /** When it was told to begin. */
  begun = 0;
  ended = false;

  constructor(
    command: string | URL,
    options: ChildOptions,
    listening: readonly Listening[],
    life?: Pick<Life, "fd" | "every">,
  ) {
    const { args, cwd, env, clearEnv, uid, gid } = options;
    const started = new Deno.Command(command, {
      ...{ args, cwd, env, clearEnv, uid, gid },
      stdin: "piped",
      stdout: "inherit",
      stderr: "inherit",
    });
    const addresses = listening.map(({ address }) => address);
    const passed = life === undefined ? listening : [...listening, life];
    let inherited: number[] = [];
    this.#process = inheriting(passed, (fds) => {
      inherited = fds;
      return started.spawn();
    });
    const fds = inherited.slice(0, listening.length);
    const order: Order = life === undefined
      ? { addresses, fds }
      : { addresses, fds, life: { fd: inherited[fds.length], every: life.every } };
    this.#input = this.#process.stdin.getWriter();
    this.#say(JSON.stringify(order));
    this.status = this.#end();
  }

  get pid(): number {
    return this.#process.pid;
  }

  /** Tells it to begin. */
  begin(): void {
    this.begun = performance.now();
    this.#say(BEGIN);
  }

  kill(signal: Deno.Signal): void {
    try {
      this.#process.kill(signal);
    } catch (error) {
      if (!(error instanceof TypeError)) throw error; // it has ended
    }
  }

  #say(line: string): void {
    // Where it has ended, its status says so.
    this.#input.write(new TextEncoder().encode(`${line}\n`)).catch(() => {});
  }

  async #end(): Promise<Deno.CommandStatus> {
    const status = await this.#process.status;
    this.ended = true;
    this.#input.abort().catch(() => {}); // not waited for: the next child's turn is now
    return status;
  }
}
