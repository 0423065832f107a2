/** How long the end of a program waits for what it has sent, by each way to end. */

import { deepStrictEqual as assertEquals, ok as assert } from "node:assert/strict";
import { Dealer, Pull } from "../../mod.ts";
import { Program, run, withoutWaiting } from "../program.ts";
import { freshAddress, withFolder } from "../util.ts";

const DROP_IN = new URL("../../zeromq.ts", import.meta.url).href;
const IMPORT = `import * as zmq from "${DROP_IN}"; import process from "node:process";\n`;

/** Makes the end's ten seconds shorter by so much. */
const faster = (times: number) => `
  const now = performance.now.bind(performance);
  performance.now = () => now() * ${times};`;

const TO_NO_ONE = `${IMPORT}
  const dealer = new zmq.Dealer();
  dealer.connect(Deno.args[0]);
  await dealer.send("x");`;

/** What a long end by a call says, in two lines. */
const said = (address: string) =>
  "(node:PID) WARNING: Waiting up to 10000 ms for queued ZeroMQ messages to be delivered. " +
  "Set 'context.blocky = false' to change this behaviour.\n" +
  "(node:PID) WARNING: Gave up after 10000 ms: queued ZeroMQ messages of the default context " +
  `(Dealer at ${address}) were not delivered.\n`;

const CALLS: Record<string, string> = {
  "process.exit": "process.exit(7);",
  "Deno.exit": "Deno.exit(7);",
  "process.exit in a listener of the natural end's exit":
    `process.on("exit", () => process.exit(7));`,
  "Deno.exit in a listener of the natural end's exit": `process.on("exit", () => Deno.exit(7));`,
};
for (const [call, source] of Object.entries(CALLS)) {
  Deno.test({
    name: `a message for no one once held up ${call} without end; now for ten seconds`,
    fn: () =>
      withFolder(async (folder) => {
        const address = freshAddress("ipc", folder);
        const { code, signal, stdout, stderr } = await run(
          `${TO_NO_ONE}${faster(10)}${source}`,
          { args: [address] },
        );
        assertEquals([code, signal, stdout], [7, null, ""]);
        assertEquals(stderr.replaceAll(/node:\d+/g, "node:PID"), said(address));
      }),
  });
}

Deno.test("the end of a worker that alone uses the drop-in once gave up without a word", () =>
  withFolder(async (folder) => {
    const address = freshAddress("ipc", folder);
    const { code, stdout, stderr } = await run(
      `import { isMainThread, Worker, workerData } from "node:worker_threads";
      if (isMainThread) {
        new Worker(new URL(import.meta.url), { workerData: Deno.args[0] });
      } else {
        const zmq = await import("${DROP_IN}");
        const dealer = new zmq.Dealer();
        dealer.connect(workerData);
        await dealer.send("x");
        ${faster(10)}
      }`,
      { args: [address] },
    );
    assertEquals([code, stdout], [0, ""]);
    const [, gaveUp, ...rest] = stderr.replaceAll(/node:\d+/g, "node:PID").split("\n");
    assertEquals(
      gaveUp,
      "(node:PID) WARNING: Gave up after 10000 ms: queued ZeroMQ messages of the default context " +
        `(Dealer at ${address}) go on in the background, and are lost if the process ends first.`,
    );
    assertEquals(rest, [""], stderr);
  }));

Deno.test({
  name: "the natural end waits on after ten seconds, until the message has gone",
  fn: () =>
    withFolder(async (folder) => {
      const address = freshAddress("ipc", folder);
      // Ten seconds are over as soon as the line is there.
      await using program = await Program.start(`${TO_NO_ONE}${faster(1e6)}`, { args: [address] });
      await program.says("WARNING: Waiting for queued ZeroMQ messages to be delivered.");
      using dealer = new Dealer({ receiveTimeout: 20_000 });
      await dealer.bind(address);
      assertEquals(String(await dealer.receive()), "x");
      const { code, stderr } = await program.outcome();
      assertEquals([code, stderr.split("\n").length], [0, 2], stderr);
    }),
});

