/** Children that hang: what the parent hears of them, and when it ends them. */

import {
  deepStrictEqual as assertEquals,
  match as assertMatch,
  ok as assert,
  rejects,
} from "node:assert/strict";
import { Request } from "../../mod.ts";
import { POLLIN } from "../../ffi/constants.ts";
import { libc } from "../../ffi/libc.ts";
import { Child } from "../../supervise/child.ts";
import { listenAt, stopListening } from "../../supervise/listening.ts";
import { Life, showSign } from "../../supervise/life.ts";
import { type ProcessEnd, Supervisor } from "../../supervise/mod.ts";
import { pollNow } from "../../poller/fd.ts";
import { openDescriptors, pipe } from "../fds.ts";
import { ROOT } from "../files.ts";
import { replaced } from "../replacing.ts";
import { onLinux } from "../socket/support.ts";
import { withFolder } from "../util.ts";
import { pause, soon, turnsUntil } from "../waiting.ts";
import { ANY, supervising } from "./support.ts";

/** Answers with its process id; to "hang" never, since it's in an endless loop then, and to "compute" after a while. */
const CHILD = `
  import { Router } from "${ROOT}mod.ts";
  import { supervised } from "${ROOT}supervise/mod.ts";
  const standStill = (time) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, time);
  await using router = new Router();
  const { bind } = await supervised();
  await bind(router);
  for await (const message of router) {
    const question = String(message.pop());
    while (question === "hang") standStill(1000);
    if (question === "compute") standStill(200);
    await router.send([...message, String(Deno.pid)]);
    if (question === "finish") break;
  }
`;

/** Has a shell give one sign of life. */
const ONE_SIGN = 'fd=${order##*\\"fd\\":}; printf . > /dev/fd/${fd%%,*}';

/** Asks, and again where no answer comes. Returns the id of the process that has answered. */
type Ask = (question: string) => Promise<number>;

/** Has a body run with a client of supervised children. */
function served(
  unresponsiveAfter: number,
  body: (ask: Ask, client: Request, ends: ProcessEnd[]) => Promise<void>,
): Promise<void> {
  return withFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/child.ts`, CHILD);
    const ends: ProcessEnd[] = [];
    await using supervisor = await Supervisor.listen(Deno.execPath(), {
      args: ["run", "--no-check", "--no-lock", "--no-prompt", "--allow-ffi", `${folder}/child.ts`],
      listen: ANY,
      unresponsiveAfter,
      onEnd: (end) => ends.push(end),
    });
    const running = supervisor.run();
    using client = new Request({ relaxed: true, correlate: true, linger: 0 });
    client.connect(supervisor.addresses[0]);
    const ask = async (question: string): Promise<number> => {
      for (;;) {
        await client.send(question);
        try {
          return Number(String(await client.receive({ timeout: 1000 })));
        } catch (error) {
          if ((error as { code?: string }).code !== "EAGAIN") throw error;
        }
      }
    };
    await body(ask, client, ends);
    assertEquals((await soon(running)).code, 0);
  });
}

Deno.test("a child that hung was never replaced, and its clients asked in vain", () =>
  served(1000, async (ask, client, ends) => {
    const hung = await soon(ask("who"));
    await client.send("hang");
    await soon(ask("finish"));
    const of = ends.filter(({ pid }) => pid === hung);
    assertEquals(of.map(({ signal, unresponsive }) => [signal, unresponsive]), [["SIGKILL", true]]);
  }));

Deno.test("a child whose event loop stands still for less than it may isn't ended", () =>
  served(10_000, async (ask, _client, ends) => {
    const pid = await soon(ask("compute"));
    assertEquals([await soon(ask("finish")), ends], [pid, []]);
  }));

Deno.test("a child gives signs of life again and again while its event loop turns", () =>
  withFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/child.ts`, CHILD);
    using signs = pipe();
    const listening = await listenAt(ANY, 10);
    const args = ["run", "--no-check", "--no-lock", "--allow-ffi", `${folder}/child.ts`];
    const child = new Child(Deno.execPath(), { args }, [listening], { fd: signs.write, every: 10 });
    child.begin();
    for (let heard = 0; heard < 3; heard++) {
      await turnsUntil(() => pollNow(signs.read, POLLIN) === POLLIN, "a sign");
      libc().read(signs.read, new Uint8Array(65_536), 65_536n);
    }
    child.kill("SIGKILL");
    await soon(child.status);
    stopListening(listening);
  }));

