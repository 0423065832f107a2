/**
 * A broker: clients know its address only, and a proxy hands each request to the next worker in
 * turn, and the answer back to the client that asked. The workers are threads of this program, from
 * a file, for work that takes a processor.
 *
 * In turn means also to one that is busy: where requests differ much, load_balancer is better. More
 * workers may join from other processes. If one dies, the requests that it had get no answer.
 *
 * Deno reads a worker's file, and the library's for it, with the program's own permission to read.
 *
 *     deno run --allow-ffi --allow-read examples/broker/broker.ts
 *     deno run --allow-ffi examples/broker/client.ts
 *
 * Arguments: the address to bind to for clients, the one for workers, and how many workers to
 * start.
 */

import { Dealer, Router } from "../../mod.ts";
import { Proxy } from "../../proxy.ts";

const [front = "tcp://127.0.0.1:5561", back = "tcp://127.0.0.1:5562", count = "2"] = Deno.args;

await using proxy = new Proxy(new Router(), new Dealer());
// Ctrl-C and SIGTERM end the proxy, which first passes on what has come.
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  Deno.addSignalListener(signal, () => proxy.terminate());
}

console.log(`clients at ${await proxy.frontEnd.bind(front)}`);
const address = await proxy.backEnd.bind(back);
console.log(`workers at ${address}`);

const workers = Array.from({ length: Number(count) }, (_, i) => {
  const url = new URL("./worker.ts", import.meta.url);
  const worker = new Worker(url, { type: "module", name: `worker ${i + 1}` });
  worker.postMessage(address);
  return worker;
});
await proxy.run();
for (const worker of workers) worker.terminate();
