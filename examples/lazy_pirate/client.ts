/**
 * The lazy pirate: a client that asks again when no answer comes in time, and gives up after some
 * tries.
 *
 * This makes requests reliable while the server is restarted, or an answer gets lost. Each question
 * gets one answer here, but a server may see it twice: give questions ids, and let the server
 * remember its answers, where that matters. Any server or broker that answers a Request will do,
 * such as load_balancer.
 *
 *     deno run --allow-ffi examples/lazy_pirate/server.ts
 *     deno run --allow-ffi examples/lazy_pirate/client.ts
 *
 * Then kill the server, and start it again.
 *
 * Arguments: how many questions to ask, the server's address, the time-out of a try in ms, and the
 * tries.
 */

import { Request } from "../../mod.ts";

const [count = "20", address = "tcp://127.0.0.1:5565", timeout = "2000", tries = "5"] = Deno.args;

await using client = new Request({
  relaxed: true, // it may ask again without an answer
  correlate: true, // an answer to an earlier try is dropped
  immediate: true, // a server that is away doesn't find all tries when it's back
  linger: 0,
});
client.connect(address);

async function ask(question: string): Promise<string> {
  for (let left = Number(tries); left > 0; left--) {
    const signal = AbortSignal.timeout(Number(timeout));
    try {
      await client.send(question, { signal });
      const [answer] = await client.receive({ signal });
      return answer.text();
    } catch (error) {
      if (!signal.aborted) throw error;
      console.error(`${question}: no answer in ${timeout} ms`);
    }
  }
  throw new Error(`no answer from ${address} after ${tries} tries`);
}

try {
  for (let i = 1; i <= Number(count); i++) console.log(await ask(`question ${i}`));
} catch (error) {
  console.error((error as Error).message);
  Deno.exitCode = 1;
}
