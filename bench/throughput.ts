/**
 * Messages a second from one process to another: the receiver measured, then the sender; and both once more, each
 * process on a core of its own.
 */

import { type Case, type Contender, type Contest, hold, type Metric } from "./harness/contest.ts";
import { type Group, type Plan, present, sizeName } from "./harness/group.ts";
import { ours } from "./harness/peers.ts";
import { output } from "./harness/process.ts";
import { exchange, type Job, type Launch } from "./harness/roles.ts";

const SIZES = [16, 1024, 65536, 1 << 20];

/** What is sent, and by what. */
export interface Flow {
  transport: "tcp" | "ipc";
  size: number;
  parts: number;
  /** Each process on a core of its own. */
  pinned?: true;
}

/** Names in the results, and the modes of our programs in peers/. */
type Ways = Record<string, string>;

/** Which of our ways take part: fewer where there is no target, or where they hardly differ. */
interface Choice {
  program: string;
  few: Ways;
  common: Ways;
  more: Ways;
  large: Ways;
}

const RECEIVING: Choice = {
  program: "ours_receive.ts",
  few: { "drain": "drain", "for await": "forAwait" },
  common: {
    "visit(fn, { timeout })": "visitSync",
    "visit": "visit",
    "drain": "drain",
    "for await": "forAwait",
  },
  more: {
    "receiveSync": "receiveSync",
    "tryReceive": "tryReceive",
    "await receive": "receive",
    "Web stream": "stream",
  },
  large: {
    "for await, using": "forAwaitUsing",
    "await receive": "receive",
    "Web stream": "stream",
  },
};

const SENDING: Choice = {
  program: "ours_send.ts",
  few: { "await send": "send" },
  common: { "trySend": "trySend", "await send": "send" },
  more: { "sendSync": "sendSync", "Web stream": "stream" },
  large: { "sendSync": "sendSync", "Web stream": "stream" },
};

export const receiving: Group = {
  name: "receive",
  title: "throughput of a receiver, by each way to receive; the sender is C's",
  peers: ["c", "pyzmq", "zeromq"],
  contests: (plan) => {
    const { c } = plan.peers;
    if (c === undefined) return [];
    return [...flows(plan).map((flow) => receivingContest(plan, c, flow)), everyByte(plan, c)];
  },
};

export const sending: Group = {
  name: "send",
  title: "throughput of a sender, by each way to send; the receiver is C's",
  peers: ["c", "pyzmq", "zeromq"],
  contests: (plan) => {
    const { c } = plan.peers;
    return c === undefined ? [] : flows(plan).map((flow) => sendingContest(plan, c, flow));
  },
};

/**
 * Where four busy threads share two cores, more depends on which of them share one than on what they do: the rate is
 * halved where both ends of a queue run at the same time, and pull its memory from each other's cache. Here a process
 * has both its threads on one core, the system's choice in a C program's best runs.
 */
export const pinned: Group = {
  name: "pinned",
  title: "throughput of a receiver and of a sender, each process on one core of its own",
  peers: ["c", "pyzmq", "zeromq"],
  measure: async (plan, progress) => {
    const { c } = plan.peers;
    if (c === undefined || await output("taskset", ["-c", "1", "true"]) === undefined) return [];
    const flow: Flow = { transport: "tcp", size: 16, parts: 1, pinned: true };
    const cases: Case[] = [];
    for (const contest of [receivingContest(plan, c, flow), sendingContest(plan, c, flow)]) {
      cases.push(...await hold({ ...contest, group: "pinned" }, progress));
    }
    return cases;
  },
};

/** Has a program run on one core. */
function on(core: number, launch: Launch, { pinned }: Flow): Launch {
  if (!pinned) return launch;
  return (job) => {
    const { program, args, ...rest } = launch(job);
    return { ...rest, program: "taskset", args: ["-c", `${core}`, program, ...args] };
  };
}

function flows({ full }: Plan): Flow[] {
  const tcp = (size: number, parts = 1): Flow => ({ transport: "tcp", size, parts });
  const ipc = (size: number): Flow => ({ transport: "ipc", size, parts: 1 });
  return full
    ? [
      ...SIZES.map((size) => tcp(size)),
      ...SIZES.map((size) => tcp(size, 4)),
      ipc(16),
      ipc(1024),
    ]
    : [tcp(16), tcp(1024)];
}

/** Makes a contender of a program that takes part in a flow. */
export type Enter = (name: string, launch: Launch, mode?: string) => Contender;

