/** Programs that put a fake clock in the place of the runtime's timers, as tests do. */

import { deepStrictEqual as assertEquals } from "node:assert/strict";
import { PROGRAM_KINDS } from "./support.ts";
import { run } from "../program.ts";

/** From here on no timer, immediate or microtask fires but those that were looked up before; each call is noted. */
const FAKE_CLOCK = `
  const called = [];
  const unref = Deno.unrefTimer;
  let foreign = 0;
  Deno.unrefTimer = (timer) => timer === 1 ? foreign++ : unref(timer);
  for (
    const name of [
      "setTimeout", "clearTimeout", "setInterval", "clearInterval", "setImmediate", "queueMicrotask",
    ]
  ) {
    globalThis[name] = () => {
      called.push(name);
      return 1;
    };
  }
`;

for (const kind of PROGRAM_KINDS) {
  Deno.test(`${kind}: under a fake clock, no wait ended, and a foreign timer was taken for ours`, async () => {
    const outcome = await run(
      `import { Poller, Pull, Push } from "$MOD";
      const { pollable } = await import(new URL("poller/pollable.ts", "$MOD"));
      ${FAKE_CLOCK}
      using pull = new Pull();
      using push = new Push();
      const looks = [];
      const { look } = pull[pollable];
      pull[pollable].look = function () {
        looks.push(1);
        return look.call(this);
      };
      await pull.bind("tcp://127.0.0.1:*");
      push.connect(pull.lastEndpoint!);
      await push.send("x");
      console.log(String(await pull.receive()));
      using poller = new Poller();
      poller.add(pull);
      const wait = poller.wait({ timeout: 5000 });
      await push.send("y");
      console.log((await wait).length, String(pull.tryReceive()));
      poller.close();
      // A peer that comes while nothing waits: the idle timer has the socket looked at.
      using later = new Push();
      const before = looks.length;
      later.connect(pull.lastEndpoint!);
      const limit = performance.now() + 30_000;
      while (looks.length === before && performance.now() < limit) {
        await Deno.stat("."); // a turn of the event loop
      }
      console.log(looks.length > before, called, foreign);
      pull.close();
      push.close();
      later.close();
      `,
      { env: { ZMQ_POLLER: kind } },
    );
    assertEquals([outcome.stderr, outcome.code], ["", 0]);
    assertEquals(outcome.stdout, "x\n1 y\ntrue [] 0\n");
  });
}

Deno.test("under a fake clock, the drop-in's bind never ended", async () => {
  const outcome = await run(
    `import { Pull, Push } from "$ROOT/zeromq.ts";
    ${FAKE_CLOCK}
    const pull = new Pull();
    const push = new Push();
    await pull.bind("inproc://here");
    push.connect("inproc://here");
    for (let i = 0; i < 1000; i++) await push.send("x");
    for (let i = 0; i < 1000; i++) await pull.receive();
    pull.close();
    push.close();
    console.log("done", called, foreign);`,
  );
  assertEquals([outcome.stderr, outcome.code], ["", 0]);
  assertEquals(outcome.stdout, "done [] 0\n");
});
