/** Pollers that are woken from other isolates. */

import { deepStrictEqual as assertEquals, throws } from "node:assert/strict";
import { kinds } from "../../poller/create.ts";
import { Poller } from "../../mod.ts";
import { KINDS, withWorkers } from "../workers.ts";
import { run } from "../program.ts";
import { HAS_LINUX_CALLS } from "../../ffi/system.ts";

const WORKERS = `
  async blocks(backend) {
    const poller = new Poller({ backend });
    tell(poller.waker());
    for (;;) {
      await heard();
      tell(poller.waitSync().length);
    }
  },
  async closes() {
    const poller = new Poller();
    tell(poller.waker());
    await heard();
    poller.close();
    tell("closed");
  },
  async wakes(token) {
    tell(Poller.wake(token));
  },
  async waits() {
    const poller = new Poller();
    tell(poller.waker());
    tell((await poller.wait()).length);
  },`;

for (const kind of KINDS) {
  for (const backend of HAS_LINUX_CALLS ? kinds() : []) {
    Deno.test(`${backend}: a Poller that blocks in a ${kind}'s waitSync is woken by its token`, async () => {
      const { stdout, stderr, code } = await withWorkers(
        WORKERS,
        `const worker = start("${kind}", "blocks", "${backend}");
        const token = await worker.next();
        for (let i = 0; i < 3; i++) {
          worker.post("go");
          // Ends the next wait, where that hasn't begun yet.
          console.log(Poller.wake(token), await worker.next());
        }
        await worker.terminate();`,
      );
      assertEquals([stdout, stderr, code], ["true 0\n".repeat(3), "", 0]);
    });
  }

  Deno.test({
    name: `a Poller that awaits in a ${kind} is woken, and one of main's by a ${kind}`,
    ignore: !HAS_LINUX_CALLS,
    async fn() {
      const { stdout, stderr, code } = await withWorkers(
        WORKERS,
        `const waiting = start("${kind}", "waits");
        Poller.wake(await waiting.next());
        console.log(await waiting.next());
        using poller = new Poller();
        const worker = start("${kind}", "wakes", poller.waker());
        console.log((await poller.wait()).length, await worker.next());
        waiting.terminate();
        worker.terminate();`,
      );
      assertEquals([stdout, stderr, code], ["0\n0 true\n", "", 0]);
    },
  });
}

for (const backend of HAS_LINUX_CALLS ? kinds() : []) {
  Deno.test(`${backend}: waking by the token ends the pending wait, or else the next one, once`, async () => {
    using poller = new Poller({ backend });
    const token = poller.waker();
    assertEquals(poller.waker(), token);
    assertEquals(poller.size, 0);
    const waiting = poller.wait();
    assertEquals(Poller.wake(token), true);
    assertEquals(await waiting, []);
    Poller.wake(token);
    Poller.wake(token);
    assertEquals(poller.waitSync(), []);
    const started = performance.now();
    assertEquals(poller.waitSync({ timeout: 50 }), []);
    assertEquals(performance.now() - started >= 49, true);
  });
}

Deno.test({
  name:
    "the token of a closed Poller wakes no one, and nothing is written to what has its descriptor now",
  ignore: !HAS_LINUX_CALLS,
  fn() {
    // Numbers come back the lowest first, so among these is the one that the waker had.
    const poller = new Poller();
    const token = poller.waker();
    poller.close();
    const others = Array.from({ length: 5 }, () => new Poller());
    const tokens = others.map((other) => other.waker());
    assertEquals(Poller.wake(token), false);
    for (const other of others) {
      const started = performance.now();
      other.waitSync({ timeout: 5 });
      assertEquals(performance.now() - started >= 4, true);
      other.close();
    }
    assertEquals(tokens.map((token) => Poller.wake(token)), tokens.map(() => false));
    throws(() => poller.waker(), { name: "ZmqError", code: "EBADF" });
  },
});

Deno.test({
  name: "the token of a terminated worker's Poller wakes no one, and what it had is closed",
  ignore: !HAS_LINUX_CALLS,
  async fn() {
    const { stdout, stderr, code } = await withWorkers(
      WORKERS,
      `const before = count().descriptors;
      const worker = start("Web Worker", "blocks");
      const token = await worker.next();
      console.log(Poller.wake(token));
      worker.terminate();
      console.log(await until(() => threadsOf("worker-") === 0), Poller.wake(token));
      console.log(await until(() => count().descriptors <= before + 4));`,
    );
    assertEquals([stdout, stderr, code], ["true\ntrue false\ntrue\n", "", 0]);
  },
});

