/** What a proxy's methods take, what ends a run, and what is printed. */

import { deepStrictEqual as assertEquals, ok as assert, rejects, throws } from "node:assert/strict";
import { inspect } from "node:util";
import { context, Dealer, Pull, Push, Router } from "../../mod.ts";
import { Proxy } from "../../proxy.ts";
import { soon } from "../waiting.ts";
import { bindBoth, tasks, WAYS } from "./support.ts";

// deno-lint-ignore no-explicit-any -- what the types refuse is to be refused at run time, too
type Any = any;

for (const [way, options] of WAYS) {
  Deno.test(`${way}: an abort ends a run in order: what has come is passed on, and the promise resolves`, async () => {
    await using setting = await tasks(options);
    const { proxy, sender, receiver } = setting;
    // Or the first message would wait for the proxy that has ended to come back.
    sender.disconnect(sender.lastEndpoint!);
    proxy.terminate();
    await soon(setting.run);
    const ending = new AbortController();
    const next = new Proxy(new Pull(), new Push(), options);
    await bindBoth(next);
    sender.connect(next.frontEnd.lastEndpoint!);
    receiver.connect(next.backEnd.lastEndpoint!);
    const run = next.run({ signal: ending.signal });
    for (let i = 0; i < 50; i++) await sender.send(`${i}`);
    ending.abort("enough");
    assertEquals(await soon(run), undefined);
    assert(next.frontEnd.closed && next.backEnd.closed);
    for (let i = 0; i < 50; i++) assertEquals(String(await soon(receiver.receive())), `${i}`);
  });

  Deno.test(`${way}: a run whose signal was aborted before ends at once, in order`, async () => {
    const proxy = new Proxy(new Pull(), new Push(), options);
    await bindBoth(proxy);
    await soon(proxy.run({ signal: AbortSignal.abort("no") }));
    assert(proxy.frontEnd.closed && proxy.backEnd.closed);
  });

  Deno.test(`${way}: an abort after the end does nothing, also to sockets that stay open`, async () => {
    const proxy = new Proxy(new Pull(), new Push(), { ...options, keepOpen: true });
    await bindBoth(proxy);
    const ending = new AbortController();
    const run = proxy.run({ signal: ending.signal });
    proxy.terminate();
    await soon(run);
    const again = proxy.run();
    ending.abort();
    assert(proxy.running);
    proxy.terminate({ timeout: 0 });
    await soon(again);
    proxy[Symbol.dispose]();
    for (const socket of [proxy.frontEnd, proxy.backEnd]) socket.close();
  });

  Deno.test(`${way}: a proxy that runs is among what keeps the process alive`, async () => {
    const proxy = new Proxy(new Pull(), new Push(), options);
    await bindBoth(proxy);
    const keeps = `Proxy.run: Pull at ${proxy.frontEnd.lastEndpoint}`;
    const run = proxy.run();
    const seen = Deno.inspect(context, { strAbbreviateSize: 1000 });
    proxy.terminate();
    await soon(run);
    assert(seen.includes(keeps), seen);
    assert(!Deno.inspect(context).includes("Proxy.run"));
  });
}

Deno.test("run and terminate refuse what they don't take, and the proxy goes on", async () => {
  const proxy: Any = new Proxy(new Pull(), new Push());
  await bindBoth(proxy);
  await rejects(proxy.run({ singal: 1 }), { name: "TypeError", message: /did you mean signal\?/ });
  await rejects(proxy.run({ signal: {} }), { name: "TypeError" });
  await rejects(proxy.run({ timeout: 5 }), { name: "TypeError" });
  await rejects(proxy.run(5), { name: "TypeError", message: /\{ signal \}/ });
  assertEquals(proxy.running, false);
  const run = proxy.run();
  throws(() => proxy.terminate({ drain: 5 }), { name: "TypeError" });
  throws(() => proxy.terminate(5), { name: "TypeError", message: /\{ timeout: 5 \}/ });
  throws(() => proxy.terminate({ timeout: 5 }, 1), { name: "TypeError" });
  assertEquals(proxy.running, true);
  proxy.terminate({ timeout: 5 });
  await soon(run);
});

Deno.test("a proxy prints its sockets, and whether it runs", async () => {
  using front = new Router();
  using back = new Dealer();
  const proxy = new Proxy(front, back);
  const address = await front.bind("tcp://127.0.0.1:*");
  for (const print of [Deno.inspect, inspect]) {
    const text = print(proxy).replaceAll("'", '"').replace(/\s+/g, " ");
    assertEquals(
      text,
      `Proxy { frontEnd: "Router at ${address}", ` +
        'backEnd: "Dealer, neither bound nor connected", running: false, paused: false }',
    );
  }
});
