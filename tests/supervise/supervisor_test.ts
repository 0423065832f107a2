import {
  deepStrictEqual as assertEquals,
  notStrictEqual,
  ok as assert,
  rejects,
  throws,
} from "node:assert/strict";
import { Pull } from "../../mod.ts";
import { libc, listens } from "../../ffi/libc.ts";
import { Supervisor } from "../../supervise/mod.ts";
import { backlogOf, openDescriptors } from "../fds.ts";
import { freePort } from "../ports.ts";
import { replaced, watched } from "../replacing.ts";
import { Reported } from "../reported.ts";
import { onLinux } from "../socket/support.ts";
import { withFolder } from "../util.ts";
import { soon, turnsUntil } from "../waiting.ts";
import { ANY, supervising } from "./support.ts";

/** A child that serves until it's told to end, and then takes this status. */
const SERVES =
  "log started; read -r order; read -r begin; trap 'kill $!; exit 5' TERM; sleep 100 & log begun; wait";

Deno.test("a child that finishes with status 0 isn't started again, and ends the supervisor", () =>
  supervising(
    "read -r order; read -r begin; log begun; exit 0",
    {},
    async ({ supervisor, ends, logged }) => {
      const { code, signal } = await soon(supervisor.run());
      assertEquals([code, signal, ends], [0, null, []]);
      assertEquals((await logged("begun", 1)).length, 1);
    },
  ));

Deno.test("a spare that had ended with status 0 before its turn ended the supervisor in its turn", () =>
  supervising(
    // Which one it is says its place in the log, however late it looks.
    'log started; place() { grep started $LOG | grep -n " $1\\$" | cut -d : -f 1; }; [ $(place $$) = 2 ] && exit 0; ' +
      "read -r order; read -r begin; log begun; [ $(place $$) = 3 ] && exit 0; " +
      "while [ -z \"$spare\" ]; do sleep 0.01; spare=$(grep started $LOG | sed -n '2s/started //p'); done; " +
      "while kill -0 $spare 2> /dev/null; do sleep 0.01; done; exit 3",
    { spare: true },
    async ({ supervisor, ends, logged }) => {
      const { pid } = await soon(supervisor.run());
      const [first, spare, next] = await logged("started", 3);
      assertEquals(ends.map(({ pid, code }) => [pid, code]), [[first, 3], [spare, 0]]);
      assertEquals([pid, await logged("begun", 2)], [next, [first, next]]);
    },
  ));

Deno.test("a child that ends by a signal, or with another status, is started again", () =>
  supervising(
    "read -r order; read -r begin; log begun; case $(count) in 1) kill -9 $$;; 2) exit 3;; esac; exit 0",
    {},
    async ({ supervisor, ends, logged }) => {
      await soon(supervisor.run());
      assertEquals(ends.map(({ code, signal }) => signal ?? code), ["SIGKILL", 3]);
      assertEquals(ends.map(({ pid }) => pid), (await logged("begun", 3)).slice(0, 2));
    },
  ));

Deno.test("a child that can't be kept alive is given up after so many starts", () =>
  supervising("exit 3", { maxStarts: 3 }, async ({ supervisor, ends }) => {
    const [address] = supervisor.addresses;
    const started = performance.now();
    await rejects(soon(supervisor.run()), /given up: 3 starts within 60000 ms, .* status 3/);
    // The second start comes at once, the third after 50 ms, and the end 100 ms after its child's.
    assert(performance.now() - started >= 149);
    assertEquals(ends.map(({ code }) => code), [3, 3, 3]);
    using pull = new Pull();
    await pull.bind(address); // it's free again
  }));

Deno.test("a start counts for the milliseconds within which starts are counted", () =>
  supervising(
    "read -r order; read -r begin; log begun; [ $(count) = 1 ] && exit 3; exit 0",
    { maxStarts: 1, within: 1 }, // a shell takes longer
    async ({ supervisor }) => {
      const { signal } = new AbortController();
      let left = 0;
      using _ = watched(signal, "removeEventListener", () => left++);
      assertEquals((await soon(supervisor.run({ signal }))).code, 0);
      assertEquals(left, 1);
    },
  ));

Deno.test("a child's end is reported before the next start waits, and a close ends that wait", () =>
  supervising("read -r order; read -r begin; exit 3", {}, async ({ supervisor, ends }) => {
    const { setTimeout } = globalThis;
    // The time for which the third start waits is never over.
    using _ = replaced(
      globalThis,
      "setTimeout",
      ((action: () => void, time: number) =>
        time === 50 ? undefined : setTimeout(action, time)) as never,
    );
    const running = supervisor.run();
    await turnsUntil(() => ends.length === 2, "the second end");
    supervisor.close();
    assertEquals((await soon(running)).code, 3);
  }));

