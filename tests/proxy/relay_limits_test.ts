/** Proxies whose sockets have limits on messages of several parts. */

import { deepStrictEqual as assertEquals, rejects } from "node:assert/strict";
import { Pull, Push } from "../../mod.ts";
import { Proxy } from "../../proxy.ts";
import { received } from "../socket/support.ts";
import { freshAddress, join } from "../util.ts";
import { soon } from "../waiting.ts";
import { bindBoth, Setting } from "./support.ts";

const LIMITS = { maxMessageParts: 3 };
/** More parts than are dropped at once. */
const poison = () => Array<string>(10_000).fill("");

for (const filter of [undefined, (message: Uint8Array[]) => message]) {
  Deno.test(`a proxy${filter ? " with a filter" : ""} passes on what is within its sockets' limits`, async () => {
    await using front = new Pull({ ...LIMITS, receiveHighWaterMark: 0 });
    await using back = new Push();
    await using push = new Push({ sendHighWaterMark: 0 });
    await using pull = new Pull();
    await join(front, push, freshAddress("inproc"));
    await join(pull, back, freshAddress("inproc"));
    const proxy = new Proxy(front, back, filter && { filter });
    const run = proxy.run();
    await push.send(["a", "b", "c"]);
    for (let i = 0; i < 3; i++) await push.send(poison());
    await push.send(["a", "b", "c", "d"]); // one more than may be
    await push.send("end");
    assertEquals((await soon(pull.receive())).map(String), ["a", "b", "c"]);
    assertEquals(String(await soon(pull.receive())), "end");
    assertEquals(front.droppedMessages, 4);
    proxy.terminate();
    await soon(run);
  });
}

Deno.test("a proxy that ends in the middle of what is dropped leaves the next message whole", async () => {
  await using front = new Pull({ ...LIMITS, receiveHighWaterMark: 0 });
  await using back = new Push();
  await using push = new Push({ sendHighWaterMark: 0 });
  await using pull = new Pull();
  await join(front, push, freshAddress("inproc"));
  await join(pull, back, freshAddress("inproc"));
  const proxy = new Proxy(front, back, { keepOpen: true });
  const run = proxy.run();
  await push.send("first");
  await push.send(poison());
  await push.send("second");
  await soon(pull.receive());
  proxy.terminate();
  await soon(run);
  const left = [pull.tryReceive(), front.tryReceive(), front.tryReceive(), front.tryReceive()];
  assertEquals(left.filter((message) => message !== undefined).map(String), ["second"]);
});

Deno.test("a native proxy, which doesn't look, refuses a socket with limits", async () => {
  const proxy = new Proxy(new Pull(LIMITS), new Push(), { native: true });
  await bindBoth(proxy);
  await rejects(proxy.run(), { code: "EINVAL", message: /doesn't look/ });
  proxy[Symbol.dispose]();
});

Deno.test("a native proxy refused a socket whose limits were set to none", async () => {
  const none = { maxMessageParts: Infinity, maxMultipartSize: Infinity };
  await using setting = await Setting.begin(
    new Proxy(new Pull(none), new Push(), { native: true }),
    new Push(),
    new Pull(),
  );
  await setting.sender.send("goes through");
  assertEquals(await received(setting.receiver), ["goes through"]);
});
