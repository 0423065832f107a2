import { deepStrictEqual as assertEquals, ok as assert } from "node:assert/strict";
import { endsSo } from "../endings.ts";
import { run } from "../program.ts";
import { withCopy, withWorkers } from "../workers.ts";

const IMPORTS = `import { Poller, Pull, Push } from "$MOD";`;

/** Both kinds of workers, under the same few names: the worker's file is the program's own. */
const KINDS = {
  "Web Worker": `
    const isMain = !("WorkerGlobalScope" in globalThis);
    const tellMain = (what) => self.postMessage(what);
    function start() {
      const worker = new Worker(import.meta.url, { type: "module" });
      worker.onerror = (event) => { event.preventDefault(); console.log("worker failed"); };
      const told = new Promise((resolve) => worker.onmessage = ({ data }) => resolve(data));
      return { told, terminate: () => worker.terminate() };
    }`,
  "node worker": `
    import * as threads from "node:worker_threads";
    const isMain = threads.isMainThread;
    const tellMain = (what) => threads.parentPort.postMessage(what);
    function start() {
      const worker = new threads.Worker(new URL(import.meta.url));
      worker.on("error", () => console.log("worker failed"));
      const told = new Promise((resolve) => worker.once("message", resolve));
      return { told, terminate: () => worker.terminate() };
    }`,
};

/** What a worker is in when its end comes; the last thing that it tells is its address. */
const STATES: Record<string, string> = {
  "idle": `tellMain(pull.lastEndpoint); setInterval(() => {}, 1000);`,
  "receiving": `pull.receive(); tellMain(pull.lastEndpoint);`,
  "iterating, with messages coming": `
    const push = new Push();
    push.connect(pull.lastEndpoint);
    (async () => { while (true) await push.send("x"); })();
    let count = 0;
    for await (const message of pull) if (++count === 1000) tellMain(pull.lastEndpoint);`,
  "in receiveSync": `tellMain(pull.lastEndpoint); pull.receiveSync();`,
  "in waitSync": `tellMain(pull.lastEndpoint); pull.waitSync();`,
  "sending to no one": `
    const push = new Push();
    push.connect("ipc://" + import.meta.dirname + "/no_one");
    while (push.trySend("x"));
    push.send("x");
    tellMain(pull.lastEndpoint);`,
  "in sendSync to no one": `
    const push = new Push();
    push.bind("tcp://127.0.0.1:*");
    tellMain(pull.lastEndpoint);
    push.sendSync("x");`,
  "in a Poller's wait": `
    const poller = new Poller();
    poller.add(pull);
    poller.wait();
    tellMain(pull.lastEndpoint);`,
  "in a Poller's waitSync": `
    const poller = new Poller();
    poller.add(pull);
    tellMain(pull.lastEndpoint);
    poller.waitSync();`,
};

/** Sockets of the main isolate, at work: what a worker's end must not disturb. */
const WORK = `
async function work() {
  const pull = new Pull(), push = new Push();
  await pull.bind("tcp://127.0.0.1:*");
  push.connect(pull.lastEndpoint);
  for (let i = 0; i < 200; i++) {
    await push.send(String(i));
    const text = (await pull.receive())[0].text();
    if (text !== String(i)) throw new Error(\`wrong message: \${text} instead of \${i}\`);
  }
  push.close();
  pull.close();
}`;

function inWorker(state: string): string {
  return `const pull = new Pull(); await pull.bind("tcp://127.0.0.1:*"); ${state}`;
}

for (const [kind, setting] of Object.entries(KINDS)) {
  for (const [state, source] of Object.entries(STATES)) {
    // Deno doesn't get a terminated Web Worker out of a loop (`for (;;);` suffices), and a process with
    // such a worker doesn't end by itself.
    const byItself = kind === "node worker" || !state.includes("Sync");
    const end = byItself ? "ends" : "ends by Deno.exit";
    Deno.test(`a ${kind} terminated while ${state}: the main isolate works on, and ${end}`, () =>
      endsSo({ code: 0, stdout: "done\n" }, () =>
        run(`${IMPORTS}${setting}${WORK}
        if (!isMain) {
          ${inWorker(source)}
        } else {
          const before = work();
          const worker = start();
          await worker.told;
          worker.terminate();
          await before;
          await work();
          console.log("done");
          ${byItself ? "" : "Deno.exit();"}
        }`)));

    if (state === "idle" || state.startsWith("sending")) continue;
    Deno.test(`Deno.exit while a ${kind} is ${state}: its status`, () =>
      endsSo({ code: 7, stdout: "" }, () =>
        run(`${IMPORTS}${setting}
        if (!isMain) {
          ${inWorker(source)}
        } else {
          const pull = new Pull();
          await pull.bind("tcp://127.0.0.1:*");
          pull.receive();
          await start().told;
          Deno.exit(7);
        }`)));
  }

  Deno.test(`a ${kind} terminated as soon as it was started: the main isolate works on, and ends`, () =>
    endsSo({ code: 0, stdout: "" }, () =>
      run(`${IMPORTS}${setting}${WORK}
      if (!isMain) {
        ${inWorker(STATES.receiving)}
      } else {
        for (let i = 0; i < 5; i++) {
          start().terminate();
          await work();
        }
      }`)));

  Deno.test(`a ${kind} that throws while it receives: the main isolate works on, and ends`, async () => {
    const { code, signal, stdout, stderr } = await run(
      `${IMPORTS}${setting}${WORK}
      if (!isMain) {
        ${inWorker(STATES.receiving)}
        setTimeout(() => { throw new Error("on purpose"); }, 10);
      } else {
        const worker = start();
        await worker.told;
        await work();
        console.log("done");
      }`,
    );
    assertEquals(signal, null, stderr);
    assertEquals(code, 0, stderr);
    assertEquals(stdout.split("\n").sort().join(), ",done,worker failed");
    assert(stderr.includes("on purpose"), stderr);
  });

  Deno.test(`the main isolate sends to a ${kind}, which is terminated in the middle, and ends`, () =>
    endsSo({ code: 0, stdout: "" }, () =>
      run(`${IMPORTS}${setting}${WORK}
      if (!isMain) {
        ${inWorker(`tellMain(pull.lastEndpoint); for await (const message of pull);`)}
      } else {
        const worker = start();
        const push = new Push({ linger: 0 });
        push.connect(await worker.told);
        for (let i = 0; i < 5000; i++) await push.send("x");
        worker.terminate();
        await work();
      }`)));
}

for (const state of ["idle", "receiving", "sending to no one", "in a Poller's wait"]) {
  Deno.test(`a Web Worker that closes itself while ${state}: the main isolate works on, and ends`, () =>
    endsSo({ code: 0, stdout: "" }, () =>
      run(`${IMPORTS}${KINDS["Web Worker"]}${WORK}
      if (!isMain) {
        ${inWorker(STATES[state])}
        setTimeout(() => self.close(), 10);
      } else {
        await start().told;
        await work();
      }`)));
}

Deno.test("two copies of the library in a worker once moved behind each other's exit listener without end", () =>
  withCopy(async (copy) => {
    const { stdout, stderr, code } = await withWorkers(
      `async open() {
        const other = await import("${copy}/mod.ts");
        globalThis.opened = [new Pull(), new other.Pull()];
        setTimeout(() => tell("goes on"), 0);
      },`,
      `const worker = start("Web Worker", "open");
      console.log(await worker.next());
      worker.terminate();`,
    );
    assertEquals(stdout || stderr, "goes on\n");
    assertEquals(code, 0);
  }));
