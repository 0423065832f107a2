/** Sending what is made for each message: a buffer that's sent again and again, as elsewhere, flatters its sender. */

import type { Contest } from "./harness/contest.ts";
import { type Group, type Plan, present } from "./harness/group.ts";
import { ours } from "./harness/peers.ts";
import type { Launch } from "./harness/roles.ts";
import { type Flow, rate, sender } from "./throughput.ts";

export const fresh: Group = {
  name: "fresh",
  title: "throughput of a sender that makes a new buffer for each message; the receiver is C's",
  peers: ["c", "pyzmq", "zeromq"],
  contests: (plan) => {
    const { c } = plan.peers;
    const sizes = plan.full ? [16, 1024, 65536] : [16];
    return c === undefined ? [] : sizes.map((size) => contest(plan, c, size));
  },
};

function contest(plan: Plan, c: Launch, size: number): Contest {
  const { pyzmq, zeromqOnNode } = plan.peers;
  const flow: Flow = { transport: "tcp", size, parts: 1 };
  const enter = sender(plan, c, flow);
  const metric = rate("send", flow);
  return {
    group: "fresh",
    metrics: [{
      ...metric,
      key: `fresh/${metric.key}`,
      title: `${metric.title}, a new buffer each`,
    }],
    reference: enter("C", c, "fresh"),
    contenders: present(
      enter("trySend", ours("ours_send.ts"), "trySendFresh"),
      enter("await send", ours("ours_send.ts"), "sendFresh"),
      pyzmq && enter("pyzmq", pyzmq, "fresh"),
      zeromqOnNode && enter("zeromq.js", zeromqOnNode, "fresh"),
    ),
    rounds: plan.rounds,
  };
}
