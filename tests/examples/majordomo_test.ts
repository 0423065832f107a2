/** The example of a broker of services. */

import { deepStrictEqual as assertEquals } from "node:assert/strict";
import { Dealer, type Frame, type Receiver, Router } from "../../mod.ts";
import { withFolder } from "../util.ts";
import { soon } from "../waiting.ts";
import { example } from "./examples.ts";

const ANY = "tcp://127.0.0.1:*";
const [READY, REQUEST, REPLY, HEARTBEAT, DISCONNECT] = "\x01\x02\x03\x04\x05";
/** Of heartbeats in ms, where none must be missed. */
const INTERVAL = "250";

const texts = (message: Frame[]) => message.map((frame) => frame.text());

/** The next message of a worker or its broker that isn't a heartbeat, from its command on. */
async function next(socket: Receiver): Promise<Frame[]> {
  for (;;) {
    const message = await soon(socket.receive());
    const [command, ...content] = message.slice(
      message.findIndex(({ length }) => length === 0) + 2,
    );
    if (command.text() !== HEARTBEAT) return [command, ...content];
  }
}

/** A worker's or a client's socket, connected, and what it says at first. */
async function connected(address: string, ...message: string[]): Promise<Dealer> {
  const dealer = new Dealer();
  dealer.connect(address);
  await dealer.send(["", ...message]);
  return dealer;
}

Deno.test("majordomo: each request has its answer, once, though a worker and the broker are killed", () =>
  withFolder(async (folder) => {
    const address = `ipc://${folder}/broker`;
    const startWorker = () => example("majordomo/worker.ts", "upper", address, "100", "50");
    await using lasting = startWorker();
    await using worker = startWorker();
    await using broker = example("majordomo/broker.ts", address, "100");
    await broker.lines(3); // both are ready
    await using client = example("majordomo/client.ts", "upper", "hello", "6", address, "400");
    await worker.printed("asked: ");
    worker.kill("SIGKILL");
    await client.lines(3);
    broker.kill("SIGKILL");
    await broker.ended();
    await using _ = example("majordomo/broker.ts", address, "100");
    assertEquals(await client.lines(), Array(6).fill("HELLO"));
    assertEquals((await client.ended()).status, 0);
    lasting.kill("SIGTERM");
    assertEquals(await lasting.ended(), { status: 0, errors: "" });
  }));

Deno.test("majordomo: a request waits for a worker of its service, and goes to the one that has been free for longest", async () => {
  await using broker = example("majordomo/broker.ts", ANY, "60000");
  const address = await broker.printed("bound to ");
  await using client = await connected(address, "MDPC01", "tea", "green");
  await using coffee = await connected(address, "MDPW01", READY, "coffee");
  await using one = await connected(address, "MDPW01", READY, "tea");
  const [command, id, ...request] = await next(one);
  assertEquals(texts([command, ...request]), [REQUEST, "", "green"]);
  await using two = await connected(address, "MDPW01", READY, "tea");
  await client.send(["", "MDPC01", "tea", "black"]);
  assertEquals(texts(await next(two)).slice(2), ["", "black"]);
  for (const worker of [two, one]) {
    await worker.send(["", "MDPW01", REPLY, id, "", "here", "you are"]);
    assertEquals(texts(await soon(client.receive())), ["", "MDPC01", "tea", "here", "you are"]);
  }
  await client.send(["", "MDPC01", "tea", "mint"]);
  assertEquals(texts(await next(two)).slice(2), ["", "mint"]);
  assertEquals([one.tryReceive(), coffee.tryReceive()], [undefined, undefined]);
});

Deno.test("majordomo: the broker says which services there are, until their last worker has gone or is silent", async () => {
  await using broker = example("majordomo/broker.ts", ANY, INTERVAL);
  const address = await broker.printed("bound to ");
  await using worker = await connected(address, "MDPW01", READY, "tea");
  await using silent = await connected(address, "MDPW01", READY, "coffee");
  const heartbeats = setInterval(() => worker.trySend(["", "MDPW01", HEARTBEAT]), 50);
  await using client = new Dealer();
  client.connect(address);
  const found = async (service: string) => {
    await client.send(["", "MDPC01", "mmi.service", service]);
    return (await soon(client.receive())).at(-1)!.text();
  };
  try {
    for (const service of ["tea", "coffee"]) while (await found(service) === "404");
    assertEquals(await found("milk"), "404");
    // Taken for dead, it isn't known any more; the one with heartbeats is.
    while (await found("coffee") === "200");
    await silent.send(["", "MDPW01", HEARTBEAT]);
    assertEquals(texts(await next(silent)), [DISCONNECT]);
    assertEquals(await found("tea"), "200");
    await worker.send(["", "MDPW01", DISCONNECT]);
  } finally {
    clearInterval(heartbeats);
  }
  while (await found("tea") === "200");
  broker.kill("SIGTERM");
  assertEquals(await broker.ended(), { status: 0, errors: "" });
});

Deno.test("majordomo: a worker comes back by a new connection where the broker is silent, or doesn't know it", async () => {
  await using broker = new Router();
  const address = await broker.bind(ANY);
  await using _ = example("majordomo/worker.ts", "upper", address, INTERVAL, "0");
  const ids = new Set<string>();
  for (let i = 0; i < 3; i++) {
    let id: Frame;
    let message: string[];
    do [id, ...message] = await soon(broker.receive()).then((
      [id, ...rest],
    ) => [id, ...texts(rest)]); while (message[2] === HEARTBEAT);
    assertEquals(message, ["", "MDPW01", READY, "upper"]);
    ids.add(id.toHex());
    if (i === 1) await broker.send([id, "", "MDPW01", DISCONNECT]);
  }
  assertEquals(ids.size, 3);
});

Deno.test("majordomo: a thousand requests wait at most, also for services that no one offers", async () => {
  await using broker = example("majordomo/broker.ts", ANY, "60000");
  const address = await broker.printed("bound to ");
  await using client = await connected(address, "MDPC01", "tea", "the oldest");
  for (let i = 1; i < 1000; i++) await client.send(["", "MDPC01", `service ${i}`, ""]);
  await client.send(["", "MDPC01", "tea", "the last"]);
  await client.send(["", "MDPC01", "mmi.service", "tea"]);
  await soon(client.receive()); // the broker has them all
  await using worker = await connected(address, "MDPW01", READY, "tea");
  assertEquals(texts(await next(worker)).slice(2), ["", "the last"]);
});
