/** The example of a proxy that prints what goes through it. */

import { deepStrictEqual as assertEquals } from "node:assert/strict";
import { Subscriber, XPublisher } from "../../mod.ts";
import "../util.ts";
import { soon } from "../waiting.ts";
import { example } from "./examples.ts";

const ANY = "tcp://127.0.0.1:*";

Deno.test("espresso: what is published and subscribed to goes through, and is printed in its order", async () => {
  await using one = new XPublisher();
  await using other = new XPublisher();
  const publishers = [await one.bind(ANY), await other.bind(ANY)];
  await using espresso = example("espresso.ts", ANY, ...publishers);
  const address = await espresso.printed("subscribers at ");

  await using subscriber = new Subscriber();
  subscriber.connect(address);
  subscriber.subscribe("weather/");
  await using second = new Subscriber();
  second.connect(address);
  second.subscribe("weather/");
  for (const publisher of [one, other]) {
    assertEquals(String(await soon(publisher.receive())), "\x01weather/");
  }
  for (const [publisher, place] of [[one, "graz"], [other, "linz"]] as const) {
    await publisher.send(["weather/" + place, "12"]);
    assertEquals((await soon(subscriber.receive())).map(String), [`weather/${place}`, "12"]);
  }
  second.close();
  subscriber.unsubscribe("weather/");
  for (const publisher of [one, other]) {
    assertEquals(String(await soon(publisher.receive())), "\x00weather/");
  }
  assertEquals((await espresso.lines(5)).slice(1), [
    "subscribed to weather/",
    "published: weather/graz 12",
    "published: weather/linz 12",
    "unsubscribed from weather/",
  ]);
  espresso.kill("SIGINT");
  assertEquals(await espresso.ended(), { status: 0, errors: "" });
});
