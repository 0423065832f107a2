import { ok as assert, strictEqual as assertEquals } from "node:assert/strict";
import { Pull } from "../../mod.ts";
import { Program, run } from "../program.ts";
import { freshAddress, type Transport, withFolder } from "../util.ts";

const MESSAGES = 20_000;
/** Far longer than any end may take that isn't to wait. */
const LONG = 60_000;

/** Sends all at once, more than the system's buffers hold, so that most still lie there at the end. */
const SEND = `
async function sendAll(context) {
  const push = new Push({ sendHighWaterMark: 0, context });
  push.connect(address);
  const filling = new Uint8Array(1000);
  for (let i = 0; i < ${MESSAGES}; i++) await push.send([String(i), filling]);
  return push;
}`;
const PROGRAM = `
import { Context, context, Push } from "$MOD";
const [address] = Deno.args;
${SEND}`;

/** What follows the last message. */
const ENDS: Record<string, string> = {
  "falling off the end": `${PROGRAM} await sendAll();`,
  "Deno.exit": `${PROGRAM} await sendAll(); Deno.exit(7);`,
  "process.exit":
    `import process from "node:process"; ${PROGRAM} await sendAll(); process.exit(7);`,
  "closing the socket and Deno.exit": `${PROGRAM} (await sendAll()).close(); Deno.exit(7);`,
  "closing the context and Deno.exit": `${PROGRAM} await sendAll(); context.close(); Deno.exit(7);`,
  "closing a context of one's own and falling off the end":
    `${PROGRAM} const own = new Context(); await sendAll(own); own.close();`,
  "the end of the program's own unload listener": `${PROGRAM}
    const push = new Push({ sendHighWaterMark: 0 });
    push.connect(address);
    addEventListener("unload", () => {
      const filling = new Uint8Array(1000);
      for (let i = 0; i < ${MESSAGES}; i++) push.sendSync([String(i), filling]);
    });`,
  "a node worker's natural end": `
    import { isMainThread, Worker, workerData } from "node:worker_threads";
    import { Push } from "$MOD";
    const address = isMainThread ? Deno.args[0] : workerData;
    ${SEND}
    if (isMainThread) new Worker(new URL(import.meta.url), { workerData: address });
    else await sendAll();`,
  "process.exit in a node worker": `
    import process from "node:process";
    import { isMainThread, Worker, workerData } from "node:worker_threads";
    import { Push } from "$MOD";
    const address = isMainThread ? Deno.args[0] : workerData;
    ${SEND}
    if (isMainThread) {
      new Worker(new URL(import.meta.url), { workerData: address });
    } else {
      await sendAll();
      process.exit();
    }`,
  "Deno.exit in a Web Worker": `
    import { Push } from "$MOD";
    if ("WorkerGlobalScope" in globalThis) {
      const address = await new Promise((told) => self.onmessage = ({ data }) => told(data));
      ${SEND}
      await sendAll();
      Deno.exit();
    } else {
      new Worker(import.meta.url, { type: "module" }).postMessage(Deno.args[0]);
    }`,
};

async function receiveAll(pull: Pull): Promise<void> {
  for (let i = 0; i < MESSAGES; i++) assertEquals((await pull.receive())[0].text(), String(i));
}

for (const [end, source] of Object.entries(ENDS)) {
  const transports: Transport[] = end === "falling off the end" ? ["tcp", "ipc"] : ["tcp"];
  for (const transport of transports) {
    Deno.test(`${MESSAGES} messages sent before ${end} arrive in another process (${transport})`, () =>
      withFolder(async (folder) => {
        using pull = new Pull({ receiveTimeout: 20_000 });
        await pull.bind(freshAddress(transport, folder));
        const ended = run(source, { args: [pull.lastEndpoint!] });
        await receiveAll(pull);
        const { code, signal, stdout } = await ended;
        assertEquals(signal, null);
        assertEquals(code, source.includes("exit(7)") ? 7 : 0);
        assertEquals(stdout, "");
        assertEquals(pull.tryReceive(), undefined);
      }));
  }
}

Deno.test("messages for a peer that comes only after the end arrive, and the end comes at once", () =>
  withFolder(async (folder) => {
    const address = freshAddress("ipc", folder);
    const started = performance.now();
    await using program = await Program.start(
      `${PROGRAM} context.exitLinger = ${LONG}; await sendAll(); console.log("end");`,
      { args: [address] },
    );
    assertEquals(await program.line(), "end");
    using pull = new Pull({ receiveTimeout: 20_000 });
    await pull.bind(address);
    await receiveAll(pull);
    const { code, signal } = await program.outcome();
    assertEquals(signal, null);
    assertEquals(code, 0);
    assert(performance.now() - started < LONG / 2);
  }));
