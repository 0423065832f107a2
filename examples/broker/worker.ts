/**
 * A worker of the broker, in a thread: it counts the prime numbers below one that it's asked for.
 *
 * A Reply knows nothing of the broker: who asked is in the envelope, which it keeps until it
 * answers. The line below is for the type checker, which would take `self` for a window's. The
 * broker starts the worker:
 *
 *     deno run --allow-ffi --allow-read examples/broker/broker.ts
 */

/// <reference lib="deno.worker" />

import { Reply } from "../../mod.ts";

self.onmessage = async ({ data: address }: MessageEvent<string>) => {
  await using reply = new Reply();
  reply.connect(address);
  for await (const [below] of reply) {
    await reply.send([countPrimes(Number(below.text())), self.name]);
  }
};

function countPrimes(below: number): number {
  let primes = 0;
  for (let number = 2; number < below; number++) {
    let divisor = 2;
    while (divisor * divisor <= number && number % divisor !== 0) divisor++;
    if (divisor * divisor > number) primes++;
  }
  return primes;
}
