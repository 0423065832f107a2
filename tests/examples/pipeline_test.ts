/** The examples of a pipeline. */

import { deepStrictEqual as assertEquals } from "node:assert/strict";
import { Pull, Push, XPublisher } from "../../mod.ts";
import { withFolder } from "../util.ts";
import { example } from "./examples.ts";
import { sha256 } from "./support.ts";

const ANY = "tcp://127.0.0.1:*";
const WHOLE = { status: 0, errors: "" };

Deno.test("pipeline: the sink has a result of each task, and all programs end", () =>
  withFolder(async (folder) => {
    const tasks = `ipc://${folder}/tasks`;
    await using sink = example("pipeline/sink.ts", ANY, ANY);
    const results = await sink.printed("results at ");
    const commands = await sink.printed("commands at ");
    await using one = example("pipeline/worker.ts", tasks, results, commands);
    await using other = example("pipeline/worker.ts", tasks, results, commands);
    for (const worker of [one, other]) await worker.printed("ready");
    await using ventilator = example("pipeline/ventilator.ts", "300", tasks, results);
    for (const program of [ventilator, sink, one, other]) {
      assertEquals(await program.ended(), WHOLE);
    }
    const [, , received, ...workers] = await sink.lines();
    assertEquals(received, "300 results");
    const counts = workers.map((line) => Number(line.match(/^worker \d+: (\d+)$/)![1]));
    assertEquals(counts.reduce((sum, count) => sum + count), 300);
  }));

Deno.test("pipeline: the ventilator waits while the tasks that it has handed out aren't taken", async () => {
  await using results = new Pull();
  const sink = await results.bind(ANY);
  await using ventilator = example("pipeline/ventilator.ts", "1000", ANY, sink);
  await using tasks = new Pull({ receiveHighWaterMark: 1 });
  tasks.connect(await ventilator.printed("bound to "));
  // What is under way lies in queues for one message each, and in the network's buffers: that's under 500 × 64 KB.
  assertEquals(await results.wait({ timeout: 500 }), false, "it has handed out all");
  for (let i = 0; i < 1000; i++) {
    assertEquals((await tasks.receive())[0].text(), `${i}`);
    if (i < 500) assertEquals(results.tryReceive(), undefined, `the end after ${i}`);
  }
  assertEquals((await results.receive()).map(String), ["total", "1000"]);
  assertEquals(await ventilator.ended(), WHOLE);
});

Deno.test("pipeline: a ventilator that is interrupted has handed out just the tasks that it tells the sink of", async () => {
  await using results = new Pull();
  const sink = await results.bind(ANY);
  await using ventilator = example("pipeline/ventilator.ts", "100000", ANY, sink);
  await using tasks = new Pull({ receiveHighWaterMark: 1 });
  tasks.connect(await ventilator.printed("bound to "));
  let taken = 0;
  while (taken < 10) assertEquals((await tasks.receive())[0].text(), `${taken++}`);
  ventilator.kill("SIGINT");
  // It ends only when all that it has sent is taken.
  const [, total] = (await results.receive()).map(Number);
  while (taken < total) assertEquals((await tasks.receive())[0].text(), `${taken++}`);
  assertEquals(await ventilator.ended(), WHOLE);
  assertEquals(tasks.tryReceive(), undefined);
});

Deno.test('pipeline: a worker has done all its tasks, each once, when "stop" ends it', async () => {
  await using tasks = new Push();
  await using results = new Pull();
  await using control = new XPublisher({ verbosity: "allSubs" });
  await using worker = example(
    "pipeline/worker.ts",
    await tasks.bind(ANY),
    await results.bind(ANY),
    await control.bind(ANY),
  );
  await control.receive();
  await control.send("welcome");
  for (let i = 0; i < 20; i++) {
    await tasks.send([i, `task ${i}`]);
  }
  for (let i = 0; i < 20; i++) {
    const hash = sha256(new TextEncoder().encode(`task ${i}`));
    assertEquals((await results.receive()).slice(0, 3).map(String), ["result", `${i}`, hash]);
  }
  await control.send("stop");
  assertEquals(await worker.ended(), WHOLE);
  assertEquals(results.tryReceive(), undefined);
});

Deno.test("pipeline: a sink that is interrupted stops the workers", async () => {
  await using sink = example("pipeline/sink.ts", ANY, ANY);
  const results = await sink.printed("results at ");
  const commands = await sink.printed("commands at ");
  await using tasks = new Push({ linger: 0 });
  const ventilator = await tasks.bind(ANY);
  await using worker = example("pipeline/worker.ts", ventilator, results, commands);
  await tasks.send([0, "task"]); // waits for the worker, which has been welcomed when it connects
  sink.kill("SIGINT");
  assertEquals(await sink.ended(), WHOLE);
  assertEquals(await worker.ended(), WHOLE);
});

Deno.test("pipeline: the sink passes over what isn't a result", async () => {
  await using sink = example("pipeline/sink.ts", ANY, ANY);
  await using push = new Push();
  push.connect(await sink.printed("results at "));
  for (const message of [["total"], ["result"], [""], ["result", 1, "hash", "7"], ["total", 1]]) {
    await push.send(message);
  }
  assertEquals(await sink.ended(), WHOLE);
  assertEquals((await sink.lines()).slice(2), ["1 results", "worker 7: 1"]);
});
