/** Where a run was made, and by which versions. */

import { version as libzmq } from "../../library.ts";
import { output } from "./process.ts";

/** When something was measured, and of which commit. */
export interface Occasion {
  date: string;
  commit: string;
  /** The share of all cores that others used while it was measured, in percent; null where that's unknown. */
  others: number | null;
}

export interface Machine extends Occasion {
  cpu: string;
  cores: number;
  kernel: string;
  versions: Record<string, string>;
  /** The groups that were measured again since, or some of their figures. */
  later?: Record<string, Occasion>;
}

/** What the benchmark writes itself doesn't make another version of what it measures. */
const CHANGED = ["status", "--porcelain", "--untracked-files=no", "--", ":/", ":!/bench/*.json"];

export async function describeMachine(peers: Record<string, string>): Promise<Machine> {
  const processors = await Deno.readTextFile("/proc/cpuinfo").catch(() => "");
  const commit = await output("git", ["describe", "--always"]);
  const changed = await output("git", CHANGED);
  return {
    date: new Date().toISOString().slice(0, 16).replace("T", " ") + " UTC",
    cpu: /^model name\s*: (.*)$/m.exec(processors)?.[1] ?? Deno.build.arch,
    cores: navigator.hardwareConcurrency,
    kernel: `${Deno.build.os} ${Deno.osRelease()}`,
    commit: commit === undefined ? "unknown" : `${commit}${changed ? "-dirty" : ""}`,
    versions: { deno: Deno.version.deno, libzmq, ...peers },
    others: null,
  };
}

/** How many descriptors a process may have. */
export function descriptorLimit(): number {
  try {
    const limits = Deno.readTextFileSync("/proc/self/limits");
    return Number(/^Max open files\s+(\d+)/m.exec(limits)?.[1] ?? Infinity);
  } catch {
    return Infinity;
  }
}

/** What the machine has done so far, and what of it this process and its children, in ticks of the clock. */
export interface Work {
  all: number;
  busy: number;
  own: number;
}

export function workSoFar(): Work | undefined {
  try {
    const times = Deno.readTextFileSync("/proc/stat").split("\n")[0].split(/\s+/).slice(1, 9).map(
      Number,
    );
    const all = times.reduce((sum, time) => sum + time, 0);
    const [, , , idle, waiting] = times;
    // After the program's name in brackets; children count once they have ended.
    const fields = Deno.readTextFileSync("/proc/self/stat").replace(/^.*\) /s, "").split(" ");
    const own = fields.slice(11, 15).reduce((sum, time) => sum + Number(time), 0);
    return { all, busy: all - idle - waiting, own };
  } catch {
    return undefined;
  }
}

/** The share of all cores that others have used since, in percent. Pure. */
export function othersShare(before: Work | undefined, now: Work | undefined): number | null {
  if (before === undefined || now === undefined || now.all <= before.all) return null;
  const others = now.busy - before.busy - (now.own - before.own);
  return Math.max(0, Math.round(others / (now.all - before.all) * 100));
}
