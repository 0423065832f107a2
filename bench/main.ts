/** The benchmark: `./dev bench`, or `deno run -A bench/main.ts`; `--help` tells the rest. */

import { parseArgs } from "node:util";
import { type Case, hold } from "./harness/contest.ts";
import type { Group, Plan } from "./harness/group.ts";
import { describeMachine } from "./harness/machine.ts";
import { findPeers } from "./harness/peers.ts";
import { endAll } from "./harness/process.ts";
import { columns, type Report, tableOf, targetRows } from "./harness/report.ts";
import { judge } from "./harness/targets.ts";
import { fairness } from "./fairness.ts";
import { inproc } from "./inproc.ts";
import { load } from "./load.ts";
import { publishing, routing } from "./many.ts";
import { memory } from "./memory.ts";
import { roundTrip } from "./round_trip.ts";
import { startUp } from "./start_up.ts";
import { TARGETS } from "./targets.ts";
import { receiving, sending } from "./throughput.ts";
import { fanIn, wake } from "./wake.ts";

/** What the short set has; `--full` has all. */
const SHORT: readonly Group[] = [
  inproc,
  receiving,
  sending,
  roundTrip,
  wake,
  load,
  startUp,
  memory,
];
const GROUPS: readonly Group[] = [...SHORT, publishing, routing, fanIn, fairness];

const HELP = `bench [GROUP...] [options]

Measures this library beside C, pyzmq and zeromq.js, and prints tables. Without a group: all.

${columns(GROUPS.map(({ name, title }) => [name.padEnd(16), title.padEnd(80)]))}

  --full            all sizes, transports and ways, not only what has a target
  --rounds N        how often each contender runs; default 5
  --seconds S       how long a run is measured; default 0.35, with --full 0.6
  --json FILE       writes the figures
`;

async function main(): Promise<number> {
  const { values: options, positionals: names } = parseArgs({
    args: Deno.args,
    allowPositionals: true,
    options: {
      help: { type: "boolean", short: "h" },
      full: { type: "boolean", default: false },
      rounds: { type: "string", default: "5" },
      seconds: { type: "string" },
      json: { type: "string" },
    },
  });
  if (options.help) {
    console.log(HELP);
    return 0;
  }
  const groups = names.length > 0 ? names.map(groupNamed) : options.full ? GROUPS : SHORT;
  const peers = await findPeers();
  const plan: Plan = {
    peers,
    full: options.full,
    rounds: Number(options.rounds),
    warm: options.full ? 0.3 : 0.2,
    seconds: Number(options.seconds ?? (options.full ? 0.6 : 0.35)),
  };
  const machine = await describeMachine(peers.versions);
  console.log(
    columns([
      [`${machine.cpu}, ${machine.cores} cores, ${machine.kernel}, ${machine.date}`],
      ...Object.entries(machine.versions).map(([name, version]) => [`${name} ${version}`]),
      ...peers.missing.map((reason) => [`MISSING ${reason}`]),
    ], ""),
    "\n",
  );

  const cases: Case[] = [];
  for (const group of groups) {
    const found: Case[] = [];
    for (const contest of group.contests?.(plan) ?? []) {
      const done = await hold(contest, progress);
      found.push(...done);
      progress("");
      for (const one of done) console.log(tableOf(one));
    }
    for (const one of await group.measure?.(plan, progress) ?? []) {
      progress("");
      found.push(one);
      console.log(tableOf(one));
    }
    if (found.length === 0) console.log(`${group.name}: nothing could be measured\n`);
    cases.push(...found);
  }

  const targets = TARGETS.map((target) => judge(target, cases)).filter((one) => one !== undefined);
  if (targets.length > 0) console.log(columns(targetRows(targets), ""), "\n");
  const report: Report = {
    format: 1,
    machine,
    rounds: plan.rounds,
    full: plan.full,
    cases,
    targets,
    missing: peers.missing,
  };
  if (options.json !== undefined) {
    await Deno.writeTextFile(options.json, `${JSON.stringify(report, null, 1)}\n`);
  }
  return 0;
}

function groupNamed(name: string): Group {
  const group = GROUPS.find((one) => one.name === name);
  if (group) return group;
  throw new Error(
    `There is no group ${name}; ${GROUPS.map(({ name }) => name).join(", ")} are there`,
  );
}

/** One line that comes and goes, at a terminal only. */
function progress(text: string): void {
  if (!Deno.stderr.isTerminal()) return;
  Deno.stderr.writeSync(new TextEncoder().encode(`\r\x1b[K${text.slice(0, 100)}`));
}

if (import.meta.main) {
  Deno.addSignalListener("SIGINT", () => {
    endAll();
    Deno.exit(130);
  });
  try {
    Deno.exitCode = await main();
  } catch (error) {
    console.error(`bench: ${error instanceof Error ? error.message : error}`);
    Deno.exitCode = 1;
  } finally {
    endAll();
  }
}
