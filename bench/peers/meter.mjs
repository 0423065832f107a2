// deno-lint-ignore-file explicit-module-boundary-types -- this is plain JavaScript, for Node
// What the peers in JavaScript share, ours and zeromq.js: arguments, clocks, and the meter.
// It imports nothing, so that Node runs it as well.

/** The role's arguments, in the order that harness/roles.ts gives them. */
export function jobOf(argv) {
  const [role, address, size, parts, hwm, chunk, warm, seconds, mode, many] = argv;
  return {
    role,
    address,
    size: Number(size),
    parts: Number(parts),
    hwm: Number(hwm),
    chunk: Number(chunk),
    warm: Number(warm) * 1000,
    time: Number(seconds) * 1000,
    mode,
    many: Number(many),
  };
}

/** Something to send: bytes that differ, in one part, or in an array of parts. */
export function messageOf(job) {
  const part = Uint8Array.from({ length: job.size }, (_, i) => i * 7 + 1);
  return job.parts === 1 ? part : Array.from({ length: job.parts }, () => part);
}

export function tell(endpoint) {
  console.log(`endpoint ${endpoint}`);
}

export function finish(result) {
  console.log(`result ${JSON.stringify(result)}`);
}

/** Counts messages from the end of the warm-up on, until the time is over. */
export class Meter {
  #job;
  #cpu;
  #left;
  #count = 0;
  #first = 0;
  #begin = 0;
  #cpuAtBegin = 0;
  #done;

  /** `cpu` reads the process's CPU time in seconds; `done` is called with the result. */
  constructor(job, cpu, done) {
    this.#job = job;
    this.#cpu = cpu;
    this.#done = done;
    this.#left = job.chunk;
  }

  one() {
    if (--this.#left === 0) this.#mark();
  }

  #mark() {
    const now = performance.now();
    const { chunk, warm, time } = this.#job;
    this.#left = chunk;
    this.#count += chunk;
    if (this.#first === 0) this.#first = now;
    if (this.#begin === 0) {
      if (now - this.#first < warm) return;
      this.#begin = now;
      this.#cpuAtBegin = this.#cpu();
      this.#count = 0;
    } else if (now - this.#begin >= time) {
      const seconds = (now - this.#begin) / 1000;
      const cpu = (this.#cpu() - this.#cpuAtBegin) * 1e9 / this.#count;
      this.#done({ rate: this.#count / seconds, cpu });
    }
  }
}

/** Collects how long messages were under way that come at a fixed rate, and the CPU time meanwhile. */
export class Delays {
  #times = new Float64Array(1_000_000);
  #count = 0;
  #warm;
  #begin = 0;
  #cpuAtBegin = 0;
  #seconds;
  #wall;
  #cpu;
  #done;

  /** `wall` and `cpu` read the clocks in seconds; `done` is called with the result. */
  constructor(job, wall, cpu, done) {
    this.#wall = wall;
    this.#cpu = cpu;
    this.#done = done;
    this.#warm = wall() + job.warm / 1000;
    this.#seconds = job.time / 1000;
  }

  /** Takes one message, which was sent at `sent`. */
  take(sent) {
    const now = this.#wall();
    if (now < this.#warm) return;
    if (this.#begin === 0) {
      this.#begin = now;
      this.#cpuAtBegin = this.#cpu();
    }
    if (now < this.#begin + this.#seconds && this.#count < this.#times.length) {
      this.#times[this.#count++] = now - sent;
    } else this.#done(this.#result(now));
  }

  #result(now) {
    const load = (this.#cpu() - this.#cpuAtBegin) / (now - this.#begin) * 100;
    const sorted = this.#times.slice(0, this.#count).sort();
    const at = (share) => sorted[Math.floor(sorted.length * share)] * 1e6;
    return { p50: at(0.5), p99: at(0.99), p999: at(0.999), load, count: sorted.length };
  }
}

/** Collects times, and gives their median and 99th percentile in µs. */
export class Stopwatch {
  #times = new Float64Array(1_000_000);
  #count = 0;
  #warm;
  #end;

  constructor(job) {
    this.#warm = performance.now() + job.warm;
    this.#end = this.#warm + job.time;
  }

  /** Takes one time that began at `begin`. False when the time is over. */
  take(begin) {
    const now = performance.now();
    if (now > this.#warm && this.#count < this.#times.length) {
      this.#times[this.#count++] = now - begin;
    }
    return now < this.#end && this.#count < this.#times.length;
  }

  result() {
    const sorted = this.#times.slice(0, this.#count).sort();
    return {
      median: sorted[sorted.length >> 1] * 1000,
      p99: sorted[Math.floor(sorted.length * 0.99)] * 1000,
      count: sorted.length,
    };
  }
}
