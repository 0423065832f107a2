/** Cases and runs made by hand. */

import type { Case, Series } from "../../bench/harness/contest.ts";
import type { Report } from "../../bench/harness/report.ts";

/** A series against a reference of 100 in each round. */
export function series(name: string, ...values: (number | null)[]): Series {
  return { name, values, references: values.map(() => 100) };
}

/** A case with C as the reference. */
export function caseOf(key: string, better: Case["better"], ...all: Series[]): Case {
  const c: Series = { name: "C", values: [100, 100], references: [] };
  return {
    group: "test",
    key,
    title: key,
    unit: "msg",
    better,
    reference: "C",
    series: [c, ...all],
  };
}

export function reportOf(...cases: Case[]): Report {
  const machine = {
    date: "2026-01-02 03:04 UTC",
    cpu: "Some <CPU> & more",
    cores: 2,
    kernel: "linux 6",
    commit: "abc",
    versions: { deno: "2", libzmq: "4.3.4" },
    others: 12,
  };
  return { format: 1, machine, rounds: 2, full: false, cases, targets: [], missing: [] };
}
