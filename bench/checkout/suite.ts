/** zeromq.js's own tests: how many pass. */

import type { Case, Progress, Series } from "../harness/contest.ts";
import { type Ending, runToEnd } from "../harness/process.ts";
import type { Place, Places } from "./places.ts";

/** A file of tests takes ten seconds at most where nothing else runs. */
const LIMIT = 60_000;

/** What a file came to. */
export interface Outcome {
  passed: number;
  /** The names of the tests that didn't, with the reason. */
  failed: string[];
  /** How the file ended before it was done. */
  broken?: string;
}

/** Each file has a process of its own, so that what ends one doesn't hide the others' tests. */
export async function suiteOf({ all, tests }: Places, progress: Progress): Promise<Case> {
  const series: Series[] = all.map(({ name }) => ({ name, values: [0], references: [] }));
  let of = 0;
  for (const file of tests) {
    let most = 0;
    for (const [at, place] of all.entries()) {
      progress(`${file}: ${place.name}`);
      const { passed, failed, broken } = outcomeOf(await run(place, file));
      const { values, failures = [] } = series[at];
      values[0] = values[0]! + passed;
      const found = broken === undefined ? failed : [...failed, `${file}: ${broken}`];
      series[at].failures = [...failures, ...found];
      most = Math.max(most, passed + failed.length);
    }
    of += most;
  }
  return {
    group: "npm",
    key: "npm/suite",
    title: "zeromq.js's own tests: how many pass",
    unit: "tests",
    better: "more",
    of,
    series,
  };
}

function run(place: Place, file: string): Promise<Ending> {
  const command = place.run(
    "node_modules/mocha/bin/_mocha",
    ...["--require", "./as_node.cjs", "--reporter", "json-stream", "--exit", file],
  );
  return runToEnd({ ...command, env: { ...command.env, INCLUDE_COMPAT_TESTS: "true" } }, LIMIT);
}

/** Reads what mocha printed, a line of JSON an event; the tests print lines as well. Pure. */
export function outcomeOf({ stdout, signal, code, late }: Ending): Outcome {
  let passed = 0;
  let ended = false;
  const failed: string[] = [];
  for (const line of stdout.split("\n")) {
    const event = /\["(pass|fail|end)",\{.*\}\]$/.exec(line);
    if (event === null) continue;
    const [kind, test] = JSON.parse(event[0]) as [string, { fullTitle: string; err?: string }];
    if (kind === "pass") passed++;
    else if (kind === "end") ended = true;
    else failed.push(`${test.fullTitle}: ${reason(test.err)}`);
  }
  if (ended) return { passed, failed };
  return { passed, failed, broken: late ? "hung" : `ended by ${signal ?? `status ${code}`}` };
}

/** Without mocha's advice, and the file's name. */
function reason(error = "no reason"): string {
  return error.split("\n")[0].replace(/ For async tests and hooks, .*/, "");
}