Deno.test("what is thrown by a report of an end is uncaught, and ends nothing", () =>
  supervising(
    "read -r order; read -r begin; log begun; [ $(count) = 1 ] && exit 3; exit 0",
    {
      onEnd: () => {
        throw new Error("thrown");
      },
    },
    async ({ supervisor }) => {
      using reported = new Reported();
      assertEquals((await soon(supervisor.run())).code, 0);
      assertEquals(reported.errors.map(String), ["Error: thrown"]);
    },
  ));

Deno.test("the child gets SIGTERM when the signal is aborted, and its status is the result", () =>
  supervising(SERVES, {}, async ({ supervisor, ends, logged }) => {
    const stop = new AbortController();
    const running = supervisor.run({ signal: stop.signal });
    const [pid] = await logged("begun", 1);
    assertEquals(supervisor.pid, pid);
    stop.abort();
    const end = await soon(running);
    assertEquals([end.pid, end.code, end.signal, ends], [pid, 5, null, []]);
    assertEquals(supervisor.pid, undefined);
  }));

Deno.test("a supervisor's asynchronous disposal ends with its child", () =>
  supervising(SERVES, {}, async ({ supervisor, logged }) => {
    const running = supervisor.run();
    const [pid] = await logged("begun", 1);
    await soon(supervisor[Symbol.asyncDispose]());
    assertEquals(isAlive(pid), false);
    await running;
  }));

Deno.test("a run whose signal was aborted before starts no child, and listens no longer", () =>
  supervising("log started", {}, async ({ supervisor, logged }) => {
    const [address] = supervisor.addresses;
    const { pid, code } = await soon(supervisor.run({ signal: AbortSignal.abort() }));
    assertEquals([pid, code, await logged("started", 0)], [0, 0, []]);
    using pull = new Pull();
    await pull.bind(address);
  }));

Deno.test("a child that doesn't end when it's told to is killed after its time", () =>
  supervising(
    'trap "" TERM; read -r order; read -r begin; log begun; exec sleep 100',
    { gracePeriod: 50 },
    async ({ supervisor, logged }) => {
      const running = supervisor.run();
      await logged("begun", 1);
      supervisor.close();
      assertEquals((await soon(running)).signal, "SIGKILL");
    },
  ));

Deno.test("a long time to end killed the child at once", () =>
  supervising(
    "trap 'sleep 0.1; exit 5' TERM; read -r order; read -r begin; log begun; while :; do sleep 0.01; done",
    { gracePeriod: Infinity },
    async ({ supervisor, logged }) => {
      const running = supervisor.run();
      await logged("begun", 1);
      supervisor.close();
      assertEquals((await soon(running)).code, 5);
    },
  ));

Deno.test("a child that couldn't be started again at once ended the supervisor", () =>
  withFolder(async (folder) => {
    const [command, away] = [`${folder}/command`, `${folder}/away`];
    const write = (path: string, text: string) =>
      Deno.writeTextFileSync(path, `#!/bin/sh\n${text}\n`, { mode: 0o700 });
    write(command, 'mv "$0" "$0.first"; exit 3');
    write(away, "exit 0");
    const said: unknown[] = [];
    using _said = replaced(console, "error", (text: unknown) => void said.push(text));
    await using supervisor = await Supervisor.listen(command, {
      listen: ANY,
      spare: false,
      // The first start again comes before it: in a microtask.
      onEnd: () => setTimeout(() => Deno.renameSync(away, command)),
    });
    assertEquals((await soon(supervisor.run())).code, 0);
    assertEquals(said[0], "deno-zmq: a process can't be started, which is tried again:");
  }));

Deno.test("a spare child takes the place of the one that ends, and another one its own", () =>
  supervising(SERVES, { spare: true }, async ({ supervisor, logged }) => {
    const running = supervisor.run();
    const [first, spare] = await logged("started", 2);
    assertEquals(await logged("begun", 1), [first]);
    Deno.kill(first, "SIGKILL");
    assertEquals(await logged("begun", 2), [first, spare]);
    const third = (await logged("started", 3))[2];
    supervisor.close();
    assertEquals((await soon(running)).code, 5);
    assertEquals(isAlive(third), false); // it was killed, and waited for
  }));

Deno.test("a spare that can't be started ends nothing", () =>
  withFolder(async (folder) => {
    const cwd = `${folder}/cwd`;
    await Deno.mkdir(cwd);
    await supervising(SERVES, { spare: true, cwd }, async ({ supervisor, logged }) => {
      const { setTimeout } = globalThis;
      let startSpare = () => {};
      using _ = replaced(
        globalThis,
        "setTimeout",
        ((action: () => void, time: number) => {
          if (time !== 100) return setTimeout(action, time);
          return void (startSpare = action);
        }) as never,
      );
      const running = supervisor.run();
      await logged("begun", 1);
      await Deno.remove(cwd);
      startSpare();
      supervisor.close();
      assertEquals((await soon(running)).code, 5);
    });
  }));

