/** The end of a worker whose messages no one receives. */

import { strictEqual as assertEquals } from "node:assert/strict";
import { Pull } from "../../mod.ts";
import { Program, run } from "../program.ts";
import { freshAddress, withFolder } from "../util.ts";

/** Far longer than any end may take that isn't to wait. */
const LONG = 60_000;

/** What a worker's long end says. */
const WAITING = (limit: number) =>
  `deno-zmq: waiting up to ${limit} ms for messages that are still to be sent. ` +
  "See the linger of sockets, and exitLinger of their context.\n";
const GAVE_UP = (limit: number, contexts: string) =>
  `deno-zmq: gave up after ${limit} ms. Messages that were still to be sent go on in the background, ` +
  `and are lost if the process ends first: those of ${contexts}.\n`;

/** How a worker comes to an end of its own: what starts it, with what it's given, and what ends it. */
const ENDS: Record<string, { isMain: string; start: string; given: string; end: string }> = {
  "a node worker that ends by itself": {
    isMain: "threads.isMainThread",
    start: "new threads.Worker(new URL(import.meta.url), { workerData: Deno.args[0] });",
    given: "threads.workerData",
    end: "",
  },
  "a node worker that ends by process.exit": {
    isMain: "threads.isMainThread",
    start: "new threads.Worker(new URL(import.meta.url), { workerData: Deno.args[0] });",
    given: "threads.workerData",
    end: "process.exit();",
  },
  "a Web Worker that ends by Deno.exit": {
    isMain: '!("WorkerGlobalScope" in globalThis)',
    start: 'new Worker(import.meta.url, { type: "module", name: Deno.args[0] });',
    given: "self.name",
    end: "Deno.exit();",
  },
};

/** A program whose worker ends after it has sent to an address at which no one is. */
function program(name: string, { exitLinger, main = "" }: { exitLinger: number; main?: string }) {
  const { isMain, start, given, end } = ENDS[name];
  return `
    import process from "node:process";
    import * as threads from "node:worker_threads";
    import { context, Push } from "$MOD";
    if (${isMain}) {
      ${start}
      ${main}
    } else {
      context.exitLinger = ${exitLinger};
      const push = new Push();
      push.connect(${given});
      await push.send("to no one yet");
      ${end}
    }`;
}

for (const name of Object.keys(ENDS)) {
  // If it ended by process.exit, it also waited twice once.
  Deno.test(`the end of ${name} once gave up without a word`, () =>
    withFolder(async (folder) => {
      const address = freshAddress("ipc", folder);
      const { code, stdout, stderr } = await run(program(name, { exitLinger: 800 }), {
        args: [address],
      });
      const said = WAITING(800) + GAVE_UP(800, `the default context (Push at ${address})`);
      assertEquals(stderr, said);
      assertEquals(stdout, "");
      assertEquals(code, 0);
    }));

  Deno.test(`what ${name} leaves, as it says, arrives while the process lives`, () =>
    withFolder(async (folder) => {
      const address = freshAddress("ipc", folder);
      const main = "setInterval(() => {}, 1000);";
      await using running = await Program.start(program(name, { exitLinger: 800, main }), {
        args: [address],
      });
      await running.says("go on in the background");
      using pull = new Pull({ receiveTimeout: 20_000 });
      await pull.bind(address);
      assertEquals(String(await pull.receive()), "to no one yet");
    }));

  Deno.test(`the end of ${name} says nothing more where its messages arrive in time`, () =>
    withFolder(async (folder) => {
      const address = freshAddress("ipc", folder);
      await using running = await Program.start(program(name, { exitLinger: LONG }), {
        args: [address],
      });
      await running.says("waiting up to");
      using pull = new Pull({ receiveTimeout: 20_000 });
      await pull.bind(address);
      assertEquals(String(await pull.receive()), "to no one yet");
      assertEquals((await running.outcome()).stderr, WAITING(LONG));
    }));
}

Deno.test("a signal while the end of a worker waits goes where it went before", async () => {
  const worker = `
    import { awaitAtExit, waitForUnsent } from "$ROOT/process/exit_wait.ts";
    const started = performance.now();
    let sent = false;
    const haveGone = () => {
      if (!sent && performance.now() - started > 150) {
        sent = true;
        Deno.kill(Deno.pid, "SIGINT");
      }
      return false;
    };
    awaitAtExit({ haveGone, limit: 400, context: "a context" });
    waitForUnsent(false);
  `;
  await using program = await Program.start(`
    Deno.addSignalListener("SIGINT", () => Deno.exit(7));
    const code = ${JSON.stringify(worker)};
    new Worker(URL.createObjectURL(new Blob([code])), { type: "module" });
    setInterval(() => {}, 1000);
  `);
  const { code, signal } = await program.outcome();
  assertEquals(`${code} ${signal}`, "7 null");
});
