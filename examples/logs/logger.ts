/**
 * A logger that sends what a program logs to a collector, line by line as JSON, and never holds the program up.
 *
 * While the collector is away or too slow, a thousand lines are kept; more are dropped, and their number is logged later. What
 * is kept when the program ends has a second to arrive. `collector.ts` is the other end; run as a program, this logs its
 * standard input:
 *
 *     deno run --allow-ffi examples/logs/logger.ts web
 *
 * Arguments: the program's name, and the collector's address.
 */

import { Push } from "../../mod.ts";

export type Level = "debug" | "info" | "warning" | "error";

export class Logger implements Disposable {
  readonly #push = new Push({ sendHighWaterMark: 1000, linger: 1000 });
  #dropped = 0;

  constructor(readonly program: string, address = "tcp://127.0.0.1:5596") {
    this.#push.connect(address);
  }

  log(level: Level, text: string): void {
    if (this.#dropped > 0 && this.#try("warning", `${this.#dropped} lines were dropped`)) {
      this.#dropped = 0;
    }
    if (!this.#try(level, text)) this.#dropped++;
  }

  #try(level: Level, text: string): boolean {
    const line = { time: new Date(), level, program: this.program, text };
    return this.#push.trySend(JSON.stringify(line));
  }

  [Symbol.dispose](): void {
    this.#push.close();
  }
}

if (import.meta.main) {
  using logger = new Logger(Deno.args[0] ?? "program", Deno.args[1]);
  const { createInterface } = await import("node:readline");
  const { stdin } = await import("node:process");
  for await (const line of createInterface({ input: stdin })) logger.log("info", line);
}
