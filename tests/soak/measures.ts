/** What a process has: memory, descriptors, threads, and the heaps of V8 and of the C library. */

import { loadLibrary } from "../../ffi/load.ts";
import { counts } from "./counts.ts";

/** One measurement. Sizes are in MB. */
export interface Measures {
  /** When, in seconds since the start. */
  at: number;
  /** Nothing is under way. */
  quiet: boolean;
  rss: number;
  /** What V8 uses, and has. */
  v8: number;
  v8Total: number;
  /** What is in use of the C library's heap; NaN where that can't be known. */
  c: number;
  descriptors: number;
  threads: number;
  /** How many workers there have been. */
  workers: number;
}

/** The names of what is measured. */
export type Name = "rss" | "v8" | "c" | "descriptors" | "threads";

const MB = 2 ** 20;

/** The C library's own account (glibc 2.33): which blocks are in use, and what was mapped for large ones. */
function openMallinfo(): (() => number) | undefined {
  try {
    const { mallinfo2 } = loadLibrary().open({
      // struct mallinfo2 mallinfo2(void): ten size_t
      mallinfo2: { parameters: [], result: { struct: Array(10).fill("usize") as "usize"[] } },
    });
    return () => {
      const fields = new BigUint64Array((mallinfo2() as Uint8Array<ArrayBuffer>).buffer);
      return Number(fields[4] + fields[7]); // hblkhd, uordblks
    };
  } catch {
    return undefined;
  }
}
const mallinfo = openMallinfo();

/** Measures this process. */
export function measure(at: number, quiet: boolean): Measures {
  const { rss, heapUsed, heapTotal } = Deno.memoryUsage();
  const entries = (folder: string) => [...Deno.readDirSync(`/proc/self/${folder}`)].length;
  return {
    at,
    quiet,
    rss: rss / MB,
    v8: heapUsed / MB,
    v8Total: heapTotal / MB,
    c: mallinfo === undefined ? NaN : mallinfo() / MB,
    descriptors: entries("fd"),
    threads: entries("task"),
    workers: counts.workers,
  };
}

/** By how much something may grow from the end of the warm-up to the end: the larger of the two. */
const BOUNDS: Record<Name, { by: number; share: number; unit: string }> = {
  rss: { by: 30, share: 0.15, unit: "MB" },
  v8: { by: 3, share: 0.15, unit: "MB" },
  c: { by: 5, share: 0.15, unit: "MB" },
  descriptors: { by: 8, share: 0, unit: "" },
  threads: { by: 4, share: 0, unit: "" },
};
/** The share of the time after which caches are full. */
const WARM_UP = 0.4;
/**
 * What the runtime leaves of each worker in the C library's heap, in MB, which isn't counted as growth: 0.9 KB (0.6 to 1.4)
 * in six rounds of 200 workers that did nothing.
 */
const LEFT_OF_WORKER = 0.9 / 1024;
/** As few measurements as a trend takes. */
const FEWEST = 5;

/** How something has grown. */
export interface Trend {
  name: Name;
  start: number;
  end: number;
  /** From the end of the warm-up to the end, by the slope. */
  growth: number;
  most: number;
  unit: string;
  grows: boolean;
}

/** Judges the quiet measurements after the warm-up. Undefined where there are too few. */
export function trends(all: readonly Measures[]): Trend[] | undefined {
  const quiet = all.filter((one) => one.quiet);
  const judged = quiet.slice(Math.floor(quiet.length * WARM_UP));
  if (judged.length < FEWEST) return undefined;
  const names = (Object.keys(BOUNDS) as Name[]).filter((name) => !Number.isNaN(judged[0][name]));
  return names.map((name) => {
    const { by, share, unit } = BOUNDS[name];
    const span = judged.at(-1)!.at - judged[0].at;
    const ours = (one: Measures) => name === "c" ? one.c - one.workers * LEFT_OF_WORKER : one[name];
    const growth = slope(judged.map((one) => [one.at, ours(one)])) * span;
    const most = Math.max(by, share * judged[0][name]);
    const [start, end] = [quiet[0][name], quiet.at(-1)![name]];
    return { name, start, end, growth, most, unit, grows: growth > most };
  });
}

/** The median of the slopes between any two points, on which a few that lie apart have no influence. */
function slope(points: readonly (readonly [x: number, y: number])[]): number {
  const slopes: number[] = [];
  for (const [index, [x, y]] of points.entries()) {
    for (const [x2, y2] of points.slice(index + 1)) if (x2 > x) slopes.push((y2 - y) / (x2 - x));
  }
  slopes.sort((a, b) => a - b);
  return slopes[slopes.length >> 1] ?? 0;
}
