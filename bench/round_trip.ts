/** How long a request and its answer take. First the client is measured, then the server. */

import type { Contender, Contest } from "./harness/contest.ts";
import { type Group, type Plan, present } from "./harness/group.ts";
import { ours } from "./harness/peers.ts";
import { exchange, type Job, type Launch } from "./harness/roles.ts";

const PROGRAM = "ours_round_trip.ts";

export const roundTrip: Group = {
  name: "roundtrip",
  title: "time of a request and its answer, 16 B: our client with C's server, and the reverse",
  peers: ["c", "pyzmq", "zeromq"],
  contests: (plan) => {
    const { c } = plan.peers;
    if (c === undefined) return [];
    const transports = plan.full ? ["tcp", "ipc"] : ["tcp"];
    return transports.flatMap((transport) =>
      present(
        clients(plan, c, transport),
        plan.full && servers(plan, c, transport),
      )
    );
  },
};

function clients(plan: Plan, c: Launch, transport: string): Contest {
  const { pyzmq, zeromqOnNode, zeromqOnDeno } = plan.peers;
  const client = (name: string, launch: Launch, mode?: string): Contender => ({
    name,
    run: () => {
      const job = jobOf(plan, transport);
      return exchange(
        { launch: c, job: { ...job, role: "echo" } },
        { launch, job: { ...job, role: "ping", mode } },
        "connected",
      );
    },
  });
  return {
    group: "roundtrip",
    metrics: metrics("client", transport),
    reference: client("C", c),
    contenders: present(
      client("sync", ours(PROGRAM), "sync"),
      client("async", ours(PROGRAM), "async"),
      plan.full && pyzmq && client("pyzmq", pyzmq),
      plan.full && pyzmq && client("pyzmq asyncio", pyzmq, "asyncio"),
      zeromqOnNode && client("zeromq.js", zeromqOnNode),
      plan.full && zeromqOnDeno && client("zeromq.js on Deno", zeromqOnDeno),
    ),
    rounds: plan.rounds,
  };
}

function servers(plan: Plan, c: Launch, transport: string): Contest {
  const { zeromqOnNode } = plan.peers;
  const server = (name: string, launch: Launch, mode?: string): Contender => ({
    name,
    run: () => {
      const job = jobOf(plan, transport);
      return exchange(
        { launch, job: { ...job, role: "echo", mode } },
        { launch: c, job: { ...job, role: "ping" } },
        "connected",
      );
    },
  });
  return {
    group: "roundtrip",
    metrics: metrics("server", transport),
    reference: server("C", c),
    contenders: present(
      server("sync", ours(PROGRAM), "sync"),
      server("async", ours(PROGRAM), "async"),
      zeromqOnNode && server("zeromq.js", zeromqOnNode),
    ),
    rounds: plan.rounds,
  };
}

let sockets = 0;

/**
 * V8 has compiled most of what a round trip needs after some ten thousand of them, and all after thirty thousand: the median
 * is 92 to 100 microseconds after one second, and 89 to 91 after three.
 */
const WARM = { short: 1, full: 3 };

function jobOf({ full, seconds }: Plan, transport: string): Omit<Job, "role"> {
  const address = transport === "tcp"
    ? "tcp://127.0.0.1:*"
    : `ipc://@deno-zmq-bench-trip-${Deno.pid}-${++sockets}`;
  return { address, size: 16, warm: full ? WARM.full : WARM.short, seconds };
}

function metrics(side: string, transport: string) {
  return ["median", "p99"].map((from) => ({
    key: `roundtrip/${side}/${transport}/${from}`,
    title: `round trip, ${transport}, 16 B, ${side} measured: ${
      from === "p99" ? "99th percentile" : from
    }`,
    unit: "µs",
    better: "less" as const,
    from,
  }));
}