Deno.test("a child that serves at two addresses gives its signs by the pipe, and not by the second one's descriptor", async () => {
  using signs = pipe();
  const listening = [await listenAt(ANY, 10), await listenAt(ANY, 10)];
  const args = ["-c", `read -r order; read -r begin; ${ONE_SIGN}`];
  const child = new Child("/bin/sh", { args }, listening, { fd: signs.write, every: 10 });
  child.begin();
  await soon(child.status);
  assertEquals(pollNow(signs.read, POLLIN), POLLIN);
  listening.forEach(stopListening);
});

Deno.test("a child that gives no sign when its turn has come is ended, which the supervisor says", () =>
  supervising(
    "read -r order; read -r begin; log begun; exec sleep 100",
    { unresponsiveAfter: 100, maxStarts: 1, onEnd: undefined },
    async ({ supervisor }) => {
      const { error } = console;
      let line = "";
      console.error = (text) => line = text;
      try {
        await rejects(soon(supervisor.run()), /given up: 1 starts .* SIGKILL/);
      } finally {
        console.error = error;
      }
      assertMatch(
        line,
        /^deno-zmq: process \d+ has ended \(it hung\) after \d+ ms/,
      );
    },
  ));

Deno.test("a child that has given a sign, and no further one, is ended soon", () =>
  supervising(
    `read -r order; read -r begin; ${ONE_SIGN}; exec sleep 100`,
    { unresponsiveAfter: 1000, maxStarts: 1 },
    async ({ supervisor, ends }) => {
      await rejects(soon(supervisor.run()), /given up/);
      assert(ends[0].unresponsive && ends[0].uptime < 10_000);
    },
  ));

Deno.test("a child that was told to end isn't unresponsive while it does", () =>
  supervising(
    `read -r order; read -r begin; trap 'sleep 2.2; exit 5' TERM; ${ONE_SIGN}; log begun; while :; do sleep 0.01; done`,
    { unresponsiveAfter: 2000 },
    async ({ supervisor, logged }) => {
      const running = supervisor.run();
      await logged("begun", 1);
      supervisor.close();
      const { code, signal, unresponsive } = await soon(running);
      assertEquals([code, signal, unresponsive], [5, null, false]);
    },
  ));

Deno.test("a supervisor that was suspended took its child for one that hangs", async () => {
  const life = new Life(100);
  let unresponsive = false;
  const unwatch = life.watch(() => unresponsive = true);
  try {
    // Neither this loop turns, nor does a child's, as when the whole machine is suspended.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1200);
    await pause(0);
    assertEquals(unresponsive, false);
  } finally {
    unwatch();
    life.close();
  }
});

Deno.test("a child has ten times as long to its first sign, whatever the one before has said, and then once as long", () => {
  const life = new Life(100);
  let look = () => {};
  let over = 0;
  const looks = (count: number) => {
    for (let i = 0; i < count; i++) look();
    return over;
  };
  using _ = replaced(
    globalThis,
    "setInterval",
    ((action: () => void) => {
      look = action;
      return undefined;
    }) as never,
  );
  showSign(life.fd);
  life.watch(() => over++);
  assertEquals([looks(99), looks(1)], [0, 1]);
  life.watch(() => over++);
  showSign(life.fd);
  assertEquals([looks(1 + 9), looks(1)], [1, 2]);
  life.close();
});

Deno.test("a child that may be silent for a long time isn't looked for all the time", () => {
  for (const [unresponsiveAfter, every] of [[100, 10], [1e12, 2 ** 31 - 1]]) {
    const life = new Life(unresponsiveAfter);
    assertEquals(life.every, every);
    life.close();
  }
});

Deno.test("a sign that no one reads, since the supervisor is suspended, blocks no child", () => {
  const life = new Life(1000);
  for (let i = 0; i < 70_000; i++) showSign(life.fd);
  life.close();
});

Deno.test(
  onLinux("a supervisor that looks for signs of life leaves no descriptor open", async () => {
    // But for the timer that the event loop's thread has from its first wait on
    const open = () => openDescriptors().filter((one) => !one.endsWith("[timerfd]"));
    const before = open();
    for (const run of [true, false]) {
      await using supervisor = await Supervisor.listen("/bin/sh", {
        args: ["-c", "exit 0"],
        listen: ANY,
        spare: false,
        unresponsiveAfter: 1000,
      });
      if (run) await soon(supervisor.run());
    }
    await turnsUntil(() => open().length <= before.length, "their end");
  }),
);
