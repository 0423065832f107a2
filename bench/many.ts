/** Many peers of one socket: subscribers of a publisher, dealers of a router. */

import type { Contender, Contest } from "./harness/contest.ts";
import { type Group, type Plan, present, sizeName } from "./harness/group.ts";
import { ours } from "./harness/peers.ts";
import { exchange, type Job, type Launch } from "./harness/roles.ts";

export const publishing: Group = {
  name: "publish",
  title: "messages a second to 1, 10 and 100 subscribers, each of which gets them all",
  peers: ["c", "zeromq"],
  contests: (plan) => {
    const { c, zeromqOnNode } = plan.peers;
    if (c === undefined) return [];
    return [1, 10, 100].flatMap((many) =>
      [16, 1024].map((size) => {
        const publisher = contenders(
          plan,
          { role: "publish", size, many },
          { launch: c, role: "subscribe" },
          "connected",
        );
        return {
          group: "publish",
          metrics: [{
            key: `publish/tcp/${size}/${many}`,
            title: `publish, tcp, ${sizeName(size)}, ${many} subscriber${many === 1 ? "" : "s"}`,
            unit: "thousand msg/s",
            better: "more" as const,
            from: "rate",
            scale: 1 / 1000,
          }],
          reference: publisher("C", c),
          contenders: present(
            publisher("trySend", ours("ours_publish.ts"), "trySend"),
            publisher("await send", ours("ours_publish.ts")),
            zeromqOnNode && publisher("zeromq.js", zeromqOnNode),
          ),
          rounds: plan.rounds,
        } satisfies Contest;
      })
    );
  },
};

export const routing: Group = {
  name: "router",
  title: "requests a second that a router answers, from 1, 100 and 1,000 dealers",
  peers: ["c", "zeromq"],
  contests: (plan) => {
    const { c, zeromqOnNode } = plan.peers;
    if (c === undefined) return [];
    return [1, 100, 1000].map((many) => {
      const router = contenders(
        plan,
        { role: "router", size: 16, many },
        { launch: c, role: "dealers" },
        "connected",
      );
      return {
        group: "router",
        metrics: [{
          key: `router/tcp/16/${many}`,
          title: `router, tcp, 16 B, ${many.toLocaleString("en")} dealer${many === 1 ? "" : "s"}`,
          unit: "thousand answers/s",
          better: "more" as const,
          from: "rate",
          scale: 1 / 1000,
        }],
        reference: router("C", c),
        contenders: present(
          router("drain", ours("ours_router.ts"), "drain"),
          router("for await", ours("ours_router.ts")),
          zeromqOnNode && router("zeromq.js", zeromqOnNode),
        ),
        rounds: plan.rounds,
      } satisfies Contest;
    });
  },
};

/** Gives what makes contenders, which bind, against the same peers of C's. */
function contenders(
  { warm, seconds }: Plan,
  what: Pick<Job, "role" | "size" | "many">,
  other: { launch: Launch; role: string },
  measures: "bound" | "connected",
) {
  return (name: string, launch: Launch, mode?: string): Contender => ({
    name,
    run: () => {
      const job = { ...what, address: "tcp://127.0.0.1:*", chunk: 100, warm, seconds };
      return exchange(
        { launch, job: { ...job, mode } },
        { launch: other.launch, job: { ...job, role: other.role } },
        measures,
      );
    },
  });
}
