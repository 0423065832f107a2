/** Traffic with others: processes that are killed and restarted, workers that end, the drop-in, proxies and observers. */

import { Context, context, Dealer, Pair, Pull, Reply, Request, Router } from "../../mod.ts";
import { Proxy } from "../../proxy.ts";
import * as dropin from "../../zeromq.ts";
import { freshAddress } from "../util.ts";
import { pause } from "../waiting.ts";
import { below, bounded, counts, Failure, Numbered, oneOf } from "./counts.ts";

const PEER = new URL("peer.ts", import.meta.url);
const WORKER = new URL("worker.ts", import.meta.url);

/** A process that sends without end, is killed, and followed by the next one. */
async function killed(until: number): Promise<void> {
  using pull = new Pull({ receiveHighWaterMark: 100 });
  const address = await pull.bind(oneOf("tcp://127.0.0.1:*", "ipc://*"));
  counts.sockets++;
  for (let life = 0; performance.now() < until; life++) {
    counts.processes++;
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-check", "--no-lock", PEER.pathname, address, String(life)],
      stdin: "null",
      stdout: "null",
      stderr: "inherit",
    }).spawn();
    const received = new Numbered(`a process's messages`);
    const enough = 200 + below(3000);
    try {
      // What an earlier one has left under way may still come.
      while (received.next < enough) {
        const [which, body] = await bounded(pull.receive(), "a process's message");
        if (Number(which.text()) === life) received.take(body);
        else if (Number(which.text()) > life) throw new Failure("a message of no process");
      }
    } finally {
      child.kill("SIGKILL");
      await child.status;
    }
  }
}

/** Workers that answer, over a shared context's inproc or tcp, and are ended: in order, or in the middle of it. */
async function workers(until: number): Promise<void> {
  while (performance.now() < until) {
    counts.workers++;
    using own = new Context();
    const shared = below(2) === 0;
    using dealer = new Dealer(shared ? { context: own } : {});
    const address = await dealer.bind(shared ? freshAddress("inproc") : "tcp://127.0.0.1:*");
    const sync = below(2) === 0;
    const worker = new Worker(WORKER, { type: "module" });
    worker.postMessage({ address, token: shared ? own.share() : undefined, sync });
    const received = new Numbered("a worker's answers");
    const number = 50 + below(500);
    const answers = (async () => {
      while (received.next < number) {
        received.take((await bounded(dealer.receive(), "a worker's answer"))[0]);
      }
    })();
    for (let i = 0; i < number; i++) await dealer.send(Numbered.message(i));
    await answers;
    // Deno doesn't end a worker that blocks, or is in a loop, before that's over.
    if (!sync && below(2) === 0) {
      for (let i = 0; i < 20; i++) dealer.trySend(Numbered.message(i));
      worker.terminate();
    } else {
      const ended = new Promise((resolve) => worker.onmessage = resolve);
      await dealer.send("end");
      await bounded(ended, "a worker's end");
      worker.terminate();
    }
  }
}

/** What programs for zeromq.js do. */
async function dropIn(until: number): Promise<void> {
  while (performance.now() < until) {
    counts.sockets += 2;
    const push = new dropin.Push();
    const pull = new dropin.Pull();
    await push.bind("tcp://127.0.0.1:*");
    pull.connect(push.lastEndpoint!);
    const number = 50 + below(500);
    const received = new Numbered("the drop-in's messages");
    const sent = (async () => {
      for (let i = 0; i < number; i++) await push.send(Numbered.message(i));
    })();
    for await (const [body] of pull) {
      received.take(body);
      if (received.next === number) break;
    }
    await bounded(sent, "the drop-in's sends");
    push.close();
    pull.close();
  }
}

/** Requests through a proxy, whose sockets' connections are observed. */
async function proxies(until: number): Promise<void> {
  while (performance.now() < until) {
    counts.sockets += 4;
    const router = new Router();
    const dealer = new Dealer();
    using reply = new Reply();
    using request = new Request();
    request.connect(await router.bind("tcp://127.0.0.1:*"));
    reply.connect(await dealer.bind(freshAddress("inproc")));
    const heard: string[] = [];
    const observed = (async () => {
      for await (const { type } of router.events) heard.push(type);
    })();
    const proxy = new Proxy(router, dealer);
    const run = proxy.run();
    const number = 20 + below(300);
    const served = (async () => {
      for (let i = 0; i < number; i++) await reply.send(await reply.receive());
    })();
    const received = new Numbered("requests through a proxy");
    for (let i = 0; i < number; i++) {
      await request.send(Numbered.message(i));
      received.take((await bounded(request.receive(), "an answer through a proxy"))[0]);
    }
    await served;
    proxy.terminate();
    await bounded(run, "a proxy's end");
    await bounded(observed, "the end of events");
    if (heard.length === 0) throw new Failure("a connection without an event");
  }
}

/** Two sockets that stay open all the time, and calls that block this thread for moments. */
async function lasting(until: number): Promise<void> {
  const { one, other } = await pair;
  const received = new Numbered("a lasting pair's messages");
  let number = 0;
  while (performance.now() < until) {
    for (let left = below(50); left > 0; left--) one.sendSync(Numbered.message(number++));
    while (received.next < number) received.take(other.receiveSync({ timeout: 10_000 })[0]);
    await pause(1 + below(5));
  }
}
const pair = (async () => {
  const [one, other] = [new Pair(), new Pair()];
  one.connect(await other.bind("tcp://127.0.0.1:*"));
  // The library's own context is opened with it, and stays.
  if (context.closed) throw new Failure("the default context is closed");
  return { one, other };
})();

/** All of that, until a time. */
export const neighbours: Record<string, (until: number) => Promise<void>> = {
  "killed processes": killed,
  workers,
  "the drop-in": dropIn,
  proxies,
  "a lasting pair": lasting,
};
