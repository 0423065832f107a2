/** What an import of the library costs, where that isn't a matter of the machine. */

import { deepStrictEqual as assertEquals, ok as assert } from "node:assert/strict";
import { filesBelow, ROOT } from "./files.ts";
import { graphOf } from "./graph.ts";
import { listOf, LISTS } from "./write_modules.ts";
import { npmFiles } from "./write_npm.ts";
import { run } from "./program.ts";

const FLAGS = ["-A", "--v8-flags=--trace-gc"];

Deno.test("an import ends before the collector's third run", async () => {
  const source = 'import "$MOD";';
  await run(source, { flags: FLAGS }); // V8's compiled code is kept for the next start
  const { code, stdout } = await run(source, { flags: FLAGS });
  const runs = (text: string) => [...text.matchAll(/Scavenge|Mark-Compact/g)].length;
  assertEquals([code, runs(stdout) < 3], [0, true], stdout);
  const control = await run("for (let i = 0; i < 1e7; i++) Object(i);", { flags: FLAGS });
  assert(runs(control.stdout) > 2);
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

// Each takes 0.05 to 0.1 ms of every start.
Deno.test("a first message binds no functions with fast calls but those that messages call", async () => {
  const { stdout } = await run(`
    Deno.env.delete("ZMQ_POLLER"); // each backend has its own wait
    const { dlopen } = Deno;
    const fast = [];
    Deno.dlopen = (path, table) => {
      for (const [name, { parameters, nonblocking }] of Object.entries(table)) {
        if (!nonblocking && !JSON.stringify(parameters).includes("struct")) fast.push(name);
      }
      return dlopen(path, table);
    };
    const { Pull, Push } = await import("$MOD");
    using pull = new Pull();
    using push = new Push();
    await pull.bind("tcp://127.0.0.1:*");
    push.connect(pull.lastEndpoint);
    await push.send("x");
    await pull.receive();
    console.log(fast.sort().join(" "));
  `);
  const expected =
    "epoll_wait errno memcpy zmq_getsockopt zmq_msg_close zmq_msg_data zmq_msg_init " +
    "zmq_msg_recv zmq_send zmq_send_pinned";
  assertEquals(stdout.trim(), expected);
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
