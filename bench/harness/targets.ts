/** What the library wants to reach, and whether it has. Pure. */

import type { Case, Series } from "./contest.ts";
import { median, ratios, type Spread, spreadOf } from "./statistics.ts";

/** One thing to reach. */
export interface Target {
  name: string;
  /** Which case, and whose figures in it. */
  key: string;
  series: string;
  /** Another series of the case; default: its reference. "absolute": the figure itself. */
  against?: string;
  /** At least, or at most, so much. */
  atLeast?: number;
  atMost?: number;
}

/** How a target stands. */
export interface Verdict {
  name: string;
  key: string;
  series: string;
  unit: string;
  ours?: number;
  peer?: number;
  /** The ratio that was asked for, or the figure itself. */
  found?: Spread;
  asked: string;
  met?: boolean;
  problem?: string;
}

/** Undefined where the run didn't measure it. */
export function judge(target: Target, cases: readonly Case[]): Verdict | undefined {
  const one = cases.find(({ key }) => key === target.key);
  if (one === undefined) return undefined;
  const { name, key, series, against = one.reference, atLeast, atMost } = target;
  const asked = atLeast !== undefined ? `≥ ${atLeast}` : `≤ ${atMost}`;
  const verdict: Verdict = { name, key, series, unit: one.unit, asked };
  const ours = one.series.find((each) => each.name === series);
  const peer = one.series.find((each) => each.name === against);
  if (ours === undefined || (peer === undefined && against !== "absolute")) {
    return { ...verdict, problem: `without ${ours === undefined ? series : against ?? "a peer"}` };
  }
  verdict.ours = medianOf(ours);
  if (peer) verdict.peer = medianOf(peer);
  const values = peer === undefined
    ? known(ours)
    : against === one.reference
    ? ratios(ours.values, ours.references)
    : between(ours, peer);
  if (values.length === 0) return { ...verdict, problem: ours.problem ?? peer?.problem };
  const found = spreadOf(values);
  const met = atLeast !== undefined ? found.median >= atLeast : found.median <= atMost!;
  return { ...verdict, found, met };
}

/** Two series by rounds: each first divided by the reference beside it, where there is one. */
function between(ours: Series, peer: Series): number[] {
  const relative = ({ values, references }: Series) =>
    values.map((value, i) => {
      const reference = references[i] ?? null;
      return value === null || reference === null ? value : value / reference;
    });
  return ratios(relative(ours), relative(peer));
}

function known({ values }: Series): number[] {
  return values.filter((value) => value !== null);
}

function medianOf(series: Series): number | undefined {
  const values = known(series);
  return values.length === 0 ? undefined : median(values);
}
