import { deepStrictEqual as assertEquals, ok as assert, rejects, throws } from "node:assert/strict";
import { Context, Pull, Push } from "../../mod.ts";
import { Proxy } from "../../proxy.ts";
import { received } from "./support.ts";
import { bindBoth, tasks } from "../proxy/support.ts";
import { soon, turn } from "../waiting.ts";

const BUSY = { name: "ZmqError", code: "EBUSY", message: /A native proxy has this socket/ };

Deno.test("while a native proxy runs, every call on its sockets throws EBUSY", async () => {
  await using setting = await tasks({ native: true, keepOpen: true });
  const { frontEnd: pull, backEnd: push } = setting.proxy;
  const sync: (() => unknown)[] = [
    () => pull.tryReceive(),
    () => pull.receiveSync({ timeout: 0 }),
    () => [...pull.drain()],
    () => pull.visit(() => {}),
    () => push.trySend("x"),
    () => push.sendSync("x", { timeout: 0 }),
    () => pull.readable,
    () => push.writable,
    () => pull.lastEndpoint,
    () => pull.bindSync("inproc://x"),
    () => push.connect("inproc://x"),
    () => push.disconnect("inproc://x"),
    () => pull.linger,
    () => pull.linger = 1,
    () => pull.close(),
  ];
  for (const call of sync) throws(call, BUSY, String(call));
  const async: (() => Promise<unknown>)[] = [
    () => pull.receive(),
    () => pull[Symbol.asyncIterator]().next(),
    () => push.send("x"),
    () => pull.bind("inproc://x"),
    () => pull.unbind("inproc://x"),
  ];
  for (const call of async) await rejects(call(), BUSY, String(call));
  assert(!pull.closed);
  await setting.sender.send("undisturbed");
  assertEquals(await received(setting.receiver), ["undisturbed"]);
  setting.proxy.terminate();
  await soon(setting.run);
  assertEquals([pull.linger, pull.tryReceive()], [-1, undefined]);
});

Deno.test("calls beyond a tick's budget fail, too, and don't reach the socket later", async () => {
  await using setting = await tasks({ native: true });
  const { frontEnd: pull, backEnd: push } = setting.proxy;
  const calls = Array.from({ length: 1500 }, () => [pull.receive(), push.send("x")]).flat();
  for (const call of calls) await rejects(call, BUSY);
  await setting.sender.send("undisturbed");
  assertEquals(await received(setting.receiver), ["undisturbed"]);
});

Deno.test("a native proxy takes its context's sockets as its control, and returns them", async () => {
  const context = new Context({ maxSockets: 4 });
  const proxy = new Proxy(new Pull({ context }), new Push({ context }), {
    native: true,
    keepOpen: true,
  });
  await bindBoth(proxy);
  for (let i = 0; i < 20; i++) {
    // libzmq takes a moment to free a closed socket's place.
    let run = proxy.run();
    for (;;) {
      // What can't begin has rejected by the next turn.
      const error = await Promise.race([run.catch((error: { code?: string }) => error), turn()]);
      if (!error) break;
      assertEquals(error.code, "EMFILE");
      await turn();
      run = proxy.run();
    }
    proxy.terminate();
    await soon(run);
  }
  assert(!proxy.frontEnd.closed);
  context.close();
});
