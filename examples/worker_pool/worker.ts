/**
 * A thread of the pool: it counts the prime numbers of a range. `primes.ts` starts it.
 *
 *     deno run --allow-ffi --allow-read examples/worker_pool/primes.ts
 */

// So that the type checker doesn't take `self` for a window's:
/// <reference lib="deno.worker" />

import { serve } from "./pool.ts";

self.onmessage = ({ data: token }: MessageEvent<string>) => serve(token, countPrimes);

function countPrimes([from, to]: [number, number]): number {
  if (!(from <= to)) throw new RangeError(`no range: ${from} to ${to}`);
  let primes = 0;
  for (let number = Math.max(from, 2); number < to; number++) {
    let divisor = 2;
    while (divisor * divisor <= number && number % divisor !== 0) divisor++;
    if (divisor * divisor > number) primes++;
  }
  return primes;
}
