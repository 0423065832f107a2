/** The example of a subscriber that ends when it's too slow. */

import { deepStrictEqual as assertEquals, match as assertMatch } from "node:assert/strict";
import { XPublisher } from "../../mod.ts";
import "../util.ts";
import { soon } from "../waiting.ts";
import { example } from "./examples.ts";

const ANY = "tcp://127.0.0.1:*";

Deno.test("suicidal_snail: a subscriber that can't keep up ends with an error", async () => {
  await using publisher = example("suicidal_snail/publisher.ts", ANY);
  const address = await publisher.printed("bound to ");
  await using snail = example("suicidal_snail/subscriber.ts", address, "200", "20");
  const { status, errors } = await snail.ended();
  assertEquals(status, 1);
  assertMatch(errors, /^number \d+ is \d{3,} ms old\n$/);
  publisher.kill("SIGTERM");
  assertEquals(await publisher.ended(), { status: 0, errors: "" });
});

Deno.test("suicidal_snail: one that keeps up goes on, and ends where a message is missing", async () => {
  await using publisher = new XPublisher();
  const address = await publisher.bind(ANY);
  await using subscriber = example("suicidal_snail/subscriber.ts", address, "60000", "0");
  await soon(publisher.receive());
  for (const number of [7, 8, 9]) await publisher.send([Date.now(), number]);
  await subscriber.printed("number 9,");
  await publisher.send([Date.now(), 11]);
  assertEquals(await subscriber.ended(), { status: 1, errors: "number 10 is missing\n" });
});

Deno.test("suicidal_snail: a message that is too old when it comes isn't dealt with", async () => {
  await using publisher = new XPublisher();
  const address = await publisher.bind(ANY);
  await using subscriber = example("suicidal_snail/subscriber.ts", address, "60000", "0");
  await soon(publisher.receive());
  await publisher.send([Date.now() - 61_000, 1]);
  const { status, errors } = await subscriber.ended();
  assertEquals(status, 1);
  assertMatch(errors, /^number 1 is 6\d{4} ms old\n$/);
  assertEquals(await subscriber.lines(), []);
});
