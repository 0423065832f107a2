import { deepStrictEqual as assertEquals } from "node:assert/strict";
import { KINDS, withWorkers } from "../workers.ts";
import { HAS_LINUX_CALLS } from "../../ffi/system.ts";

const WORKERS = `
  async stay() {
    const { inWorker, isThreadAlive, livenessToken } = await import("$ROOT/process/isolate.ts");
    const token = livenessToken();
    tell([inWorker(), token, isThreadAlive(token), token === livenessToken()]);
    await new Promise(() => setInterval(() => {}, 1000));
  },`;

for (const kind of KINDS) {
  Deno.test({
    name: `a ${kind} is told to be there until its thread has ended, however often one asks`,
    ignore: !HAS_LINUX_CALLS,
    fn: async () => {
      const { stdout, stderr, code } = await withWorkers(
        WORKERS,
        `const { inWorker, isThreadAlive } = await import("$ROOT/process/isolate.ts");
        const worker = start("${kind}", "stay");
        const [inside, token, alive, same] = await worker.next();
        console.log(inWorker(), inside, alive, same, isThreadAlive(token), isThreadAlive(token));
        worker.terminate();
        console.log(await until(() => !isThreadAlive(token)), isThreadAlive(token));`,
      );
      assertEquals([stdout, stderr, code], ["false true true true true true\ntrue false\n", "", 0]);
    },
  });
}
