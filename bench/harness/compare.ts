/** Compares a run with a stored one, by ratios to the peers, so that the machine's mood matters little. Pure. */

import { PEERS } from "./names.ts";
import type { Case, Series } from "./contest.ts";
import { short, summaryOf } from "./report.ts";
import type { Spread } from "./statistics.ts";

/** Less than this is no change, however small the spread was. */
const NEGLIGIBLE = 0.05;

/** From fewer rounds than this, a spread says nothing. */
const ROUNDS = 3;

/** One figure of ours, then and now. */
export interface Change {
  title: string;
  series: string;
  was: Spread;
  now: Spread;
  /** How much better: 2 is twice as good, 0.5 half as good. */
  factor: number;
}

export interface Comparison {
  worse: Change[];
  better: Change[];
  /** How many figures both have, from enough rounds. */
  compared: number;
  /** How many weren't compared, for want of rounds. */
  tooFew: number;
}

/**
 * A figure got worse when its median is worse than all that the stored run saw, and the stored median is
 * better than all that this one saw.
 */
export function compare(stored: readonly Case[], cases: readonly Case[]): Comparison {
  const comparison: Comparison = { worse: [], better: [], compared: 0, tooFew: 0 };
  for (const one of cases) {
    const before = stored.find(({ key }) => key === one.key);
    if (before === undefined || one.peers) continue;
    for (const series of one.series) {
      const old = before.series.find(({ name }) => name === series.name);
      if (old === undefined || PEERS.has(series.name) || series.name === one.reference) continue;
      const [was, now] = [judged(old), judged(series)];
      if (was === undefined || now === undefined) continue;
      if (Math.min(roundsOf(old), roundsOf(series)) < ROUNDS) {
        comparison.tooFew++;
        continue;
      }
      comparison.compared++;
      const change = changeOf(one, series.name, was, now);
      if (change === undefined) continue;
      (change.factor < 1 ? comparison.worse : comparison.better).push(change);
    }
  }
  const byFactor = (a: Change, b: Change) => a.factor - b.factor;
  comparison.worse.sort(byFactor);
  comparison.better.sort(byFactor).reverse();
  return comparison;
}

function roundsOf({ values }: Series): number {
  return values.filter((value) => value !== null).length;
}

function judged(series: Series): Spread | undefined {
  const summary = summaryOf(series);
  return summary?.relative ?? summary?.absolute;
}

function changeOf(
  { better, title }: Case,
  series: string,
  was: Spread,
  now: Spread,
): Change | undefined {
  const factor = better === "more" ? now.median / was.median : was.median / now.median;
  if (Math.abs(factor - 1) < NEGLIGIBLE) return undefined;
  const apart = now.median < was.median
    ? now.median < was.min && was.median > now.max
    : now.median > was.max && was.median < now.min;
  return apart ? { title, series, was, now, factor } : undefined;
}

/** For people. */
export function describeComparison({ worse, better, compared, tooFew }: Comparison): string {
  const line = ({ title, series, was, now, factor }: Change) =>
    `  ${title}, ${series}: ${spread(was)} was, ${spread(now)} is: ${
      factor < 1 ? `${percent(1 - factor)} worse` : `${percent(factor - 1)} better`
    }`;
  return [
    `${compared} figures compared: ${worse.length} got worse by more than the spread, ` +
    `${better.length} better` +
    (tooFew > 0 ? `; ${tooFew} not compared, as they have less than ${ROUNDS} rounds` : ""),
    ...worse.map(line),
    ...better.map(line),
  ].join("\n");
}

function spread({ median, min, max }: Spread): string {
  return `${short(median)} (${short(min)}–${short(max)})`;
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}
