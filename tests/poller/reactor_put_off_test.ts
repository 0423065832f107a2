/** What is put off to the next tick, again and again, keeps no socket from its message. */

import { ok as assert, strictEqual } from "node:assert/strict";
import { Pull, Push } from "../../mod.ts";
import { reactor } from "../../poller/reactor.ts";
import { freshAddress, join } from "../util.ts";
import { soon } from "../waiting.ts";

Deno.test("while each tick puts something off to the next, a socket gets its message", async () => {
  using pull = new Pull();
  using push = new Push();
  await join(pull, push, freshAddress("inproc"));
  // Short waits, after which this thread waits itself.
  for (let i = 0; i < 100; i++) {
    const received = pull.receive();
    setImmediate(() => push.sendSync(`${i}`));
    await received;
  }
  const most = 20_000;
  let ticks = 0;
  const again = () => {
    if (++ticks === 20) push.sendSync("then");
    if (ticks < most) reactor().putOff(again);
  };
  const received = pull.receive();
  again();
  strictEqual(String(await soon(received)), "then");
  assert(ticks < most, "it came when nothing was put off any more");
  ticks = most;
});
