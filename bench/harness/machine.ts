/** Where a run was made, and by which versions. */

import { version as libzmq } from "../../library.ts";
import { output } from "./process.ts";

export interface Machine {
  date: string;
  cpu: string;
  cores: number;
  kernel: string;
  commit: string;
  versions: Record<string, string>;
}

export async function describeMachine(peers: Record<string, string>): Promise<Machine> {
  const processors = await Deno.readTextFile("/proc/cpuinfo").catch(() => "");
  const commit = await output("git", ["describe", "--always", "--dirty"]);
  return {
    date: new Date().toISOString().slice(0, 16).replace("T", " ") + " UTC",
    cpu: /^model name\s*: (.*)$/m.exec(processors)?.[1] ?? Deno.build.arch,
    cores: navigator.hardwareConcurrency,
    kernel: `${Deno.build.os} ${Deno.osRelease()}`,
    commit: commit ?? "unknown",
    versions: { deno: Deno.version.deno, libzmq, ...peers },
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
