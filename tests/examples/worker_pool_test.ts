/** The example of a pool of threads. */

import { deepStrictEqual as assertEquals, match as assertMatch, rejects } from "node:assert/strict";
import { WorkerPool } from "../../examples/worker_pool/pool.ts";
import "../util.ts";
import { turnsUntil } from "../waiting.ts";
import { example } from "./examples.ts";

const WORKER = new URL("../../examples/worker_pool/worker.ts", import.meta.url);

Deno.test("worker_pool: the pieces are counted by threads, and add up", async () => {
  await using running = example("worker_pool/primes.ts", "100000", "50");
  assertEquals(await running.lines(), ["9592 primes below 100000"]);
  assertEquals(await running.ended(), { status: 0, errors: "" });
});

Deno.test("worker_pool: what a task throws ends the program with its text", async () => {
  await using running = example("worker_pool/primes.ts", "-5", "1");
  const { status, errors } = await running.ended();
  assertEquals(status, 1);
  assertMatch(errors, /RangeError: no range: 0 to -5/);
});

Deno.test("worker_pool: a pool that ends rejects the calls that it hasn't served", {
  sanitizeResources: false, // functions for the end of a thread are bound when the first one ends
}, async () => {
  let calls: Promise<unknown>[];
  {
    await using pool = new WorkerPool<[number, number], number>(WORKER, 1);
    assertEquals(await pool.run([0, 10]), 4);
    calls = Array.from({ length: 10 }, () => pool.run([0, 1e12]));
    calls.forEach((call) => call.catch(() => {}));
  }
  for (const call of calls) await rejects(call);
});

Deno.test(
  "worker_pool: a call whose argument couldn't be copied had the pool's end end the program",
  {
    sanitizeResources: false, // as above
  },
  async () => {
    await using pool = new WorkerPool<unknown, number>(WORKER, 1);
    await rejects(pool.run(1n), TypeError);
  },
);

Deno.test(
  "worker_pool: no more than two tasks wait behind a long one while another thread is free",
  {
    sanitizeResources: false, // as above
  },
  async () => {
    await using pool = new WorkerPool<[number, number], number>(WORKER, 2);
    pool.run([0, 1e12]).catch(() => {}); // hours
    let done = 0;
    for (let i = 0; i < 40; i++) pool.run([0, 10]).then(() => done++, () => {});
    await turnsUntil(() => done >= 38, "the end of 38 tasks");
  },
);
