/** The example of values of which each client has a copy. */

import { deepStrictEqual as assertEquals, ok as assert } from "node:assert/strict";
import { type Frame, Reply, Request, XPublisher } from "../../mod.ts";
import { withFolder } from "../util.ts";
import { soon } from "../waiting.ts";
import { example } from "./examples.ts";

const ANY = "tcp://127.0.0.1:*";
const WHOLE = { status: 0, errors: "" };

const texts = (message: Frame[]) => message.map((frame) => frame.text());

/** What a client has after the lines that it printed; each update has to be the next one. */
function copyAfter(lines: string[]): { last: number; values: Record<string, string> } {
  let [last, values] = [0, new Map<string, string>()];
  for (const line of lines) {
    const [, number, all, key, value] = line.match(/^(\d+): (?:({.*})|(.+)=(.*))$/)!;
    if (all !== undefined) values = new Map(Object.entries(JSON.parse(all)));
    else {
      assertEquals(Number(number), last + 1, `the update after ${last}`);
      if (value === "") values.delete(key);
      else values.set(key, value);
    }
    last = Number(number);
  }
  return { last, values: Object.fromEntries(values) };
}

Deno.test("clone: clients that join while values are set have every update, once, and all come to the server's values", async () => {
  await using server = example("clone/server.ts", ANY, ANY);
  const requests = await server.printed("requests at ");
  const updates = await server.printed("updates at ");
  await using setter = new Request();
  setter.connect(requests);
  let count = 0;
  const set = async () => {
    const value = count % 7 === 0 ? "" : `${count}`;
    await setter.send(["set", `key ${count % 50}`, value]);
    assertEquals(Number(texts(await soon(setter.receive()))[1]), ++count);
  };

  await using one = example("clone/client.ts", requests, updates);
  await using two = example("clone/client.ts", requests, updates);
  await using three = example("clone/client.ts", requests, updates);
  const clients = [one, two, three];
  let joined = 0;
  for (const client of clients) client.lines(1).then(() => joined++);
  while (joined < clients.length) await set();
  for (let i = 0; i < 200; i++) await set();
  await two.write("typed=by two\n");
  count++;

  for (const client of clients) assertEquals(await client.printed(`${count}: typed`), "=by two");
  await setter.send("get");
  const [, number, all] = texts(await soon(setter.receive()));
  assertEquals(Number(number), count);
  for (const client of clients) {
    client.kill("SIGTERM");
    assertEquals(await client.ended(), WHOLE);
    const printed = await client.lines();
    assert(printed.filter((line) => line.includes("{")).length === 1, "it joined once");
    assertEquals(copyAfter(printed), { last: count, values: Object.fromEntries(JSON.parse(all)) });
  }
  server.kill("SIGTERM");
  assertEquals(await server.ended(), WHOLE);
});

Deno.test("clone: a client that was stopped while more was updated than can wait for it comes to the server's values", () =>
  withFolder(async (folder) => {
    const addresses = [`ipc://${folder}/requests`, `ipc://${folder}/updates`];
    await using server = example("clone/server.ts", ...addresses, "100");
    await server.printed("updates at ");
    await using client = example("clone/client.ts", ...addresses);
    await client.lines(1);
    client.kill("SIGSTOP");
    await using setter = new Request();
    setter.connect(addresses[0]);
    const [updates, long] = [5000, "x".repeat(500)];
    for (let i = 0; i < updates; i++) {
      await setter.send(["set", `key ${i % 10}`, `${i} ${long}`]);
      await soon(setter.receive());
    }
    client.kill("SIGCONT");
    await client.printed(`${updates}: `);
    client.kill("SIGTERM");
    assertEquals(await client.ended(), WHOLE);
    const lines = await client.lines();
    assert(lines.length < updates, "it has missed nothing");
    const last = Array.from({ length: 10 }, (_, i) => [`key ${i}`, `${updates - 10 + i} ${long}`]);
    assertEquals(copyAfter(lines), { last: updates, values: Object.fromEntries(last) });
  }));

Deno.test("clone: a client that has missed an update, even the last one, asks for all values", async () => {
  await using requests = new Reply();
  await using updates = new XPublisher();
  const addresses = [await requests.bind(ANY), await updates.bind(ANY)];
  await using client = example("clone/client.ts", ...addresses);
  await soon(updates.receive());
  const answer = async (number: number, values: Record<string, string>) => {
    assertEquals(texts(await soon(requests.receive())), ["get"]);
    await requests.send(["run", number, JSON.stringify(Object.entries(values))]);
  };
  await updates.send(["run", 1]);
  await answer(2, { a: "1" });
  await updates.send(["run", 2, "a", "old"]); // the values contain it
  await updates.send(["run", 3, "a", "3"]);
  await updates.send(["run", 5, "c", "5"]);
  await answer(5, { a: "3", b: "4", c: "5" });
  await updates.send(["run", 5]);
  await updates.send(["run", 6]);
  await answer(6, { d: "6" });
  await updates.send(["run", 7, "e", "7"]);
  assertEquals(await client.lines(5), [
    '2: {"a":"1"}',
    "3: a=3",
    '5: {"a":"3","b":"4","c":"5"}',
    '6: {"d":"6"}',
    "7: e=7",
  ]);
});

Deno.test("clone: after the server was killed, clients have what the next one has, and a value that was typed meanwhile is set, once", () =>
  withFolder(async (folder) => {
    const addresses = [`ipc://${folder}/requests`, `ipc://${folder}/updates`];
    const serve = () => example("clone/server.ts", ...addresses, "100");
    await using setter = new Request();
    setter.connect(addresses[0]);
    await using client = example("clone/client.ts", ...addresses, "1000");
    {
      await using server = serve();
      await setter.send(["set", "a", "1"]);
      await soon(setter.receive());
      await client.lines(1);
      server.kill("SIGKILL");
      await server.ended();
    }
    await client.write("b=2\n");
    await using _ = serve();
    await client.write("c=3\n"); // behind the other
    for (let count = 1; copyAfter(await client.lines(count)).last !== 2;) count++;
    client.kill("SIGINT");
    assertEquals((await client.ended()).status, 0);
    assertEquals(copyAfter(await client.lines()), { last: 2, values: { b: "2", c: "3" } });
  }));
