/**
 * Puts figures into a page, between markers, so that no one copies a number by hand. Pure.
 *
 * `<!-- figures: PREFIX... -->` is filled with the cases whose keys begin so; `targets`, `machine` and
 * `summary` stand for those. `<!-- end -->` closes it. The figures of npm's zeromq have a run of their own: only
 * that fills `npm`, `npm-summary` and `npm-machine`, and it leaves the others alone.
 */

import type { Case } from "./contest.ts";
import { isOfNpm, npmMachine, npmRows, npmSummary, npmVersions } from "./npm_page.ts";
import { occasion, type Report, rowsOf, short, summaryOf, targetRows } from "./report.ts";

const BLOCK = /(<!-- figures: (.*?) -->\n)[^]*?(<!-- end -->)/g;

/** The page with its figures replaced. */
export function fill(page: string, report: Report): string {
  return page.replace(BLOCK, (whole, begin: string, what: string, end: string) => {
    if (/^npm\b/.test(what) !== isOfNpm(report)) return whole;
    const text = what.split(" ").map((word) => textOf(word, report)).filter((text) => text !== "");
    return `${begin}\n${text.length > 0 ? text.join("\n\n") : "_Not measured yet._"}\n\n${end}`;
  });
}

function textOf(word: string, report: Report): string {
  if (word === "machine") return machine(report);
  if (word === "summary") return summary(report);
  if (word === "npm") return table(npmRows(report));
  if (word === "npm-summary") return `${table(npmSummary(report))}\n\n${npmVersions(report)}`;
  if (word === "npm-machine") return npmMachine(report);
  if (word === "targets") return report.targets.length > 0 ? table(targetRows(report.targets)) : "";
  const cases = report.cases.filter(({ key }) => `${key}/`.startsWith(`${word}/`));
  return cases.map(caseText).join("\n\n");
}

function caseText(one: Case): string {
  return `**${one.title}** (${one.better} is better)\n\n${table(rowsOf(one))}`;
}

/** The README's rows: a case, and which of its series stands in each column. */
const SUMMARY: readonly { key: string; title: string; columns: readonly string[] }[] = [
  ...[[16, "16 B"], [1024, "1 KB"], [65536, "64 KB"], [1 << 20, "1 MB"]].map(([size, title]) => ({
    key: `receive/tcp/${size}/1`,
    title: `messages a second, ${title}`,
    columns: ["for await", "drain", "visit", "pyzmq", "zeromq.js"],
  })),
  {
    key: "roundtrip/client/tcp/median",
    title: "time of a round trip, 16 B",
    columns: ["async", "", "", "pyzmq", "zeromq.js"],
  },
];

/** A few cases as multiples of C's figure; empty where the run has none of them. */
function summary({ cases }: Report): string {
  const rows = SUMMARY.flatMap(({ key, title, columns }) => {
    const one = cases.find((one) => one.key === key);
    if (one === undefined) return [];
    const cells = columns.map((name) => {
      const series = one.series.find((series) => series.name === name);
      const relative = series && summaryOf(series)?.relative;
      return relative === undefined ? "" : relative.median.toFixed(2);
    });
    const c = one.series.find(({ name }) => name === "C");
    const absolute = c && summaryOf(c)?.absolute.median;
    return [[title, absolute === undefined ? "" : `${short(absolute)} ${one.unit}`, ...cells]];
  });
  if (rows.length === 0) return "";
  return table([["tcp", "C", "`for await`", "`drain`", "`visit`", "pyzmq", "zeromq.js"], ...rows]);
}

function machine({ machine, rounds, missing }: Report): string {
  const { cpu, cores, kernel, versions, later = {} } = machine;
  return table([
    ["what", "which"],
    ["processor", `${cpu}, ${cores} cores`],
    ["system", kernel],
    ["rounds", String(rounds)],
    ...Object.entries(versions),
    ["measured", occasion(machine)],
    ...Object.entries(later).map(([group, when]) => [`${group}, measured`, occasion(when)]),
    ...missing.map((reason) => ["missing", reason]),
  ]);
}

function table([head, ...rows]: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${head.map((_, i) => (cells[i] ?? "").replaceAll("|", "\\|")).join(" | ")} |`;
  const rule = `| ${head.map((_, i) => i === 0 ? "---" : "---:").join(" | ")} |`;
  return [line(head), rule, ...rows.map(line)].join("\n");
}
