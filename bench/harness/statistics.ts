/** Medians, spreads and ratios. Pure. */

/** What several rounds came to. */
export interface Spread {
  median: number;
  min: number;
  max: number;
}

/** The value at a share (0 to 1) of the sorted values; between two, the mean of both for the median. */
export function median(values: readonly number[]): number {
  if (values.length === 0) return NaN;
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

export function spreadOf(values: readonly number[]): Spread {
  return { median: median(values), min: Math.min(...values), max: Math.max(...values) };
}

/** Each value divided by the one of the same round. Rounds that one of both lacks are left out. */
export function ratios(
  values: readonly (number | null)[],
  references: readonly (number | null)[],
): number[] {
  const found: number[] = [];
  for (const [i, value] of values.entries()) {
    const reference = references[i] ?? null;
    if (value !== null && reference !== null && reference !== 0) found.push(value / reference);
  }
  return found;
}
