/** Finds the other implementations, and says plainly which are missing. */

import { CACHE, install } from "./npm.ts";
import { fromFileUrl } from "./paths.ts";
import { output } from "./process.ts";
import { argumentsOf, type Job, type Launch } from "./roles.ts";

/** zeromq.js, of which the package comes from npm. */
const ZEROMQ = "zeromq@6.8.0";

const HERE = fromFileUrl(new URL("../peers/", import.meta.url));

/** zeromq.js on Deno needs no search: Deno fetches it. */
export type PeerName = "c" | "pyzmq" | "zeromq";

/** The peers of a run. One that is missing has its reason in `missing`. */
export interface Peers {
  c: Launch | undefined;
  pyzmq: Launch | undefined;
  zeromqOnNode: Launch | undefined;
  zeromqOnDeno: Launch | undefined;
  missing: string[];
  versions: Record<string, string>;
}

/** One of our own programs in peers/; with an import map, over the library that this names. */
export function ours(program: string, importMap?: string): Launch {
  const flags = ["-A", "--no-check", "--no-lock"];
  if (importMap !== undefined) flags.push(`--import-map=${importMap}`);
  return (job: Job) => ({
    program: Deno.execPath(),
    args: ["run", ...flags, `${HERE}${program}`, ...argumentsOf(job)],
  });
}

/** The program that zeromq.js runs, with our drop-in in its place. */
export function dropIn(): Launch {
  return (job) => ({
    ...ours("zeromq.mjs")(job),
    env: { ZEROMQ: new URL("../../zeromq.ts", import.meta.url).href },
  });
}

export async function findPeers(wanted: readonly PeerName[]): Promise<Peers> {
  const missing: string[] = [];
  const versions: Record<string, string> = {};
  await Deno.mkdir(CACHE, { recursive: true });
  const find = async (
    name: PeerName,
    title: string,
    search: (versions: Record<string, string>) => Promise<Launch>,
  ) => {
    if (!wanted.includes(name)) return undefined;
    try {
      return await search(versions);
    } catch (error) {
      missing.push(`${title}: ${error instanceof Error ? error.message : error}`);
      return undefined;
    }
  };
  return {
    c: await find("c", "C", compile),
    pyzmq: await find("pyzmq", "pyzmq", findPyzmq),
    zeromqOnNode: await find("zeromq", "zeromq.js", findZeromq),
    zeromqOnDeno: wanted.includes("zeromq") ? zeromqOnDeno() : undefined,
    missing,
    versions,
  };
}

async function compile(versions: Record<string, string>): Promise<Launch> {
  const compiler = await firstThat(["cc", "gcc", "clang"], ["--version"]);
  if (compiler === undefined) throw new Error("no C compiler (Debian: apt-get install gcc)");
  const program = `${CACHE}peer`;
  const sources = ["peer.c", "many.c", "latency.c", "common.h"].map((name) => `${HERE}${name}`);
  if (!(await newerThan(program, sources))) {
    const { success, stderr } = await new Deno.Command(compiler, {
      args: ["-O2", "-o", program, ...sources.filter((source) => source.endsWith(".c")), "-lzmq"],
      stdin: "null",
    }).output();
    const said = new TextDecoder().decode(stderr);
    if (!success) {
      throw new Error(
        said.includes("zmq.h") || said.includes("-lzmq")
          ? "libzmq's headers are missing (Debian: apt-get install libzmq3-dev)"
          : `it doesn't compile: ${said}`,
      );
    }
  }
  versions["libzmq, C's"] = await output(program, ["version"]) ?? "unknown";
  versions.cc = (await output(compiler, ["--version"]) ?? compiler).split("\n")[0];
  return (job) => ({ program, args: argumentsOf(job) });
}

async function newerThan(file: string, sources: readonly string[]): Promise<boolean> {
  const time = async (path: string) => (await Deno.stat(path)).mtime?.getTime() ?? 0;
  try {
    const made = await time(file);
    return (await Promise.all(sources.map(time))).every((changed) => changed < made);
  } catch {
    return false;
  }
}

async function findPyzmq(versions: Record<string, string>): Promise<Launch> {
  const python = await firstThat(["/usr/bin/python3", "python3"], ["-c", "import zmq"]);
  if (python === undefined) {
    throw new Error("no python3 that has it (Debian: apt-get install python3-zmq)");
  }
  const ask = (expression: string) =>
    output(python, ["-c", `import sys, zmq; print(${expression})`]).then((said) =>
      said ?? "unknown"
    );
  versions.python = await ask("sys.version.split()[0]");
  versions.pyzmq = await ask("zmq.__version__ + ', libzmq ' + zmq.zmq_version()");
  return (job) => ({ program: python, args: [`${HERE}pyzmq.py`, ...argumentsOf(job)] });
}

async function findZeromq(versions: Record<string, string>): Promise<Launch> {
  const node = await output("node", ["--version"]);
  // Without a Node.js, Deno runs itself under that name.
  if (!node?.startsWith("v")) throw new Error("no Node.js on PATH");
  const index = `${CACHE}node_modules/zeromq/lib/index.js`;
  const importing = [
    "-e",
    `const zmq = require(${JSON.stringify(index)}); console.log(zmq.version)`,
  ];
  if (await output("node", importing) === undefined) {
    // The package brings its native parts with it; its install script would only look for them.
    await install(CACHE, [ZEROMQ]);
  }
  const libzmq = await output("node", importing);
  if (libzmq === undefined) throw new Error(`Node.js ${node} can't load it`);
  versions.node = node.replace("v", "");
  versions["zeromq.js"] = `${ZEROMQ.split("@")[1]}, libzmq ${libzmq}`;
  return (job) => ({
    program: "node",
    args: [`${HERE}zeromq.mjs`, ...argumentsOf(job)],
    env: { ZEROMQ: index },
  });
}

/** Deno fetches the package itself. Whether it works is for each run to show. */
function zeromqOnDeno(): Launch {
  return (job) => ({
    program: Deno.execPath(),
    args: ["run", "-A", "--no-lock", `${HERE}zeromq.mjs`, ...argumentsOf(job)],
    env: { ZEROMQ: `npm:${ZEROMQ}` },
  });
}

async function firstThat(
  programs: readonly string[],
  args: readonly string[],
): Promise<string | undefined> {
  for (const program of programs) {
    if (await output(program, args) !== undefined) return program;
  }
  return undefined;
}
