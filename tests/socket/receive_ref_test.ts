/** Receives and iterations that don't keep the process alive. */

import { deepStrictEqual as assertEquals, ok as assert, rejects } from "node:assert/strict";
import { Dealer, Pull, Push } from "../../mod.ts";
import { BACKGROUND_INTERVAL, backgroundSources } from "../../poller/background.ts";
import { handleOf } from "../../socket/handle.ts";
import { Parks, Patience } from "../poller/support.ts";
import { run } from "../program.ts";
import { freshAddress, join } from "../util.ts";
import { eachTransport, pipeline, texts } from "./support.ts";
import { soon, turns, turnsUntil } from "../waiting.ts";

const REF = { ref: false };

/** Runs what a program does with a bound Pull, `pull`, and returns how it ended. */
async function program(body: string) {
  const { code, signal, stdout, stderr } = await run(`
    import { Pull, Push } from "$MOD";
    const pull = new Pull();
    const address = await pull.bind("tcp://127.0.0.1:*");
    ${body}
    console.log("end of the program's text");
  `);
  return { code, signal, stdout: stdout.trim().split("\n"), stderr };
}

for (
  const [what, body] of [
    ["a receive", "pull.receive({ ref: false });"],
    ["a receive with a timeout", "pull.receive({ ref: false, timeout: 600_000 });"],
    [
      "an iteration",
      "(async () => { for await (const _ of pull.iterate({ ref: false })); })();",
    ],
  ]
) {
  Deno.test(`${what} with ref: false doesn't keep the process alive`, async () => {
    assertEquals(await program(body), {
      code: 0,
      signal: null,
      stdout: ["end of the program's text"],
      stderr: "",
    });
  });
}

Deno.test("a receive with ref: false gets its message while a timer keeps the process alive", async () => {
  const { code, stdout } = await program(`
    const timer = setInterval(() => {}, 60_000);
    pull.receive({ ref: false }).then(([frame]) => {
      console.log(frame.text());
      clearInterval(timer);
    });
    const push = new Push();
    push.connect(address);
    push.trySend("hello") || push.send("hello");
  `);
  assertEquals([code, stdout], [0, ["end of the program's text", "hello"]]);
});

for (const over of eachTransport()) {
  Deno.test(
    over(
      "receives with ref: false are served in order, and no thread waits for them",
      async (address) => {
        using push = new Push();
        using pull = new Pull();
        await join(pull, push, address);
        using parks = new Parks();
        const times: number[] = [];
        for (let i = 0; i < 10; i++) {
          const both = [pull.receive(REF), pull.receive(REF)];
          for (const text of ["first", "second"]) {
            assert(push.trySend(text) || (await push.send(text), true));
          }
          const begun = performance.now();
          assertEquals((await soon(Promise.all(both))).flatMap(texts), ["first", "second"]);
          times.push(performance.now() - begun);
        }
        // The idle timer of other sockets would take a second each time; on a busy machine some of these may be late, too.
        assert(Math.min(...times) < 20 * BACKGROUND_INTERVAL, `${times} ms`);
        assertEquals(parks.outstanding, 0);
      },
    ),
  );
}

Deno.test("while something else waits, a receive with ref: false gets its message by the socket's edge", async () => {
  using push = new Push();
  using pull = new Pull();
  await join(pull, push);
  using parks = new Parks();
  using _patience = new Patience();
  for (let i = 0; i < 5; i++) {
    const receive = pull.receive(REF);
    await turnsUntil(() => parks.outstanding === 1, "the sleep");
    await push.send(`${i}`);
    assertEquals(texts(await soon(receive)), [`${i}`]);
  }
});

Deno.test("a receive with ref: false has its time-out although nothing waits", async () => {
  using pull = new Pull();
  for (const timeout of [3, 60]) {
    const begun = performance.now();
    await rejects(soon(pull.receive({ ref: false, timeout })), { code: "EAGAIN" });
    const took = performance.now() - begun;
    assert(took >= timeout - 1 && took < timeout + 20 * BACKGROUND_INTERVAL, `${took} ms`);
  }
});

Deno.test("a receive with ref: false has its time-out while something else waits without one", async () => {
  using pull = new Pull();
  using parks = new Parks();
  using _patience = new Patience();
  await turnsUntil(() => parks.outstanding === 1, "the sleep");
  await rejects(soon(pull.receive({ ref: false, timeout: 10 })), { code: "EAGAIN" });
});

Deno.test("a receive with ref: false ends with its signal, and with its socket", async () => {
  const pull = new Pull();
  const controller = new AbortController();
  const aborted = rejects(pull.receive({ ref: false, signal: controller.signal }), {
    message: "enough",
  });
  const closed = rejects(pull.receive(REF), { code: "EBADF" });
  await turns(2);
  controller.abort(new Error("enough"));
  await soon(aborted);
  pull.close();
  await soon(closed);
});

Deno.test("receives with ref: false that have ended leave nothing in the background", async () => {
  using sockets = await pipeline();
  const { push, pull } = sockets;
  const handle = handleOf(pull);
  const receives = [pull.receive(REF), pull.receive(REF)];
  assert(backgroundSources.has(handle));
  await push.send("first");
  await soon(receives[0]);
  assert(backgroundSources.has(handle));
  await push.send("second");
  await soon(receives[1]);
  assertEquals([backgroundSources.has(handle), handle.dependents], [false, 0]);
});

Deno.test("receives with and without ref share one queue", async () => {
  using sockets = await pipeline();
  const { push, pull } = sockets;
  const receives = [pull.receive(), pull.receive(REF), pull.receive()];
  for (const text of ["a", "b", "c"]) await push.send(text);
  assertEquals((await soon(Promise.all(receives))).flatMap(texts), ["a", "b", "c"]);
});

Deno.test("a receive with ref: false goes on while its socket sends", async () => {
  using one = new Dealer();
  using other = new Dealer();
  await join(one, other, freshAddress("tcp"));
  const receive = one.receive(REF);
  assert(one.trySend("there") || await one.send("there") === undefined);
  const [question] = await soon(other.receive());
  await other.send(`${question} and back`);
  assertEquals(texts(await soon(receive)), ["there and back"]);
});
