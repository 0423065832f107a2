/** The examples of publish and subscribe. */

import { deepStrictEqual as assertEquals, ok as assert } from "node:assert/strict";
import { XPublisher } from "../../mod.ts";
import "../util.ts";
import { example } from "./examples.ts";

const ANY = "tcp://127.0.0.1:*";

Deno.test("weather: a late joiner gets what is published from then on, and misses nothing after that", async () => {
  await using publisher = example("weather/publisher.ts", ANY, "10");
  const address = await publisher.printed("bound to ");
  await using early = example("weather/subscriber.ts", "vienna", address);
  const before = numbers(await early.lines(20));
  await using late = example("weather/subscriber.ts", "", address);
  const all = await late.lines(60);
  for (const place of ["graz", "linz", "vienna"]) {
    const said = all.filter((line) => line.startsWith(`weather/${place}: `));
    const joined = Number(said[0].match(/joined at number (\d+)$/)![1]);
    assert(joined > before.at(-1)!, `${joined} was published before it joined`);
    assertEquals(numbers(said), numbers(said).map((_, i) => joined + i));
    assert(numbers(said).length > 10);
  }
  publisher.kill("SIGTERM");
  early.kill("SIGINT");
  late.kill("SIGTERM");
  for (const one of [publisher, early, late]) {
    assertEquals(await one.ended(), { status: 0, errors: "" });
  }
  const [first, ...rest] = numbers(await early.lines());
  assertEquals(rest, rest.map((_, i) => first + 1 + i));
});

Deno.test("weather: a subscriber says what it has missed, and that the publisher has started again", async () => {
  await using publisher = new XPublisher();
  const address = await publisher.bind(ANY);
  await using subscriber = example("weather/subscriber.ts", "graz", address);
  await publisher.receive();
  for (const number of [3, 4, 8, 1]) await publisher.send(["weather/graz", "9.5", number]);
  assertEquals(await subscriber.lines(7), [
    "weather/graz: joined at number 3",
    "weather/graz: 9.5 °C (number 3)",
    "weather/graz: 9.5 °C (number 4)",
    "weather/graz: missed 3",
    "weather/graz: 9.5 °C (number 8)",
    "weather/graz: the publisher has started again",
    "weather/graz: 9.5 °C (number 1)",
  ]);
});

function numbers(lines: string[]): number[] {
  return lines.flatMap((line) => line.match(/\(number (\d+)\)$/)?.[1] ?? []).map(Number);
}
