/** Whether a flood of messages leaves the rest of the program its turn. */

import type { Contender, Contest } from "./harness/contest.ts";
import type { Group, Plan } from "./harness/group.ts";
import { ours } from "./harness/peers.ts";
import { Peer } from "./harness/process.ts";
import type { Launch, Result } from "./harness/roles.ts";

/** Names in the results, and the modes of peers/ours_fairness.ts. */
const WAYS: Record<string, string> = {
  "for await": "forAwait",
  "await receive": "receive",
  "Web stream": "stream",
  "visit, 512 a turn": "visit",
};

export const fairness: Group = {
  name: "fairness",
  title: "the longest delay of a timer and of an HTTP server beside a flood of messages",
  peers: ["c"],
  contests: (plan) => {
    const { c } = plan.peers;
    if (c === undefined) return [];
    const run = (name: string, mode: string): Contender => ({
      name,
      run: () => measure(plan, c, mode),
    });
    return [{
      group: "fairness",
      metrics: [
        metric("longest", "timer of 1 ms beside a flood: longest time between two ticks"),
        metric("p99", "timer of 1 ms beside a flood: 99th percentile between two ticks"),
        metric("httpLongest", "HTTP answers beside a flood: longest"),
        metric("httpMedian", "HTTP answers beside a flood: median"),
      ],
      reference: run("no flood", "none"),
      contenders: Object.entries(WAYS).map(([name, mode]) => run(name, mode)),
      rounds: plan.rounds,
    }] satisfies Contest[];
  },
};

function metric(from: string, title: string) {
  return { key: `fairness/${from}`, title, unit: "ms", better: "less" as const, from };
}

async function measure({ warm }: Plan, c: Launch, mode: string): Promise<Result> {
  const seconds = 1;
  const limit = 20_000;
  const job = { size: 16, warm, seconds, address: "tcp://127.0.0.1:*" };
  await using receiver = new Peer(
    ours("ours_fairness.ts")({ ...job, role: "fairness", mode }),
  );
  const address = await receiver.line("endpoint", limit);
  const port = await receiver.line("port", limit);
  await using _flood = mode === "none" ? undefined : new Peer(c({ ...job, role: "send", address }));

  const times: number[] = [];
  const ending = new AbortController();
  const asking = (async () => {
    const end = performance.now() + (warm + seconds) * 1000;
    const start = performance.now() + warm * 1000;
    for (let now = 0; now < end && !ending.signal.aborted;) {
      const begin = performance.now();
      try {
        await (await fetch(`http://127.0.0.1:${port}/`, { signal: ending.signal })).text();
      } catch {
        return; // the receiver has ended
      }
      now = performance.now();
      if (now > start) times.push(now - begin);
    }
  })();
  try {
    const result = JSON.parse(await receiver.line("result", limit)) as Result;
    ending.abort();
    await asking;
    const sorted = times.toSorted((a, b) => a - b);
    // One that wasn't answered by the end took as long as all.
    const httpLongest = sorted.at(-1) ?? seconds * 1000;
    return { ...result, httpLongest, httpMedian: sorted[sorted.length >> 1] ?? seconds * 1000 };
  } finally {
    ending.abort();
    await asking;
  }
}
