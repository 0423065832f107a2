/** What the end of a terminated worker's thread gives back, and how many thread-specific keys that takes. */

import { deepStrictEqual as assertEquals } from "node:assert/strict";
import { capability } from "../../mod.ts";
import { THREADS, withWorkers } from "../workers.ts";
import { HAS_LINUX_CALLS } from "../../ffi/system.ts";

/** As many sockets, and contexts, of a worker are covered; and its Pollers' descriptors. */
const SOCKETS = 128;
const CONTEXTS = 32;
const DESCRIPTORS = 64;
/** As many keys are made at most. */
const KEYS = 290;

const WORKERS = `
  /** Opens sockets in a context each, then closes some of the first one's: those from \`from\` to \`to\`. */
  async open({ contexts, from = 0, to = 0 }) {
    const opened = contexts.map((count) => {
      const context = new Context();
      return Array.from({ length: count }, () => new Pull({ context }));
    });
    globalThis.opened = opened; // else the collector may close them
    for (const socket of opened[0].slice(from, to)) socket.close();
    tell("opened");
    await heard();
  },
  async pollers(count) {
    globalThis.opened = Array.from({ length: count }, () => new Poller({ backend: "epoll" }));
    for (const poller of globalThis.opened) poller.add(0);
    tell("opened");
    await heard();
  },
  /** Tells the numbers that are values of keys while a native proxy has sockets. */
  async lend() {
    const { pthreadKeys } = await import("$ROOT/ffi/pthread.ts");
    const { Proxy } = await import("$ROOT/proxy.ts");
    const proxy = new Proxy(new Pull(), new Push(), { native: true });
    proxy.frontEnd.bindSync("inproc://front");
    proxy.backEnd.bindSync("inproc://back");
    const keys = pthreadKeys();
    const { set_number } = keys;
    const numbers = [];
    keys.set_number = (key, number) => (numbers.push(Number(number)), set_number(key, number));
    const run = proxy.run();
    tell(numbers);
    proxy.terminate();
    await run;
  },`;

/** What the main isolate has in order to look at keys and threads. */
const MAIN = `
  const { pthread_key_create, pthread_key_delete } = Deno.dlopen(zmq.libraryPath, {
    pthread_key_create: { parameters: ["buffer", "pointer"], result: "i32" },
    pthread_key_delete: { parameters: ["u32"], result: "i32" },
  }).symbols;
  function makeKeys(most) {
    const keys = [];
    const key = new Uint32Array(1);
    while (keys.length < most && pthread_key_create(key, null) === 0) keys.push(key[0]);
    return keys;
  }
  /** How many keys the process has left. */
  function keysLeft() {
    const keys = makeKeys(Infinity);
    for (const key of keys) pthread_key_delete(key);
    return keys.length;
  }
  const comeBy = () => Context.join(zmq.context.share()).close();
  const ended = () => until(() => threadsOf("worker-") === 0);
  async function opened(name, data) {
    const worker = start("Web Worker", name, data);
    const told = await worker.next();
    if (told !== "opened") console.log(told);
    return worker;
  }`;

async function prints(main: string, ...lines: unknown[]): Promise<void> {
  const { stdout, stderr, code } = await withWorkers(WORKERS, MAIN + main);
  const expected = lines.map((line) => `${line}\n`).join("");
  assertEquals([stdout, stderr, code], [expected, "", 0]);
}

Deno.test({
  name: "a worker with many sockets once took all thread-specific keys of the process",
  ignore: !HAS_LINUX_CALLS,
  fn: () =>
    prints(
      `const before = keysLeft();
      const worker = await opened("open", { contexts: [600] });
      const taken = before - keysLeft();
      console.log(taken > 0, taken <= ${KEYS} || taken);
      Deno.exit();`,
      "true true",
    ),
});

Deno.test({
  name:
    "keys are given back where no worker that uses them is left, though workers were terminated",
  ignore: !HAS_LINUX_CALLS,
  fn: () =>
    prints(
      `const before = keysLeft();
      const worker = await opened("open", { contexts: [1] });
      comeBy();
      console.log(keysLeft() < before);
      worker.terminate();
      await ended();
      comeBy();
      console.log(keysLeft() === before);`,
      true,
      true,
    ),
});

Deno.test({
  name:
    "the end of a worker waits for 20 ms between its context's shutdown and the close of sockets that were lent",
  ignore: !HAS_LINUX_CALLS,
  fn: () =>
    prints(
      `const worker = start("Web Worker", "lend");
      const numbers = await worker.next();
      console.log(numbers.includes(20_000)); // microseconds of usleep
      Deno.exit();`,
      true,
    ),
});