Deno.test("what was done with a report of an end kept the port waiting for the next child", () =>
  supervising(SERVES, { spare: true }, async ({ supervisor, logged, ends }) => {
    const running = supervisor.run();
    const [first, spare] = await logged("started", 2);
    const pids: (number | undefined)[] = [];
    const push = ends.push;
    ends.push = (...all) => {
      pids.push(supervisor.pid);
      return push.apply(ends, all);
    };
    Deno.kill(first, "SIGKILL");
    await turnsUntil(() => pids.length > 0, "the report");
    assertEquals([pids, ends[0].pid], [[spare], first]);
    supervisor.close();
    await soon(running);
  }));

Deno.test("a supervisor runs once, and one that was closed doesn't listen", async () => {
  const options = { args: ["-c", "exit 0"], listen: [ANY, ANY], spare: false };
  const closed = await Supervisor.listen("/bin/sh", options);
  const [address, other] = closed.addresses;
  notStrictEqual(address, other);
  closed.close();
  closed.close();
  await rejects(closed.run(), /run already, or closed/);
  using pull = new Pull();
  await pull.bind(address);
  await using run = await Supervisor.listen("/bin/sh", options);
  await soon(run.run());
  await rejects(run.run(), /run already, or closed/);
  await using missing = await Supervisor.listen("/nowhere/command", { listen: ANY });
  await rejects(missing.run(), Deno.errors.NotFound);
});

Deno.test("a close, a second one, and the end of a run close what the supervisor has opened once", () =>
  supervising(SERVES, {}, async ({ supervisor, logged }) => {
    const closed: number[] = [];
    const listening: number[] = [];
    using _ = watched(libc(), "close", (fd) => {
      closed.push(fd);
      if (listens(fd) === 1) listening.push(fd);
    });
    const never = await Supervisor.listen("/bin/sh", { listen: ANY });
    const running = supervisor.run();
    await logged("begun", 1);
    closed.length = listening.length = 0; // what the child has inherited
    for (const one of [never, never, supervisor, supervisor]) one.close();
    assertEquals(listening.length, 1); // of the one that runs, its child's end comes before
    await soon(running);
    supervisor.close();
    assertEquals(listening.length, 2);
    assertEquals(closed.filter((fd) => listening.includes(fd)), listening);
  }));

Deno.test("what isn't an option of a supervisor, or out of range, is refused before it listens", async () => {
  const wrong: [options: object, error: typeof TypeError | typeof RangeError][] = [
    [{}, TypeError],
    [{ listen: [] }, TypeError],
    [{ listen: "ipc:///tmp/x" }, TypeError],
    [{ listen: ANY, stdin: "null" }, TypeError],
    [{ listen: ANY, spare: 1 }, TypeError],
    [{ listen: ANY, onEnd: "log" }, TypeError],
    [{ listen: ANY, maxStarts: "1" }, TypeError],
    [{ listen: ANY, maxStarts: 0 }, RangeError],
    [{ listen: ANY, gracePeriod: -1 }, RangeError],
    [{ listen: ANY, unresponsiveAfter: "5s" }, TypeError],
    [{ listen: ANY, unresponsiveAfter: 99 }, RangeError],
    [{ listen: ANY, backlog: -1 }, RangeError],
  ];
  for (const [options, error] of wrong) {
    await rejects(Supervisor.listen("/bin/sh", options as { listen: string }), error);
  }
  const free = `tcp://127.0.0.1:${freePort()}`;
  await rejects(Supervisor.listen("/bin/sh", { listen: [free, "ipc:///tmp/x"] }), TypeError);
  using pull = new Pull();
  await pull.bind(free); // the first address is given back
  await rejects(Supervisor.listen(5 as unknown as string, { listen: ANY }), TypeError);
  const supervisor = await Supervisor.listen("/bin/sh", { listen: ANY });
  await rejects(supervisor.run({ timeout: 5 } as object), TypeError);
  supervisor.close();
  assertEquals(
    Deno.inspect(supervisor),
    `Supervisor { addresses: [ "${supervisor.addresses}" ], pid: undefined }`,
  );
  throws(() => structuredClone(supervisor), { name: "DataCloneError" });
});

Deno.test(
  onLinux("512 connections may wait to be accepted, unless a program says otherwise", async () => {
    for (const backlog of [undefined, 7]) {
      const before = openDescriptors();
      const options = backlog === undefined ? { listen: ANY } : { listen: ANY, backlog };
      using _supervisor = await Supervisor.listen("/bin/sh", options);
      const opened = openDescriptors().filter((one) => !before.includes(one));
      const fds = opened.map((one) => parseInt(one)).filter((fd) => listens(fd) === 1);
      assertEquals(fds.map(backlogOf), [backlog ?? 512]);
    }
  }),
);

function isAlive(pid: number): boolean {
  try {
    Deno.kill(pid, "SIGCONT");
    return true;
  } catch {
    return false;
  }
}
