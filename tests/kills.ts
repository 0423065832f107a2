/**
 * The server of examples/supervised is killed again and again, and its clients ask all the time: `./dev kills`.
 *
 *     deno run -A tests/kills.ts [MINUTES] [--every=MS] [--clients=N] [--pause=MS] [--timeout=MS] [--through=COMMAND]
 *
 * An hour by default, with a kill each 3.6 seconds: a thousand. It prints how long the port had no one who serves there, what
 * clients noticed, and what the supervisor has taken; and it fails where a question has no answer, or a wrong one. SIGINT and
 * SIGTERM end it earlier, with what it has seen. The supervisor and its children run through a command, such as "nice -n -5".
 */

import { parseArgs } from "node:util";
import { ROOT } from "./files.ts";
import type { Asked } from "./kills/clients.ts";
import { HUNG, pause } from "./waiting.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    every: { type: "string", default: "3600" },
    clients: { type: "string", default: "4" },
    pause: { type: "string", default: "20" },
    timeout: { type: "string", default: "1000" },
    through: { type: "string", default: "" },
  },
});
const minutes = Number(positionals[0] ?? 60);
const every = Number(values.every);
if (!(minutes > 0 && every > 0) || positionals.length > 1) {
  throw new RangeError("Kills take a number of minutes, and nothing behind it");
}

/** A process whose lines are read, which ends with this one. */
class Lines implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #lines: AsyncIterator<string>;

  constructor(command: string, args: string[]) {
    this.#child = new Deno.Command(command, { args, stdin: "piped", stdout: "piped" }).spawn();
    this.#lines = linesOf(this.#child.stdout);
  }

  get pid(): number {
    return this.#child.pid;
  }

  /** What stands behind these words in the next line, which begins with them. */
  async line(words: string): Promise<string> {
    const stuck = setTimeout(() => this.#child.kill("SIGKILL"), HUNG);
    const { value } = await this.#lines.next();
    clearTimeout(stuck);
    if (!value?.startsWith(words)) throw new Error(`Instead of "${words}" it said: ${value}`);
    return value.slice(words.length);
  }

  /** Ends its input. */
  async hush(): Promise<void> {
    await this.#child.stdin.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#child.kill("SIGTERM");
    } catch {
      // It has ended.
    }
    await this.#child.status;
  }
}

async function* linesOf(stream: ReadableStream<Uint8Array<ArrayBuffer>>): AsyncGenerator<string> {
  let rest = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop()!;
    yield* lines;
  }
}

const folder = await Deno.makeTempDir({ prefix: "zmq-kills-" });
const deno = Deno.execPath();
const run = (file: string, ...args: string[]) => ["run", "-A", "--no-check", ROOT + file, ...args];
const through = values.through.split(" ").filter((word) => word !== "");

/** What the supervisor takes: its memory, in MB, and its descriptors. */
function taken(pid: number): { memory: number; descriptors: number } {
  const kilobytes = /^VmRSS:\s*(\d+)/m.exec(Deno.readTextFileSync(`/proc/${pid}/status`))?.[1];
  return {
    memory: Number(kilobytes) / 1024,
    descriptors: [...Deno.readDirSync(`/proc/${pid}/fd`)].length,
  };
}

function quantiles(of: readonly number[]): string {
  const sorted = of.toSorted((a, b) => a - b);
  const at = (part: number) => sorted[Math.ceil(part * sorted.length) - 1]?.toFixed(1);
  return `median ${at(0.5)}, p95 ${at(0.95)}, p99 ${at(0.99)}, max ${at(1)}`;
}

try {
  await new Deno.Command(deno, { args: run("examples/supervised/keys.ts", folder) }).output();
  const [command, ...args] = [
    ...through,
    ...[deno, ...run("examples/supervised/supervisor.ts", folder, "tcp://127.0.0.1:*", deno)],
  ];
  await using supervisor = new Lines(command, args);
  const address = await supervisor.line("listening at ");
  let server = Number(await supervisor.line("serving: "));
  await using clients = new Lines(
    deno,
    run("tests/kills/clients.ts", folder, address, values.clients, values.pause, values.timeout),
  );
  await clients.line("asking");
  await pause(every);

  let stopped = false;
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    Deno.addSignalListener(signal, () => stopped = true);
  }
  const times: number[] = [];
  const loads: number[] = [];
  const began = performance.now();
  const [before, from] = [taken(supervisor.pid), new Date().toISOString()];
  for (let next = began; !stopped && next - began < minutes * 60_000; next += every) {
    await pause(Math.max(next - performance.now(), 0));
    const killed = performance.now();
    Deno.kill(server, "SIGKILL");
    server = Number(await supervisor.line("serving: "));
    times.push(performance.now() - killed);
    loads.push(Deno.loadavg()[0]);
    if (times.length % 100 === 0) console.log(`${times.length} kills: ${quantiles(times)} ms`);
  }
  await pause(every);
  const after = taken(supervisor.pid);
  await clients.hush();
  const { answered, unanswered, wrong, took } = JSON.parse(await clients.line("asked ")) as Asked;

  const late = times.filter((time) => time > 100);
  const asked = answered.reduce((sum, one) => sum + one, 0) + unanswered;
  console.log(`
from ${from} to ${new Date().toISOString()}, Deno ${Deno.version.deno}${
    through.length ? `, through ${through.join(" ")}` : ""
  }
load average: ${quantiles(loads)}, min ${Math.min(...loads)}
${times.length} kills; until the port was served again, in ms: ${
    quantiles(times)
  }; ${late.length} took more than 100: ${late.map(Math.round).join(" ")}
${asked} questions of ${values.clients} clients: ${answered[0]} answered at the first try, ${
    answered[1] ?? 0
  } at the second, ${
    answered.slice(2).reduce((sum, one) => sum + one, 0)
  } at a later one; ${unanswered} unanswered, ${wrong} answered wrong
until an answer that took a further try came, in ms: ${quantiles(took)}
the supervisor before: ${JSON.stringify(before)}, after: ${JSON.stringify(after)}`);
  if (unanswered + wrong > 0) Deno.exitCode = 1;
} finally {
  await Deno.remove(folder, { recursive: true });
}
