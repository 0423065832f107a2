/** The memory of a socket, and of a long flood. */

import type { Contest } from "./harness/contest.ts";
import { type Group, present } from "./harness/group.ts";
import { ours } from "./harness/peers.ts";
import { alone, exchange } from "./harness/roles.ts";

const SOCKETS = 900;
const MILLIONS = 20;

export const memory: Group = {
  name: "memory",
  title: "memory of a socket, and the growth over 20 million messages",
  peers: ["c"],
  contests: (plan) => {
    const { c } = plan.peers;
    const program = ours("ours_memory.ts");
    const job = { size: 16, warm: 0, seconds: 60, address: "tcp://127.0.0.1:*" };
    const each = { ...job, role: "memory", many: SOCKETS };
    const sockets: Contest = {
      group: "memory",
      metrics: [{
        key: "memory/socket",
        title: "memory of a socket",
        unit: "kB",
        better: "less",
        from: "each",
      }],
      reference: c && { name: "C", run: () => alone({ launch: c, job: each }) },
      contenders: [{ name: "ours", run: () => alone({ launch: program, job: each }) }],
      rounds: plan.rounds,
    };
    const flood: Contest | undefined = c && {
      group: "memory",
      metrics: [{
        key: "memory/flood",
        title:
          `growth of the resident memory over ${MILLIONS} million messages, after the first two`,
        unit: "MB",
        better: "less",
        from: "growth",
      }],
      contenders: [{
        name: "for await",
        run: () =>
          exchange(
            { launch: program, job: { ...job, role: "soak", many: MILLIONS } },
            { launch: c, job: { ...job, role: "send" } },
            "bound",
          ),
      }],
      rounds: plan.full ? plan.rounds : Math.min(plan.rounds, 3),
    };
    return present(sockets, flood);
  },
};
