/** One topic of the benchmark: what a file of this folder gives. */

import type { Case, Contest, Progress } from "./contest.ts";
import type { PeerName, Peers } from "./peers.ts";

/** How a run is to be made. */
export interface Plan {
  peers: Peers;
  /** Everything, not only what has a target. */
  full: boolean;
  rounds: number;
  /** Seconds of a run that aren't counted, and that are. */
  warm: number;
  seconds: number;
  /** A checkout of zeromq.js, for what needs its tests and examples. */
  checkout?: string;
}

export interface Group {
  /** As given on the command line. */
  name: string;
  /** What it measures, for `--help`. */
  title: string;
  /** Who takes part beside us: what isn't needed isn't looked for. */
  peers: readonly PeerName[];
  /** The contests of a plan. */
  contests?: (plan: Plan) => Contest[];
  /** What fits into no contest. */
  measure?: (plan: Plan, progress: Progress) => Promise<Case[]>;
}

/** What there is of a list with gaps. */
export function present<T>(...items: (T | undefined | false)[]): T[] {
  return items.filter((item) => item !== undefined && item !== false) as T[];
}

/** 16 → "16 B", 1024 → "1 KB". */
export function sizeName(bytes: number): string {
  if (bytes >= 1 << 20) return `${bytes / (1 << 20)} MB`;
  return bytes >= 1024 ? `${bytes / 1024} KB` : `${bytes} B`;
}
