/** Messages a second from one process to another: the receiver measured, then the sender. */

import type { Contender, Contest } from "./harness/contest.ts";
import { type Group, type Plan, present, sizeName } from "./harness/group.ts";
import { ours } from "./harness/peers.ts";
import { exchange, type Job, type Launch } from "./harness/roles.ts";

const SIZES = [16, 1024, 65536, 1 << 20];
/** What is sent, and by what. */
interface Flow {
  transport: "tcp" | "ipc";
  size: number;
  parts: number;
}

/** Names of ours in the results, and the modes of peers/ours_receive.ts. */
const RECEIVING: Record<string, string> = {
  "visit(fn, { timeout })": "visitSync",
  "visit": "visit",
  "drain": "drain",
  "for await": "forAwait",
};
const FEW_RECEIVING: Record<string, string> = { "drain": "drain", "for await": "forAwait" };
const MORE_RECEIVING: Record<string, string> = {
  "receiveSync": "receiveSync",
  "tryReceive": "tryReceive",
  "await receive": "receive",
  "Web stream": "stream",
};
/** And of peers/ours_send.ts. */
const SENDING: Record<string, string> = { "trySend": "trySend", "await send": "send" };
const FEW_SENDING: Record<string, string> = { "await send": "send" };
const MORE_SENDING: Record<string, string> = { "sendSync": "sendSync", "Web stream": "stream" };

export const receiving: Group = {
  name: "receive",
  title: "throughput of a receiver, by each way to receive; the sender is C's",
  peers: ["c", "pyzmq", "zeromq"],
  contests: (plan) =>
    plan.peers.c === undefined ? [] : [
      ...flows(plan).map((flow) => receivingContest(plan, plan.peers.c!, flow)),
      everyByte(plan, plan.peers.c),
    ],
};

export const sending: Group = {
  name: "send",
  title: "throughput of a sender, by each way to send; the receiver is C's",
  peers: ["c", "pyzmq", "zeromq"],
  contests: (plan) =>
    plan.peers.c === undefined
      ? []
      : flows(plan).map((flow) => sendingContest(plan, plan.peers.c!, flow)),
};

function flows({ full }: Plan): Flow[] {
  const tcp = (size: number, parts = 1): Flow => ({ transport: "tcp", size, parts });
  const ipc = (size: number): Flow => ({ transport: "ipc", size, parts: 1 });
  return full
    ? [...SIZES.map((size) => tcp(size)), tcp(16, 4), tcp(1024, 4), ipc(16), ipc(1024)]
    : [tcp(16), tcp(1024)];
}

/** Which of our ways take part: fewer where there is no target, or where they hardly differ. */
function waysOf<T>({ full }: Plan, { size }: Flow, few: T, common: T, more: T): T {
  if (full) return size <= 1024 ? { ...common, ...more } : common;
  return size === 16 ? common : few;
}

function receivingContest(plan: Plan, c: Launch, flow: Flow): Contest {
  const { pyzmq, zeromqOnNode, zeromqOnDeno } = plan.peers;
  const receiver = (name: string, launch: Launch, mode?: string): Contender => ({
    name,
    run: () => {
      const job = jobOf(plan, flow);
      return exchange(
        { launch, job: { ...job, role: "receive", mode } },
        { launch: c, job: { ...job, role: "send" } },
        "bound",
      );
    },
  });
  const modes = waysOf(plan, flow, FEW_RECEIVING, RECEIVING, MORE_RECEIVING);
  const others = plan.full || flow.size === 16;
  return {
    group: "receive",
    metrics: [rate(flow, "receive"), {
      ...describe(flow, "receive", "cpu"),
      title: `CPU time a message of the receiving process, ${flowName(flow)}`,
      unit: "ns",
      better: "less",
      from: "cpu",
    }],
    reference: receiver("C", c),
    contenders: present(
      ...Object.entries(modes).map(([name, mode]) => receiver(name, ours("ours_receive.ts"), mode)),
      others && pyzmq && receiver("pyzmq", pyzmq),
      plan.full && pyzmq && receiver("pyzmq asyncio", pyzmq, "asyncio"),
      others && zeromqOnNode && receiver("zeromq.js", zeromqOnNode),
      plan.full && zeromqOnDeno && flow.size <= 1024 && flow.parts === 1 &&
        receiver("zeromq.js on Deno", zeromqOnDeno),
    ),
    rounds: plan.rounds,
  };
}

/** The bytes beyond those that lie in the message's struct are there, too: both sides add up all. */
function everyByte(plan: Plan, c: Launch): Contest {
  const flow: Flow = { transport: "tcp", size: 1024, parts: 1 };
  const receiver = (name: string, launch: Launch, mode: string): Contender => ({
    name,
    run: () => {
      const job = jobOf(plan, flow);
      return exchange(
        { launch, job: { ...job, role: "receive", mode } },
        { launch: c, job: { ...job, role: "send" } },
        "bound",
      );
    },
  });
  return {
    group: "receive",
    metrics: [{
      ...rate(flow, "receive"),
      key: "receive/tcp/1024/1/sum",
      title: `receive and add up every byte, ${flowName(flow)}`,
    }],
    reference: receiver("C", c, "sum"),
    contenders: [receiver("visit(fn, { timeout })", ours("ours_receive.ts"), "visitSyncSum")],
    rounds: plan.rounds,
  };
}

function sendingContest(plan: Plan, c: Launch, flow: Flow): Contest {
  const { pyzmq, zeromqOnNode, zeromqOnDeno } = plan.peers;
  const sender = (name: string, launch: Launch, mode?: string): Contender => ({
    name,
    run: () => {
      const job = jobOf(plan, flow);
      return exchange(
        { launch: c, job: { ...job, role: "receive" } },
        { launch, job: { ...job, role: "send", mode } },
        "bound",
      );
    },
  });
  const modes = waysOf(plan, flow, FEW_SENDING, SENDING, MORE_SENDING);
  const others = plan.full || flow.size === 16;
  return {
    group: "send",
    metrics: [rate(flow, "send")],
    reference: sender("C", c),
    contenders: present(
      ...Object.entries(modes).map(([name, mode]) => sender(name, ours("ours_send.ts"), mode)),
      others && pyzmq && sender("pyzmq", pyzmq),
      plan.full && pyzmq && sender("pyzmq asyncio", pyzmq, "asyncio"),
      others && zeromqOnNode && sender("zeromq.js", zeromqOnNode),
      plan.full && zeromqOnDeno && flow.size <= 1024 && flow.parts === 1 &&
        sender("zeromq.js on Deno", zeromqOnDeno),
    ),
    rounds: plan.rounds,
  };
}

let sockets = 0;

function jobOf({ warm, seconds }: Plan, { transport, size, parts }: Flow): Omit<Job, "role"> {
  const address = transport === "tcp"
    ? "tcp://127.0.0.1:*"
    : `ipc://@deno-zmq-bench-${Deno.pid}-${++sockets}`;
  return { address, size, parts, warm, seconds };
}

function rate(flow: Flow, verb: string) {
  return {
    ...describe(flow, verb),
    title: `${verb}, ${flowName(flow)}`,
    unit: "thousand msg/s",
    better: "more" as const,
    from: "rate",
    scale: 1 / 1000,
  };
}

function describe({ transport, size, parts }: Flow, verb: string, suffix = "") {
  return { key: `${verb}/${transport}/${size}/${parts}${suffix === "" ? "" : `/${suffix}`}` };
}

function flowName({ transport, size, parts }: Flow): string {
  return `${transport}, ${parts === 1 ? "" : `${parts} parts of `}${sizeName(size)}`;
}
