/** What npm's zeromq on Node.js, on Deno, and the drop-in came to, as pages show it. Pure. */

import type { Case, Series } from "./contest.ts";
import { DROP_IN, NPM_ON_DENO, NPM_ON_NODE } from "./names.ts";
import { reachedOf, type Report, short, summaryOf } from "./report.ts";

const COLUMNS = [NPM_ON_NODE, NPM_ON_DENO, DROP_IN];

/** Such a run has nothing else. */
export function isOfNpm({ cases }: Report): boolean {
  return cases.some(({ group }) => group === "npm");
}

/** A row for each case; the first is the head. */
export function npmRows({ cases }: Report): string[][] {
  return [
    ["", ...COLUMNS],
    ...cases.map((one) => {
      const unit = one.of === undefined ? `, ${one.unit}` : "";
      return [`${one.title}${unit}`, ...COLUMNS.map((name) => cell(one, name))];
    }),
  ];
}

function cell(one: Case, name: string): string {
  const series = seriesOf(one, name);
  if (series === undefined) return "";
  if (one.of !== undefined) return reachedOf(one, series);
  const summary = summaryOf(series);
  const problem = series.problem === undefined ? undefined : wordFor(series.problem);
  if (summary === undefined) return problem ?? "";
  const { absolute, relative } = summary;
  const times = relative === undefined ? "" : ` (${relative.median.toFixed(2)} ×)`;
  return `${short(absolute.median)}${times}${problem === undefined ? "" : `, then ${problem}`}`;
}

/** A hang isn't told from a crash by more than a word. */
function wordFor(problem: string): string {
  return problem.startsWith("hung") ? "stuck" : "crashed";
}

/** The README's lines. */
export function npmSummary(report: Report): string {
  const { cases, machine } = report;
  const trips = cases.find(({ key }) => key === "npm/trips");
  const suite = cases.find(({ key }) => key === "npm/suite");
  const rate = cases.find(({ key }) => key === "npm/rate/16");
  const examples = cases.filter(({ key }) => key.startsWith("npm/example/"));
  const three = (figure: (name: string) => string | number) =>
    `npm's package on Deno ${figure(NPM_ON_DENO)}, the drop-in ${figure(DROP_IN)}, ` +
    `npm's package on Node.js ${figure(NPM_ON_NODE)}`;
  const lines: string[] = [];
  if (trips !== undefined) {
    const runs = (name: string) => reachedOf(trips, seriesOf(trips, name)!);
    lines.push(`${trips.title}: ${three(runs)}.`);
  }
  if (suite !== undefined) {
    const passed = (name: string) => seriesOf(suite, name)!.values[0]!;
    const working = (name: string) =>
      examples.filter((one) => isWhole(one, seriesOf(one, name)!)).length;
    lines.push(
      `zeromq.js's own ${suite.of} tests, how many pass: ${three(passed)}; ` +
        `its ${examples.length} examples, how many work in every run: ${three(working)}.`,
    );
  }
  if (rate !== undefined) {
    const figure = (name: string) => cell(rate, name).replace(/ \(.*?\)/, "");
    lines.push(`${rate.title}, in thousands: ${three(figure)}.`);
  }
  const { deno, node, "zeromq.js": package_ } = machine.versions;
  return [
    ...lines.map((line) => `- ${line}`),
    "",
    `Measured on ${
      machine.date.slice(0, 10)
    } with Deno ${deno}, Node.js ${node} and zeromq ${package_}.`,
  ].join("\n");
}

function isWhole({ of = 0 }: Case, { values }: Series): boolean {
  return values.every((value) => value !== null && value >= of);
}

function seriesOf({ series }: Case, name: string): Series | undefined {
  return series.find((one) => one.name === name);
}

/** When, where and with what it was measured. */
export function npmMachine({ machine, missing }: Report): string {
  const { cpu, cores, kernel, date, commit, versions, others } = machine;
  const { deno, node, "zeromq.js": package_ } = versions;
  const busy = others === null ? "" : ` Other programs took ${others} % of the machine meanwhile.`;
  const left = missing.map((reason) => ` Missing: ${reason}.`).join("");
  return `Measured on ${date} at commit ${commit}, with Deno ${deno}, Node.js ${node}, and zeromq ${package_}, ` +
    `which all three use; ${cpu}, ${cores} cores, ${kernel}.${busy}${left}`;
}
