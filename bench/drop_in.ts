/** The drop-in for zeromq.js beside zeromq.js: one program, on Deno and on Node. */

import type { Contender, Contest } from "./harness/contest.ts";
import type { Group, Plan } from "./harness/group.ts";
import { dropIn } from "./harness/peers.ts";
import type { Launch } from "./harness/roles.ts";
import { type Enter, type Flow, rate, receiver, sender } from "./throughput.ts";

/** Names in the results, and the modes of the program. */
const RECEIVING: Record<string, string | undefined> = {
  "for await": undefined,
  "await receive": "receive",
};
const SENDING: Record<string, string | undefined> = { "await send": undefined };

export const droppingIn: Group = {
  name: "drop-in",
  title: "throughput of the drop-in, beside zeromq.js; the other end is C's",
  peers: ["c", "zeromq"],
  contests: (plan) => {
    const { c, zeromqOnNode } = plan.peers;
    if (c === undefined || zeromqOnNode === undefined) return [];
    return sizes(plan).flatMap((size) => {
      const flow: Flow = { transport: "tcp", size, parts: 1 };
      return [
        contest(plan, zeromqOnNode, "receive", flow, receiver(plan, c, flow), RECEIVING),
        contest(plan, zeromqOnNode, "send", flow, sender(plan, c, flow), SENDING),
      ];
    });
  },
};

function sizes({ full }: Plan): number[] {
  return full ? [16, 1024, 65536] : [16, 1024];
}

function contest(
  { rounds }: Plan,
  zeromq: Launch,
  verb: string,
  flow: Flow,
  enter: Enter,
  ways: Record<string, string | undefined>,
): Contest {
  const metric = rate(verb, flow);
  return {
    group: "drop-in",
    metrics: [{
      ...metric,
      key: `drop-in/${metric.key}`,
      title: `the drop-in: ${metric.title}`,
    }],
    reference: enter("zeromq.js", zeromq),
    contenders: Object.entries(ways).map(([name, mode]): Contender => enter(name, dropIn(), mode)),
    rounds,
  };
}
