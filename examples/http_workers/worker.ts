/**
 * A worker of the HTTP server beside it: it counts prime numbers, and stops when it's told that no one wants to know.
 *
 *     deno run --allow-ffi examples/http_workers/worker.ts
 *
 * Argument: the server's address for workers.
 */

import { Dealer } from "../../mod.ts";

const [address = "tcp://127.0.0.1:5580"] = Deno.args;

await using dealer = new Dealer({ linger: 0 });
dealer.connect(address);

const jobs = new Map<string, AbortController>();

async function work(id: string, question: string): Promise<void> {
  const controller = new AbortController();
  jobs.set(id, controller);
  console.log(`request ${id} begins`);
  const below = Number(new URLSearchParams(question).get("below"));
  try {
    await dealer.send(["answer", id, `${await countPrimes(below, controller.signal)} primes`]);
  } catch (error) {
    if (!controller.signal.aborted) throw error;
    console.log(`request ${id} was cancelled`);
  }
  jobs.delete(id);
  if (!dealer.closed) await dealer.send("ready");
}

/** Counts the primes below a number, and lets messages come in between. */
async function countPrimes(below: number, signal: AbortSignal): Promise<number> {
  let count = 0;
  for (let number = 2; number < below; number++) {
    if (number % 10_000 === 0) {
      await new Promise((resolve) => setTimeout(resolve));
      signal.throwIfAborted();
    }
    let divisor = 2;
    while (divisor * divisor <= number && number % divisor !== 0) divisor++;
    if (divisor * divisor > number) count++;
  }
  return count;
}

// Ctrl-C and SIGTERM end the loop below, and give up the request at hand.
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  Deno.addSignalListener(signal, () => {
    dealer.close();
    for (const job of jobs.values()) job.abort();
  });
}

await dealer.send("ready");
for await (const [kind, id, question] of dealer) {
  if (kind.text() === "cancel") jobs.get(id.text())?.abort();
  else work(id.text(), question.text());
}
