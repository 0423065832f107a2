/** The system's clocks, in seconds, to the nanosecond: the runtime's own have µs, and another beginning. */

const CLOCK_MONOTONIC = 1;
const CLOCK_PROCESS_CPUTIME_ID = 2;
const CLOCK_THREAD_CPUTIME_ID = 3;
const time = new BigInt64Array(2);
let get: ((clock: number, time: BigInt64Array<ArrayBuffer>) => number) | undefined;

/** The CPU time of this process. */
export function cpu(): number {
  return read(CLOCK_PROCESS_CPUTIME_ID);
}

/** The CPU time of this thread. */
export function thread(): number {
  return read(CLOCK_THREAD_CPUTIME_ID);
}

/** A time that all processes have in common. */
export function wall(): number {
  return read(CLOCK_MONOTONIC);
}

function read(clock: number): number {
  get ??= Deno.dlopen("libc.so.6", {
    clock_gettime: { parameters: ["i32", "buffer"], result: "i32" },
  }).symbols.clock_gettime;
  get(clock, time);
  return Number(time[0]) + Number(time[1]) / 1e9;
}
