/** What a proxy that was told to end still waits for, and passes on. */

import { deepStrictEqual as assertEquals, ok as assert } from "node:assert/strict";
import { Dealer, type Frame } from "../../mod.ts";
import { Proxy } from "../../proxy.ts";
import { receivedMany } from "../socket/support.ts";
import { fill, Setting } from "./support.ts";
import { soon, STUCK } from "../waiting.ts";

for (const filter of [undefined, (message: Frame[]) => message]) {
  const how = filter === undefined ? "" : ", with a filter";
  Deno.test(`a proxy that is ending waits for room in either direction, also for what comes meanwhile${how}`, async () => {
    const marks = { receiveHighWaterMark: 1, sendHighWaterMark: 1, linger: 0 };
    const proxy = new Proxy(new Dealer(marks), new Dealer(marks), { filter });
    await using setting = await Setting.begin(proxy, new Dealer(marks), new Dealer(marks));
    const { sender, receiver, run } = setting;
    const numbers = (count: number) => Array.from({ length: count }, (_, i) => `${i}`);
    const before = await fill(receiver);
    proxy.terminate({ timeout: 10 * STUCK });
    // There was nothing in this direction when the end began.
    const meanwhile = await fill(sender);
    assert(proxy.running);
    assertEquals(await receivedMany(sender, before), numbers(before));
    assertEquals(await receivedMany(receiver, meanwhile), numbers(meanwhile));
    await soon(run);
    assertEquals(proxy.unsent, []);
  });
}
