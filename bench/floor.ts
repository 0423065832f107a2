/**
 * What the runtime alone takes of what the library's `await`s take: beside each, a program of bare foreign calls, with an
 * `await` or a turn of the event loop for each message, and nothing of the library.
 */

import type { Contender, Contest, Metric } from "./harness/contest.ts";
import { type Group, type Plan, present } from "./harness/group.ts";
import { ours } from "./harness/peers.ts";
import { exchange, type Job, type Launch } from "./harness/roles.ts";
import { type Flow, rate, receiver, sender } from "./throughput.ts";

const FLOW: Flow = { transport: "tcp", size: 16, parts: 1 };
const LARGE: Flow = { ...FLOW, size: 1 << 20 };
const bare = ours("bare.ts");

/** The seconds that aren't counted: by then V8 has compiled what comes a thousand times a second. */
const WARM = { roundTrip: 3, load: 6 };

export const floor: Group = {
  name: "floor",
  title: "what the runtime alone takes: bare foreign calls in the library's place",
  peers: ["c", "pyzmq"],
  contests: (plan) => {
    const { c, pyzmq } = plan.peers;
    if (c === undefined) return [];
    return present(
      sends(plan, c),
      receives(plan, c),
      receivesLarge(plan, c),
      roundTrip(plan, c),
      pyzmq && load(plan, c, pyzmq),
    );
  },
};

function named(metric: Metric): Metric {
  return { ...metric, key: `floor/${metric.key}`, title: `the runtime alone: ${metric.title}` };
}

function sends(plan: Plan, c: Launch): Contest {
  const enter = sender(plan, c, FLOW);
  return throughput(plan, rate("send", FLOW), enter("C", c), [
    enter("await send", ours("ours_send.ts"), "send"),
    enter("bare calls, an await each", bare),
  ]);
}

function receives(plan: Plan, c: Launch): Contest {
  const enter = receiver(plan, c, FLOW);
  return throughput(plan, rate("receive", FLOW), enter("C", c), [
    enter("for await", ours("ours_receive.ts"), "forAwait"),
    enter("bare calls, an await each", bare),
  ]);
}

/** C's loop reuses one message; a program that keeps its messages takes a buffer for each. */
function receivesLarge(plan: Plan, c: Launch): Contest {
  const enter = receiver(plan, c, LARGE);
  return throughput(plan, rate("receive", LARGE), enter("C", c), [
    enter("drain", ours("ours_receive.ts"), "drain"),
    enter("for await", ours("ours_receive.ts"), "forAwait"),
    enter("bare calls, a buffer and a turn each", bare, "copy"),
  ]);
}

function throughput(
  { rounds }: Plan,
  metric: Metric,
  reference: Contender,
  contenders: Contender[],
): Contest {
  return { group: "floor", metrics: [named(metric)], reference, contenders, rounds };
}

function roundTrip({ rounds, seconds }: Plan, c: Launch): Contest {
  const job = { address: "tcp://127.0.0.1:*", size: 16, warm: WARM.roundTrip, seconds };
  const client = (name: string, launch: Launch, mode?: string): Contender => ({
    name,
    run: () =>
      exchange(
        { launch: c, job: { ...job, role: "echo" } },
        { launch, job: { ...job, role: "ping", mode } },
        "connected",
      ),
  });
  return {
    group: "floor",
    metrics: [named({
      key: "roundtrip/tcp/median",
      title: "round trip, tcp, 16 B: median",
      unit: "µs",
      better: "less",
      from: "median",
    })],
    reference: client("C", c),
    contenders: [
      client("async", ours("ours_round_trip.ts"), "async"),
      client("bare calls, a turn each", bare),
    ],
    rounds,
  };
}

function load({ rounds }: Plan, c: Launch, pyzmq: Launch): Contest {
  const job: Omit<Job, "role"> = {
    address: "tcp://127.0.0.1:*",
    size: 16,
    many: 1000,
    warm: WARM.load,
    seconds: 2,
  };
  const client = (name: string, launch: Launch): Contender => ({
    name,
    run: () =>
      exchange(
        { launch, job: { ...job, role: "load" } },
        { launch: c, job: { ...job, role: "pace" } },
        "bound",
      ),
  });
  return {
    group: "floor",
    metrics: [named({
      key: "load/1000",
      title: "CPU time at 1,000 msg/s, tcp, 16 B",
      unit: "% of a core",
      better: "less",
      from: "load",
    })],
    reference: client("pyzmq", pyzmq),
    contenders: [
      client("for await", ours("ours_load.ts")),
      client("bare calls, a turn each", bare),
    ],
    rounds,
  };
}
