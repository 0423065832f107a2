/** Contexts that several isolates share. */

import {
  deepStrictEqual as assertEquals,
  match as assertMatch,
  ok as assert,
  throws,
} from "node:assert/strict";
import { zmq } from "../../ffi/libzmq.ts";
import { fetchPrebuilt, loadLibrary } from "../../ffi/load.ts";
import { pointerToHex } from "../../ffi/memory.ts";
import { Context, libraryPath, Pair, ZmqError } from "../../mod.ts";
import { waitForUnsent } from "../../process/exit_wait.ts";
import { newNativeContext } from "../../process/native_context.ts";
import { readEntry, withProcessLock, writeEntry } from "../../process/process_lock.ts";
import { joinShared } from "../../process/shared_contexts.ts";
import { replaced } from "../replacing.ts";
import { KINDS, withWorkers } from "../workers.ts";
import { run } from "../program.ts";
import { HAS_LINUX_CALLS } from "../../ffi/system.ts";
import { deadToken } from "./terminated.ts";

const WORKERS = `
  async echo({ token, address }) {
    const context = Context.join(token);
    const socket = new Pair({ context });
    socket.connect(address);
    await socket.send(["echo", ...await socket.receive()]);
    context.close();
    tell("closed");
  },
  async hold({ token, address }) {
    const context = Context.join(token);
    const socket = new Pair({ context });
    if (address) await socket.bind(address);
    tell("bound");
    for await (const message of socket) await socket.send(message);
  },
  join(token) {
    try {
      Context.join(token);
      tell("joined");
    } catch (error) {
      tell([error.name, error.code, error.message]);
    }
  },
  async share() {
    const context = new Context();
    const socket = new Pair({ context });
    await socket.bind("inproc://worker");
    tell(context.share());
    for await (const message of socket) await socket.send(message);
  },`;

Deno.test({
  name: "where isolates find nothing that they have in common, share() and join() say ENOTSUP",
  ignore: HAS_LINUX_CALLS,
  fn() {
    using context = new Context();
    throws(() => context.share(), { name: "ZmqError", code: "ENOTSUP", call: "Context.share" });
    throws(() => joinShared("5"), { name: "ZmqError", code: "ENOTSUP", call: "Context.join" });
    assertEquals(context.closed, false);
  },
});

for (const kind of KINDS) {
  Deno.test({
    name: `inproc reaches from one isolate to a ${kind} that has joined its context`,
    ignore: !HAS_LINUX_CALLS,
    async fn() {
      const { stdout, stderr, code } = await withWorkers(
        WORKERS,
        `await using socket = new Pair();
        await socket.bind("inproc://main");
        const worker = start("${kind}", "echo", { token: context.share(), address: "inproc://main" });
        await socket.send("hello");
        console.log((await socket.receive()).join());
        console.log(await worker.next());
        worker.terminate();`,
      );
      assertEquals([stdout, stderr, code], ["echo,hello\nclosed\n", "", 0]);
    },
  });

  Deno.test({
    name: `a context lives on in a ${kind} when the isolate that has made it closes it`,
    ignore: !HAS_LINUX_CALLS,
    async fn() {
      const { stdout, stderr, code } = await withWorkers(
        WORKERS,
        `const mine = new Context();
        const worker = start("${kind}", "hold", { token: mine.share(), address: "inproc://held" });
        console.log(await worker.next());
        const again = Context.join(mine.share());
        mine.close();
        using socket = new Pair({ context: again });
        socket.connect("inproc://held");
        await socket.send("still there");
        console.log((await socket.receive()).join());
        worker.terminate();`,
      );
      assertEquals([stdout, stderr, code], ["bound\nstill there\n", "", 0]);
    },
  });

  Deno.test({
    name:
      `a ${kind} with sockets in a shared context is terminated: the owner's context still ends`,
    ignore: !HAS_LINUX_CALLS,
    async fn() {
      const { stdout, stderr, code } = await withWorkers(
        WORKERS,
        `const mine = new Context();
        const socket = new Pair({ context: mine });
        const worker = start("${kind}", "hold", { token: mine.share(), address: "inproc://held" });
        await worker.next();
        socket.connect("inproc://held");
        await socket.send("hello");
        await socket.receive();
        console.log(await until(() => threadsOf("ZMQbg") === 2));
        worker.terminate();
        console.log(await until(() => threadsOf("worker-") === 0));
        // A socket that was left open would hold up the threads indefinitely.
        mine.close();
        console.log(await until(() => threadsOf("ZMQbg") === 0));`,
      );
      assertEquals([stdout, stderr, code], ["true\ntrue\ntrue\n", "", 0]);
    },
  });

  Deno.test({
    name:
      `the owner closes before the terminated ${kind} has ended: the context ends when another is shared`,
    ignore: !HAS_LINUX_CALLS,
    async fn() {
      const { stdout, stderr, code } = await withWorkers(
        WORKERS,
        `const mine = new Context();
        const worker = start("${kind}", "hold", { token: mine.share(), address: "inproc://held" });
        await worker.next();
        worker.terminate();
        mine.close();
        console.log(await until(() => threadsOf("worker-") === 0));
        const other = new Context();
        other.share();
        other.close();
        console.log(await until(() => threadsOf("ZMQbg") === 0));`,
      );
      assertEquals([stdout, stderr, code], ["true\ntrue\n", "", 0]);
    },
  });
}

