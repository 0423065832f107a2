/**
 * Runs sequences of the model-based test: `deno run -A --no-check tests/model/main.ts`.
 *
 *     --seed=N        the seed; by default a random one, which is printed
 *     --runs=N        how many sequences; by default, as many as there is time for
 *     --minutes=N     for how long; 1 by default
 *     --path=P        the failure that was printed, and
 *     --replay=P      which of its commands had run
 *     --trace=FILE    a file to which each step is written before it's taken, in case the process ends in it
 */

import { parseArgs } from "node:util";
import "./warm_up.ts";
import { fastCheck } from "./fast_check.ts";
import { runModel } from "./runner.ts";

const { values } = parseArgs({
  options: Object.fromEntries(
    ["seed", "runs", "minutes", "path", "replay", "trace"].map((
      name,
    ) => [name, { type: "string" as const }]),
  ),
});
const fc = await fastCheck();
if (fc === undefined) throw new Error("npm's fast-check can't be had");
const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31));
const { trace } = values;
const file = trace === undefined
  ? undefined
  : Deno.openSync(trace as string, { write: true, create: true, truncate: true });
const text = new TextEncoder();
console.log(`seed ${seed}`);
const { sequences, steps, messages, failure } = await runModel(fc, {
  seed,
  runs: Number(values.runs ?? 1e9),
  time: Number(values.minutes ?? 1) * 60_000,
  onFailure: (what) => console.log(`a sequence has failed: ${what}\n`),
  ...(values.path === undefined ? {} : { path: values.path as string }),
  ...(values.replay === undefined ? {} : { replay: values.replay as string }),
  ...(file === undefined ? {} : { onStep: (what) => file.writeSync(text.encode(`${what}\n`)) }),
});
console.log(`${sequences} sequences, ${steps} steps, ${messages} messages received`);
if (failure !== undefined) {
  console.log(failure);
  Deno.exit(1);
}
