/** The example of a broker with workers in threads. */

import { deepStrictEqual as assertEquals } from "node:assert/strict";
import { Request } from "../../mod.ts";
import "../util.ts";
import { example } from "./examples.ts";

const ANY = "tcp://127.0.0.1:*";
const PRIMES = [25, 46, 62, 78, 95, 109, 125, 139, 154, 168];

Deno.test("broker: each client has the right answer to each of its requests, once", async () => {
  await using broker = example("broker/broker.ts", ANY, ANY, "2");
  const address = await broker.printed("clients at ");
  await using one = example("broker/client.ts", "100", address);
  await using other = example("broker/client.ts", "100", address);
  for (const client of [one, other]) {
    assertEquals(await client.ended(), { status: 0, errors: "" });
    const answers = (await client.lines()).map((line) => line.replace(/, says worker [12]$/, ""));
    const expected = PRIMES.map((primes, i) => `${primes} primes below ${(i + 1) * 100}`);
    assertEquals(answers.sort(), expected.sort());
  }
});

Deno.test("broker: all workers take part, and it ends in order by a signal, with them", async () => {
  await using broker = example("broker/broker.ts", ANY, ANY, "3");
  await using client = new Request();
  client.connect(await broker.printed("clients at "));
  const workers = new Set<string>();
  while (workers.size < 3) {
    await client.send("10");
    const [primes, worker] = await client.receive();
    assertEquals(primes.text(), "4");
    workers.add(worker.text());
  }
  broker.kill("SIGTERM");
  assertEquals(await broker.ended(), { status: 0, errors: "" });
});
