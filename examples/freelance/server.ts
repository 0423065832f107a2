/**
 * A server for the freelance client. Start several, at addresses of their own: they know nothing of
 * each other.
 *
 * What a message's first frame is, the question's number, comes back with the answer.
 *
 *     deno run --allow-ffi examples/freelance/server.ts tcp://127.0.0.1:5606
 *
 * Arguments: the address to bind to, and how long an answer takes in ms.
 */

import { Reply } from "../../mod.ts";

const [address = "tcp://127.0.0.1:5606", work = "100"] = Deno.args;

await using server = new Reply();
// Ctrl-C and SIGTERM end the loop below, after the question at hand.
const stop = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  Deno.addSignalListener(signal, () => stop.abort());
}

const bound = await server.bind(address);
console.log(`bound to ${bound}`);
try {
  for await (const [number, question] of server.iterate({ signal: stop.signal })) {
    await new Promise((resolve) => setTimeout(resolve, Number(work)));
    await server.send([number, `the answer to ${question}, from ${bound}`]);
  }
} catch (error) {
  if (!stop.signal.aborted) throw error;
}
