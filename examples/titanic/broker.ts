/**
 * The titanic: a broker that has requests and answers on disk, in SQLite. A client hands a request
 * in, goes away, and asks for the answer whenever it likes.
 *
 * What was accepted is answered in the end, whichever program is killed meanwhile, once there is a worker
 * again; and an answer stays until the client says that it has it. A request may be worked on
 * twice; the first answer counts. All that takes some milliseconds for the disk each time.
 *
 *     deno run --allow-ffi --allow-read=titanic.db --allow-write=titanic.db examples/titanic/broker.ts
 *     deno run --allow-ffi examples/titanic/worker.ts
 *     deno run --allow-ffi examples/titanic/client.ts submit "a question"
 *
 * Arguments: the database's file, the addresses to bind to, for clients and for workers, and after
 * how many ms without an answer a request goes to another worker.
 */

import { type Frame, type MessageLike, Poller, Reply, Router, ZmqError } from "../../mod.ts";
import { Store } from "./store.ts";

const [
  file = "titanic.db",
  front = "tcp://127.0.0.1:5610",
  back = "tcp://127.0.0.1:5611",
  limit = "10000",
] = Deno.args;

using store = new Store(file);
await using clients = new Reply();
await using workers = new Router({ mandatory: true }); // sending to one that has gone is an error
using poller = new Poller();
// Ctrl-C and SIGTERM end the loop below, and with it the program.
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  Deno.addSignalListener(signal, () => poller.close());
}

/** The requests that no worker has. */
const waiting = store.unanswered();
/** The requests that a worker has, and since when. */
const given = new Map<string, number>();
/** The workers that are free, and the envelopes for their next requests. */
const free = new Map<string, Frame[]>();

/** The id is made by the client, so that it may say again what it had no answer to. */
function answerTo([verb, id, question]: Frame[]): MessageLike {
  if (id === undefined) return "unknown";
  if (verb.text() === "submit" && question !== undefined) {
    if (store.add(id.text(), question)) waiting.push(id.text());
    return "accepted";
  }
  if (verb.text() === "close") store.remove(id.text());
  const found = store.get(id.text());
  if (found === undefined) return "unknown";
  return found.answer === null ? "pending" : ["answer", found.answer];
}

/** A worker is ready, or has an answer, and may say "bye" after it. */
function hear(message: Frame[]): void {
  const start = message.findIndex((frame) => frame.length === 0) + 1;
  if (start === 0) return; // it isn't of a Request
  const [envelope, [id, answer, bye]] = [message.slice(0, start), message.slice(start)];
  if (bye === undefined) free.set(envelope[0].toHex(), envelope);
  else free.delete(envelope[0].toHex());
  if (answer === undefined) return;
  store.answer(id.text(), answer);
  given.delete(id.text());
}

function handOver(): void {
  for (const [id, since] of given) {
    if (performance.now() - since < Number(limit)) break; // and so are the others
    given.delete(id);
    waiting.push(id);
  }
  while (waiting.length > 0 && free.size > 0) {
    const found = store.get(waiting[0]);
    const [[worker, envelope]] = free;
    try {
      if (found?.answer === null) {
        free.delete(worker);
        workers.trySend([...envelope, waiting[0], found.question]);
        given.set(waiting[0], performance.now());
      }
      waiting.shift();
    } catch (error) { // the worker has gone: the next one gets it
      if (!(error instanceof ZmqError) || error.code !== "EHOSTUNREACH") throw error;
    }
  }
}

console.log(`clients at ${await clients.bind(front)}`);
console.log(`workers at ${await workers.bind(back)}`);
poller.add(clients);
poller.add(workers);
poller.addTimer(Number(limit) / 4, { repeat: true });
for await (const _ of poller) {
  const request = clients.tryReceive();
  if (request !== undefined) await clients.send(answerTo(request));
  for (const message of workers.drain({ limit: 100 })) hear(message);
  handOver();
}
