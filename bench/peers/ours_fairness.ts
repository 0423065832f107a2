/**
 * A Pull of ours under a flood, read in the way that MODE names, beside a timer of 1 ms and an HTTP
 * server: the longest time from one tick to the next. Without a flood in MODE "none".
 */

import { Pull } from "../../mod.ts";
import { finish, jobOf, tell } from "./meter.mjs";

const job = jobOf(Deno.args);
let count = 0;

function visitor(): void {
  count++;
}

const MODES: Record<string, (pull: Pull) => Promise<void>> = {
  async forAwait(pull) {
    for await (const _ of pull) count++;
  },
  async receive(pull) {
    for (;;) {
      await pull.receive();
      count++;
    }
  },
  async stream(pull) {
    for await (const _ of pull.toReadableStream()) count++;
  },
  // A program that takes what is there has to give others their turn by itself.
  async visit(pull) {
    for (;;) {
      await pull.receive();
      pull.visit(visitor, { limit: 512 });
      await new Promise((resolve) => setImmediate(resolve));
    }
  },
  async none(pull) {
    await pull.receive();
  },
};

const pull = new Pull({ receiveHighWaterMark: job.hwm });
await pull.bind(job.address);
tell(pull.lastEndpoint);

Deno.serve({
  hostname: "127.0.0.1",
  port: 0,
  onListen: ({ port }) => console.log(`port ${port}`),
}, () => new Response("answer"));

const gaps: number[] = [];
setTimeout(() => {
  let last = performance.now();
  count = 0;
  setInterval(() => {
    const now = performance.now();
    gaps.push(now - last);
    last = now;
  }, 1);
  setTimeout(() => {
    gaps.push(performance.now() - last);
    const sorted = gaps.toSorted((a, b) => a - b);
    finish({
      longest: sorted.at(-1)!,
      p99: sorted[Math.floor(sorted.length * 0.99)],
      rate: count / job.time * 1000,
    });
    Deno.exit();
  }, job.time);
}, job.warm);

await MODES[job.mode](pull);
