/**
 * A load balancer: each request goes to the worker that has been free for longest.
 *
 * A worker has one request at a time, and says by its answer that it's free again. While none is
 * free, requests aren't taken: they wait in the queues, and at last in the clients. One uses it
 * where requests take very different times. A worker that has gone is passed over. If it had a
 * request, or was given one just then, that one gets no answer, and its client has to ask again
 * (see lazy_pirate). That a worker hangs, or that the broker was started again, takes heartbeats to
 * find out: see paranoid_pirate.
 *
 *     deno run --allow-ffi examples/load_balancer/broker.ts
 *     deno run --allow-ffi examples/load_balancer/worker.ts
 *     deno run --allow-ffi examples/hello/client.ts Ada tcp://127.0.0.1:5563
 *
 * Arguments: the addresses to bind to, for clients and for workers.
 */

import { type Frame, Poller, Router, ZmqError } from "../../mod.ts";

const [front = "tcp://127.0.0.1:5563", back = "tcp://127.0.0.1:5564"] = Deno.args;

await using clients = new Router();
await using workers = new Router({ mandatory: true }); // sending to one that has gone is an error
using poller = new Poller();
// Ctrl-C and SIGTERM end the loop below, and with it the program.
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  Deno.addSignalListener(signal, () => poller.close());
}

/** The routing ids of the workers that are free, in the order in which they became so. */
const free: Frame[] = [];
/** A request that no worker could be given. */
let request: Frame[] | undefined;

/** Passes an answer on. It has the envelope of its request: the client's routing id, and an empty frame. */
function takeAnswer([worker, , ...answer]: Frame[]): void {
  free.push(worker);
  if (answer.length > 1) clients.trySend(answer); // otherwise it's the worker's "ready"
}

/** Hands a request to the first free worker that is still there. */
function handOver(): void {
  if (free.length > 0) request ??= clients.tryReceive();
  while (free.length > 0 && request !== undefined) {
    try {
      if (workers.trySend([free.shift()!, "", ...request])) request = undefined;
    } catch (error) {
      if (!(error instanceof ZmqError) || error.code !== "EHOSTUNREACH") throw error;
    }
  }
}

console.log(`clients at ${await clients.bind(front)}`);
console.log(`workers at ${await workers.bind(back)}`);
poller.add(workers);
poller.add(clients);
for await (const _ of poller) {
  for (const message of workers.drain({ limit: 100 })) takeAnswer(message);
  handOver();
  poller.modify(clients, { readable: free.length > 0 });
}