Deno.test({
  name: "keys that a living worker uses are kept when another one has ended",
  ignore: !HAS_LINUX_CALLS,
  fn: () =>
    prints(
      `const living = await opened("open", { contexts: [3] });
      const other = await opened("open", { contexts: [3] });
      other.terminate();
      await until(() => threadsOf("worker-") === 1);
      comeBy();
      zmq.context.close();
      living.terminate();
      console.log(await until(() => threadsOf("ZMQbg") === 0));`,
      true,
    ),
});

Deno.test({
  name: "keys that a terminated worker had only begun to make are given back by the next worker",
  ignore: !HAS_LINUX_CALLS,
  fn: () =>
    prints(
      `const { withProcessLock, writeEntry } = await import("$ROOT/process/process_lock.ts");
      const { loadLibrary } = await import("$ROOT/ffi/load.ts");
      let before = keysLeft();
      const name = "keys." + loadLibrary().handle.toString(16);
      const keys = { close: makeKeys(400) };
      withProcessLock(() => writeEntry(name, { users: [], keys, complete: false }));
      console.log(before - keysLeft());
      await opened("open", { contexts: [1] });
      console.log(before - keysLeft() <= ${KEYS});
      Deno.exit();`,
      400,
      true,
    ),
});

for (const [left, given] of [[100, true], [5, false]] as const) {
  Deno.test({
    name: `a worker in a process that has ${left} keys left ${
      given ? "makes fewer, and leaves nothing" : "works and ends, but its context stays"
    }`,
    ignore: !HAS_LINUX_CALLS,
    fn: () =>
      prints(
        `const before = keysLeft();
        const theirs = makeKeys(before - ${left});
        const worker = await opened("open", { contexts: [3] });
        worker.terminate();
        console.log(await ended(), await until(() => threadsOf("ZMQbg") === ${given ? 0 : 2}));
        comeBy();
        for (const key of theirs) pthread_key_delete(key);
        console.log(keysLeft() === before);
        Deno.exit();`,
        "true true",
        true,
      ),
  });
}

Deno.test({
  name:
    "a context with a socket too many isn't terminated at its worker's end, which would wait for it; others are",
  ignore: !HAS_LINUX_CALLS,
  fn: () =>
    prints(
      `const worker = await opened("open", { contexts: [3, ${SOCKETS}, 3] });
      worker.terminate();
      console.log(await ended());
      // The second's and the third's are left: an I/O thread and a reaper each.
      console.log(await until(() => threadsOf("ZMQbg") === 4));
      Deno.exit();`,
      true,
      true,
    ),
});

for (const [which, from] of [["sockets that were covered", 0], ["the last sockets", SOCKETS]]) {
  Deno.test({
    name: `a context is terminated again at its worker's end after ${which} were closed`,
    ignore: !HAS_LINUX_CALLS,
    fn: () =>
      prints(
        `const contexts = [${SOCKETS + 9}];
        const worker = await opened("open", { contexts, from: ${from}, to: ${from} + 9 });
        worker.terminate();
        console.log(await ended(), await until(() => threadsOf("ZMQbg") === 0));`,
        "true true",
      ),
  });
}

Deno.test({
  name: `of a worker's contexts ${CONTEXTS} are terminated at its end, and the others stay`,
  ignore: !HAS_LINUX_CALLS,
  fn: () =>
    prints(
      `const contexts = ${JSON.stringify(Array(CONTEXTS + 2).fill(1))};
      const worker = await opened("open", { contexts });
      worker.terminate();
      console.log(await ended(), await until(() => threadsOf("ZMQbg") === 4));
      Deno.exit();`,
      "true true",
    ),
});

Deno.test({
  name: `of a worker's Pollers ${DESCRIPTORS} descriptors are given back, and the others stay`,
  ignore: !HAS_LINUX_CALLS,
  fn: () =>
    prints(
      `// Half a second after its start Deno opens two for signals, which aren't counted, either.
      const nothing = () => {};
      Deno.addSignalListener("SIGUSR2", nothing);
      Deno.removeSignalListener("SIGUSR2", nothing);
      // What the first one brings in for good isn't counted.
      (await opened("pollers", 1)).terminate();
      await ended();
      const before = count().descriptors;
      const worker = await opened("pollers", 100);
      worker.terminate();
      await ended();
      // Each has its set and its wakeup descriptor. Deno gives its own back a moment later.
      const left = () => count().descriptors - before;
      console.log(await until(() => left() === 2 * 100 - ${DESCRIPTORS}) || left());`,
      true,
    ),
});

