/** A child process: started, and told later to begin. */

import { inheriting, type Listening } from "./listening.ts";

/** How a child is started, as `Deno.Command` has it. */
export type ChildOptions = Pick<
  Deno.CommandOptions,
  "args" | "cwd" | "env" | "clearEnv" | "uid" | "gid"
>;

/** What a child is told: the addresses, and its descriptors that listen there. */
export interface Order {
  readonly addresses: readonly string[];
  readonly fds: readonly number[];
}

/** A child process. */
export class Child {
  readonly #process: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  readonly #order: Order;
  /** Settles with its end. */
  readonly status: Promise<Deno.CommandStatus>;
  /** When it was told to begin. */
  begun = 0;
  ended = false;

  constructor(command: string | URL, options: ChildOptions, listening: readonly Listening[]) {
    const { args, cwd, env, clearEnv, uid, gid } = options;
    const started = new Deno.Command(command, {
      ...{ args, cwd, env, clearEnv, uid, gid },
      stdin: "piped",
      stdout: "inherit",
      stderr: "inherit",
    });
    const addresses = listening.map(({ address }) => address);
    [this.#process, this.#order] = inheriting(
      listening,
      (fds) => [started.spawn(), { addresses, fds }],
    );
    this.#input = this.#process.stdin.getWriter();
    this.status = this.#end();
  }

  get pid(): number {
    return this.#process.pid;
  }

  /** Tells it to begin. */
  begin(): void {
    this.begun = performance.now();
    const order = new TextEncoder().encode(`${JSON.stringify(this.#order)}\n`);
    // Where it has ended, its status says so.
    this.#input.write(order).catch(() => {});
  }

  kill(signal: Deno.Signal): void {
    if (this.ended) return;
    try {
      this.#process.kill(signal);
    } catch (error) {
      if (!(error instanceof TypeError)) throw error; // it has just ended
    }
  }

  async #end(): Promise<Deno.CommandStatus> {
    const status = await this.#process.status;
    this.ended = true;
    await this.#input.abort().catch(() => {});
    return status;
  }
}
