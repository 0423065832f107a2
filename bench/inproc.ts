/** CPU time a message, on one thread over inproc: what the library itself costs, with no network. */

import type { Contender, Contest } from "./harness/contest.ts";
import { type Group, type Plan, sizeName } from "./harness/group.ts";
import { ours } from "./harness/peers.ts";
import { alone, type Launch } from "./harness/roles.ts";

/** Names in the results, and the modes of peers/ours_inproc.ts. */
const RECEIVING: Record<string, string> = {
  "visit": "visit",
  "drain": "drain",
  "for await": "forAwait",
};
const MORE_RECEIVING: Record<string, string> = {
  "tryReceive": "tryReceive",
  "await receive": "receive",
  "Web stream": "reader",
};
const SENDING: Record<string, string> = {
  "trySend": "visit",
  "await send": "send",
};
const MORE_SENDING: Record<string, string> = { "sendSync": "sendSync", "Web stream": "writer" };

/** Messages by turns: they fit into the processor's cache, and into the queue. */
const TURN = 1000;

export const inproc: Group = {
  name: "inproc",
  title: "CPU time a message on one thread, over inproc",
  peers: ["c"],
  contests: (plan) => {
    const kinds = plan.full ? [[16, 1], [16, 4], [1024, 1], [65536, 1]] : [[16, 1]];
    return kinds.flatMap(([size, parts]) => [
      contest(plan, "send", size, parts),
      contest(plan, "receive", size, parts),
    ]);
  },
};

function contest(plan: Plan, verb: "send" | "receive", size: number, parts: number): Contest {
  const { warm, seconds, full, rounds } = plan;
  const run = (name: string, launch: Launch, mode?: string): Contender => ({
    name,
    run: () => {
      const chunk = Math.min(TURN, Math.ceil(16e6 / size / parts));
      return alone({
        launch,
        job: { role: "inproc", size, parts, hwm: 0, chunk, warm, seconds, mode },
      });
    },
  });
  const modes = verb === "send"
    ? { ...SENDING, ...(full && MORE_SENDING) }
    : { ...RECEIVING, ...(full && MORE_RECEIVING) };
  const what = `${parts === 1 ? "" : `${parts} parts of `}${sizeName(size)}`;
  return {
    group: "inproc",
    metrics: [{
      key: `inproc/${verb}/${size}/${parts}`,
      title: `${verb}, inproc on one thread, ${what}`,
      unit: "ns",
      better: "less",
      from: verb,
    }],
    reference: plan.peers.c && run("C", plan.peers.c),
    contenders: Object.entries(modes).map(([name, mode]) =>
      run(name, ours("ours_inproc.ts"), mode)
    ),
    rounds,
  };
}
