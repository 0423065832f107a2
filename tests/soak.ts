/**
 * Mixed traffic for a long time, with what the process has measured meanwhile: `./dev soak`.
 *
 *     deno run -A --v8-flags=--expose-gc tests/soak.ts [MINUTES] [--only=PART] [--svg=FILE] [--json=FILE]
 *
 * Ten minutes by default. The traffic runs in stretches; after each, all of it ends, garbage is collected, and what is left is
 * measured. It ends in failure where a message is lost or torn, something hangs, or what is left grows; one that is too
 * short to tell growth says so. The model-based test runs beside it, in a process of its own.
 */

import { parseArgs } from "node:util";
import { Poller, version } from "../mod.ts";
import { LONGEST_SEARCH } from "./model/runner.ts";
import "./model/warm_up.ts";
import { bounded, counts, Failure, HANGS } from "./soak/counts.ts";
import { chart } from "./soak/chart.ts";
import { measure, type Measures, trends } from "./soak/measures.ts";
import { neighbours } from "./soak/neighbours.ts";
import { patterns } from "./soak/patterns.ts";
import { pause } from "./waiting.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    svg: { type: "string", default: ".deno/soak.svg" },
    json: { type: "string", default: ".deno/soak.json" },
    only: { type: "string" },
  },
});
const minutes = Number(positionals[0] ?? 10);
if (!(minutes > 0) || positionals.length > 1) {
  throw new RangeError("A soak takes a number of minutes, and nothing behind it");
}

/** How long a stretch of traffic takes, in ms; and between two measurements in it. */
const STRETCH = Math.min(15_000, minutes * 60_000 / 8);
const INTERVAL = 2_500;
/** For so many tenths of a second nothing becomes less at the end of a stretch; and as long as it may take until then. */
const UNCHANGED = 15;
const LONGEST_END = 80;
/** In one of so many stretches the model runs beside the traffic. */
const MODEL_EVERY = 4;

const gc = (globalThis as { gc?: () => void }).gc;
if (gc === undefined) throw new Error("This needs --v8-flags=--expose-gc");

const began = performance.now();
const elapsed = () => (performance.now() - began) / 1000;
const all: Measures[] = [];
const traffic = Object.entries({ ...patterns, ...neighbours })
  .filter(([name]) => values.only === undefined || name.includes(values.only));

/** Runs all traffic for a while, and the model in some. */
async function stretch(number: number): Promise<void> {
  const until = performance.now() + STRETCH;
  const under = new Set<string>();
  const run = async (name: string, part: Promise<void>) => {
    under.add(name);
    try {
      await part;
    } catch (error) {
      throw new Failure(`${name}: ${error instanceof Error ? error.stack : error}`, {
        cause: error,
      });
    }
    under.delete(name);
  };
  const sampling = setInterval(() => all.push(measure(elapsed(), false)), INTERVAL);
  const parts = traffic.map(([name, part]) => run(name, part(until)));
  const withModel = number % MODEL_EVERY === 0 && values.only === undefined;
  const modelled = withModel ? run("the model", model()) : Promise.resolve();
  try {
    await Promise.all([
      bounded(Promise.all(parts), "a stretch"),
      // When a sequence has failed, it takes its time to find the shortest one.
      bounded(modelled, "the model", HANGS + LONGEST_SEARCH),
    ]);
  } catch (error) {
    if (under.size > 0) console.log(`under way: ${[...under].join(", ")}`);
    throw error;
  } finally {
    clearInterval(sampling);
  }
}

let modelFailures = 0;

/** The model-based test, for the length of a stretch. */
async function model(): Promise<void> {
  const main = new URL("model/main.ts", import.meta.url).pathname;
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", "--no-lock", main, `--minutes=${STRETCH / 60_000}`],
    stdin: "null",
  }).output();
  const text = new TextDecoder();
  const said = text.decode(stdout);
  if (!success) {
    // It says how to run it again; the traffic has nothing to do with it, and goes on.
    console.log(`the model has failed: ${said}${text.decode(stderr)}`);
    modelFailures++;
  }
  counts.sequences += Number(/(\d+) sequences/.exec(said)?.[1]);
}

/** Measures what is left once everything has ended: when nothing has become less for a while. */
async function quiet(): Promise<void> {
  await Poller.idle();
  // A terminated worker's thread may be parked for a second, and its sockets linger for another one. Finalizers run as tasks
  // of their own.
  let last = Infinity;
  for (let same = 0, i = 0; same < UNCHANGED && i < LONGEST_END; i++) {
    await pause(100);
    gc!();
    const { descriptors, threads } = measure(0, true);
    same = descriptors + threads < last ? 0 : same + 1;
    last = Math.min(last, descriptors + threads);
  }
  all.push(measure(elapsed(), true));
}

function line(one: Measures): string {
  const number = (value: number) => (Number.isNaN(value) ? "-" : value.toFixed(1)).padStart(7);
  return `${(one.at / 60).toFixed(1).padStart(6)} min  RSS ${number(one.rss)}  V8 ${
    number(one.v8)
  }  ` +
    `C ${number(one.c)}  fds ${String(one.descriptors).padStart(3)}  ` +
    `threads ${String(one.threads).padStart(2)}  messages ${counts.messages}`;
}

let failure: unknown;
console.log(`dev: a soak of ${minutes} min, Deno ${Deno.version.deno}, libzmq ${version}`);
try {
  await quiet();
  for (let number = 0; elapsed() < minutes * 60; number++) {
    await stretch(number);
    await quiet();
    console.log(line(all.at(-1)!));
  }
} catch (error) {
  failure = error;
}

const judged = trends(all);
const done = Object.entries(counts).map(([name, count]) => `${count} ${name}`).join(", ");
console.log(`\n${done}`);
for (const { name, start, end, growth, most, unit, grows } of judged ?? []) {
  console.log(
    `${name.padEnd(12)} ${start.toFixed(1)} → ${end.toFixed(1)} ${unit}; after the warm-up ` +
      `${growth >= 0 ? "+" : ""}${growth.toFixed(1)}, at most ${most.toFixed(1)}: ${
        grows ? "GROWS" : "flat"
      }`,
  );
}
const title = `${minutes} minutes of mixed traffic, ${
  counts.messages.toLocaleString("en")
} messages`;
Deno.writeTextFileSync(values.svg, chart(all, title));
Deno.writeTextFileSync(values.json, JSON.stringify({ minutes, counts, judged, measures: all }));
console.log(`dev: the picture is ${values.svg}, the numbers are ${values.json}`);
if (failure !== undefined) {
  console.log(`FAILED: ${failure instanceof Error ? failure.message : failure}`);
}
if (modelFailures > 0) console.log(`FAILED: the model, ${modelFailures} times`);
if (judged === undefined) console.log("NOT JUDGED: growth, for which this soak was too short");
const bad = failure !== undefined || modelFailures > 0 || (judged ?? []).some(({ grows }) => grows);
Deno.exit(bad ? 1 : 0);
