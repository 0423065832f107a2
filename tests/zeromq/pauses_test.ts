import { deepStrictEqual as assertEquals, ok as assert } from "node:assert/strict";
import { keepers } from "../../poller/reactor.ts";
import { Pair } from "../../zeromq.ts";
import { eachTransport } from "../socket/support.ts";
import { freshAddress, join } from "../util.ts";
import { withPairs } from "./support.ts";
import { pause, soon, turn } from "../waiting.ts";

for (const over of eachTransport()) {
  Deno.test(over("loops over messages that are there let timers fire", async (address) => {
    await withPairs(address, async (one, other) => {
      one.sendHighWaterMark = 5000;
      other.receiveHighWaterMark = 5000;
      const ticksOf = async (action: () => Promise<void>) => {
        let ticks = 0;
        await pause(15); // what was before is over
        const interval = setInterval(() => ticks++, 0);
        await turn();
        ticks = 0;
        await action();
        clearInterval(interval);
        return ticks;
      };
      let [sending, receiving] = [0, 0];
      // The faster the machine is, the fewer ticks there are in a round.
      for (let round = 0; round < 100 && Math.min(sending, receiving) < 3; round++) {
        sending += await ticksOf(async () => {
          for (let i = 0; i < 2500; i++) await one.send("x");
        });
        receiving += await ticksOf(async () => {
          for (let i = 0; i < 2500; i++) await other.receive();
        });
      }
      assert(sending >= 3, `while sending: ${sending}`);
      assert(receiving >= 3, `while receiving: ${receiving}`);
    });
  }));
}

Deno.test("closing in a pause for timers ends what pauses: one is sent, one is received", async () => {
  const one = new Pair({ linger: 0, sendHighWaterMark: 0 });
  const other = new Pair({ linger: 0, receiveHighWaterMark: 0 });
  await join(other, one, freshAddress("inproc"));
  // Each operation is answered in the same turn until that is used up; the next one pauses.
  const settledSoon = async (promise: Promise<unknown>) => {
    let done = false;
    promise.then(() => done = true);
    for (let i = 0; i < 5; i++) await Promise.resolve();
    return done;
  };
  let sent = one.send("x");
  let count = 1;
  while (await settledSoon(sent)) {
    sent = one.send("x");
    count++;
  }
  one.close();
  await sent;
  // Its timer would be due by now. What began to wait then kept the process alive.
  await pause(2);
  assertEquals(keepers(), []);
  for (let i = 1; i < count; i++) await other.receive();
  assertEquals(`${await soon(other.receive())}`, "x");
  other.close();
});
