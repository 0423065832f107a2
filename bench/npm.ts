/** npm's zeromq on Node.js and on Deno, and the drop-in in its place: what finishes, what passes, and how fast it is. */

import { fetchPrebuilt } from "../ffi/load.ts";
import { examplesOf } from "./checkout/examples.ts";
import { prepare } from "./checkout/places.ts";
import { suiteOf } from "./checkout/suite.ts";
import { type Case, type Contender, hold, type Progress, type Series } from "./harness/contest.ts";
import { type Group, type Plan } from "./harness/group.ts";
import { DROP_IN, NPM_ON_DENO, NPM_ON_NODE } from "./harness/names.ts";
import { CACHE } from "./harness/npm.ts";
import { fromFileUrl } from "./harness/paths.ts";
import { type Command, Peer, PeerError } from "./harness/process.ts";
import { argumentsOf, exchange, type Job } from "./harness/roles.ts";

/** What runs programs that were written for zeromq.js. */
export interface Runtime {
  readonly name: string;
  readonly run: Omit<Command, "args"> & { readonly args: readonly string[] };
  /** What a program imports, by the variable ZEROMQ. */
  readonly module: string;
  /** The folder of the package `zeromq`, for programs that know no variable. */
  readonly folder: string;
  /** With it, programs can collect garbage. */
  readonly gc: string;
}

const PEERS = fromFileUrl(new URL("peers/", import.meta.url));

/** Requests with their replies in one process, and how long they may take, in ms: a thousandth of it suffices. */
const TRIPS = 1000;
const TRIPS_TIME = 10_000;

export const npm: Group = {
  name: "npm",
  title: "npm's zeromq on Node.js, on Deno, and the drop-in (not with --full); see --checkout",
  peers: ["zeromq"],
  async measure(plan, progress) {
    const runtimes = await runtimesOf(plan);
    if (runtimes === undefined) return [];
    const cases = [await roundTrips(runtimes, plan, progress)];
    if (plan.checkout === undefined) {
      plan.peers.missing.push("a checkout of zeromq.js: its examples and its tests are left out");
    } else {
      await using places = await prepare(plan.checkout, runtimes);
      cases.push(
        await suiteOf(places, progress),
        ...await examplesOf(places, plan, progress),
      );
    }
    cases.push(
      ...await rates(runtimes, plan, progress),
      ...await firstMessage(runtimes, plan, progress),
    );
    return cases;
  },
};

/** All three use the libzmq that the package brings with it. Undefined without Node.js or the package. */
async function runtimesOf({ peers }: Plan): Promise<Runtime[] | undefined> {
  const { zeromqOnNode, zeromqOnDeno } = peers;
  if (zeromqOnNode === undefined || zeromqOnDeno === undefined) return undefined;
  const job = { role: "", size: 0, warm: 0, seconds: 0 };
  const run = { program: Deno.execPath(), args: ["run", "-A", "--no-check", "--no-lock"] };
  const folder = `${CACHE}node_modules/zeromq`;
  const gc = "--v8-flags=--expose-gc";
  const imports = (env: Record<string, string> | undefined) => env!.ZEROMQ;
  return [
    {
      name: NPM_ON_NODE,
      run: { program: "node", args: [] },
      module: imports(zeromqOnNode(job).env),
      folder,
      gc: "--expose-gc",
    },
    { name: NPM_ON_DENO, run, module: imports(zeromqOnDeno(job).env), folder, gc },
    {
      name: DROP_IN,
      run: { ...run, env: { LIBZMQ_PATH: await packagesLibzmq() } },
      module: new URL("../zeromq.ts", import.meta.url).href,
      folder: fromFileUrl(new URL("../zeromq/npm", import.meta.url)),
      gc,
    },
  ];
}

async function packagesLibzmq(): Promise<string> {
  for (const file of await fetchPrebuilt()) {
    try {
      Deno.dlopen(file, {}).close();
      return file;
    } catch {
      // It's for another C library.
    }
  }
  throw new Error("npm's zeromq has no libzmq for this machine");
}

/** One of the programs in peers/. */
function commandOf({ run, module }: Runtime, program: string, args: readonly string[]): Command {
  const env = { ...run.env, ZEROMQ: module };
  return { ...run, env, args: [...run.args, `${PEERS}${program}`, ...args] };
}

async function roundTrips(
  runtimes: readonly Runtime[],
  { rounds }: Plan,
  progress: Progress,
): Promise<Case> {
  const series: Series[] = runtimes.map(({ name }) => ({ name, values: [], references: [] }));
  for (let i = 0; i < 2 * rounds; i++) {
    for (const [at, runtime] of runtimes.entries()) {
      progress(`round trips, try ${i + 1}: ${runtime.name}`);
      const command = commandOf(runtime, "npm.mjs", ["trips", String(TRIPS), String(TRIPS_TIME)]);
      try {
        await using peer = new Peer(command);
        const { count } = JSON.parse(await peer.line("result", 2 * TRIPS_TIME));
        series[at].values.push(count);
      } catch (error) {
        if (!(error instanceof PeerError)) throw error;
        series[at].values.push(0);
        series[at].problem = error.message;
      }
    }
  }
  return {
    group: "npm",
    key: "npm/trips",
    title: `${TRIPS.toLocaleString("en")} round trips in one process: runs that finish`,
    unit: "round trips",
    better: "more",
    of: TRIPS,
    series,
  };
}

/** Both ends are the runtime's own. */
async function rates(
  runtimes: readonly Runtime[],
  { rounds, warm, seconds }: Plan,
  progress: Progress,
): Promise<Case[]> {
  const cases: Case[] = [];
  for (const [size, name] of [[16, "16 bytes"], [1024, "a kilobyte"]] as const) {
    const job: Omit<Job, "role"> = { address: "tcp://127.0.0.1:*", size, warm, seconds };
    const [reference, ...contenders] = runtimes.map((runtime): Contender => {
      const launch = (job: Job) => commandOf(runtime, "zeromq.mjs", argumentsOf(job));
      return {
        name: runtime.name,
        run: () =>
          exchange(
            { launch, job: { ...job, role: "receive" } },
            { launch, job: { ...job, role: "send" } },
            "bound",
          ),
      };
    });
    cases.push(
      ...await hold({
        group: "npm",
        metrics: [{
          key: `npm/rate/${size}`,
          title: `messages of ${name} a second, from one process to another`,
          unit: "thousand",
          better: "more",
          from: "rate",
          scale: 1 / 1000,
        }],
        reference,
        contenders,
        rounds,
      }, progress),
    );
  }
  return cases;
}

function firstMessage(
  runtimes: readonly Runtime[],
  { rounds }: Plan,
  progress: Progress,
): Promise<Case[]> {
  const [reference, ...contenders] = runtimes.map((runtime): Contender => ({
    name: runtime.name,
    run: async () => {
      const begin = performance.now();
      await using peer = new Peer(commandOf(runtime, "npm.mjs", ["first"]));
      await peer.line("first", TRIPS_TIME);
      return { time: performance.now() - begin };
    },
  }));
  return hold({
    group: "npm",
    metrics: [{
      key: "npm/first",
      title: "from the start of a program to its first message",
      unit: "ms",
      better: "less",
      from: "time",
    }],
    reference,
    contenders,
    rounds: 2 * rounds,
  }, progress);
}
