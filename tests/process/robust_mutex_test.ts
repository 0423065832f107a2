import { deepStrictEqual as assertEquals } from "node:assert/strict";
import { withWorkers } from "../workers.ts";
import { HAS_LINUX_CALLS } from "../../ffi/system.ts";

const WORKERS = `
  /** Ends within the lock, where no JavaScript runs any more. */
  async die() {
    const { withProcessLock, readEntry, writeEntry } = await import("$ROOT/process/process_lock.ts");
    withProcessLock(() => {
      if (readEntry("test", "") !== "theirs") throw new Error("another text: " + readEntry("test", ""));
      tell("locked");
      self.close();
      for (let i = 0; i < 1e7; i++) readEntry("test", "");
      writeEntry("test", "changed");
      tell("lives on");
    });
    tell("unlocked");
  },`;

Deno.test({
  name:
    "a worker that is terminated within the process lock leaves the lock, and what it guards, to others",
  ignore: !HAS_LINUX_CALLS,
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
        for (let k = 0; k < 3; k++) console.log(withProcessLock(() => readEntry("test", "")));
        console.log(Context.join(context.share()).closed);
      }
      Deno.exit();`,
    );
    const round = "locked\ntheirs\ntheirs\ntheirs\nfalse\n";
    assertEquals([stdout, stderr, code], [round.repeat(3), "", 0]);
  },
});
