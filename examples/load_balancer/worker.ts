/**
 * A worker of the load balancer. Start as many as you like, at any time.
 *
 * It's a Request: it asks for work, by "ready" at first and by each answer, and what it receives is
 * a request with its envelope, which it sends back with the answer.
 *
 *     deno run --allow-ffi examples/load_balancer/worker.ts
 *
 * Argument: the broker's address for workers.
 */

import { Request } from "../../mod.ts";

const [address = "tcp://127.0.0.1:5564"] = Deno.args;

await using worker = new Request({ linger: 1000 }); // so long an answer may take to leave at the end
// Ctrl-C and SIGTERM end the loop below, after the request at hand.
const stop = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  Deno.addSignalListener(signal, () => stop.abort());
}

worker.connect(address);
await worker.send("ready");
try {
  for await (const message of worker.iterate({ signal: stop.signal })) {
    const [envelope, name] = [message.slice(0, -1), message.at(-1)!];
    console.log(`a request from ${name}`);
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 500)); // the work
    await worker.send([...envelope, `hello, ${name}, from ${Deno.pid}`]);
  }
} catch (error) {
  if (!stop.signal.aborted) throw error;
}
