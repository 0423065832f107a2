/** The lock of what isolates have in common. */

import { deepStrictEqual as assertEquals, ok as assert, throws } from "node:assert/strict";
import { libc } from "../../ffi/libc.ts";
import { withProcessLock, writeEntry } from "../../process/process_lock.ts";
import { watched } from "../replacing.ts";
import { withWorkers } from "../workers.ts";
import { HAS_LINUX_CALLS } from "../../ffi/system.ts";

const WORKERS = `
  async hold({ milliseconds, cell = new Int32Array(new SharedArrayBuffer(4)) }) {
    const { withProcessLock } = await import("$ROOT/process/process_lock.ts");
    withProcessLock(() => {
      tell("locked");
      Atomics.wait(cell, 0, 0, milliseconds);
    });
    tell("unlocked");
  },`;

Deno.test({
  name:
    "a worker that is terminated at any step of setting an entry leaves it as it was, or as it was to be",
  ignore: !HAS_LINUX_CALLS,
  async fn() {
    const { stdout, stderr, code } = await withWorkers(
      `/** Ends before the foreign call after so many, once an entry is being set. */
      async dieAfter(calls) {
        const { dlopen } = Deno;
        let left = Infinity;
        Deno.dlopen = (path, table) => {
          const symbols = {};
          for (const [name, call] of Object.entries(dlopen(path, table).symbols)) {
            symbols[name] = (...given) => {
              if (left-- === 0) {
                self.close();
                for (;;);
              }
              return call(...given);
            };
          }
          return { symbols };
        };
        const { withProcessLock, writeEntry } = await import("$ROOT/process/process_lock.ts");
        withProcessLock(() => {
          writeEntry("other", "set before");
          left = calls;
          writeEntry("test", "new".repeat(5000));
          left = Infinity;
        });
        tell("lives on");
      },`,
      `const { withProcessLock, readEntry, writeEntry } = await import("$ROOT/process/process_lock.ts");
      const found = [];
      for (let calls = 0, told; told !== "lives on"; calls++) {
        withProcessLock(() => writeEntry("test", "old".repeat(5000)));
        const worker = start("Web Worker", "dieAfter", calls);
        const ended = until(() => threadsOf("worker-") === 0);
        told = await Promise.race([worker.next(), ended]);
        worker.terminate();
        await until(() => threadsOf("worker-") === 0);
        found.push(withProcessLock(() => {
          const texts = [readEntry("test", "").split(/(?<=^...)/)[0], readEntry("other", "")];
          return texts.join() + " " + readEntry("test", "").length;
        }));
      }
      const [first, last] = ["old", "new"].map((one) => one + ",set before 15000");
      const changed = found.indexOf(last);
      console.log(found.length > 5, changed > 0, found.length - changed > 1);
      console.log(found.every((one, at) => one === (at < changed ? first : last)) || found);`,
    );
    assertEquals([stdout, stderr, code], ["true true true\ntrue\n", "", 0]);
  },
});

Deno.test({
  name: "an entry may be longer than any path, and is the same in each isolate",
  ignore: !HAS_LINUX_CALLS,
  async fn() {
    const { stdout, stderr, code } = await withWorkers(
      `async answer() {
        const { withProcessLock, readEntry, writeEntry } = await import("$ROOT/process/process_lock.ts");
        withProcessLock(() => writeEntry("answer", [...readEntry("test", []), "\\n\\0\\u00e9"]));
        tell("answered");
      },`,
      `const { withProcessLock, readEntry, writeEntry } = await import("$ROOT/process/process_lock.ts");
      const test = Array.from({ length: 10_000 }, (_, at) => at + ": x y");
      withProcessLock(() => {
        writeEntry("test", test);
        writeEntry("test.", "another");
      });
      const worker = start("Web Worker", "answer");
      console.log(await worker.next());
      worker.terminate();
      const answer = withProcessLock(() => readEntry("answer", ""));
      console.log(JSON.stringify(answer) === JSON.stringify([...test, "\\n\\0\\u00e9"]));
      console.log(withProcessLock(() => {
        writeEntry("test", undefined);
        return readEntry("test", "none") + " " + readEntry("test.", "none");
      }));`,
    );
    assertEquals([stdout, stderr, code], ["answered\ntrue\nnone another\n", "", 0]);
  },
});

Deno.test({
  name:
    "a wall clock set back while another isolate has the process lock once made a context unshareable",
  ignore: !HAS_LINUX_CALLS,
  async fn() {
    const { stdout, stderr, code } = await withWorkers(
      WORKERS,
      `context.share();
      const now = Date.now;
      Date.now = () => now() - 3_600_000;
      const worker = start("Web Worker", "hold", { milliseconds: 200 });
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
  ignore: !HAS_LINUX_CALLS,
  async fn() {
    const { stdout, stderr, code } = await withWorkers(
      WORKERS,
      `const { withProcessLock } = await import("$ROOT/process/process_lock.ts");
      withProcessLock(() => {});
      const cell = new Int32Array(new SharedArrayBuffer(4));
      const worker = start("Web Worker", "hold", { cell });
      console.log(await worker.next());
      const started = performance.now();
      console.log(withProcessLock(() => "had"));
      const time = performance.now() - started;
      console.log(time >= 1000 && time < 2500 || time);
      Atomics.store(cell, 0, 1);
      Atomics.notify(cell, 0);
      console.log(await worker.next());
      console.log(withProcessLock(() => "had"));
      worker.terminate();`,
    );
    assertEquals([stdout, stderr, code], ["locked\nundefined\ntrue\nunlocked\nhad\n", "", 0]);
  },
});

Deno.test({
  name: "an action that throws leaves the lock to the next one",
  ignore: !HAS_LINUX_CALLS,
  fn() {
    throws(() => withProcessLock(() => [].at(0)!["x"]), TypeError);
    assertEquals(withProcessLock(() => 7), 7);
  },
});

Deno.test({
  name: "entries that are replaced take up no memory",
  ignore: !HAS_LINUX_CALLS,
  fn() {
    const { rss } = Deno.memoryUsage();
    for (let i = 0; i < 2000; i++) {
      withProcessLock(() => writeEntry("long", "x".repeat(50_000)));
    }
    withProcessLock(() => writeEntry("long", undefined));
    const grown = Deno.memoryUsage().rss - rss;
    assert(grown < 60e6, String(grown)); // of 100 MB
  },
});

Deno.test({
  name: "what an entry was before is freed when it's set",
  ignore: !HAS_LINUX_CALLS,
  fn() {
    withProcessLock(() => writeEntry("freed", 1));
    let [made, freed] = [0, 0];
    using _made = watched(libc(), "malloc", () => void made++);
    using _freed = watched(libc(), "free", (memory) => void (memory !== null && freed++));
    for (const value of [2, undefined]) withProcessLock(() => writeEntry("freed", value));
    assertEquals([made, freed], [2, 2]);
  },
});
