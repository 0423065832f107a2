/** What an import of the library costs, where that isn't a matter of the machine. */

import { deepStrictEqual as assertEquals, ok as assert } from "node:assert/strict";
import { filesBelow, ROOT } from "./files.ts";
import { graphOf } from "./graph.ts";
import { listOf, LISTS } from "./write_modules.ts";
import { npmFiles } from "./write_npm.ts";
import { run } from "./program.ts";

/** A program of one message, and what it takes until then. */
const FIRST_MESSAGE = `
  Deno.env.delete("ZMQ_POLLER"); // each backend has its own wait
  const { dlopen } = Deno;
  const functions = [];
  Deno.dlopen = (path, table) => {
    functions.push(...Object.entries(table));
    return dlopen(path, table);
  };
  const { Pull, Push } = await import("$MOD");
  using pull = new Pull();
  using push = new Push();
  await pull.bind("tcp://127.0.0.1:*");
  push.connect(pull.lastEndpoint);
  await push.send("x");
  await pull.receive();
  const isFast = ([, { parameters, nonblocking }]) =>
    !nonblocking && !JSON.stringify(parameters).includes("struct");
  let modules = [];
  if (Deno.args.includes("modules")) {
    const { Session } = await import("node:inspector");
    const session = new Session();
    session.connect();
    session.on("Debugger.scriptParsed", ({ params }) => modules.push(params.url));
    await new Promise((resolve) => session.post("Debugger.enable", resolve)); // tells of each that is loaded
  }
  console.log(JSON.stringify({
    functions: functions.length,
    fast: functions.filter(isFast).map(([name]) => name).sort().join(" "),
    modules: modules.filter((url) => url.startsWith("$ROOT/")),
  }));
`;

interface FirstMessage {
  functions: number;
  fast: string;
  modules: string[];
  collections: number;
}

/** Runs a program, and counts the collector's runs in it. */
async function traced(source: string, ...args: string[]): Promise<[stdout: string, runs: number]> {
  const flags = ["-A", "--v8-flags=--trace-gc"];
  const { code, stdout, stderr } = await run(source, { flags, args });
  assertEquals(code, 0, stderr);
  const lines = stdout.split("\n");
  const own = lines.filter((line) => !/Scavenge|Mark-Compact/.test(line));
  return [own.join("\n"), lines.length - own.length];
}

async function firstMessage(...args: string[]): Promise<FirstMessage> {
  const [stdout, collections] = await traced(FIRST_MESSAGE, ...args);
  return { ...JSON.parse(stdout), collections };
}

// The first keeps V8's compiled code for the second, whose start is then like any other.
const { modules } = await firstMessage("modules");
const { functions, fast, collections } = await firstMessage();

// Each takes a millisecond or more, beside an import's fifteen.
Deno.test("a first message is received before the collector's third run", async () => {
  assert(collections < 3, `${collections} runs`);
  const [, control] = await traced("for (let i = 0; i < 1e7; i++) Object(i);");
  assert(control > 2);
});

// Each takes 0.1 ms of every start.
Deno.test("a first message loads 117 modules of the library at most", () => {
  assert(modules.length > 100 && modules.length <= 117, modules.join("\n"));
});

// Each takes 6 microseconds of every start.
Deno.test("a first message binds 56 functions at most", {
  ignore: Deno.build.os !== "linux", // whose C library gives what others take more functions for
}, () => {
  assert(functions > 40 && functions <= 56, `${functions} functions`);
});

// Each takes 0.05 to 0.1 ms of every start.
Deno.test("a first message binds no functions with fast calls but those that messages call", () => {
  assertEquals(
    fast,
    "epoll_wait errno memcpy zmq_getsockopt zmq_msg_close zmq_msg_data zmq_msg_init " +
      "zmq_msg_recv zmq_send zmq_send_pinned",
  );
});

// V8 takes a source with another character in it as a copy, of one or even two bytes a character.
Deno.test("the modules that a program imports are plain ASCII", async () => {
  const files = (await graphOf(new URL("mod.ts", ROOT)))
    .map(({ specifier }) => specifier)
    .filter((specifier) => specifier.startsWith("file:"));
  assertEquals(files.length > 50, true);
  const others = files.filter((file) => /[^\0-\x7f]/.test(Deno.readTextFileSync(new URL(file))));
  assertEquals(others, []);
});

for (const [list, entry] of LISTS) {
  Deno.test(`${list} lists the modules behind ${entry}: if not, run tests/write_modules.ts`, async () => {
    assertEquals(Deno.readTextFileSync(new URL(list, ROOT)), await listOf(list, entry));
  });
}

Deno.test("zeromq/npm has what the drop-in exports and declares: if not, run tests/write_npm.ts", async () => {
  const files = await npmFiles();
  for (const [path, text] of files) {
    assertEquals(await Deno.readTextFile(new URL(path, ROOT)), text, path);
  }
  const declarations = [...files.keys()].filter((path) => path.endsWith(".d.ts")).sort();
  assertEquals(await filesBelow("zeromq/npm/", ".d.ts"), declarations);
});
