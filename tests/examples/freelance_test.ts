/** The example of a client that knows several servers. */

import { deepStrictEqual as assertEquals } from "node:assert/strict";
import { Reply, Router } from "../../mod.ts";
import { withFolder } from "../util.ts";
import { soon } from "../waiting.ts";
import { example } from "./examples.ts";

const ANY = "tcp://127.0.0.1:*";

Deno.test("freelance: each question has one answer, in order, while the servers that answer are killed and come back", () =>
  withFolder(async (folder) => {
    await using processes = new AsyncDisposableStack();
    const addresses = [1, 2, 3].map((i) => `ipc://${folder}/${i}`);
    const start = async (address: string) => {
      const server = processes.use(example("freelance/server.ts", address, "1"));
      await server.printed("bound to ");
      return server;
    };
    const servers = new Map<string, Awaited<ReturnType<typeof start>>>();
    for (const address of addresses) servers.set(address, await start(address));
    const client = processes.use(
      example("freelance/client.ts", "Infinity", "50", "2000", ...addresses),
    );

    let count = 0;
    const nextServer = async () => (await client.lines(count += 10)).at(-1)!.split(", from ")[1];
    const dead: string[] = [];
    for (let i = 0; i < 6; i++) {
      const address = await nextServer();
      servers.get(address)!.kill("SIGKILL");
      await servers.get(address)!.ended();
      dead.push(address);
      if (dead.length < 2) continue; // the last one lives on, and the one that has been dead for longer comes back
      const back = dead.shift()!;
      servers.set(back, await start(back));
    }
    await nextServer();
    client.kill("SIGTERM");
    assertEquals((await client.ended()).errors, "");
    const answers = (await client.lines()).map((line) => line.split(", from ")[0]);
    assertEquals(answers, answers.map((_, i) => `the answer to question ${i + 1}`));
  }));

Deno.test("freelance: the next server is asked when one has no answer, and is the first to be asked from then on", () =>
  withFolder(async (folder) => {
    await using silent = new Router();
    await using other = new Reply();
    const addresses = [await silent.bind(ANY), `ipc://${folder}/other`];
    await using client = example("freelance/client.ts", "3", "1000", "2000", ...addresses);
    const asked = [await soon(silent.receive())];
    await other.bind(addresses[1]);
    const answer = async () => {
      const [number, question] = await soon(other.receive());
      await other.send([number, `the answer to ${question}`]);
    };
    await answer();
    await answer();
    asked.push(...silent.drain());
    for (const [id, , number, question] of asked) {
      assertEquals(question.text(), "question 1");
      await silent.send([id, "", number, "too late"]);
    }
    await answer();
    assertEquals(await client.lines(), [1, 2, 3].map((i) => `the answer to question ${i}`));
    assertEquals(await client.ended(), { status: 0, errors: "" });
    assertEquals(silent.drain().toArray(), []);
  }));

Deno.test("freelance: with a patience of 0 all servers are asked at once, and the first answer counts", async () => {
  await using one = new Router();
  await using two = new Router();
  const addresses = [await one.bind(ANY), await two.bind(ANY)];
  await using client = example("freelance/client.ts", "3", "0", "1000", ...addresses);
  /** Answers the question of that number when it comes. */
  const answer = async (server: Router, number: string, text: string) => {
    for (;;) {
      const [id, , asked] = await soon(server.receive());
      if (asked.text() === number) return await server.send([id, "", number, text]);
    }
  };
  await soon(Promise.all([one.wait(), two.wait()])); // both have question 1, and hence a connection
  await answer(one, "1", "first");
  await answer(two, "2", "fast");
  await client.printed("fast");
  await answer(one, "2", "slow");
  await answer(one, "3", "last");
  assertEquals(await client.lines(), ["first", "fast", "last"]);
  assertEquals((await client.ended()).status, 0);
});