Deno.test({
  name: "a context that a worker has shared is joined by the main isolate",
  ignore: !HAS_LINUX_CALLS,
  async fn() {
    const { stdout, stderr, code } = await withWorkers(
      WORKERS,
      `const worker = start("Web Worker", "share");
      using theirs = Context.join(await worker.next());
      using socket = new Pair({ context: theirs });
      socket.connect("inproc://worker");
      await socket.send("hello");
      console.log((await socket.receive()).join());
      worker.terminate();
      // It isn't the worker's thread any more that ends the context.
      console.log(await until(() => threadsOf("worker-") === 0));
      using later = new Pair({ context: theirs });
      console.log(await later.bind("inproc://later"));`,
    );
    assertEquals([stdout, stderr, code], ["hello\ntrue\ninproc://later\n", "", 0]);
  },
});

Deno.test({
  name: "a context whose last user was terminated is ended by anyone who shares or joins next",
  ignore: !HAS_LINUX_CALLS,
  async fn() {
    const { stdout, stderr, code } = await withWorkers(
      WORKERS,
      `const worker = start("Web Worker", "share");
      const token = await worker.next();
      console.log(await until(() => threadsOf("ZMQbg") === 2));
      worker.terminate();
      // Its thread is still ending: until then, the context is in use.
      let code;
      await until(() => {
        try {
          Context.join(token).close();
        } catch (error) {
          code = error.code;
        }
        return code !== undefined;
      });
      console.log(code, await until(() => threadsOf("ZMQbg") === 0));`,
    );
    assertEquals([stdout, stderr, code], ["true\nENOENT true\n", "", 0]);
  },
});

Deno.test({
  name: "a token is the same each time, and holds until the last isolate has closed the context",
  ignore: !HAS_LINUX_CALLS,
  fn() {
    const context = new Context();
    const token = context.share();
    assertEquals(context.share(), token);
    assertEquals(typeof token, "string");
    const joined = Context.join(token);
    assertEquals(joined.share(), token);
    context.close();
    const again = Context.join(token);
    joined.close();
    again.close();
    throws(() => Context.join(token), { name: "ZmqError", code: "ENOENT", call: "Context.join" });
    throws(() => context.share(), { name: "ZmqError", code: "EBADF" });
  },
});

Deno.test({
  name:
    "two contexts that stand for the same one have names and options in common, and each its sockets",
  ignore: !HAS_LINUX_CALLS,
  async fn() {
    using context = new Context({ maxMessageSize: 1000 });
    using joined = Context.join(context.share());
    assertEquals(joined.maxMessageSize, 1000);
    const one = new Pair({ context });
    const other = new Pair({ context: joined });
    await one.bind("inproc://common");
    other.connect("inproc://common");
    await other.send("hello");
    assertEquals(String((await one.receive())[0]), "hello");
    joined.close();
    assertEquals([one.closed, other.closed], [false, true]);
  },
});

Deno.test({
  name: "a shared context that was shut down is closed like any other, on both sides",
  ignore: !HAS_LINUX_CALLS,
  fn() {
    const context = new Context();
    const joined = Context.join(context.share());
    const one = new Pair({ context });
    const other = new Pair({ context: joined });
    context.shutdown();
    throws(() => other.receiveSync(), { code: "ETERM" });
    other.close();
    one.close();
    context.close();
    joined.close();
    assertEquals([one.closed, other.closed], [true, true]);
  },
});

Deno.test("what isn't a token is a TypeError", () => {
  for (const token of [undefined, null, 5, "", "x:y:z", "deno-zmq-context", {}]) {
    throws(() => Context.join(token as string), TypeError);
  }
});

