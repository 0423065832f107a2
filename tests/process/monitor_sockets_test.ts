import { deepStrictEqual as assertEquals } from "node:assert/strict";
import { withWorkers } from "../workers.ts";
import { HAS_LINUX_CALLS } from "../../ffi/system.ts";

const WORKERS = `
  async watch(token) {
    const context = Context.join(token);
    const socket = new Pair({ context });
    globalThis.kept = [socket, socket.events]; // else the collector may close them
    await socket.bind("tcp://127.0.0.1:*");
    tell(socket.lastEndpoint);
    for await (const message of socket) await socket.send(message);
  },
  async share() {
    const context = new Context();
    const socket = new Pair({ context });
    globalThis.kept = [socket, socket.events];
    await socket.bind("tcp://127.0.0.1:*");
    tell(context.share());
  },`;

/** How many entries there are. */
const ENTRIES = `
  const { loadLibrary } = await import("$ROOT/ffi/load.ts");
  const { readEntry, withProcessLock } = await import("$ROOT/process/process_lock.ts");
  const name = "monitors." + loadLibrary().handle.toString(16);
  const entries = () => withProcessLock(() => readEntry(name, []).length);`;

Deno.test({
  name:
    "the monitor's socket of a terminated worker is closed by others, and the shared context ends",
  ignore: !HAS_LINUX_CALLS,
  fn: async () => {
    const { stdout, stderr, code } = await withWorkers(
      WORKERS,
      `${ENTRIES}
      const context = new Context();
      const token = context.share();
      const worker = start("Web Worker", "watch", token);
      await worker.next();
      Context.join(token).close(); // looks at all entries, and leaves those of who is there
      console.log(entries());
      worker.terminate();
      console.log(await until(() => threadsOf("worker-") === 0));
      console.log(await until(() => (Context.join(token).close(), entries() === 0)));
      context.close();
      console.log(await until(() => threadsOf("ZMQbg") === 0), entries());`,
    );
    assertEquals([stdout, stderr, code], ["1\ntrue\ntrue\ntrue 0\n", "", 0]);
  },
});

Deno.test({
  name: "the monitor's socket of a worker that closes its own is no one else's to close",
  ignore: !HAS_LINUX_CALLS,
  fn: async () => {
    const { stdout, stderr, code } = await withWorkers(
      `async close(token) {
        const context = Context.join(token);
        const socket = new Pair({ context });
        const { events } = socket;
        await socket.bind("tcp://127.0.0.1:*");
        socket.close();
        for await (const _ of events);
        tell("ended");
        context.close();
        tell("closed");
      },`,
      `${ENTRIES}
      const context = new Context();
      const worker = start("Web Worker", "close", context.share());
      console.log(await worker.next(), entries(), await worker.next());
      context.close();
      worker.terminate();
      console.log(await until(() => threadsOf("ZMQbg") === 0));`,
    );
    assertEquals([stdout, stderr, code], ["ended 0 closed\ntrue\n", "", 0]);
  },
});

Deno.test({
  name:
    "the monitor's socket of a terminated worker that shared its context only later is closed by others, too",
  ignore: !HAS_LINUX_CALLS,
  fn: async () => {
    const { stdout, stderr, code } = await withWorkers(
      WORKERS,
      `${ENTRIES}
      const worker = start("Web Worker", "share");
      const context = Context.join(await worker.next());
      console.log(entries());
      worker.terminate();
      console.log(await until(() => threadsOf("worker-") === 0));
      context.close();
      console.log(await until(() => threadsOf("ZMQbg") === 0), entries());`,
    );
    assertEquals([stdout, stderr, code], ["1\ntrue\ntrue 0\n", "", 0]);
  },
});
