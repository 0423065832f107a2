/** The end of a program, and the listeners that see it coming. */

import { deepStrictEqual as assertEquals } from "node:assert/strict";
import { Pull } from "../../mod.ts";
import { withFolder } from "../util.ts";
import { AS_ELSEWHERE, run } from "../program.ts";

const DROP_IN = new URL("../../zeromq.ts", import.meta.url).href;
const BUDGET = new URL("../../poller/budget.ts", import.meta.url).href;
const IMPORT = `import * as zmq from "${DROP_IN}"; import process from "node:process";\n`;

for (const [how, last] of [["itself", ""], ["process.exit", "process.exit();"]]) {
  Deno.test(`what a listener of the process's exit sends arrives: a program that ends by ${how}`, async () => {
    using pull = new Pull({ receiveTimeout: 5000 });
    await pull.bind("tcp://127.0.0.1:*");
    const { code, stdout, stderr } = await run(`${IMPORT}
      const push = new zmq.Push();
      push.connect("${pull.lastEndpoint}");
      process.on("exit", () => {
        push.send("farewell");
        console.log("closed:", push.closed);
      });
      ${last}
    `);
    assertEquals([code, stdout, stderr], [0, "closed: false\n", ""]);
    assertEquals(String(await pull.receive()), "farewell");
  });
}

Deno.test("what was sent by a listener of exit that was added in the end, and that calls process.exit, was lost", async () => {
  using pull = new Pull({ receiveTimeout: 5000 });
  await pull.bind("tcp://127.0.0.1:*");
  const { code, stdout, stderr } = await run(`${IMPORT}
    const push = new zmq.Push();
    push.connect("${pull.lastEndpoint}");
    function onExit() {
      console.log("closed:", push.closed);
      const late = new zmq.Push({ context: new zmq.Context() });
      late.connect("${pull.lastEndpoint}");
      late.send("farewell");
      process.exit(7);
    }
    addEventListener("beforeunload", () => {
      addEventListener("unload", () => process.on("exit", onExit));
    });
  `);
  assertEquals([code, stdout, stderr], [7, "closed: true\n", ""]);
  assertEquals(String(await pull.receive()), "farewell");
});

Deno.test("the end of the program lost the last message where the tick's budget had been used up before", async () => {
  using pull = new Pull({ receiveTimeout: 5000 });
  await pull.bind("tcp://127.0.0.1:*");
  const { code, stderr } = await run(`${IMPORT}
    import { takeBudget } from "${BUDGET}";
    const push = new zmq.Push();
    push.connect("${pull.lastEndpoint}");
    while (takeBudget());
    push.send("last");
    process.exit();
  `);
  assertEquals([code, stderr], [0, ""]);
  assertEquals(String(await pull.receive()), "last");
});

/** A program whose worker is the source. */
function inWorker(source: string): string {
  return `import { isMainThread, Worker } from "node:worker_threads";
    if (isMainThread) {
      new Worker(new URL(import.meta.url)).on("exit", (code) => process.exitCode = code);
    } else {
      ${source}
    }`;
}

for (const [how, last] of [["itself", ""], ["process.exit", "await 0; process.exit();"]]) {
  Deno.test(`what a listener of the process's exit sends arrives: a node worker that ends by ${how}`, async () => {
    using pull = new Pull({ receiveTimeout: 5000 });
    await pull.bind("tcp://127.0.0.1:*");
    const { code, stderr } = await run(
      IMPORT + inWorker(`
        const push = new zmq.Push();
        push.connect("${pull.lastEndpoint}");
        for (const word of ["first", "last"]) process.on("exit", () => push.send(word));
        ${last}`),
    );
    assertEquals([code, stderr], [0, ""]);
    assertEquals([String(await pull.receive()), String(await pull.receive())], ["first", "last"]);
  });
}

/** Leaves a socket open, whose file goes when it's closed. The file is in $TMPDIR. */
const OPEN = `${IMPORT}await new zmq.Pull().bind("ipc://*");\n`;

function filesIn(folder: string): string[] {
  return [...Deno.readDirSync(folder)].map(({ name }) => name);
}

Deno.test("a socket that isn't closed at the end leaves its file", () =>
  withFolder(async (folder) => {
    await run(`${OPEN}process.kill(process.pid, "SIGKILL");`, { env: { TMPDIR: folder } });
    assertEquals(filesIn(folder).length, 1);
  }));

const ENDS: Record<string, string> = {
  "by itself": "",
  "by Deno.exit": "Deno.exit();",
  "by process.exit in a listener of beforeExit": `
    addEventListener("beforeunload", () => process.on("beforeExit", () => process.exit()));`,
  "by Deno.exit in a listener of beforeunload":
    `addEventListener("beforeunload", () => Deno.exit());`,
  "by Deno.exit, after a listener of beforeExit found more to do": `
    process.once("beforeExit", () => setTimeout(() => setTimeout(() => Deno.exit(), 20), 20));`,
  "by Deno.exit, after listeners of beforeunload found more to do": `
    let often = 0;
    addEventListener("beforeunload", (event) => {
      if (++often === 20) return setTimeout(() => Deno.exit(), 20);
      event.preventDefault();
    });`,
};
for (const [how, source] of Object.entries(ENDS)) {
  Deno.test(`sockets are closed when a program ends ${how}`, () =>
    withFolder(async (folder) => {
      const { code, stderr } = await run(OPEN + source, { env: { TMPDIR: folder } });
      assertEquals([code, stderr, filesIn(folder)], [0, "", []]);
    }));
}

Deno.test("sockets are closed when a node worker ends by process.exit, just after a listener of exit was added", () =>
  withFolder(async (folder) => {
    const worker = inWorker(`
      await new zmq.Pull({ context: new zmq.Context() }).bind("ipc://*");
      process.on("exit", () => {});
      process.exit();`);
    const { code, stderr } = await run(IMPORT + worker, { env: { TMPDIR: folder } });
    assertEquals([code, stderr, filesIn(folder)], [0, "", []]);
  }));

Deno.test("sockets are closed when a test module ends", () =>
  withFolder(async (folder) => {
    const file = `${folder}/module_test.ts`;
    await Deno.writeTextFile(file, `${OPEN}Deno.test("nothing", () => {});`);
    const { code } = await new Deno.Command(Deno.execPath(), {
      args: ["test", "-A", "--no-check", "--no-lock", ...AS_ELSEWHERE, file],
      env: { TMPDIR: folder },
      stdout: "null",
      stderr: "null",
    }).output();
    assertEquals([code, filesIn(folder)], [0, ["module_test.ts"]]);
  }));
