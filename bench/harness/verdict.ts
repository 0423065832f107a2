/** Whether one copy of the library is slower than another, by runs of both in turns. Pure. */

import { columns, short } from "./report.ts";
import { median } from "./statistics.ts";

/** One figure, of which less is better, in runs of both copies: those of an index stood beside each other. */
export interface Pairs {
  name: string;
  unit: string;
  before: number[];
  now: number[];
}

/** From this on a figure counts as worse: half of what has to be noticed, a loss of a fifth. */
export const WORSE = 1.1;

/**
 * How many times as long it takes now. Two estimates are made, which fail in different ways: the median of the pairs'
 * ratios, which holds where the machine is slow for a while, and the ratio of the lower quartiles, which holds where
 * single runs are disturbed. The one nearer to 1 counts.
 */
export function ratioOf({ before, now }: Pairs): number {
  const ofPairs = median(now.map((value, i) => value / before[i]));
  const ofQuartiles = quartile(now) / quartile(before);
  if ((ofPairs > 1) !== (ofQuartiles > 1)) return 1;
  return ofPairs > 1 ? Math.min(ofPairs, ofQuartiles) : Math.max(ofPairs, ofQuartiles);
}

function quartile(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 2];
}

export function isWorse(pairs: Pairs): boolean {
  return ratioOf(pairs) >= WORSE;
}

/** A table of all figures, for people. */
export function describePairs(all: readonly Pairs[]): string {
  return columns(all.map((pairs) => {
    const { name, unit, before, now } = pairs;
    const ratios = now.map((value, i) => value / before[i]);
    const [least, most] = [Math.min(...ratios), Math.max(...ratios)];
    return [
      name,
      `${short(median(before))} ${unit}`,
      `${short(median(now))} ${unit}`,
      ratioOf(pairs).toFixed(2),
      `${least.toFixed(2)}–${most.toFixed(2)}`,
      isWorse(pairs) ? "WORSE" : "",
    ];
  }));
}
