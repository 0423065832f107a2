/** Messages a second through a proxy, from a Push to a Pull of C's. */

import type { Contender, Contest } from "./harness/contest.ts";
import { type Group, type Plan, present, sizeName } from "./harness/group.ts";
import { ours } from "./harness/peers.ts";
import { type Launch, through } from "./harness/roles.ts";

const SIZES = [16, 1024, 65536];

export const proxying: Group = {
  name: "proxy",
  title: "messages a second through a proxy, beside libzmq's own in C; the ends are C's",
  peers: ["c", "zeromq"],
  contests: (plan) => {
    const { c, zeromqOnNode } = plan.peers;
    if (c === undefined) return [];
    const contest = (size: number, parts: number): Contest => {
      const enter = contender(plan, c, size, parts);
      return {
        group: "proxy",
        metrics: [{
          key: `proxy/tcp/${size}/${parts}`,
          title: `proxy, tcp, ${parts === 1 ? "" : `${parts} parts of `}${sizeName(size)}`,
          unit: "thousand msg/s",
          better: "more",
          from: "rate",
          scale: 1 / 1000,
        }],
        reference: enter("zmq_proxy", c),
        contenders: present(
          enter("Proxy", ours("ours_proxy.ts")),
          plan.full && enter("Proxy, native", ours("ours_proxy.ts"), "native"),
          plan.full && enter("Proxy, filter", ours("ours_proxy.ts"), "filter"),
          plan.full && zeromqOnNode && enter("zeromq.js", zeromqOnNode),
        ),
        rounds: plan.rounds,
      };
    };
    return [...SIZES.map((size) => contest(size, 1)), ...plan.full ? [contest(16, 4)] : []];
  },
};

/** Gives what makes contenders: each is between the same two ends. */
function contender({ warm, seconds }: Plan, c: Launch, size: number, parts: number) {
  return (name: string, launch: Launch, mode?: string): Contender => ({
    name,
    run: () => {
      const job = { address: "tcp://127.0.0.1:*", size, parts, warm, seconds };
      return through(
        { launch, job: { ...job, role: "proxy", mode } },
        { launch: c, job: { ...job, role: "send" } },
        { launch: c, job: { ...job, role: "receive", mode: "connect" } },
      );
    },
  });
}
