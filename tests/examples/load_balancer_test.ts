/** The example of a load balancer. */

import { deepStrictEqual as assertEquals } from "node:assert/strict";
import { Dealer, type Frame, Request, Router } from "../../mod.ts";
import "../util.ts";
import { soon } from "../waiting.ts";
import { example } from "./examples.ts";
import type { Running } from "./support.ts";

const ANY = "tcp://127.0.0.1:*";
const WHOLE = { status: 0, errors: "" };

const texts = (message: Frame[]) => message.map((frame) => frame.text());

async function started(): Promise<{ broker: Running; clients: string; workers: string }> {
  const broker = example("load_balancer/broker.ts", ANY, ANY);
  const clients = await broker.printed("clients at ");
  return { broker, clients, workers: await broker.printed("workers at ") };
}

/** A worker that is free, as far as the broker may know. */
async function readyWorker(address: string): Promise<Request> {
  const worker = new Request();
  worker.connect(address);
  await worker.send("ready");
  return worker;
}

Deno.test("load_balancer: a request goes to the worker that is free, in the order in which they became so", async () => {
  const { broker, clients, workers } = await started();
  await using _ = broker;
  await using client = new Dealer();
  client.connect(clients);
  const ask = (text: string) => client.send([text, "", text]);

  await using one = await readyWorker(workers);
  await ask("1");
  const [id, ...first] = await soon(one.receive());
  assertEquals(texts(first), ["1", "", "1"]);
  await using two = await readyWorker(workers);
  await ask("2");
  assertEquals(texts(await soon(two.receive())).slice(1), ["2", "", "2"]);

  // Both are busy: two requests wait. The one that is free first gets the first, and so on.
  await ask("3");
  await ask("4");
  await two.send([id, "2", "", "of two"]);
  assertEquals(texts(await soon(two.receive())).slice(1), ["3", "", "3"]);
  await one.send([id, "1", "", "of one"]);
  assertEquals(texts(await soon(one.receive())).slice(1), ["4", "", "4"]);
  assertEquals(texts(await soon(client.receive())), ["2", "", "of two"]);
  assertEquals(texts(await soon(client.receive())), ["1", "", "of one"]);

  // Both become free, one after the other, and get the next requests in this order.
  await one.send([id, "4", "", "of one"]);
  assertEquals(texts(await soon(client.receive())), ["4", "", "of one"]);
  await two.send([id, "3", "", "of two"]);
  assertEquals(texts(await soon(client.receive())), ["3", "", "of two"]);
  await ask("5");
  assertEquals(texts(await soon(one.receive())).slice(1), ["5", "", "5"]);
});

Deno.test("load_balancer: a worker that has gone is passed over", async () => {
  const { broker, clients, workers } = await started();
  await using _ = broker;
  await using client = new Dealer();
  client.connect(clients);
  await using gone = example("load_balancer/worker.ts", workers);
  await client.send(["", "Ada"]);
  await soon(client.receive()); // now the broker knows that it's free
  gone.kill("SIGKILL");
  await gone.ended(); // its connections are closed by now

  await using worker = await readyWorker(workers);
  await client.send(["", "Grace"]);
  assertEquals(texts(await soon(worker.receive())).slice(1), ["", "Grace"]);
});

Deno.test("load_balancer: each request of several clients has one answer", async () => {
  const { broker, clients, workers } = await started();
  await using _ = broker;
  await using one = example("load_balancer/worker.ts", workers);
  await using other = example("load_balancer/worker.ts", workers);
  await using ada = new Dealer();
  await using grace = new Dealer();
  const both = [[ada, "Ada"], [grace, "Grace"]] as const;
  for (const [client, name] of both) {
    client.connect(clients);
    for (let i = 0; i < 2; i++) await client.send(["", name]);
  }
  for (const [client, name] of both) {
    for (let i = 0; i < 2; i++) {
      const [, answer] = await soon(client.receive());
      assertEquals(answer.text().replace(/, from \d+$/, ""), `hello, ${name}`);
    }
    assertEquals(client.tryReceive(), undefined);
  }
  for (const program of [broker, one, other]) {
    program.kill("SIGTERM");
    assertEquals(await program.ended(), WHOLE);
  }
});

Deno.test("load_balancer: a worker that is told to end answers the request at hand first", async () => {
  await using broker = new Router();
  await using worker = example("load_balancer/worker.ts", await broker.bind(ANY));
  const [id] = await soon(broker.receive());
  await broker.send([id, "", "client", "", "Ada"]);
  await worker.printed("a request from ");
  worker.kill("SIGTERM");
  const answer = texts(await soon(broker.receive())).slice(1, 4);
  assertEquals(answer, ["", "client", ""]);
  assertEquals(await worker.ended(), WHOLE);
});
