/**
 * Contenders against one reference, in alternating rounds. Each contender's run has the reference's
 * before and after it, and is divided by the mean of both: what the machine's other work takes away at
 * that moment, it takes away from both.
 */

import { PeerError } from "./process.ts";
import type { Result } from "./roles.ts";

/** One who takes part. */
export interface Contender {
  name: string;
  run: () => Promise<Result>;
}

/** One figure out of what a run measures. */
export interface Metric {
  /** Unique among all cases, such as `receive/tcp/16`. */
  key: string;
  /** For people. */
  title: string;
  unit: string;
  /** Which is better. */
  better: "more" | "less";
  /** The figure's name in the results, and what it's multiplied by. */
  from: string;
  scale?: number;
}

/** A contender's figures in one case, by rounds; null for a run that failed. */
export interface Series {
  name: string;
  values: (number | null)[];
  /** The reference's, around each. */
  references: (number | null)[];
  /** Why runs failed. */
  problem?: string;
  /** Where things were counted, those that failed, by name, with the reason. */
  failures?: string[];
}

/** One metric of all contenders. The reference's series is the first, where there is one. */
export interface Case extends Omit<Metric, "from" | "scale"> {
  group: string;
  reference?: string;
  /** These are a peer's figures only, none of ours. */
  peers?: boolean;
  /** Things were counted, and no more than so many can be reached. */
  of?: number;
  series: Series[];
}

export interface Contest {
  group: string;
  metrics: readonly Metric[];
  reference?: Contender;
  contenders: readonly Contender[];
  rounds: number;
  peers?: boolean;
}

/** Told before each run: what is under way. */
export type Progress = (text: string) => void;

export async function hold(contest: Contest, progress: Progress): Promise<Case[]> {
  const { group, metrics, reference, contenders, rounds, peers } = contest;
  const runs = new Map<string, { results: (Result | null)[]; around: (Result | null)[][] }>();
  const problems = new Map<string, string>();
  for (const { name } of contenders) runs.set(name, { results: [], around: [] });
  const references: (Result | null)[] = [];

  const attempt = async ({ name, run }: Contender): Promise<Result | null> => {
    // One that has failed fails again, and a hang takes long.
    if (problems.has(name)) return null;
    progress(`${metrics[0].title}: ${name}`);
    try {
      return await run();
    } catch (error) {
      if (!(error instanceof PeerError)) throw error;
      problems.set(name, error.message);
      return null;
    }
  };

  if (reference) await attempt(reference); // warm-up, not counted
  for (let round = 0; round < rounds; round++) {
    progress(`round ${round + 1} of ${rounds}`);
    let before = reference ? await attempt(reference) : null;
    if (reference) references.push(before);
    for (const contender of round % 2 === 0 ? contenders : contenders.toReversed()) {
      const result = await attempt(contender);
      const after = reference ? await attempt(reference) : null;
      if (reference) references.push(after);
      const run = runs.get(contender.name)!;
      run.results.push(result);
      run.around.push([before, after]);
      before = after;
    }
  }

  return metrics.map(({ from, scale = 1, ...metric }) => {
    const value = (result: Result | null) => result === null ? null : result[from] * scale;
    const series: Series[] = contenders.map(({ name }) => {
      const { results, around } = runs.get(name)!;
      return withProblem({
        name,
        values: results.map(value),
        references: around.map((both) => mean(both.map(value))),
      });
    });
    if (reference) {
      const values = references.map(value);
      series.unshift(withProblem({ name: reference.name, values, references: [] }));
    }
    return {
      ...metric,
      group,
      ...(reference && { reference: reference.name }),
      ...(peers && { peers }),
      series,
    };
  });

  function withProblem(series: Series): Series {
    const problem = problems.get(series.name);
    return problem === undefined ? series : { ...series, problem };
  }
}

function mean(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length;
}