function receivingContest(plan: Plan, c: Launch, flow: Flow): Contest {
  const enter = receiver(plan, c, flow);
  return {
    group: "receive",
    metrics: [rate("receive", flow), cpuTime(flow)],
    reference: enter("C", c),
    contenders: contenders(plan, flow, RECEIVING, enter),
    rounds: plan.rounds,
  };
}

/** The bytes beyond those that lie in the message's struct are there, too: both sides add up all. */
function everyByte(plan: Plan, c: Launch): Contest {
  const flow: Flow = { transport: "tcp", size: 1024, parts: 1 };
  const enter = receiver(plan, c, flow);
  return {
    group: "receive",
    metrics: [{
      ...rate("receive", flow),
      key: "receive/tcp/1024/1/sum",
      title: `receive and add up every byte, ${nameOf(flow)}`,
    }],
    reference: enter("C", c, "sum"),
    contenders: [enter("visit(fn, { timeout })", ours(RECEIVING.program), "visitSyncSum")],
    rounds: plan.rounds,
  };
}

function sendingContest(plan: Plan, c: Launch, flow: Flow): Contest {
  const enter = sender(plan, c, flow);
  return {
    group: "send",
    metrics: [rate("send", flow)],
    reference: enter("C", c),
    contenders: contenders(plan, flow, SENDING, enter),
    rounds: plan.rounds,
  };
}

/** Makes contenders of programs that receive; C's sends. */
export function receiver(plan: Plan, c: Launch, flow: Flow): Enter {
  return (name, launch, mode) => ({
    name,
    run: () => {
      const job = jobOf(plan, flow);
      return exchange(
        { launch: on(0, launch, flow), job: { ...job, role: "receive", mode } },
        { launch: on(1, c, flow), job: { ...job, role: "send" } },
        "bound",
      );
    },
  });
}

/** Makes contenders of programs that send; C's receives. */
export function sender(plan: Plan, c: Launch, flow: Flow): Enter {
  return (name, launch, mode) => ({
    name,
    run: () => {
      const job = jobOf(plan, flow);
      return exchange(
        { launch: on(1, c, flow), job: { ...job, role: "receive" } },
        { launch: on(0, launch, flow), job: { ...job, role: "send", mode } },
        "bound",
      );
    },
  });
}

/** Ours, by each way, and the others. */
function contenders(plan: Plan, flow: Flow, choice: Choice, enter: Enter): Contender[] {
  const { full, peers: { pyzmq, zeromqOnNode, zeromqOnDeno } } = plan;
  const { program, few, common, more, large } = choice;
  const small = flow.size <= 1024;
  const ways = full ? { ...common, ...(small ? more : large) } : flow.size === 16 ? common : few;
  const others = full || flow.size === 16;
  return present(
    ...Object.entries(ways).map(([name, mode]) => enter(name, ours(program), mode)),
    others && pyzmq && enter("pyzmq", pyzmq),
    full && pyzmq && enter("pyzmq asyncio", pyzmq, "asyncio"),
    others && zeromqOnNode && enter("zeromq.js", zeromqOnNode),
    full && small && flow.parts === 1 && zeromqOnDeno && enter("zeromq.js on Deno", zeromqOnDeno),
  );
}

let sockets = 0;

function jobOf({ warm, seconds }: Plan, { transport, size, parts }: Flow): Omit<Job, "role"> {
  const address = transport === "tcp"
    ? "tcp://127.0.0.1:*"
    : `ipc://@deno-zmq-bench-${Deno.pid}-${++sockets}`;
  return { address, size, parts, warm, seconds };
}

/** Messages a second. */
export function rate(verb: string, flow: Flow): Metric {
  return {
    key: keyOf(verb, flow),
    title: `${verb}, ${nameOf(flow)}`,
    unit: "thousand msg/s",
    better: "more",
    from: "rate",
    scale: 1 / 1000,
  };
}

function cpuTime(flow: Flow): Metric {
  return {
    key: `${keyOf("receive", flow)}/cpu`,
    title: `CPU time a message of the receiving process, ${nameOf(flow)}`,
    unit: "ns",
    better: "less",
    from: "cpu",
  };
}

function keyOf(verb: string, { transport, size, parts, pinned }: Flow): string {
  return `${pinned ? "pinned/" : ""}${verb}/${transport}/${size}/${parts}`;
}

function nameOf({ transport, size, parts, pinned }: Flow): string {
  const what = `${transport}, ${parts === 1 ? "" : `${parts} parts of `}${sizeName(size)}`;
  return pinned ? `${what}, each process on one core` : what;
}