Deno.test({
  name: "a worker's Poller that was closed isn't woken any more",
  ignore: !HAS_LINUX_CALLS,
  async fn() {
    const { stdout, stderr, code } = await withWorkers(
      WORKERS,
      `const worker = start("Web Worker", "closes");
      const token = await worker.next();
      worker.post("close");
      console.log(await worker.next(), Poller.wake(token));
      worker.terminate();`,
    );
    assertEquals([stdout, stderr, code], ["closed false\n", "", 0]);
  },
});

Deno.test("what isn't a token is a TypeError; one that is made up, or another process's, wakes no one", () => {
  for (
    const token of [undefined, null, 5, "", "x:1:2", "deno-zmq-waker:1", "deno-zmq-waker:1:2:3"]
  ) {
    throws(() => Poller.wake(token as string), TypeError);
  }
  assertEquals(Poller.wake("deno-zmq-waker:1:5"), false);
  if (!HAS_LINUX_CALLS) return;
  assertEquals(Poller.wake(`deno-zmq-waker:${Deno.pid}:5`), false);
});

Deno.test({
  name: "where isolates find nothing that they have in common, waker() and wake() say ENOTSUP",
  ignore: HAS_LINUX_CALLS,
  fn() {
    using poller = new Poller();
    const unsupported = { name: "ZmqError", code: "ENOTSUP", call: "Poller.waker" };
    throws(() => poller.waker(), unsupported);
    throws(() => Poller.wake(`deno-zmq-waker:${Deno.pid}:5`), unsupported);
  },
});

Deno.test({
  name: "Pollers without libzmq are woken as well",
  ignore: !HAS_LINUX_CALLS,
  async fn() {
    const { stdout, stderr } = await run(
      `import { Poller } from "$ROOT/poller/mod.ts";
      using poller = new Poller();
      Poller.wake(poller.waker());
      console.log(poller.waitSync());`,
    );
    assertEquals([stdout, stderr], ["[]\n", ""]);
  },
});

Deno.test({
  name: "waker() threw the loader's error where the system has no eventfd, instead of ENOTSUP",
  ignore: !HAS_LINUX_CALLS,
  async fn() {
    const { stdout, stderr } = await run(
      `// As on FreeBSD before 13: the poll backend needs nothing of Linux's.
      const { build, dlopen } = Deno;
      Object.defineProperty(Deno, "build", { value: { ...build, os: "freebsd" } });
      Deno.dlopen = (path, symbols) => {
        if ("eventfd" in symbols) throw new TypeError("Failed to register symbol eventfd");
        return dlopen(path, symbols);
      };
      const { Poller } = await import("$ROOT/poller/mod.ts");
      using poller = new Poller({ backend: "poll" });
      try {
        poller.waker();
      } catch (error) {
        console.log(error.name, error.code, error.call);
      }`,
    );
    assertEquals([stdout, stderr], ["ZmqError ENOTSUP Poller.waker\n", ""]);
  },
});

Deno.test({
  name: "a Poller leaked its waker's descriptor where another thread held the lock for a second",
  ignore: !HAS_LINUX_CALLS,
  async fn() {
    const { stdout, stderr, code } = await withWorkers(
      `async holdsLock(cells) {
        const { withProcessLock } = await import("$ROOT/process/process_lock.ts");
        withProcessLock(() => {
          Atomics.store(cells, 0, 1);
          Atomics.wait(cells, 1, 0, 20_000);
        });
        tell("released");
      },`,
      `const { openDescriptors, openedSince } = await import("$ROOT/tests/fds.ts");
      const poller = new Poller();
      const other = new Poller().waker();
      const before = openDescriptors();
      const token = poller.waker();
      const own = openedSince(before).find((one) => one.endsWith("[eventfd]"));
      const cells = new Int32Array(new SharedArrayBuffer(8));
      const worker = start("Web Worker", "holdsLock", cells);
      await until(() => Atomics.load(cells, 0) === 1);
      poller.close();
      console.log(openDescriptors().includes(own));
      Atomics.store(cells, 1, 1);
      Atomics.notify(cells, 1);
      console.log(await worker.next(), Poller.wake(other), openDescriptors().includes(own));
      console.log(Poller.wake(token));
      worker.terminate();`,
    );
    assertEquals([stdout, stderr, code], ["true\nreleased true false\nfalse\n", "", 0]);
  },
});
