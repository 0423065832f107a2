/** The example of a queue and workers that watch each other by heartbeats. */

import { deepStrictEqual as assertEquals } from "node:assert/strict";
import { Dealer, type Frame, Router } from "../../mod.ts";
import { withFolder } from "../util.ts";
import { soon } from "../waiting.ts";
import { example } from "./examples.ts";

const ANY = "tcp://127.0.0.1:*";

const texts = (message: Frame[]) => message.map((frame) => frame.text());

Deno.test("paranoid_pirate: each question has its answer, once, though a worker and the queue are killed", () =>
  withFolder(async (folder) => {
    const [front, back] = ["front", "back"].map((name) => `ipc://${folder}/${name}`);
    const startQueue = () => example("paranoid_pirate/queue.ts", front, back, "100");
    const startWorker = () => example("paranoid_pirate/worker.ts", back, "100", "50");
    await using lasting = startWorker();
    await using worker = startWorker();
    await using queue = startQueue();
    await queue.lines(4); // its addresses, and that both are ready
    await using client = example("lazy_pirate/client.ts", "6", front, "500", "100");
    await worker.printed("asked: "); // both have their turns
    worker.kill("SIGKILL");
    await client.lines(3);
    queue.kill("SIGKILL");
    await queue.ended();
    await using _ = startQueue();
    const answers = Array.from({ length: 6 }, (_, i) => `the answer to question ${i + 1}`);
    assertEquals(await client.lines(), answers);
    assertEquals((await client.ended()).status, 0);
    lasting.kill("SIGTERM");
    assertEquals(await lasting.ended(), { status: 0, errors: "" });
  }));

Deno.test("paranoid_pirate: the queue passes over a worker that has stopped its heartbeats", async () => {
  await using queue = example("paranoid_pirate/queue.ts", ANY, ANY, "700");
  const clients = await queue.printed("clients at ");
  const workers = await queue.printed("workers at ");
  await using silent = new Dealer();
  silent.connect(workers);
  await silent.send("ready");
  await queue.lines(3);
  await using living = new Dealer();
  living.connect(workers);
  await living.send("ready");
  const timer = setInterval(() => living.trySend("heartbeat"), 50);
  try {
    const [, , ready, , gone] = await queue.lines(5);
    assertEquals(gone, ready.replace("is ready", "is silent"));
    await using client = new Dealer();
    client.connect(clients);
    for (const question of ["1", "2"]) {
      await client.send(["", question]);
      let request: Frame[];
      do request = await soon(living.receive()); while (request[0].text() === "heartbeat");
      const [kind, id, ...rest] = request;
      assertEquals(texts([kind, ...rest]), ["request", "", question]);
      await living.send(["answer", id, "", "done"]);
      assertEquals(texts(await soon(client.receive())), ["", "done"]);
    }
  } finally {
    clearInterval(timer);
  }
  queue.kill("SIGTERM");
  assertEquals(await queue.ended(), { status: 0, errors: "" });
});

Deno.test("paranoid_pirate: a worker that hears nothing of its queue comes back by a new connection", async () => {
  await using queue = new Router();
  const address = await queue.bind(ANY);
  await using worker = example("paranoid_pirate/worker.ts", address, "500", "0");
  const next = async (kind: string) => {
    for (;;) {
      const [id, said] = await soon(queue.receive());
      if (said.text() === kind) return id;
    }
  };
  const first = await next("ready");
  await next("heartbeat");
  const second = await next("ready");
  assertEquals(first.toHex() === second.toHex(), false);

  // One that is heard stays, and answers.
  for (let i = 0; i < 4; i++) {
    const id = await next("heartbeat");
    assertEquals(id.toHex(), second.toHex());
    await queue.send([second, "heartbeat"]);
  }
  await queue.send([second, "request", "client", "", "question"]);
  let answer: Frame[];
  do answer = await soon(queue.receive()); while (answer[1].text() === "heartbeat");
  assertEquals(texts(answer.slice(1)), ["answer", "client", "", "the answer to question"]);
  assertEquals(await worker.printed("asked: "), "question");
});

Deno.test("paranoid_pirate: the queue passes over what no worker of it says", async () => {
  await using queue = example("paranoid_pirate/queue.ts", ANY, ANY);
  await using dealer = new Dealer();
  dealer.connect((await queue.lines(2))[1].slice("workers at ".length));
  for (const message of [["answer"], ["answer", "no envelope"], [""], ["else"], ["ready"]]) {
    await dealer.send(message);
  }
  await queue.printed("worker "); // by the last
  queue.kill("SIGTERM");
  assertEquals(await queue.ended(), { status: 0, errors: "" });
  assertEquals((await queue.lines()).length, 3);
});
