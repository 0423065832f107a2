/** The CPU time that a program takes which waits for few messages. */

import type { Contender, Contest } from "./harness/contest.ts";
import { type Group, present } from "./harness/group.ts";
import { ours } from "./harness/peers.ts";
import { exchange, type Launch } from "./harness/roles.ts";

/** Longer than others: there is little to measure, and V8 still tidies up after the start. */
const SECONDS = { short: 0.8, full: 2 };
/** The seconds that aren't counted, by messages a second: V8 compiles what has come some thousand times. */
const WARM: Record<number, number> = { 1000: 6, 100_000: 1 };
const SILENT = { warm: 1, seconds: 2 };

export const load: Group = {
  name: "load",
  title: "CPU time of a receiver at 0, 1,000 and 100,000 messages a second",
  peers: ["c", "pyzmq"],
  contests: (plan) => {
    const { c, pyzmq } = plan.peers;
    if (c === undefined) return [];
    const seconds = plan.full ? SECONDS.full : SECONDS.short;
    return [0, 1000, 100_000].slice(0, plan.full ? 3 : 2).map((many) => {
      const receiver = (name: string, launch: Launch): Contender => ({
        name,
        run: () => {
          const time = many === 0 ? SILENT : { warm: WARM[many], seconds };
          const job = { size: 16, many, address: "tcp://127.0.0.1:*", ...time };
          // At 0 there is a peer all the same, but it only connects; it would send without a limit.
          const other = many === 0 ? { role: "silence" } : { role: "send" };
          return exchange(
            { launch, job: { ...job, role: "load" } },
            { launch: c, job: { ...job, ...other } },
            "bound",
          );
        },
      });
      return {
        group: "load",
        metrics: [{
          key: `load/${many}`,
          title: `CPU time at ${many.toLocaleString("en")} msg/s, tcp, 16 B`,
          unit: "% of a core",
          better: "less" as const,
          from: "load",
        }],
        // At 0 a ratio says nothing.
        reference: many > 0 && pyzmq ? receiver("pyzmq", pyzmq) : undefined,
        contenders: present(
          receiver("for await", ours("ours_load.ts")),
          plan.full && receiver("C", c),
          plan.full && many === 0 && pyzmq && receiver("pyzmq", pyzmq),
        ),
        rounds: plan.rounds,
      } satisfies Contest;
    });
  },
};
