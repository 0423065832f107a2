/** The parked thread: what it costs, and when it's given back. */

import { deepStrictEqual as assertEquals, ok as assert } from "node:assert/strict";
import { Poller, Pull, Push } from "../../mod.ts";
import { Parks, PROGRAM_KINDS } from "./support.ts";
import { freshAddress, join } from "../util.ts";
import { held, soon, turnsUntil } from "../waiting.ts";
import { run } from "../program.ts";

// The thread, and the process -----------------------------------------------------------------------

Deno.test("the thread is given back when the last receive has ended, however it did", async () => {
  using pull = new Pull();
  using push = new Push();
  await join(pull, push, freshAddress("inproc"));
  using parks = new Parks();
  for (const end of ["message", "abort", "time-out"]) {
    pull.receiveTimeout = end === "time-out" ? 50 : -1;
    const controller = new AbortController();
    const { count } = parks;
    const message = held(pull.receive({ signal: controller.signal }));
    // On a busy machine the time-out may be over before a turn sees the sleep.
    await turnsUntil(() => parks.count > count, "the sleep");
    if (end === "message") await push.send("x");
    if (end === "abort") controller.abort();
    await soon(message.catch(() => {}));
    await soon(Poller.idle());
    assertEquals(parks.outstanding, 0);
  }
});

for (const kind of PROGRAM_KINDS) {
  Deno.test(`${kind}: 50 idle sockets of which all wait use less than 1 % of a processor`, async () => {
    const outcome = await run(
      `import { Pull } from "$MOD";
      import process from "node:process";
      const pulls = Array.from({ length: 50 }, () => new Pull());
      for (const pull of pulls) {
        await pull.bind("tcp://127.0.0.1:*");
        pull.receive().catch(() => {});
      }
      const pause = (time) => new Promise((resolve) => setTimeout(resolve, time));
      // The runtime's own compiling may take a while on a busy machine: of these seconds, one is to be quiet.
      let used = Infinity;
      for (let second = 0; second < 20 && used >= 10; second++) {
        await pause(300);
        const before = process.cpuUsage();
        await pause(1000);
        const { user, system } = process.cpuUsage(before);
        used = (user + system) / 1000;
      }
      for (const pull of pulls) pull.close();
      console.log(used);
      `,
      { env: { ZMQ_POLLER: kind } },
    );
    assertEquals([outcome.code, outcome.stderr], [0, ""]);
    assert(Number(outcome.stdout) < 10, `${outcome.stdout.trim()} ms in a second`);
  });

  Deno.test(`${kind}: a process with open sockets ends when nothing waits any more`, async () => {
    const outcome = await run(
      `import { Dealer, Pull, Push } from "$MOD";
      const pull = new Pull();
      const push = new Push();
      const idle = new Dealer();
      await pull.bind("tcp://127.0.0.1:*");
      await idle.bind("tcp://127.0.0.1:*");
      push.connect(pull.lastEndpoint);
      const message = pull.receive();
      await push.send("x");
      console.log(String(await message));
      `,
      { env: { ZMQ_POLLER: kind } },
    );
    assertEquals(outcome, { code: 0, signal: null, stdout: "x\n", stderr: "" });
  });
}
