/** zeromq.js's seven examples: in how many runs each does its work and ends. */

import type { Case, Progress, Series } from "../harness/contest.ts";
import type { Plan } from "../harness/group.ts";
import { type Ending, runToEnd } from "../harness/process.ts";
import type { Place, Places } from "./places.ts";

export interface Example {
  readonly name: string;
  /** What it prints once its work is done. */
  readonly says: readonly string[];
  /** It runs until it is ended. */
  readonly stays?: boolean;
  /** How it ends depends on which thread comes first, so it takes more runs to tell. */
  readonly races?: boolean;
}

const EXAMPLES: readonly Example[] = [
  { name: "req-rep", says: ["Received result: 8"] },
  { name: "push-pull", says: ["work: some work"] },
  { name: "pub-sub", says: ["received a message related to:"] },
  { name: "queue", says: ["received: hello", "received: world!", "received: <empty message>"] },
  {
    name: "majordomo",
    says: [
      ...["oolong", "sencha", "earl grey, with milk", "jasmine"],
      ...["cappuccino", "latte, with soy milk", "espresso", "irish coffee"],
    ].map((drink) => `received '${drink}'`),
    races: true,
  },
  {
    name: "threaded-worker",
    says: ["-> 'Uryyb jbeyq!'", "-> 'Lrf cyrnfr.'", "all workers stopped"],
    races: true,
  },
  { name: "v5-compat", says: [], stays: true },
];

/** The slowest takes three seconds where nothing else runs, and the drop-in waits ten more at the end if it has to. */
const LIMIT = 20_000;

/** What stays is looked at for so long. */
const STAY = 3_000;

export async function examplesOf(
  { all }: Places,
  { rounds, full }: Plan,
  progress: Progress,
): Promise<Case[]> {
  const cases: Case[] = [];
  for (const example of EXAMPLES) {
    const series: Series[] = all.map(({ name }) => ({ name, values: [], references: [] }));
    const tries = full && example.races ? 2 * rounds : rounds;
    for (let i = 0; i < tries; i++) {
      for (const [at, place] of all.entries()) {
        progress(`example ${example.name}, try ${i + 1}: ${place.name}`);
        const wrong = wrongWith(example, await run(place, example));
        series[at].values.push(wrong === undefined ? 1 : 0);
        if (wrong !== undefined) (series[at].failures ??= []).push(wrong);
      }
    }
    cases.push({
      group: "npm",
      key: `npm/example/${example.name}`,
      title: `its example ${example.name}: runs that do their work and end`,
      unit: "runs",
      better: "more",
      of: 1,
      series,
    });
  }
  return cases;
}

async function run(place: Place, { name, stays }: Example): Promise<Ending> {
  const command = place.run(`examples/${name}/index.js`);
  // With CI, the examples that would go on end after a second or two.
  return await runToEnd(
    { ...command, env: { ...command.env, CI: "true" } },
    stays ? STAY : LIMIT,
  );
}

/** What is wrong with how an example ended; undefined for nothing. Pure. */
export function wrongWith({ says, stays }: Example, ending: Ending): string | undefined {
  const { code, signal, late, stdout, stderr } = ending;
  const missing = says.find((text) => !stdout.includes(text));
  const unsaid = missing === undefined ? "" : `, without "${missing}"`;
  if (late && !stays) return `hung${unsaid}`;
  if (stays && !late) return `ended with ${signal ?? `status ${code}`}`;
  if (!late && (signal !== null || code !== 0)) {
    return `${signal ?? `status ${code}`}${unsaid}${reason(stderr)}`;
  }
  if (stays && stderr !== "") return `complained${reason(stderr)}`;
  return missing === undefined ? undefined : `ended${unsaid}`;
}

function reason(stderr: string): string {
  const line = stderr.split("\n").find((line) => /error/i.test(line));
  return line === undefined ? "" : `: ${line.trim()}`;
}
