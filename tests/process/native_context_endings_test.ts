/** Contexts that are being terminated: what went wrong there once. */

import { deepStrictEqual as assertEquals } from "node:assert/strict";
import { dispatch } from "../../ffi/dispatch.ts";
import { addressOf } from "../../ffi/memory.ts";
import { libraryPath, Pull } from "../../mod.ts";
import { newNativeContext, terminate } from "../../process/native_context.ts";
import { waitUntil } from "../../process/wait.ts";
import { Program, run } from "../program.ts";
import { replaced, watched } from "../replacing.ts";
import { freshAddress, withFolder } from "../util.ts";
import { THREADS, withWorkers } from "../workers.ts";
import { HAS_DISPATCH, HAS_LINUX_CALLS } from "../../ffi/system.ts";

const LINUX = Deno.build.os === "linux";

// Bound here: within a test it would be a leak to the sanitizers.
addressOf(null);

/** What a program has in order to send one of its threads, and no other, a signal. */
const SIGNAL = `
  const { tgkill } = Deno.dlopen(${JSON.stringify(libraryPath)}, {
    tgkill: { parameters: ["i32", "i32", "i32"], result: "i32" },
  }).symbols;
  const SIGUSR1 = 10;
  const signal = (thread) => tgkill(Deno.pid, Number(thread), SIGUSR1);`;

Deno.test({
  name: "a signal to the thread that terminates a context once ended the delivery",
  ignore: !LINUX,
  fn: () =>
    withFolder(async (folder) => {
      const address = freshAddress("ipc", folder);
      await using program = await Program.start(
        `import { context, Push } from "$MOD";
        ${SIGNAL}${THREADS}
        Deno.addSignalListener("SIGUSR1", () => {});
        const push = new Push();
        push.connect(Deno.args[0]);
        await push.send("hello");
        const before = new Set(threads());
        context.close();
        for (const thread of threads()) {
          if (!before.has(thread)) signal(thread);
        }
        console.log("signalled");
        Deno.exit(7);`,
        { args: [address] },
      );
      assertEquals(await program.line(), "signalled");
      using pull = new Pull({ receiveTimeout: 8_000 });
      await pull.bind(address);
      assertEquals((await pull.receive()).map(String), ["hello"]);
      assertEquals((await program.outcome()).code, 7);
    }),
});

Deno.test({
  name: "a signal to the thread of a terminated worker once left its context behind",
  ignore: !HAS_LINUX_CALLS,
  fn: () =>
    withFolder(async (folder) => {
      const address = freshAddress("ipc", folder);
      const { stdout, stderr, code } = await withWorkers(
        `sends() {
          const push = new Push();
          push.connect("${address}");
          push.trySend("hello");
          globalThis.push = push; // else the collector may close it
          tell("sent");
        },`,
        `${SIGNAL}
        const taken = Promise.withResolvers();
        Deno.addSignalListener("SIGUSR1", taken.resolve);
        const worker = start("Web Worker", "sends");
        await worker.next();
        const read = (thread, file) => Deno.readTextFileSync("/proc/self/task/" + thread + "/" + file);
        const thread = [...Deno.readDirSync("/proc/self/task")].map(({ name }) => name)
          .find((name) => read(name, "comm").startsWith("worker-"));
        worker.terminate();
        // In poll(2) it waits for the context's end; its event loop waits in another call.
        const POLL = { x86_64: "7", aarch64: "73" }[Deno.build.arch];
        console.log(await until(() => read(thread, "syscall").split(" ")[0] === POLL));
        signal(thread);
        // Where it's blocked, no one takes it.
        await Promise.race([taken.promise, new Promise((resolve) => setTimeout(resolve, 100))]);
        const pull = new Pull({ receiveTimeout: 5_000 });
        await pull.bind("${address}");
        console.log(String((await pull.receive())[0]));
        zmq.context.close();
        console.log(await until(() => threadsOf("ZMQbg") === 0));
        Deno.exit();`,
      );
      assertEquals([stdout, stderr, code], ["true\nhello\ntrue\n", "", 0]);
    }),
});

Deno.test({
  name: "closing a context leaves the mask of the isolate's thread as the program has set it",
  ignore: !LINUX,
  async fn() {
    const { stdout, stderr, code } = await run(
      `import { Context, libraryPath, Pull } from "$MOD";
      const { symbols } = Deno.dlopen(libraryPath, {
        pthread_sigmask: { parameters: ["i32", "buffer", "pointer"], result: "i32" },
      });
      const SIGUSR2 = 12;
      symbols.pthread_sigmask(0, new Uint8Array(new BigUint64Array([1n << BigInt(SIGUSR2 - 1), ...Array(15).fill(0n)]).buffer), null);
      const mask = () => /SigBlk:\\s*(\\w+)/.exec(Deno.readTextFileSync("/proc/thread-self/status"))[1];
      const before = mask();
      const context = new Context();
      new Pull({ context });
      context.close();
      console.log(parseInt(before, 16) === 1 << (SIGUSR2 - 1), mask() === before);`,
    );
    assertEquals([stdout, stderr, code], ["true true\n", "", 0]);
  },
});

