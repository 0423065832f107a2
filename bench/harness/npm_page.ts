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

/** One word for a page; the run itself prints the reason. */
function wordFor(problem: string): string {
  return problem.startsWith("hung") ? "stuck" : "crashed";
}

/** The README's few rows. */
export function npmSummary({ cases }: Report): string[][] {
  const told = cases.filter(({ key }) => key === "npm/trips" || key === "npm/suite");
  const examples = cases.filter(({ key }) => key.startsWith("npm/example/"));
  const working = (name: string) =>
    examples.filter((one) => isWhole(one, seriesOf(one, name)!)).length;
  const rows = told.map((one) => [one.title, ...COLUMNS.map((name) => cell(one, name))]);
  if (examples.length > 0) {
    rows.push([
      "its examples: how many work in every run",
      ...COLUMNS.map((name) => `${working(name)} of ${examples.length}`),
    ]);
  }
  return [["", ...COLUMNS], ...rows];
}

/** When and with what it was measured. */
export function npmVersions({ machine: { date, versions } }: Report): string {
  const { deno, node, "zeromq.js": package_ } = versions;
  return `Measured on ${
    date.slice(0, 10)
  } with Deno ${deno}, Node.js ${node} and zeromq ${package_}.`;
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
