/** Runs sequences of commands, makes one that fails as short as it can, and says how to run it again. */

import { openDescriptors } from "../fds.ts";
import { forgetCalls, lastCalls, recordCalls } from "./calls.ts";
import { dispose, finish } from "./ending.ts";
import type { Command, FastCheck, Outcome } from "./fast_check.ts";
import { POLLER_STEPS } from "./poller_steps.ts";
import { LINK, SOCKET_STEPS } from "./socket_steps.ts";
import { commandsOf } from "./steps.ts";
import { TRAFFIC_STEPS } from "./traffic_steps.ts";
import { World } from "./world.ts";

/** What to run. */
export interface Settings {
  /** The seed, of which everything follows but the timing. */
  seed: number;
  /** How many sequences, at most. */
  runs: number;
  /** For how long, in ms, at most. */
  time: number;
  /** What fast-check has printed of a failure: where it was, and which commands had run. */
  path?: string;
  replay?: string;
  /** Is told of each step before it's taken. */
  onStep?: (what: string) => void;
  /** Is told of the first failure, with its sequence, before a shorter one is looked for. */
  onFailure?: (what: string) => void;
}

/** What came of it. */
export interface Result {
  sequences: number;
  steps: number;
  messages: number;
  /** The failure in words, with the minimal sequence; undefined if nothing was wrong. */
  failure: string | undefined;
}

/** As many commands as a sequence has. */
const LONGEST = 150;
/** How many sequences are run with one seed; those that follow have the next one. */
const AT_A_TIME = 20;
/** For how long, in ms, a shorter sequence is looked for that fails as well. */
export const LONGEST_SEARCH = 60_000;
/** How long a sequence may hang meanwhile, in ms. */
const SHORT_BOUND = 700;

/** Runs sequences until one fails, or all have been run. */
export async function runModel(fc: FastCheck, settings: Settings): Promise<Result> {
  const { seed, runs, time, path, replay, onStep, onFailure } = settings;
  recordCalls();
  const result: Result = { sequences: 0, steps: 0, messages: 0, failure: undefined };
  const kinds = commandsOf(fc, [...SOCKET_STEPS, ...TRAFFIC_STEPS, ...POLLER_STEPS]);
  const sequences = fc.commands(kinds, {
    maxCommands: LONGEST,
    size: "max",
    ...(replay === undefined ? {} : { replayPath: replay }),
  });
  // Without sockets most commands do nothing.
  const links = fc.array(fc.oneof(...commandsOf(fc, [LINK])), { minLength: 1, maxLength: 3 });
  const both = fc.tuple(links, sequences);
  let failed = false;
  const property = fc.asyncProperty(both, async ([first, commands]) => {
    result.sequences++;
    // Once one has failed, those that hang are to fail fast.
    const world = new World(failed ? SHORT_BOUND : undefined, onStep);
    forgetCalls();
    try {
      await runSequence(fc, world, first, commands);
    } catch (error) {
      if (!failed) onFailure?.(`${describe(error)}\nits calls:\n${lastCalls().join("\n")}`);
      failed = true;
      throw error;
    }
    result.steps += world.log.length;
    result.messages += world.ledger.received;
  });
  const end = performance.now() + time;
  // Some at a time: the limit for all of them would cut the search for the shortest one short.
  for (let first = seed; result.failure === undefined; first++) {
    const numRuns = Math.min(AT_A_TIME, runs - result.sequences);
    if (numRuns <= 0 || performance.now() >= end) break;
    result.failure = failureOf(
      await fc.check(property, {
        seed: first,
        numRuns,
        interruptAfterTimeLimit: LONGEST_SEARCH,
        ...(path === undefined ? {} : { path }),
      }),
    );
  }
  return result;
}

function failureOf(outcome: Outcome): string | undefined {
  if (!outcome.failed || outcome.counterexample === null) return undefined;
  const [[, commands]] = outcome.counterexample as [[unknown, unknown]];
  const replayed = /replayPath="([^"]*)"/.exec(String(commands))?.[1];
  return `${(outcome.errorInstance as Error).message}\n\nThat's the shortest sequence, found in ` +
    `${outcome.numShrinks} steps. To run it again:\n` +
    `  deno run -A --no-check tests/model/main.ts --seed=${outcome.seed} ` +
    `--path=${outcome.counterexamplePath} --replay=${replayed}`;
}

async function runSequence(
  fc: FastCheck,
  world: World,
  first: readonly Command<World>[],
  commands: Iterable<Command<World>>,
): Promise<void> {
  const before = openDescriptors();
  try {
    for (const link of first) await link.run(world, undefined);
    await fc.asyncModelRun(() => ({ model: world, real: undefined }), commands);
    await finish(world, before);
  } catch (error) {
    const steps = world.log.map((what, index) => `  ${index + 1}. ${what}`);
    throw new Error(`${describe(error)}\n${steps.join("\n")}`);
  } finally {
    dispose(world);
  }
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.name === "Violation" ? error.message : error.stack ?? String(error);
}
