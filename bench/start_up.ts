/** How long a program of one message takes, from its start to its end. */

import type { Case, Metric, Series } from "./harness/contest.ts";
import type { Group, Plan } from "./harness/group.ts";
import { present } from "./harness/group.ts";
import { fromFileUrl } from "./harness/paths.ts";
import type { Command } from "./harness/process.ts";
import { median } from "./harness/statistics.ts";

/** In one round, each is started so many times, in turn. */
const STARTS = 6;

const PEERS = fromFileUrl(new URL("peers/", import.meta.url));

/** What goes over tcp in a program, by the programs' argument. zeromq.js has no poller. */
const PROGRAMS: Record<string, string> = {
  "push-pull": "a message from Push to Pull",
  "request-reply": "a request and its reply",
  "poller": "a message for which a Poller waits",
};

/** What runs programs, and its programs of one message. */
interface Runtime {
  readonly name: string;
  /** What an empty program of it is called, where it has a row of its own. */
  readonly bare?: string;
  readonly run: Omit<Command, "args"> & { readonly args: readonly string[] };
  readonly program: string;
  readonly empty: string;
  readonly lacks?: string;
}

async function runtimesOf(
  { pyzmq, zeromqOnNode }: Plan["peers"],
  folder: string,
): Promise<Runtime[]> {
  const job = { role: "", size: 0, warm: 0, seconds: 0, address: "" };
  const ours = {
    name: "ours",
    bare: "bare deno run",
    run: { program: Deno.execPath(), args: ["run", "-A", "--no-check", "--no-lock"] },
    program: `${PEERS}ours_first.ts`,
    empty: "empty.ts",
  };
  const file = `${folder}/bundled.js`;
  return present<Runtime>(
    ours,
    await bundle(ours.program, file) && {
      ...ours,
      name: "ours, bundled",
      bare: undefined,
      program: file,
    },
    await build(ours.program, folder) && {
      ...ours,
      name: "ours, built",
      bare: undefined,
      program: `${folder}/built.ts`,
    },
    pyzmq && {
      name: "pyzmq",
      bare: "bare python3",
      run: { program: pyzmq(job).program, args: [] },
      program: `${PEERS}first.py`,
      empty: "empty.py",
    },
    zeromqOnNode && {
      name: "zeromq.js",
      bare: "bare node",
      run: { program: "node", args: [], env: zeromqOnNode(job).env },
      program: `${PEERS}first.mjs`,
      empty: "empty.mjs",
      lacks: "poller",
    },
  );
}

export const startUp: Group = {
  name: "start",
  title: "a program of one message, from its start to its end",
  peers: ["pyzmq", "zeromq"],
  async measure(plan, progress) {
    const folder = await Deno.makeTempDir({ prefix: "deno-zmq-bench-" });
    try {
      const runtimes = await runtimesOf(plan.peers, folder);
      for (const { empty } of runtimes) await Deno.writeTextFile(`${folder}/${empty}`, "");
      const bare: Series[] = [];
      const whole = new Map<string, Series[]>();
      const over = new Map<string, Series[]>();
      for (const program of Object.keys(PROGRAMS)) {
        whole.set(program, []);
        over.set(program, []);
      }
      const ways = runtimes.map((runtime) => {
        const { name, run, program, empty, lacks } = runtime;
        const command = (...args: string[]) => ({ ...run, args: [...run.args, ...args] });
        const none = newSeries(runtime.bare ?? "");
        if (runtime.bare !== undefined) bare.push(none);
        const programs = Object.keys(PROGRAMS).filter((one) => one !== lacks).map((one) => {
          const series = { whole: newSeries(name), over: newSeries(name) };
          whole.get(one)!.push(series.whole);
          over.get(one)!.push(series.over);
          return { ...series, command: command(program, one) };
        });
        return { none, empty: command(`${folder}/${empty}`), programs };
      });
      for (const { empty, programs } of ways) {
        // Fills Deno's cache.
        for (const command of [empty, ...programs.map((one) => one.command)]) await start(command);
      }
      for (let round = 0; round < plan.rounds; round++) {
        progress(`start: round ${round + 1} of ${plan.rounds}`);
        for (const { none, empty, programs } of ways) {
          const times: number[] = [];
          const found = programs.map(() => ({ whole: [] as number[], over: [] as number[] }));
          for (let i = 0; i < STARTS; i++) {
            const time = await start(empty);
            times.push(time);
            for (const [at, { command }] of programs.entries()) {
              const taken = await start(command);
              found[at].whole.push(taken);
              found[at].over.push(taken - time);
            }
          }
          none.values.push(median(times));
          for (const [at, program] of programs.entries()) {
            program.whole.values.push(median(found[at].whole));
            program.over.values.push(median(found[at].over));
          }
        }
      }
      const cases: Case[] = [];
      for (const [program, what] of Object.entries(PROGRAMS)) {
        const title = `start, ${what} over tcp, end`;
        cases.push(
          { ...metric(`start/${program}`, title), series: whole.get(program)! },
          {
            ...metric(`start/${program}/over`, `${title}: over an empty program`),
            series: over.get(program)!,
          },
        );
      }
      cases.push({ ...metric("start/bare", "start and end of an empty program"), series: bare });
      return cases;
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
};

function metric(key: string, title: string): Omit<Metric, "from"> & { group: string } {
  return { group: "start", unit: "ms", better: "less", key, title };
}

function newSeries(name: string): Series {
  return { name, values: [], references: [] };
}

/** Puts a program and its modules into one file. Returns false if Deno can't get what it takes, which comes from npm. */
async function bundle(program: string, file: string): Promise<boolean> {
  const { success } = await new Deno.Command(Deno.execPath(), {
    args: ["bundle", "--quiet", "--no-check", "--no-lock", "-o", file, program],
    stdin: "null",
  }).output();
  return success;
}

/** Writes the library as `./dev build` does, and `built.ts`: the program over that. Returns as `bundle` does. */
async function build(program: string, folder: string): Promise<boolean> {
  const writer = fromFileUrl(new URL("../tests/write_dist.ts", import.meta.url));
  const { success } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", "--no-lock", writer, `${folder}/dist`],
    stdin: "null",
  }).output();
  const text = await Deno.readTextFile(program);
  await Deno.writeTextFile(`${folder}/built.ts`, text.replace("../../mod.ts", "./dist/mod.js"));
  return success;
}

async function start({ program, args, env }: Command): Promise<number> {
  const begin = performance.now();
  const { success, stderr } = await new Deno.Command(program, {
    args: [...args],
    env,
    stdin: "null",
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return performance.now() - begin;
}
