/** A Poller and the process: what keeps it alive, what is given back, and that ZeroMQ isn't needed. */

import { deepStrictEqual as assertEquals } from "node:assert/strict";
import { KINDS, LINUX } from "./support.ts";
import { run } from "../program.ts";

/** Runs a program over a backend, and claims that it ends well, having printed that. */
async function prints(
  expected: string,
  source: string,
  options: { flags?: string[]; env?: Record<string, string> } = {},
): Promise<void> {
  const outcome = await run(source, options);
  assertEquals(outcome, { code: 0, signal: null, stdout: expected, stderr: "" });
}

for (const kind of KINDS) {
  const env = { ZMQ_POLLER: kind };

  Deno.test(`${kind}: a Poller that waits keeps the process alive`, () =>
    prints(
      "woken\nready\n",
      `import { Poller, Pull, Push } from "$MOD";
      const poller = new Poller();
      const pull = new Pull();
      const push = new Push();
      await pull.bind("tcp://127.0.0.1:*");
      push.connect(pull.lastEndpoint!);
      poller.add(pull);
      poller.wait().then(() => {
        console.log("woken");
        Deno.unrefTimer(setTimeout(() => push.sendSync("x"), 100));
        return poller.wait();
      }).then((ready) => console.log(ready.length === 1 ? "ready" : "not ready"));
      Deno.unrefTimer(setTimeout(() => poller.wake(), 100));
      `,
      { env },
    ));

  Deno.test(`${kind}: a Poller that doesn't wait doesn't keep the process alive, whatever it has`, () =>
    prints(
      "end\n",
      `import { Poller, Pull, Push } from "$MOD";
      import { pipe } from "$ROOT/tests/fds.ts";
      const poller = new Poller();
      const pull = new Pull();
      const push = new Push();
      const { read, write } = pipe();
      await pull.bind("tcp://127.0.0.1:*");
      push.connect(pull.lastEndpoint!);
      for (const source of [pull, push, read, write]) poller.add(source);
      console.log("end");
      `,
      { env },
    ));

  Deno.test(`${kind}: after its wait, however that ended, a Poller doesn't keep the process alive`, () =>
    prints(
      "0 my reason\n",
      `import { Poller, Pull } from "$MOD";
      const poller = new Poller();
      poller.add(new Pull());
      const controller = new AbortController();
      const { length } = await poller.wait({ timeout: 20 });
      const wait = poller.wait({ timeout: 1e9, signal: controller.signal });
      setTimeout(() => controller.abort("my reason"), 20);
      console.log(length, await wait.catch((reason) => reason));
      `,
      { env },
    ));

  Deno.test({
    name:
      `${kind}: a Poller that was dropped gives its descriptors back, and its sockets let go of it`,
    ignore: !LINUX,
    fn: () =>
      prints(
        "given back\n",
        `import { Poller, Pull } from "$MOD";
        import { pollable } from "$ROOT/poller/pollable.ts";
        import { openDescriptors, pipe, put } from "$ROOT/tests/fds.ts";
        const { read, write } = pipe();
        const pull = new Pull();
        async function use() {
          const poller = new Poller();
          poller.add(read);
          poller.add(pull);
          const wait = poller.wait();
          put(write);
          await wait;
          return poller;
        }
        // In a function of their own: the program's frame might keep the last one.
        async function useMany() {
          for (let i = 0; i < 50; i++) await use();
        }
        // Only these are counted, since Deno opens others for itself as time goes by.
        const sets = () => openDescriptors().filter((one) => one.includes("eventpoll")).length;
        (await use()).close();
        const before = sets();
        await useMany();
        const most = sets();
        const kept = () => sets() > before || pull[pollable].listeners !== undefined;
        for (let i = 0; i < 1000 && kept(); i++) {
          gc();
          await new Promise((resolve) => setTimeout(resolve, 1));
        }
        const expected = "${kind}" === "epoll" ? before + 1 : before;
        console.log(!kept() && most >= expected ? "given back" : [before, most, openDescriptors()]);
        `,
        { env, flags: ["-A", "--v8-flags=--expose-gc"] },
      ),
  });

  Deno.test(`${kind}: a Poller that waits isn't collected, though its program has dropped it`, () =>
    prints(
      "ready\n",
      `import { Poller } from "$MOD";
      import { pipe, put } from "$ROOT/tests/fds.ts";
      const { read, write } = pipe();
      function use() {
        const poller = new Poller();
        poller.add(read);
        return poller.wait();
      }
      const wait = use();
      for (let i = 0; i < 20; i++) {
        gc();
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
      put(write);
      console.log((await wait).length === 1 ? "ready" : "not ready");
      `,
      { env, flags: ["-A", "--v8-flags=--expose-gc"] },
    ));

  Deno.test(`${kind}: without any socket a Poller waits for descriptors, with --allow-ffi alone`, async () => {
    const outcome = await run(
      `import { Poller } from "$ROOT/poller/mod.ts";
      using poller = new Poller({ backend: "${kind}" });
      poller.add(0, { key: "stdin" });
      for (const { key, readable } of await poller.wait()) console.log(key, readable);
      poller.modify(0, { readable: false });
      console.log((await poller.wait({ timeout: 10 })).length);
      `,
      { flags: ["--allow-ffi"] },
    );
    assertEquals(outcome, { code: 0, signal: null, stdout: "stdin true\n0\n", stderr: "" });
  });
}