const MEGABYTES = 60;
const WAYS: Record<string, string> = {
  "by itself": "process.exitCode = 7;",
  "by process.exit": "process.exit(7);",
  "by Deno.exit": "Deno.exit(7);",
  "by process.exit in a listener of the natural end's exit":
    `process.on("exit", () => process.exit(7));`,
};
for (const [way, source] of Object.entries(WAYS)) {
  Deno.test(`${MEGABYTES} MB for a peer that takes them arrive from a program that ends ${way}`, async () => {
    // It takes nothing before the end has begun.
    using pull = new Pull({ receiveTimeout: 20_000, receiveHighWaterMark: 1 });
    const address = await pull.bind("tcp://127.0.0.1:*");
    await using program = await Program.start(
      `${IMPORT}
      addEventListener("unload", () => console.log("ends"));
      const push = new zmq.Push();
      push.connect(Deno.args[0]);
      const megabyte = new Uint8Array(1e6);
      for (let i = 0; i < ${MEGABYTES}; i++) await push.send([String(i), megabyte]);
      ${source}`,
      { args: [address] },
    );
    assertEquals(await program.line(), "ends");
    for (let i = 0; i < MEGABYTES; i++) {
      const [number, bytes] = await pull.receive();
      assertEquals([number.text(), bytes.length], [String(i), 1e6]);
    }
    const { code, signal, stdout, stderr } = await program.outcome();
    assertEquals([code, signal, stdout, withoutWaiting(stderr)], [7, null, "", ""]);
  });
}

const LISTENING = `process.on("SIGINT", () => { console.log("bye"); process.exit(0); });
  process.on("SIGTERM", () => { console.log("bye"); process.exit(0); });`;

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  Deno.test({
    name: `a ${signal} once did nothing after a SIGINT whose listener called process.exit`,
    fn: () =>
      withFolder(async (folder) => {
        await using program = await Program.start(
          `${TO_NO_ONE}${LISTENING} console.log("ready"); setInterval(() => {}, 1000);`,
          { args: [freshAddress("ipc", folder)] },
        );
        assertEquals(await program.line(), "ready");
        program.kill("SIGINT");
        assertEquals(await program.line(), "bye");
        await program.says("WARNING: Waiting up to 10000 ms");
        program.kill(signal);
        const { signal: ended, stdout, stderr } = await program.outcome();
        assertEquals([ended, stdout, stderr.split("\n").length], [signal, "", 2], stderr);
      }),
  });
}

Deno.test({
  name: "a SIGTERM ends a program that waits at its natural end, though it has a listener",
  fn: () =>
    withFolder(async (folder) => {
      await using program = await Program.start(
        `${TO_NO_ONE}${LISTENING} setTimeout(() => process.removeAllListeners("SIGINT"), 1);`,
        { args: [freshAddress("ipc", folder)] },
      );
      await program.says("WARNING: Waiting for queued");
      program.kill("SIGTERM");
      const { signal, stdout, stderr } = await program.outcome();
      assertEquals([signal, stdout, stderr.split("\n").length], ["SIGTERM", "", 2], stderr);
    }),
});

Deno.test({
  name: "an end that waits for both libraries' messages says so once, and names both",
  fn: () =>
    withFolder(async (folder) => {
      const address = freshAddress("ipc", folder);
      const { stderr } = await run(
        `${TO_NO_ONE}
        import { Push } from "$MOD";
        const push = new Push();
        push.connect(Deno.args[0]);
        await push.send("x");
        ${faster(10)}
        process.exit();`,
        { args: [address] },
      );
      const [waiting, gaveUp, ...rest] = stderr.split("\n");
      assert(waiting.includes("WARNING: Waiting up to 10000 ms"), stderr);
      for (const type of ["Dealer", "Push"]) {
        assert(gaveUp.includes(`the default context (${type} at ${address})`), stderr);
      }
      assertEquals(rest, [""]);
    }),
});
