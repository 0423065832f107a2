/** How long messages are under way that come at a fixed rate, and the CPU time that their receiver takes. */

import type { Contender, Contest, Metric } from "./harness/contest.ts";
import { type Group, type Plan, present } from "./harness/group.ts";
import { ours } from "./harness/peers.ts";
import { exchange, type Launch } from "./harness/roles.ts";

/** Messages a second, and how many seconds of them a full run takes: for the last of a thousand, a thousand have to come. */
const RATES = [[100, 10], [1000, 5], [10_000, 3]] as const;
/** A short run has one of them. */
const SHORT = [[1000, 2]] as const;
const WARM = 1;

export const latency: Group = {
  name: "latency",
  title: "how long messages are under way at fixed rates, and the receiver's CPU time",
  peers: ["c", "pyzmq", "zeromq"],
  contests: (plan) => {
    const { c } = plan.peers;
    if (c === undefined) return [];
    return (plan.full ? RATES : SHORT).map(([many, seconds]) => contest(plan, c, many, seconds));
  },
};

function contest(plan: Plan, c: Launch, many: number, seconds: number): Contest {
  const { full, peers: { pyzmq, zeromqOnNode } } = plan;
  const receiver = (name: string, launch: Launch, mode?: string): Contender => ({
    name,
    run: () => {
      const job = { address: "tcp://127.0.0.1:*", size: 16, warm: WARM, seconds };
      return exchange(
        { launch, job: { ...job, role: "latency", mode } },
        { launch: c, job: { ...job, role: "pace", many } },
        "bound",
      );
    },
  });
  return {
    group: "latency",
    metrics: metrics(many),
    reference: receiver("C", c),
    contenders: present(
      receiver("for await", ours("ours_latency.ts"), "forAwait"),
      receiver("receiveSync", ours("ours_latency.ts"), "receiveSync"),
      pyzmq && receiver("pyzmq", pyzmq),
      full && pyzmq && receiver("pyzmq asyncio", pyzmq, "asyncio"),
      zeromqOnNode && receiver("zeromq.js", zeromqOnNode),
    ),
    rounds: plan.rounds,
  };
}

function metrics(many: number): Metric[] {
  const rate = `${many.toLocaleString("en")} msg/s, tcp, 16 B`;
  const delays = [["p50", "median"], ["p99", "99th percentile"], ["p999", "99.9th percentile"]];
  return [
    ...delays.map(([from, what]): Metric => ({
      key: `latency/${many}/${from}`,
      title: `from send to receive at ${rate}: ${what}`,
      unit: "µs",
      better: "less",
      from,
    })),
    {
      key: `latency/${many}/cpu`,
      title: `CPU time of the receiver at ${rate}`,
      unit: "% of a core",
      better: "less",
      from: "load",
    },
  ];
}
