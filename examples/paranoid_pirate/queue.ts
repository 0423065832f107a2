/**
 * The paranoid pirate: a queue and workers that watch each other by heartbeats, so that each may be
 * killed, hang, or be started again.
 *
 * A request goes to the worker that has been free for longest. One that is silent for three
 * intervals gets none any more. The client is the lazy pirate's, and asks again when its request
 * was lost with a worker or with the queue: so each is answered in the end, and some may be done
 * twice. The heartbeats are messages of these programs; libzmq's own, which are options, aren't
 * safe where a queue may be full.
 *
 *     deno run --allow-ffi examples/paranoid_pirate/queue.ts
 *     deno run --allow-ffi examples/paranoid_pirate/worker.ts
 *     deno run --allow-ffi examples/lazy_pirate/client.ts 20 tcp://127.0.0.1:5566
 *
 * Arguments: the addresses to bind to, for clients and for workers, and the interval of heartbeats
 * in ms.
 */

import { type Frame, Poller, Router } from "../../mod.ts";

const [front = "tcp://127.0.0.1:5566", back = "tcp://127.0.0.1:5567", interval = "1000"] =
  Deno.args;
const LIVENESS = 3;

await using clients = new Router();
await using workers = new Router();
using poller = new Poller<() => void>();
// Ctrl-C and SIGTERM end the loop below, and with it the program.
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  Deno.addSignalListener(signal, () => poller.close());
}

/** The workers by routing id. The first that is free gets the next request. */
const known = new Map<string, { id: Frame; free: boolean; expires: number }>();

function takeFromWorkers(): void {
  for (const [id, kind, ...answer] of workers.drain({ limit: 100 })) {
    const name = id.toHex();
    const expires = performance.now() + LIVENESS * Number(interval);
    if (kind.text() === "heartbeat") {
      // One that isn't known gets no heartbeat in turn, notices that, and says "ready" again.
      const worker = known.get(name);
      if (worker !== undefined) worker.expires = expires;
    } else {
      if (kind.text() === "ready") console.log(`worker ${name} is ready`);
      else if (kind.text() === "answer" && answer.length > 1) clients.trySend(answer);
      else continue; // no worker of this queue says that
      known.delete(name);
      known.set(name, { id, free: true, expires }); // as the last
    }
  }
}

function handOver(): void {
  for (const worker of known.values()) {
    if (!worker.free) continue;
    const request = clients.tryReceive();
    if (request === undefined) return;
    worker.free = false;
    workers.trySend([worker.id, "request", ...request]);
  }
}

function beat(): void {
  takeFromWorkers(); // first: perhaps it was this program that slept
  for (const [name, { id, expires }] of known) {
    if (expires > performance.now()) {
      workers.trySend([id, "heartbeat"]);
    } else {
      known.delete(name);
      console.log(`worker ${name} is silent`);
    }
  }
}

console.log(`clients at ${await clients.bind(front)}`);
console.log(`workers at ${await workers.bind(back)}`);
poller.add(workers, { key: takeFromWorkers });
poller.add(clients, { key: handOver });
poller.addTimer(Number(interval), { repeat: true, key: beat });
for await (const ready of poller) {
  for (const { key: act } of ready) act();
  const free = known.values().some(({ free }) => free);
  poller.modify(clients, { readable: free }); // while none is free, requests wait in the queues
}
