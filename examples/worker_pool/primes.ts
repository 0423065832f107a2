/**
 * Counts prime numbers with all processors: the range is cut into pieces, and a pool of threads takes them.
 *
 * Deno reads a worker's file, and the library's for it, with the program's own permission to read.
 *
 *     deno run --allow-ffi --allow-read examples/worker_pool/primes.ts
 *
 * Arguments: the number below which to count, and how many pieces to make.
 */

import { WorkerPool } from "./pool.ts";

const [below, pieces] = [Deno.args[0] ?? 3_000_000, Deno.args[1] ?? 100].map(Number);

await using pool = new WorkerPool<[number, number], number>(new URL("worker.ts", import.meta.url));
const size = Math.ceil(below / pieces);
const counts = await Promise.all(
  Array.from({ length: pieces }, (_, i) => pool.run([i * size, Math.min((i + 1) * size, below)])),
);
console.log(`${counts.reduce((sum, count) => sum + count, 0)} primes below ${below}`);
