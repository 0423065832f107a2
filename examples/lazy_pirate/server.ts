/**
 * A server for the lazy pirate, which may be killed and started again at any time.
 *
 * It takes half a second for an answer. What it was doing when it's killed, it forgets: the client
 * asks again.
 *
 *     deno run --allow-ffi examples/lazy_pirate/server.ts
 *
 * Arguments: the address to bind to, and how long an answer takes in ms.
 */

import { Reply } from "../../mod.ts";

const [address = "tcp://127.0.0.1:5565", work = "500"] = Deno.args;

await using server = new Reply();
// Ctrl-C and SIGTERM end the loop below, after the request at hand.
const stop = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  Deno.addSignalListener(signal, () => stop.abort());
}

console.log(`bound to ${await server.bind(address)}`);
try {
  for await (const [question] of server.iterate({ signal: stop.signal })) {
    console.log(`asked: ${question}`);
    await new Promise((resolve) => setTimeout(resolve, Number(work)));
    await server.send(`the answer to ${question}`);
  }
} catch (error) {
  if (!stop.signal.aborted) throw error;
}
