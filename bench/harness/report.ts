/** What a run came to: as JSON, and as tables for people. */

import type { Case, Series } from "./contest.ts";
import type { Machine, Occasion } from "./machine.ts";
import { ratios, type Spread, spreadOf } from "./statistics.ts";
import type { Verdict } from "./targets.ts";

/** A run, as it's written to a file. */
export interface Report {
  format: 1;
  machine: Machine;
  rounds: number;
  full: boolean;
  cases: Case[];
  targets: Verdict[];
  missing: string[];
}

/**
 * A stored run with some figures measured again, or for the first time: they take the place of those before, and
 * the page says when and at which commit that was. Its targets are left to be judged again.
 */
export function withGroups(stored: Report, later: Report): Report {
  const replaced = new Map(later.cases.map((one) => [one.key, one]));
  const groups = new Set(later.cases.map(({ group }) => group));
  // A short run doesn't measure all of a group.
  const measured = [...groups].map((group) => {
    const all = stored.cases.filter((one) => one.group === group);
    const again = all.filter(({ key }) => replaced.has(key)).length;
    return again === all.length ? group : `${group} (${again} of ${all.length} figures)`;
  });
  const known = new Set(stored.cases.map(({ key }) => key));
  const { machine } = stored;
  const { date, commit, others } = later.machine;
  const occasions = Object.fromEntries(measured.map((name) => [name, { date, commit, others }]));
  return {
    ...stored,
    machine: { ...machine, later: { ...machine.later, ...occasions } },
    cases: [
      ...stored.cases.map((one) => replaced.get(one.key) ?? one),
      ...later.cases.filter(({ key }) => !known.has(key)),
    ],
  };
}

/** When, of which commit and beside what something was measured, in words. */
export function occasion({ date, commit, others }: Occasion): string {
  return `${date}, commit ${commit}` + (others === null ? "" : `, others took ${others} %`);
}

/** A contender's figures, summed up. */
export interface Summary {
  absolute: Spread;
  /** Against the case's reference, by rounds. */
  relative?: Spread;
}

/** Undefined where no run succeeded. */
export function summaryOf(series: Series): Summary | undefined {
  const values = series.values.filter((value) => value !== null);
  if (values.length === 0) return undefined;
  const relative = ratios(series.values, series.references);
  return {
    absolute: spreadOf(values),
    ...(relative.length > 0 && { relative: spreadOf(relative) }),
  };
}

/** Where things were counted: how many runs reached all of them, or how far the only run came. */
export function reachedOf({ of = 0 }: Case, { values }: Series): string {
  const [reached, all] = values.length === 1
    ? [values[0] ?? 0, of]
    : [values.filter((value) => value !== null && value >= of).length, values.length];
  return `${reached.toLocaleString("en")} of ${all.toLocaleString("en")}`;
}

/** Three significant digits, as a person would write them. */
export function short(value: number): string {
  if (!Number.isFinite(value)) return "–";
  const size = Math.abs(value);
  if (size >= 1000) return Math.round(value).toLocaleString("en");
  return size === 0
    ? "0"
    : size < 0.001
    ? value.toExponential(1)
    : Number(value.toPrecision(3)).toString();
}

function ratio(value: number): string {
  return value >= 100 ? short(value) : value.toFixed(value >= 10 ? 1 : value < 0.1 ? 3 : 2);
}

/** Columns of text, as wide as they must be; the first to the left, the others to the right. */
export function columns(rows: readonly (readonly string[])[], indent = "  "): string {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [i, cell] of row.entries()) widths[i] = Math.max(widths[i] ?? 0, cell.length);
  }
  return rows.map((row) =>
    indent + row.map((cell, i) => i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))
      .join("  ").trimEnd()
  ).join("\n");
}

/** A case, as rows of cells; the first is the head. */
export function rowsOf(one: Case): string[][] {
  if (one.of !== undefined) {
    return [["", "reached"], ...one.series.map((series) => [series.name, reachedOf(one, series)])];
  }
  const head = ["", one.unit, "spread"];
  if (one.reference !== undefined) head.push(`of ${one.reference}`, "spread");
  const rows = one.series.map((series) => {
    const summary = summaryOf(series);
    if (summary === undefined) return [series.name, series.problem ?? "no figures"];
    const { absolute, relative } = summary;
    const row = [series.name, short(absolute.median), range(absolute, short)];
    if (relative) row.push(ratio(relative.median), range(relative, ratio));
    if (series.problem !== undefined) row.push(`then ${series.problem}`);
    return row;
  });
  return [head, ...rows];
}

function range({ min, max }: Spread, format: (value: number) => string): string {
  return `${format(min)}–${format(max)}`;
}

export function tableOf(one: Case): string {
  const failures = one.series.flatMap(({ name, failures = [] }) =>
    failures.map((failure) => `    ${name}: ${failure}\n`)
  );
  return `${one.title}\n${columns(rowsOf(one))}\n${failures.join("")}`;
}

/** Each target as a row: what it asks, what was found, whether that's met. */
export function targetRows(verdicts: readonly Verdict[]): string[][] {
  return [
    ["target", "ours", "peer", "ratio", "spread", "asked", ""],
    ...verdicts.map(({ name, ours, peer, found, asked, met, unit, problem }) => [
      name,
      ours === undefined ? "–" : `${short(ours)} ${unit}`,
      peer === undefined ? "–" : `${short(peer)} ${unit}`,
      found === undefined ? problem ?? "not measured" : ratio(found.median),
      found === undefined ? "" : range(found, ratio),
      asked,
      met === undefined ? "–" : met ? "met" : "NOT MET",
    ]),
  ];
}