Deno.test({
  name: "a worker that closed its context and was terminated once left a stack",
  ignore: !HAS_LINUX_CALLS,
  async fn() {
    const { stdout, stderr, code } = await withWorkers(
      `closes() {
        const context = new Context();
        new Pull({ context });
        context.close();
        tell("closed");
      },`,
      `${THREADS}
      async function one() {
        const worker = start("Web Worker", "closes");
        await worker.next();
        worker.terminate();
        await until(() => threadsOf("worker-") === 0);
      }
      for (let i = 0; i < 5; i++) await one();
      const before = stacks();
      for (let i = 0; i < 20; i++) await one();
      console.log(stacks() - before < 10 || stacks() - before);`,
    );
    assertEquals([stdout, stderr, code], ["true\n", "", 0]);
  },
});

/** Counts the values that a worker's thread has, in `keys.size`, and how many there were at most. */
const COUNTING = `
  const { pthreadKeys } = await import("$ROOT/ffi/pthread.ts");
  const functions = pthreadKeys();
  const keys = new Set();
  let most = 0;
  for (const name of ["pthread_setspecific", "set_number"]) {
    const set = functions[name];
    functions[name] = (key, value) => {
      keys[value === null ? "delete" : "add"](key);
      most = Math.max(most, keys.size);
      return set(key, value);
    };
  }`;

/** What a worker opens and closes, by what it is. */
const CLOSED = `{
  "a Poller": () => {
    const poller = new Poller({ backend: "epoll" });
    poller.wake();
    poller.waitSync();
    poller.close();
  },
  "a socket that was observed": async () => {
    const socket = new Pull({ context });
    const { events } = socket;
    socket.close();
    for await (const _ of events);
  },
  "a context": () => {
    const context = new Context();
    new Pull({ context });
    context.close();
  },
  "a native proxy": async () => {
    const { Proxy } = await import("$ROOT/proxy.ts");
    const proxy = new Proxy(new Pull({ context }), new Push({ context }), { native: true });
    proxy.frontEnd.bindSync("inproc://front");
    proxy.backEnd.bindSync("inproc://back");
    const run = proxy.run();
    proxy.terminate({ timeout: 0 });
    await run;
  },
  ...zmq.capability.draft && {
    "a draft socket": async () => {
      const { Gather } = await import("$ROOT/socket/draft.ts");
      new Gather({ context }).close();
    },
  },
}`;

Deno.test({
  name: "what a worker has closed isn't closed again at its thread's end",
  ignore: !HAS_LINUX_CALLS,
  async fn() {
    const { stdout, stderr } = await withWorkers(
      `async closes() {
        ${COUNTING}
        const context = new Context();
        new Pull({ context }).close(); // opens what is there until the end
        for (const [what, action] of Object.entries(${CLOSED})) {
          const before = most = keys.size;
          await action();
          tell([what, most > before, keys.size - before].join());
        }
        tell("all");
      },`,
      `const worker = start("Web Worker", "closes");
      for (let told; (told = await worker.next()) !== "all";) console.log(told);
      Deno.exit();`,
      // Epoll's strategy opens a timer at some time, which it keeps.
      { env: { ZMQ_POLLER: "poll" } },
    );
    const expected = [
      ...["a Poller", "a socket that was observed", "a context", "a native proxy"],
      ...capability.draft ? ["a draft socket"] : [],
    ];
    assertEquals([stdout, stderr], [expected.map((what) => `${what},true,0\n`).join(""), ""]);
  },
});

Deno.test({
  name:
    "the end of one of a worker's native proxies leaves another one what it has for the thread's end",
  ignore: !HAS_LINUX_CALLS,
  async fn() {
    const { stdout, stderr } = await withWorkers(
      `async proxies() {
        ${COUNTING}
        const { Proxy } = await import("$ROOT/proxy.ts");
        const context = new Context();
        const begin = (name) => {
          const proxy = new Proxy(new Pull({ context }), new Push({ context }), { native: true });
          proxy.frontEnd.bindSync("inproc://front-" + name);
          proxy.backEnd.bindSync("inproc://back-" + name);
          return [proxy, proxy.run()];
        };
        const end = async ([proxy, run]) => {
          proxy.terminate({ timeout: 0 });
          await run;
        };
        await end(begin("first")); // opens what is there until the end
        const none = keys.size;
        const lasting = begin("lasting");
        const one = keys.size;
        await end(begin("other"));
        tell([one > none, keys.size - one].join());
        await end(lasting);
        tell(keys.size - none);
      },`,
      `const worker = start("Web Worker", "proxies");
      console.log(await worker.next());
      console.log(await worker.next());
      Deno.exit();`,
      // Epoll's strategy opens a timer at some time, which it keeps.
      { env: { ZMQ_POLLER: "poll" } },
    );
    assertEquals([stdout, stderr], ["true,0\n0\n", ""]);
  },
});
