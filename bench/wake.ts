/** What a wake-up costs among many that are silent: sockets, or other descriptors in a Poller. */

import type { Contender, Contest } from "./harness/contest.ts";
import type { Group, Plan } from "./harness/group.ts";
import { descriptorLimit } from "./harness/machine.ts";
import { ours } from "./harness/peers.ts";
import { PeerError } from "./harness/process.ts";
import { exchange, type Launch } from "./harness/roles.ts";

/** Beside the crowd, a process has these. */
const OTHER_DESCRIPTORS = 100;

export const wake: Group = {
  name: "wake",
  title: "time of a request and its answer among 10 to 15,000 silent descriptors, by backend",
  peers: ["c"],
  contests: (plan) => {
    const { c } = plan.peers;
    if (c === undefined) return [];
    const crowds = plan.full ? [100, 1000, 5000, 15_000] : [5000];
    const program = ours("ours_crowd.ts");
    const contests = [contest(plan, c, "wake", "epoll", program, "epoll", crowds)];
    if (plan.full) {
      contests.push(
        contest(plan, c, "wake", "poll", program, "poll", crowds),
        // select(2) takes no descriptor beyond 1,023.
        contest(plan, c, "wake", "select", program, "select", [100, 900]),
        contest(plan, c, "wake", "C's zmq_poll", c, "descriptors", crowds),
      );
    }
    return contests;
  },
};

export const fanIn: Group = {
  name: "fanin",
  title: "time of a request and its answer while a receive waits on each of 5,000 silent sockets",
  peers: ["c"],
  contests: (plan) => {
    const { c } = plan.peers;
    if (c === undefined) return [];
    const crowds = plan.full ? [1000, 5000] : [5000];
    return [
      contest(plan, c, "fanin", "async", ours("ours_crowd.ts"), "sockets", crowds),
      contest(plan, c, "fanin", "C's zmq_poll", c, "sockets", crowds),
    ];
  },
};

/** The smallest crowd is what the larger ones are compared with. */
function contest(
  plan: Plan,
  c: Launch,
  group: string,
  name: string,
  launch: Launch,
  mode: string,
  crowds: readonly number[],
): Contest {
  const crowd = (many: number): Contender => ({
    name: crowdName(many),
    run: () => {
      const limit = descriptorLimit();
      if (many + OTHER_DESCRIPTORS > limit) {
        throw new PeerError(`skipped: the limit is ${limit} descriptors (ulimit -n)`);
      }
      const { warm, seconds } = plan;
      return exchange(
        { launch: c, job: { role: "echo", address: "tcp://127.0.0.1:*", size: 16, warm, seconds } },
        { launch, job: { role: "crowd", size: 16, warm, seconds, mode, many } },
        "connected",
      );
    },
  });
  const what = group === "wake" ? "descriptors" : "sockets";
  return {
    group,
    metrics: [{
      key: `${group}/${name}`,
      title: `round trip among silent ${what}, tcp, ${name}`,
      unit: "µs",
      better: "less",
      from: "median",
    }],
    reference: crowd(10),
    contenders: crowds.map(crowd),
    peers: launch === c,
    rounds: plan.rounds,
  };
}

function crowdName(many: number): string {
  return many.toLocaleString("en");
}
