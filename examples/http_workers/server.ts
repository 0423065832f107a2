/**
 * HTTP in front of workers: each request goes, as a message, to the worker that has been idle longest.
 *
 * A worker has one request at a time. One that the browser gives up, or that takes more than five seconds, is cancelled
 * at its worker as well. Workers may come and go; a request whose worker dies gets status 504. That a worker hangs, or that
 * the server was started again, takes heartbeats to find out: see paranoid_pirate.
 *
 *     deno run --allow-ffi --allow-net examples/http_workers/server.ts
 *     deno run --allow-ffi examples/http_workers/worker.ts
 *     curl 'http://127.0.0.1:8080/?below=1000000'
 *
 * Arguments: the address for workers, and the port for browsers.
 */

import { Router, ZmqError } from "../../mod.ts";

const [address = "tcp://127.0.0.1:5580", port = "8080"] = Deno.args;
const LIMIT = 5000;

// mandatory: sending to a worker that has gone is an error, and the request goes to the next one.
await using router = new Router({ mandatory: true, linger: 0 });
console.log(`bound to ${await router.bind(address)}`);

const idle: Uint8Array[] = [];
/** Requests for which no worker was idle. */
const waiting = new Set<(worker: Uint8Array) => void>();
const answers = new Map<string, (answer: string) => void>();
let last = 0;

/** Hands a question to a worker, and returns the answer. Rejects when the signal is aborted. */
async function ask(question: string, signal: AbortSignal): Promise<string> {
  const id = String(++last);
  const { promise, resolve } = Promise.withResolvers<string>();
  let worker: Uint8Array | undefined;
  answers.set(id, resolve); // before the worker has it, which may answer at once
  try {
    worker = await handOver(["work", id, question], signal);
    return await unlessAborted(promise, signal);
  } catch (error) {
    // If it can't be told, it has gone.
    if (worker !== undefined) router.send([worker, "cancel", id]).catch(() => {});
    throw error;
  } finally {
    answers.delete(id);
  }
}

/** Sends a message to the first idle worker that is still there, and returns its id. */
async function handOver(message: string[], signal: AbortSignal): Promise<Uint8Array> {
  for (;;) {
    const worker = idle.shift() ?? await nextWorker(signal);
    try {
      await router.send([worker, ...message], { signal });
      return worker;
    } catch (error) {
      if (error instanceof ZmqError && error.code === "EHOSTUNREACH") continue; // it has gone
      ready(worker);
      throw error;
    }
  }
}

function nextWorker(signal: AbortSignal): Promise<Uint8Array> {
  const { promise, resolve } = Promise.withResolvers<Uint8Array>();
  waiting.add(resolve);
  // At once, so that no worker is handed to a request that has been given up.
  return unlessAborted(promise, signal, () => waiting.delete(resolve));
}

function ready(worker: Uint8Array): void {
  const [next] = waiting;
  if (next === undefined) idle.push(worker);
  else if (waiting.delete(next)) next(worker);
}

function unlessAborted<T>(
  promise: Promise<T>,
  signal: AbortSignal,
  onAbort?: () => void,
): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const abort = () => {
    onAbort?.();
    reject(signal.reason);
  };
  if (signal.aborted) abort();
  signal.addEventListener("abort", abort);
  return Promise.race([promise, aborted]).finally(() => signal.removeEventListener("abort", abort));
}

const listen = {
  hostname: "127.0.0.1",
  port: Number(port),
  onListen: ({ port }: Deno.NetAddr) => console.log(`browsers at http://127.0.0.1:${port}/`),
};
const server = Deno.serve(listen, async (request) => {
  // Aborted when the browser leaves. Deno warns that it is after each answer, too, which does nothing here.
  const signal = AbortSignal.any([request.signal, AbortSignal.timeout(LIMIT)]);
  const answer = await ask(new URL(request.url).search, signal).catch(() => undefined);
  return new Response(`${answer ?? "no answer"}\n`, { status: answer === undefined ? 504 : 200 });
});

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  Deno.addSignalListener(signal, () => server.shutdown().finally(() => router.close()));
}

for await (const [worker, kind, id, answer] of router) {
  if (kind.text() === "ready") ready(worker.slice()); // as it says at its start, and after each request
  else if (answer !== undefined) answers.get(id.text())?.(answer.text());
}
