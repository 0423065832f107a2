/** The example of HTTP in front of workers. */

import { deepStrictEqual as assertEquals } from "node:assert/strict";
import { Dealer } from "../../mod.ts";
import "../util.ts";
import { example } from "./examples.ts";

const server = () => example("http_workers/server.ts", "tcp://127.0.0.1:*", "0");

async function get(url: string): Promise<string> {
  return (await (await fetch(url)).text()).trim();
}

/** Starts a server, waits until it listens, and returns its two addresses. */
async function addresses(
  running: ReturnType<typeof server>,
): Promise<[workers: string, http: string]> {
  const workers = await running.printed("bound to ");
  const http = (await running.printed("browsers at ")).replace(/\/$/, "");
  return [workers, http];
}

Deno.test("http_workers: requests are answered by the workers, also with more requests than workers", async () => {
  await using front = server();
  const [workers, http] = await addresses(front);
  await using _one = example("http_workers/worker.ts", workers);
  await using _two = example("http_workers/worker.ts", workers);
  const answers = await Promise.all(
    Array.from({ length: 20 }, async (_, i) => {
      const response = await fetch(`${http}/?below=${10 * (i + 1)}`);
      return [response.status, (await response.text()).trim()];
    }),
  );
  assertEquals(answers[0], [200, "4 primes"]);
  assertEquals(answers[9], [200, "25 primes"]);
  assertEquals(answers.map(([status]) => status), Array(20).fill(200));
});

Deno.test("http_workers: a request that the browser gives up is cancelled at its worker, which takes the next one", async () => {
  await using front = server();
  const [workers, http] = await addresses(front);
  await using worker = example("http_workers/worker.ts", workers);
  assertEquals(await get(`${http}/?below=10`), "4 primes");
  const leaving = new AbortController();
  // It would take minutes.
  const given = fetch(`${http}/?below=1e9`, { signal: leaving.signal }).catch(() => "given up");
  await worker.printed("request 2 begins");
  leaving.abort();
  assertEquals(await given, "given up");
  await worker.printed("request 2 was cancelled");
  assertEquals(await get(`${http}/?below=100`), "25 primes");
});

Deno.test("http_workers: a worker that was killed while it was idle costs no request", async () => {
  await using front = server();
  const [workers, http] = await addresses(front);
  await using first = example("http_workers/worker.ts", workers);
  assertEquals(await get(`${http}/?below=10`), "4 primes");
  first.kill("SIGKILL");
  await first.ended();
  await using _second = example("http_workers/worker.ts", workers);
  assertEquals(await get(`${http}/?below=10`), "4 primes");
});

Deno.test("http_workers: SIGTERM ends the server and the worker in order", async () => {
  await using front = server();
  const [workers, http] = await addresses(front);
  await using worker = example("http_workers/worker.ts", workers);
  assertEquals(await get(`${http}/?below=10`), "4 primes");
  front.kill("SIGTERM");
  worker.kill("SIGTERM");
  assertEquals([(await front.ended()).status, (await worker.ended()).status], [0, 0]);
});

Deno.test("http_workers: a worker that is told to end gives up the request at hand", async () => {
  await using front = server();
  const [workers, http] = await addresses(front);
  await using worker = example("http_workers/worker.ts", workers);
  const leaving = new AbortController();
  const request = fetch(`${http}/?below=1e9`, { signal: leaving.signal }).catch(() => {}); // minutes
  await worker.printed("request 1 begins");
  worker.kill("SIGTERM");
  assertEquals(await worker.ended(), { status: 0, errors: "" });
  leaving.abort();
  await request;
});

Deno.test("http_workers: what no worker says doesn't end the server", async () => {
  await using front = server();
  const [workers, http] = await addresses(front);
  await using worker = new Dealer({ linger: 0 });
  worker.connect(workers);
  for (const message of ["answer", ["answer", "1"], ["cancel", "1"], "", "ready"]) {
    await worker.send(message);
  }
  const answer = get(`${http}/?below=10`);
  const [kind, id] = await worker.receive({ timeout: 20_000 });
  assertEquals(kind.text(), "work");
  await worker.send(["answer", id, "4 primes"]);
  assertEquals(await answer, "4 primes");
});
