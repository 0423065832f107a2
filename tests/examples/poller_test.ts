/** The example of several sources in one loop. */

import { deepStrictEqual as assertEquals } from "node:assert/strict";
import { Push, XPublisher } from "../../mod.ts";
import "../util.ts";
import { example } from "./examples.ts";

const ANY = "tcp://127.0.0.1:*";

Deno.test("poller: one loop takes jobs, weather, commands and the timer's turns, and pauses the jobs", async () => {
  await using publisher = new XPublisher();
  await using push = new Push();
  const weather = await publisher.bind(ANY);
  await using running = example("poller.ts", ANY, weather, "20");
  push.connect(await running.printed("jobs at "));

  await running.write("weather vi");
  await running.write("enna\n");
  assertEquals(String(await publisher.receive()), "\x01weather/vienna");
  await publisher.send(["weather/graz", "1"]);
  await publisher.send(["weather/vienna", "2"]);
  assertEquals(await running.printed("weather/"), "vienna: 2 °C");

  for (const job of ["sweep", "wash"]) await push.send(job);
  assertEquals(await running.printed("job 1: "), "sweep");
  assertEquals(await running.printed("job 2: "), "wash");
  await running.printed("2 jobs so far");

  await running.write("pause\nunknown\n");
  assertEquals(await running.printed("commands: "), "weather, pause, resume, quit");
  await push.send("dry");
  let lines = 1;
  while (!(await running.lines(lines)).at(-1)!.startsWith("commands: ")) lines++;
  const paused = (await running.lines(lines + 5)).slice(lines);
  assertEquals(paused, Array(5).fill("2 jobs so far")); // the timer goes on
  await running.write("resume\n");
  assertEquals(await running.printed("job 3: "), "dry");
  await running.write("quit\n");
  assertEquals(await running.ended(), { status: 0, errors: "" });
});
