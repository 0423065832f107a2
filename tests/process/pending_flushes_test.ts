import { deepStrictEqual as assertEquals, ok as assert } from "node:assert/strict";
import { withWorkers } from "../workers.ts";

const LINUX = Deno.build.os === "linux";

const WORKERS = `
  async hold({ token }) {
    const context = Context.join(token);
    const socket = new Pair({ context });
    tell("bound");
    for await (const message of socket) await socket.send(message);
  },`;

Deno.test({
  name:
    "the end of the process waits for the main isolate's own messages, though a worker still uses the context",
  ignore: !LINUX,
  async fn() {
    const { stdout, stderr, code } = await withWorkers(
      WORKERS,
      `const worker = start("Web Worker", "hold", { token: context.share() });
      await worker.next();
      const socket = new Push({ linger: 700 });
      socket.connect("ipc://" + import.meta.dirname + "/absent");
      socket.trySend("x");
      Deno.exit(3);`,
    );
    // It says so after half a second.
    assertEquals([stdout, code], ["", 3]);
    assert(/^deno-zmq: waiting up to /.test(stderr), stderr);
  },
});
