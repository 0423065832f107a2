/** The benchmark: `./dev bench`, or `deno run -A bench/main.ts`; `--help` tells the rest. */

import { parseArgs } from "node:util";
import { chart } from "./chart.ts";
import { check } from "./check.ts";
import { droppingIn } from "./drop_in.ts";
import { fairness } from "./fairness.ts";
import { floor } from "./floor.ts";
import { fresh } from "./fresh.ts";
import { type Case, hold } from "./harness/contest.ts";
import type { Group, Plan } from "./harness/group.ts";
import { describeMachine, othersShare, workSoFar } from "./harness/machine.ts";
import { fill } from "./harness/markdown.ts";
import { findPeers } from "./harness/peers.ts";
import { endAll } from "./harness/process.ts";
import { columns, type Report, tableOf, targetRows, withGroups } from "./harness/report.ts";
import { judge, type Verdict } from "./harness/targets.ts";
import { inproc } from "./inproc.ts";
import { latency } from "./latency.ts";
import { load } from "./load.ts";
import { publishing, routing } from "./many.ts";
import { memory } from "./memory.ts";
import { npm } from "./npm.ts";
import { proxying } from "./proxy.ts";
import { roundTrip } from "./round_trip.ts";
import { startUp } from "./start_up.ts";
import { TARGETS } from "./targets.ts";
import { pinned, receiving, sending } from "./throughput.ts";
import { fanIn, wake } from "./wake.ts";

/** What the short set has; `--full` has all. */
const SHORT: readonly Group[] = [
  inproc,
  receiving,
  sending,
  fresh,
  droppingIn,
  roundTrip,
  proxying,
  wake,
  load,
  latency,
  startUp,
  memory,
];
const GROUPS: readonly Group[] = [...SHORT, pinned, publishing, routing, fanIn, fairness, floor];
/** What is measured only by name: its figures have a file and a page of their own. */
const APART: readonly Group[] = [npm];