Deno.test({
  name: "a forged token leads nowhere: no part of it is taken for an address",
  ignore: !HAS_LINUX_CALLS,
  fn() {
    using context = new Context();
    const [kind, pid, handle, id] = context.share().split(":");
    const forged = (...parts: string[]) => parts.join(":");
    const refused = (token: string, code: string) =>
      throws(
        () => Context.join(token),
        (error) => error instanceof ZmqError && error.code === code,
        token,
      );
    refused(forged(kind, pid, handle, "7f0000001000"), "ENOENT");
    refused(forged(kind, pid, handle, ""), "ENOENT");
    refused(forged(kind, pid, handle, id + " 0"), "ENOENT");
    refused(forged(kind, String(Number(pid) + 1), handle, id), "ENOENT");
    refused(forged(kind, pid, "1000", id), "EINVAL");
  },
});

Deno.test({
  name: "a token of another process is refused",
  ignore: !HAS_LINUX_CALLS,
  async fn() {
    using context = new Context();
    const { stdout, stderr } = await run(
      `import { Context } from "$MOD";
      try {
        Context.join(Deno.args[0]);
      } catch (error) {
        console.log(error.code, error.message);
      }`,
      { args: [context.share()] },
    );
    assertEquals([stdout, stderr], ["ENOENT The context is another process's\n", ""]);
  },
});

const others = await prebuilt();

Deno.test({
  name: "a token of another libzmq is refused",
  ignore: !HAS_LINUX_CALLS || others === undefined,
  async fn() {
    // Workers have the process's environment: this one finds another file.
    const { stdout, stderr, code } = await run(
      `import { context, libraryPath } from "$MOD";
      const inWorker = "WorkerGlobalScope" in globalThis;
      if (inWorker) {
        self.onmessage = async ({ data: token }) => {
          const { Context } = await import("$MOD");
          try {
            Context.join(token);
          } catch (error) {
            self.postMessage([libraryPath, error.code, error.message]);
          }
        };
      } else {
        const token = context.share();
        Deno.env.set("LIBZMQ_PATH", Deno.args[0]);
        const worker = new Worker(import.meta.url, { type: "module" });
        worker.postMessage(token);
        const [path, code, message] = await new Promise((resolve) =>
          worker.onmessage = ({ data }) => resolve(data)
        );
        console.log(path !== libraryPath, code, message.startsWith("The context is another libzmq's"));
        worker.terminate();
      }`,
      { args: [others!] },
    );
    assertEquals([stdout, stderr, code], ["true EINVAL true\n", "", 0]);
  },
});

/** A libzmq other than the one in use, where npm's is there and opens. */
async function prebuilt(): Promise<string | undefined> {
  try {
    for (const file of await fetchPrebuilt()) {
      if (file === libraryPath) return undefined;
      try {
        Deno.dlopen(file, {}).close();
        return file;
      } catch {
        continue; // for another C library
      }
    }
  } catch {
    // There is no network, and it isn't in the cache.
  }
  return undefined;
}

Deno.test({
  name: "with a list of permitted paths, contexts are shared all the same",
  ignore: !HAS_LINUX_CALLS,
  async fn() {
    const { libraryPath } = await import("../../mod.ts");
    assert(libraryPath !== "");
    const path = libraryPath.startsWith("/")
      ? libraryPath
      : "/usr/lib/x86_64-linux-gnu/libzmq.so.5";
    const { stdout, stderr } = await run(
      `import { Context, context } from "$MOD";
      using joined = Context.join(context.share());
      console.log(joined.closed);`,
      {
        flags: [`--allow-ffi=${path}`, "--allow-env=LIBZMQ_PATH"],
        env: { LIBZMQ_PATH: path },
      },
    );
    assertEquals([stdout, stderr], ["false\n", ""]);
  },
});

Deno.test({
  name: "the end waits for what a terminated worker had sent, and says whose it was",
  ignore: !HAS_LINUX_CALLS,
  fn() {
    const abandoned = newNativeContext();
    const socket = zmq().zmq_socket(abandoned, 0);
    const name = `contexts.${loadLibrary().handle.toString(16)}`;
    const entry = { id: "its", context: pointerToHex(abandoned), owners: [deadToken()] };
    withProcessLock(() => writeEntry(name, [...readEntry<unknown[]>(name, []), entry]));
    throws(() => joinShared("another"), { code: "ENOENT" }); // which looks at all of them
    let now = performance.now();
    const said: string[] = [];
    using _clock = replaced(performance, "now", () => now += 100);
    using _said = replaced(console, "error", (text) => said.push(text));
    waitForUnsent(false);
    zmq().zmq_close(socket);
    assertMatch(said.join("\n"), /waiting up to 1000 ms[^]*those of a worker that has ended/);
  },
});
