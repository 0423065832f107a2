/**
 * Compares this state of the library with another commit's: `./dev bench --check COMMIT`. Both run in turns, so that
 * whatever else the machine does, it does to both. What seems to be worse is measured again, and counts only if it's worse
 * again.
 */

import type { Progress } from "./harness/contest.ts";
import { Checkout } from "./harness/checkout.ts";
import { ours, type Peers } from "./harness/peers.ts";
import { exchange, type Launch, type Result } from "./harness/roles.ts";
import { output, PeerError } from "./harness/process.ts";
import { describePairs, isWorse, type Pairs } from "./harness/verdict.ts";

/** What is measured in one process after the other: with either copy, in turns. */
interface Duel {
  name: string;
  unit: string;
  rounds: number;
  run: (launch: (program: string) => Launch) => Promise<number>;
}

/** How many processes measure the ways. In each, both copies run by turns of a millisecond. */
const PROCESSES = 5;

/** Returns 1 where something got worse. */
export async function check(
  commit: string,
  { c }: Peers,
  progress: Progress,
): Promise<number> {
  await using checkout = await Checkout.of(commit);
  console.log(
    `Beside ${commit}: before, now, how many times as much now, and the spread of that\n`,
  );
  const duels = c === undefined ? [] : duelsOf(c);
  const report = (all: readonly Pairs[]) => {
    progress("");
    console.log(`${describePairs(all)}\n`);
    return all.filter(isWorse).map(({ name }) => name);
  };
  const first = [
    ...report(await ways(checkout, progress)),
    ...report(await hold(duels, checkout, progress)),
  ];
  if (first.length === 0) return 0;
  console.log("Once more, what seems to be worse:\n");
  const suspects = (await ways(checkout, progress)).filter(({ name }) => first.includes(name));
  const again = report([
    ...suspects,
    ...await hold(duels.filter(({ name }) => first.includes(name)), checkout, progress),
  ]);
  if (again.length > 0) console.log(`Worse in both runs: ${again.join("; ")}`);
  return again.length > 0 ? 1 : 0;
}

/** The ways to send, receive and wait, in the CPU time of their thread: both copies in one process. */
async function ways({ before, now }: Checkout, progress: Progress): Promise<Pairs[]> {
  const pairs = new Map<string, Pairs>();
  for (let i = 0; i < PROCESSES; i++) {
    progress(`ways: process ${i + 1} of ${PROCESSES}`);
    // Which of them is the first may matter.
    const urls = i % 2 === 0 ? [before, now] : [now, before];
    for (const [key, value] of Object.entries(await measureWays(urls))) {
      const [, name, which] = /^(.*): (first|second)$/.exec(key)!;
      if (!pairs.has(name)) pairs.set(name, { name, unit: "ns", before: [], now: [] });
      pairs.get(name)![(which === "first") === (i % 2 === 0) ? "before" : "now"].push(value);
    }
  }
  return [...pairs.values()];
}

async function measureWays(urls: readonly string[]): Promise<Result> {
  const program = new URL("peers/ours_ways.ts", import.meta.url).href;
  const args = ["run", "-A", "--no-check", "--no-lock", program, ...urls];
  const said = await output(Deno.execPath(), args);
  if (said === undefined) throw new Error("the copies can't be run beside each other");
  return JSON.parse(said.replace(/^result /, ""));
}

/** What takes several processes, or a start of one. */
function duelsOf(c: Launch): Duel[] {
  const tcp = { address: "tcp://127.0.0.1:*", size: 16 };
  const receive = (name: string, mode: string): Duel => ({
    name: `tcp, ${name}: CPU time a message, both threads`,
    unit: "ns",
    rounds: 9,
    run: async (launch) => {
      const job = { ...tcp, warm: 0.2, seconds: 0.4 };
      const measured = {
        launch: launch("ours_receive.ts"),
        job: { ...job, role: "receive", mode },
      };
      return (await exchange(measured, { launch: c, job: { ...job, role: "send" } }, "bound")).cpu;
    },
  });
  return [
    receive("for await", "forAwait"),
    receive("drain", "drain"),
    {
      name: "tcp, a request and its answer: median",
      unit: "µs",
      rounds: 9,
      run: async (launch) => {
        const job = { ...tcp, warm: 0.5, seconds: 0.5 };
        const measured = {
          launch: launch("ours_round_trip.ts"),
          job: { ...job, role: "ping", mode: "async" },
        };
        const echo = { launch: c, job: { ...job, role: "echo" } };
        return (await exchange(echo, measured, "connected")).median;
      },
    },
    {
      name: "tcp, 1,000 messages a second: CPU time",
      unit: "% of a core",
      rounds: 9,
      run: async (launch) => {
        const job = { ...tcp, warm: 0.6, seconds: 1, many: 1000 };
        const measured = { launch: launch("ours_load.ts"), job: { ...job, role: "load" } };
        return (await exchange(measured, { launch: c, job: { ...job, role: "pace" } }, "bound"))
          .load;
      },
    },
  ];
}

async function hold(
  duels: readonly Duel[],
  checkout: Checkout,
  progress: Progress,
): Promise<Pairs[]> {
  const all: Pairs[] = [];
  for (const { name, unit, rounds, run } of duels) {
    const pairs: Pairs = { name, unit, before: [], now: [] };
    try {
      for (let i = 0; i < rounds; i++) {
        progress(`${name}: round ${i + 1} of ${rounds}`);
        for (const which of i % 2 === 0 ? ["before", "now"] as const : ["now", "before"] as const) {
          const map = which === "before" ? checkout.importMap : undefined;
          pairs[which].push(await run((program) => ours(program, map)));
        }
      }
      all.push(pairs);
    } catch (error) {
      if (!(error instanceof PeerError)) throw error;
      console.log(`  ${name}: not compared: ${error.message}`);
    }
  }
  return all;
}
