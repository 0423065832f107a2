/** The lock of what isolates have in common. */

import { deepStrictEqual as assertEquals } from "node:assert/strict";
import { withWorkers } from "../threads/support.ts";

const LINUX = Deno.build.os === "linux";

const WORKERS = `
  /** Ends within the lock, where no JavaScript runs any more. */
  async die() {
    const { withProcessLock, readEntry, writeEntry } = await import("$ROOT/process/process_lock.ts");
    withProcessLock(() => {
      if (readEntry("test") !== "theirs") throw new Error("another text: " + readEntry("test"));
      tell("locked");
      self.close();
      for (let i = 0; i < 1e7; i++) readEntry("test");
      writeEntry("test", "changed");
      tell("lives on");
    });
    tell("unlocked");
  },
  async hold(milliseconds) {
    const { withProcessLock } = await import("$ROOT/process/process_lock.ts");
    withProcessLock(() => {
      tell("locked");
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
    });
    tell("unlocked");
  },`;

Deno.test({
  name:
    "a worker that is terminated within the process lock leaves the lock, and what it guards, to others",
  ignore: !LINUX,
  async fn() {
    const { stdout, stderr, code } = await withWorkers(
      WORKERS,
      `const { withProcessLock, readEntry, writeEntry } = await import("$ROOT/process/process_lock.ts");
      withProcessLock(() => writeEntry("test", "theirs"));
      for (let i = 0; i < 3; i++) {
        const worker = start("Web Worker", "die");
        console.log(await worker.next());
        await until(() => threadsOf("worker-") === 0);
        // More than once: a lock that isn't made consistent is had one time more.
        for (let k = 0; k < 3; k++) console.log(withProcessLock(() => readEntry("test")));
        console.log(Context.join(context.share()).closed);
      }
      Deno.exit();`,
    );
    const round = "locked\ntheirs\ntheirs\ntheirs\nfalse\n";
    assertEquals([stdout, stderr, code], [round.repeat(3), "", 0]);
  },
});

Deno.test({
  name:
    "a wall clock set back while another isolate has the process lock once made a context unshareable",
  ignore: !LINUX,
  async fn() {
    const { stdout, stderr, code } = await withWorkers(
      WORKERS,
      `context.share();
      const now = Date.now;
      Date.now = () => now() - 3_600_000;
      const worker = start("Web Worker", "hold", 200);
      console.log(await worker.next());
      console.log(typeof new Context().share());
      console.log(await worker.next());
      worker.terminate();`,
    );
    assertEquals([stdout, stderr, code], ["locked\nstring\nunlocked\n", "", 0]);
  },
});

Deno.test({
  name: "a lock that another isolate doesn't give back is given up after a second",
  ignore: !LINUX,
  async fn() {
    const { stdout, stderr, code } = await withWorkers(
      WORKERS,
      `const { withProcessLock } = await import("$ROOT/process/process_lock.ts");
      withProcessLock(() => {});
      const worker = start("Web Worker", "hold", 3000);
      console.log(await worker.next());
      const started = performance.now();
      console.log(withProcessLock(() => "had"));
      const time = performance.now() - started;
      console.log(time >= 1000 && time < 2500 || time);
      console.log(await worker.next());
      console.log(withProcessLock(() => "had"));
      worker.terminate();`,
    );
    assertEquals([stdout, stderr, code], ["locked\nundefined\ntrue\nunlocked\nhad\n", "", 0]);
  },
});