const HELP = `bench [GROUP...] [options]

Measures this library beside C, pyzmq and zeromq.js, and prints tables: medians, the smallest and the
largest figure, and the ratio to the peer's runs just before and after. The targets come last.

Without a group: those down to "${SHORT.at(-1)!.name}" (under five minutes); with --full, all.
${columns([...GROUPS, ...APART].map(({ name, title }) => [name.padEnd(10), title.padEnd(90)]))}

  --full            all sizes, transports and ways, not only what has a target (nearly an hour)
  --rounds N        how often each contender runs; default 5
  --seconds S       how long a run is measured; default 0.35, with --full 0.6
  --checkout DIR    a checkout of zeromq.js, of which "npm" runs the examples and the tests
  --json FILE       write the figures
  --add FILE        put them into those of FILE instead, in the place of the same figures there
  --check COMMIT    compare with another commit instead, such as HEAD~1 (two to three minutes): says what takes a tenth
                    longer in two runs, and then exits with status 1
  --markdown FILE   fill a page's tables, between its markers; may be given several times
  --chart FILE      draw the chart, as SVG
  --from FILE       measure nothing: take the figures from FILE, for the three above
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
      checkout: { type: "string" },
      json: { type: "string" },
      add: { type: "string" },
      check: { type: "string" },
      markdown: { type: "string", multiple: true },
      chart: { type: "string" },
      from: { type: "string" },
    },
  });
  if (options.help) {
    console.log(HELP);
    return 0;
  }
  const groups = names.length > 0 ? names.map(groupNamed) : options.full ? GROUPS : SHORT;
  if (options.check !== undefined) {
    return await check(options.check, await findPeers(["c"]), progress);
  }
  let report = options.from !== undefined
    ? await readReport(options.from)
    : await measure(groups, options.full, {
      rounds: positive("rounds", options.rounds),
      seconds: positive("seconds", options.seconds ?? (options.full ? "0.6" : "0.35")),
      checkout: options.checkout,
    });
  if (options.json !== undefined) {
    await Deno.writeTextFile(options.json, `${JSON.stringify(report, null, 1)}\n`);
  }
  if (options.add !== undefined) {
    report = withGroups(await readReport(options.add), report);
    report.targets = judged(report.cases);
    await Deno.writeTextFile(options.add, `${JSON.stringify(report, null, 1)}\n`);
  }
  for (const page of options.markdown ?? []) await fillPage(page, report);
  if (options.chart !== undefined) await Deno.writeTextFile(options.chart, chart(report));
  return 0;
}

async function measure(
  groups: readonly Group[],
  full: boolean,
  { rounds, seconds, checkout }: { rounds: number; seconds: number; checkout?: string },
): Promise<Report> {
  const peers = await findPeers(groups.flatMap(({ peers }) => peers));
  const plan: Plan = { peers, full, rounds, warm: full ? 0.3 : 0.2, seconds, checkout };
  const machine = await describeMachine(peers.versions);
  const { libzmq, "libzmq, C's": other = libzmq } = machine.versions;
  if (other !== libzmq) {
    peers.missing.push(`a fair comparison: ours is libzmq ${libzmq}, and C's is ${other}`);
  }
  console.log(
    columns([
      [`${machine.cpu}, ${machine.cores} cores, ${machine.kernel}, ${machine.date}`],
      ...Object.entries(machine.versions).map(([name, version]) => [`${name} ${version}`]),
      ...peers.missing.map((reason) => [`MISSING ${reason}`]),
    ], "") + "\n",
  );

  const cases: Case[] = [];
  const before = workSoFar();
  for (const group of groups) {
    const known = cases.length;
    const add = (found: readonly Case[]) => {
      progress("");
      cases.push(...found);
      for (const one of found) console.log(tableOf(one));
    };
    for (const contest of group.contests?.(plan) ?? []) add(await hold(contest, progress));
    add(await group.measure?.(plan, progress) ?? []);
    if (cases.length === known) console.log(`${group.name}: NOT MEASURED, for want of a peer\n`);
  }

  machine.others = othersShare(before, workSoFar());
  const targets = judged(cases);
  if (targets.length > 0) console.log(`${columns(targetRows(targets), "")}\n`);
  if (machine.others !== null) {
    console.log(`Meanwhile other programs took ${machine.others} % of the machine.\n`);
  }
  return { format: 1, machine, rounds, full, cases, targets, missing: peers.missing };
}

function judged(cases: readonly Case[]): Verdict[] {
  return TARGETS.map((target) => judge(target, cases)).filter((one) => one !== undefined);
}

async function readReport(file: string): Promise<Report> {
  const report = JSON.parse(await Deno.readTextFile(file)) as Report;
  if (report.format !== 1) throw new Error(`${file} isn't a run of this benchmark`);
  return report;
}

async function fillPage(file: string, report: Report): Promise<void> {
  await Deno.writeTextFile(file, fill(await Deno.readTextFile(file), report));
  await new Deno.Command(Deno.execPath(), { args: ["fmt", "--quiet", file] }).output();
}

function positive(name: string, text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new Error(`--${name} wants a number above 0, not ${text}`);
  return value;
}

function groupNamed(name: string): Group {
  const group = [...GROUPS, ...APART].find((one) => one.name === name);
  if (group) return group;
  throw new Error(
    `there is no group ${name}; there are ${GROUPS.map(({ name }) => name).join(", ")}`,
  );
}

/** One line that comes and goes, at a terminal only. */
function progress(text: string): void {
  if (!Deno.stderr.isTerminal()) return;
  Deno.stderr.writeSync(new TextEncoder().encode(`\r\x1b[K${text.slice(0, 100)}`));
}

if (import.meta.main) {
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    Deno.addSignalListener(signal, () => {
      endAll();
      Deno.exit(130);
    });
  }
  try {
    Deno.exitCode = await main();
  } catch (error) {
    console.error(`bench: ${error instanceof Error ? error.message : error}`);
    Deno.exitCode = 1;
  } finally {
    endAll();
  }
}
