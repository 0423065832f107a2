import { deepStrictEqual as assertEquals } from "node:assert/strict";
import { Context, Pair } from "../../mod.ts";
import { zmq } from "../../ffi/libzmq.ts";
import { loadLibrary } from "../../ffi/load.ts";
import { pointerToHex } from "../../ffi/memory.ts";
import { EVENTS } from "../../ffi/monitoring.ts";
import { HAS_LINUX_CALLS } from "../../ffi/system.ts";
import { closeMonitorSockets, shareMonitorSocket } from "../../process/monitor_sockets.ts";
import { withProcessLock, writeEntry } from "../../process/process_lock.ts";
import { handleOf } from "../../socket/handle.ts";
import { watched } from "../replacing.ts";
import { freshAddress, join } from "../util.ts";
import { withWorkers } from "../workers.ts";
import { deadToken } from "./terminated.ts";

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
  },
  async linger() {
    const context = new Context();
    const socket = new Push({ context, linger: 1000 });
    globalThis.kept = [socket, socket.events];
    socket.connect("tcp://127.0.0.1:1");
    await socket.send("to no one");
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

Deno.test({
  name:
    "a context that no one uses any more ends, though a socket of a terminated worker's lingers and is monitored",
  ignore: !HAS_LINUX_CALLS,
  fn: async () => {
    const { stdout, stderr, code } = await withWorkers(
      WORKERS,
      `${ENTRIES}
      const worker = start("Web Worker", "linger");
      const token = await worker.next();
      worker.terminate();
      console.log(await until(() => threadsOf("worker-") === 0), entries());
      try {
        Context.join(token);
      } catch ({ code }) {
        console.log(code, entries());
      }
      console.log(await until(() => threadsOf("ZMQbg") === 0));`,
    );
    assertEquals([stdout, stderr, code], ["true 1\nENOENT 0\ntrue\n", "", 0]);
  },
});

Deno.test({
  name:
    "the last one to leave a shared context shuts it down, and then closes what a thread may still report to",
  ignore: !HAS_LINUX_CALLS,
  fn() {
    const context = new Context();
    using socket = new Pair({ context });
    const pointer = handleOf(socket).context.pointer("zmq_socket");
    const monitor = zmq().zmq_socket(pointer, 0)!;
    context.share();
    shareMonitorSocket(monitor, pointer);
    const calls: unknown[] = [];
    using _shutdown = watched(zmq(), "zmq_ctx_shutdown", (context) => calls.push(context));
    using _close = watched(zmq(), "zmq_close", (socket) => calls.push(socket));
    socket.close();
    calls.length = 0;
    context.close();
    assertEquals(calls, [pointer, monitor]);
  },
});

Deno.test({
  name: "a last report of a terminated worker's socket leaves no memory behind",
  ignore: !HAS_LINUX_CALLS,
  async fn() {
    using socket = new Pair();
    using reporter = new Pair();
    await join(socket, reporter, freshAddress("inproc"));
    const { pointer, context } = handleOf(socket);
    reporter.trySend([new Uint8Array(Uint16Array.of(EVENTS.end, 0, 0).buffer), "x".repeat(100)]);
    const name = `monitors.${loadLibrary().handle.toString(16)}`;
    const entry = {
      context: pointerToHex(context.pointer("zmq_socket")),
      socket: pointerToHex(pointer),
      owner: deadToken(),
    };
    const calls: string[] = [];
    using _message = watched(zmq(), "zmq_msg_close", () => void calls.push("message"));
    using _close = watched(zmq(), "zmq_close", () => {
      calls.push("socket");
      throw new Error("it's this test's to close");
    });
    try {
      withProcessLock(() => {
        writeEntry(name, [entry]);
        closeMonitorSockets();
      });
    } catch {
      // as told
    }
    assertEquals(calls, ["message", "socket"]);
  },
});