Deno.test({
  name: "fifty contexts that ended at one time once left fifty stacks",
  ignore: !LINUX,
  fn: () =>
    withFolder(async (folder) => {
      const { stdout, stderr, code } = await run(
        `import { Context, Push } from "$MOD";
        ${THREADS}
        function closeMany(count) {
          for (let i = 0; i < count; i++) {
            const context = new Context();
            const push = new Push({ context, linger: 300 });
            push.connect(Deno.args[0]);
            push.trySend("to no one");
            context.close();
          }
        }
        /** Whether there are fewer stacks at last. */
        async function until(fewer) {
          const limit = performance.now() + 30_000;
          while (stacks() >= fewer && performance.now() < limit) {
            await new Promise((resolve) => setTimeout(resolve, 10));
          }
          return stacks() < fewer;
        }
        const before = stacks();
        closeMany(50);
        // The C library keeps some for the next threads.
        console.log(await until(before + 25) || stacks() - before);`,
        { args: [freshAddress("ipc", folder)] },
      );
      assertEquals([stdout, stderr, code], ["true\n", "", 0]);
    }),
});

/** Of a program: a message to no one that would linger for ever, in a context that is closed. */
const CLOSED = `
  const push = new Push();
  push.connect(Deno.args[0]);
  await push.send("to no one");
  const began = performance.now();
  context.close();
  const blocked = performance.now() - began;`;

Deno.test("closing a context whose messages no one receives doesn't block the isolate", () =>
  withFolder(async (folder) => {
    const { stdout, stderr, code } = await run(
      `import { context, Push } from "$MOD";
      context.exitLinger = 0;
      ${CLOSED}
      console.log(blocked < 5_000);`,
      { args: [freshAddress("ipc", folder)] },
    );
    assertEquals([stdout, stderr, code], ["true\n", "", 0]);
  }));

/** Of a program: the system has no thread for it, or has some again. */
const NO_THREAD = `
  import { pthreads } from "$ROOT/ffi/pthread.ts";
  const functions = pthreads();
  const { pthread_create } = functions;
  const EAGAIN = 11;
  functions.pthread_create = () => EAGAIN;
  const haveThreads = () => functions.pthread_create = pthread_create;`;

Deno.test({
  name: "closing a context for which the system had no thread once blocked the program for good",
  ignore: HAS_DISPATCH,
  fn: () =>
    withFolder(async (folder) => {
      const { stdout, stderr, code } = await run(
        `import { context, Push } from "$MOD";
        ${NO_THREAD}
        context.exitLinger = 600;
        ${CLOSED}
        console.log(blocked < 5_000);`,
        { args: [freshAddress("ipc", folder)] },
      );
      assertEquals([stdout, code], ["true\n", 0]);
      assertEquals(stderr.match(/gave up after \d+ ms/)?.[0], "gave up after 600 ms", stderr);
    }),
});

Deno.test({
  name: "a context for which the system had no thread is terminated once there is one",
  ignore: HAS_DISPATCH,
  async fn() {
    const { stdout, stderr, code } = await run(
      `import { Context, Pull } from "$MOD";
      ${NO_THREAD}
      const first = new Context();
      new Pull({ context: first });
      first.close();
      haveThreads();
      // Another context's end asks after the first one; what it has had is given back at its own end.
      const second = new Context();
      new Pull({ context: second });
      second.close();
      const nameOf = (thread) => {
        try {
          return Deno.readTextFileSync("/proc/self/task/" + thread + "/comm");
        } catch {
          return "one that has ended meanwhile";
        }
      };
      const contexts = () => [...Deno.readDirSync("/proc/self/task")].filter(({ name }) =>
        nameOf(name).startsWith("ZMQbg/Reaper")
      ).length;
      const limit = performance.now() + 30_000;
      while (contexts() > 0 && performance.now() < limit) {
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      console.log(contexts());`,
    );
    assertEquals([stdout, stderr, code], ["0\n", "", 0]);
  },
});

Deno.test({
  name: "of a context that was terminated no queue and no group is left",
  ignore: !HAS_DISPATCH,
  fn() {
    const objects = new Set<unknown>();
    const functions = dispatch();
    const counted = (name: "dispatch_group_create" | "dispatch_queue_create") => {
      const make = functions[name] as (...args: unknown[]) => Deno.PointerValue;
      return replaced(functions, name, (...args: unknown[]) => {
        const made = make(...args);
        objects.add(addressOf(made));
        return made;
      });
    };
    using _groups = counted("dispatch_group_create");
    using _queues = counted("dispatch_queue_create");
    using _released = watched(functions, "dispatch_release", (object) => {
      assertEquals(objects.delete(addressOf(object)), true);
    });
    const hasEnded = terminate(newNativeContext());
    assertEquals(waitUntil(hasEnded, 10_000), true);
    assertEquals([hasEnded(), objects.size], [true, 0]);
  },
});
