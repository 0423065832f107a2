/** The example of a client that asks again. */

import { deepStrictEqual as assertEquals, match as assertMatch } from "node:assert/strict";
import { Reply, Request, Router } from "../../mod.ts";
import { withFolder } from "../util.ts";
import { soon } from "../waiting.ts";
import { example } from "./examples.ts";

const ANY = "tcp://127.0.0.1:*";

const answers = (count: number) =>
  Array.from({ length: count }, (_, i) => `the answer to question ${i + 1}`);

Deno.test("lazy_pirate: each question has its answer, once, though the server is killed and started again", () =>
  withFolder(async (folder) => {
    const address = `ipc://${folder}/server`;
    await using client = example("lazy_pirate/client.ts", "4", address, "300", "100");
    const killedAt = async (question: number) => {
      await using server = example("lazy_pirate/server.ts", address, "60000"); // too slow to have answered before
      await server.printed(`asked: question ${question}`);
      server.kill("SIGKILL");
      await server.ended();
    };
    await killedAt(1);
    {
      await using server = new Reply();
      await server.bind(address);
      for (let question = ""; question !== "question 2";) {
        question = String(await soon(server.receive()));
        await server.send(`the answer to ${question}`);
      }
      await client.lines(2);
    }
    await killedAt(3);
    await using _ = example("lazy_pirate/server.ts", address, "0");
    assertEquals(await client.lines(), answers(4));
    const { status, errors } = await client.ended();
    assertEquals(status, 0);
    for (const i of [1, 3]) {
      assertMatch(errors, new RegExp(`^question ${i}: no answer in 300 ms`, "m"));
    }
  }));

Deno.test("lazy_pirate: an answer to an earlier try isn't taken for one to a later question", async () => {
  await using server = new Router();
  const address = await server.bind(ANY);
  await using client = example("lazy_pirate/client.ts", "2", address, "1000", "10");
  const ask = async () => (await soon(server.receive())).slice(0, -1);
  const first = await ask();
  const second = await ask();
  await server.send([...second, "right"]);
  const third = await ask();
  await server.send([...first, "late"]);
  await server.send([...second, "again"]);
  await server.send([...third, "right, too"]);
  assertEquals(await client.lines(), ["right", "right, too"]);
});

Deno.test("lazy_pirate: without a server the client gives up after its tries, and fails", async () => {
  await using reserved = new Router();
  const address = await reserved.bind(ANY);
  await using client = example("lazy_pirate/client.ts", "2", address, "50", "3");
  const { status, errors } = await client.ended();
  assertEquals(status, 1);
  const tries = "question 1: no answer in 50 ms\n".repeat(3);
  assertEquals(errors, `${tries}no answer from ${address} after 3 tries\n`);
});

Deno.test("lazy_pirate: a server that is told to end answers the request at hand first", async () => {
  await using server = example("lazy_pirate/server.ts", ANY, "100");
  const address = await server.printed("bound to ");
  await using client = new Request();
  client.connect(address);
  await client.send("question 1");
  await server.printed("asked: ");
  server.kill("SIGTERM");
  assertEquals(String(await soon(client.receive())), answers(1)[0]);
  assertEquals(await server.ended(), { status: 0, errors: "" });
});
