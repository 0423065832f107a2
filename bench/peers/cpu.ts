/** The CPU time of this process, in seconds, to the nanosecond; the runtime's own only has µs. */

const CLOCK_PROCESS_CPUTIME_ID = 2;
const time = new BigInt64Array(2);
let get: ((clock: number, time: BigInt64Array<ArrayBuffer>) => number) | undefined;

export function cpu(): number {
  get ??= Deno.dlopen("libc.so.6", {
    clock_gettime: { parameters: ["i32", "buffer"], result: "i32" },
  }).symbols.clock_gettime;
  get(CLOCK_PROCESS_CPUTIME_ID, time);
  return Number(time[0]) + Number(time[1]) / 1e9;
}
