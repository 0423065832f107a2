/**
 * Majordomo: a broker of services. Workers say which service they offer, clients which they want.
 *
 * A request waits for the worker of its service that has been free for longest. Workers and broker
 * watch each other by heartbeats; clients ask again where an answer doesn't come. So a request is
 * answered in the end, though a worker or the broker is killed, and may be done twice. It speaks
 * MDP 0.1 (https://rfc.zeromq.org/spec/7/), also with programs in other languages, and answers
 * itself whether there is a service (`mmi.service`, https://rfc.zeromq.org/spec/8/).
 *
 *     deno run --allow-ffi examples/majordomo/broker.ts
 *     deno run --allow-ffi examples/majordomo/worker.ts upper
 *     deno run --allow-ffi examples/majordomo/client.ts upper hello
 *     deno run --allow-ffi examples/majordomo/client.ts mmi.service upper
 *
 * Arguments: the address to bind to, and the interval of heartbeats in ms.
 */

import { type Frame, Poller, Router } from "../../mod.ts";
import * as mdp from "./protocol.ts";

const [address = "tcp://127.0.0.1:5568", interval = "2500"] = Deno.args;
/** When more requests wait, the oldest is dropped: by then its client has asked again. */
const MOST_WAITING = 1000;

/** By routing id. Of each service, the first that is free gets the next request. */
const workers = new Map<string, { id: Frame; service: string; free: boolean; expires: number }>();
/** The requests that wait, also for services that no one offers: as many as the limit for all. */
const waiting: { service: string; client: Frame[]; body: Frame[] }[] = [];

await using router = new Router();
using poller = new Poller<() => void>();
// Ctrl-C and SIGTERM end the loop below, and with it the program.
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  Deno.addSignalListener(signal, () => poller.close());
}

function takeMessages(): void {
  for (const message of router.drain({ limit: 100 })) {
    const [from, [protocol, first, ...rest]] = mdp.split(message);
    if (first === undefined) continue;
    if (protocol.text() === mdp.CLIENT) fromClient(from, first.text(), rest);
    else if (protocol.text() === mdp.WORKER) fromWorker(from[0], first.text(), rest);
  }
}

function fromClient(client: Frame[], service: string, body: Frame[]): void {
  if (service === "mmi.service") {
    const found = workers.values().some((worker) => worker.service === body[0]?.text());
    router.trySend([...client, "", mdp.CLIENT, service, found ? "200" : "404"]);
    return;
  }
  waiting.push({ service, client, body });
  if (waiting.length > MOST_WAITING) waiting.shift();
  handOut(service);
}

function fromWorker(id: Frame, command: string, content: Frame[]): void {
  const name = id.toHex();
  let worker = workers.get(name);
  if (command === mdp.READY && worker === undefined) {
    worker = { id, service: String(content[0]), free: true, expires: 0 };
    console.log(`worker ${name} offers ${worker.service}`);
  }
  // One that was taken for dead, or was there before this broker: it comes back by READY.
  if (worker === undefined) return tell(id, mdp.DISCONNECT);

  worker.expires = performance.now() + mdp.LIVENESS * Number(interval);
  if (command === mdp.HEARTBEAT) return;
  workers.delete(name);
  if (command === mdp.DISCONNECT) return;
  if (command === mdp.REPLY) {
    const [client, body] = mdp.split(content);
    router.trySend([...client, "", mdp.CLIENT, worker.service, ...body]);
  }
  workers.set(name, { ...worker, free: true }); // as the last
  handOut(worker.service);
}

function handOut(service: string): void {
  for (const worker of workers.values()) {
    if (!worker.free || worker.service !== service) continue;
    const place = waiting.findIndex((request) => request.service === service);
    if (place < 0) return;
    const [{ client, body }] = waiting.splice(place, 1);
    worker.free = false;
    tell(worker.id, mdp.REQUEST, ...client, "", ...body);
  }
}

function tell(worker: Frame, ...frames: (Frame | string)[]): void {
  router.trySend([worker, "", mdp.WORKER, ...frames]);
}

function beat(): void {
  takeMessages(); // first: perhaps it was this program that slept
  for (const [name, { id, expires }] of workers) {
    if (expires > performance.now()) {
      tell(id, mdp.HEARTBEAT);
    } else {
      workers.delete(name);
      console.log(`worker ${name} is silent`);
    }
  }
}

console.log(`bound to ${await router.bind(address)}`);
poller.add(router, { key: takeMessages });
poller.addTimer(Number(interval), { repeat: true, key: beat });
for await (const ready of poller) {
  for (const { key: act } of ready) act();
}
