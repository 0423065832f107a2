/**
 * Puts figures into a page, between markers, so that nobody copies a number by hand. Pure.
 *
 * `<!-- figures: PREFIX... -->` is filled with the cases whose keys begin so; `targets` and `machine` stand
 * for those. `<!-- end -->` closes it.
 */

import type { Case } from "./contest.ts";
import { type Report, rowsOf, targetRows } from "./report.ts";

const BLOCK = /(<!-- figures: (.*?) -->\n)[^]*?(<!-- end -->)/g;

/** The page with its figures replaced. */
export function fill(page: string, report: Report): string {
  return page.replace(BLOCK, (_, begin: string, what: string, end: string) => {
    const text = what.split(" ").map((word) => textOf(word, report)).filter((text) => text !== "");
    return `${begin}\n${text.length > 0 ? text.join("\n\n") : "_Not measured yet._"}\n\n${end}`;
  });
}

function textOf(word: string, report: Report): string {
  if (word === "machine") return machine(report);
  if (word === "targets") return report.targets.length > 0 ? table(targetRows(report.targets)) : "";
  const cases = report.cases.filter(({ key }) => `${key}/`.startsWith(`${word}/`));
  return cases.map(caseText).join("\n\n");
}

function caseText(one: Case): string {
  return `**${one.title}** (${one.better} is better)\n\n${table(rowsOf(one))}`;
}

function machine({ machine, rounds, missing }: Report): string {
  const { cpu, cores, kernel, date, commit, versions, others } = machine;
  return table([
    ["what", "which"],
    ["processor", `${cpu}, ${cores} cores`],
    ["system", kernel],
    ["date", date],
    ["commit", commit],
    ["rounds", String(rounds)],
    ["other programs", others === null ? "unknown" : `took ${others} % of the machine meanwhile`],
    ...Object.entries(versions),
    ...missing.map((reason) => ["missing", reason]),
  ]);
}

function table([head, ...rows]: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${head.map((_, i) => (cells[i] ?? "").replaceAll("|", "\\|")).join(" | ")} |`;
  const rule = `| ${head.map((_, i) => i === 0 ? "---" : "---:").join(" | ")} |`;
  return [line(head), rule, ...rows.map(line)].join("\n");
}
