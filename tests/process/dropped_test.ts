/** The debug mode: what was collected without having been closed is named, with the place where it was opened. */

import { deepStrictEqual as assertEquals, ok as assert } from "node:assert/strict";
import { isOwn, placeIn } from "../../process/dropped.ts";
import { MODULES, ROOT } from "../files.ts";
import { run } from "../program.ts";

/** Collects garbage, until what a program has dropped is found. */
const COLLECT = `
const turn = () => new Promise((resolve) => setTimeout(resolve, 1));
for (let i = 0; i < 20; i++) {
  await turn(); // what a stack still holds is let go
  gc();
  await turn(); // finalizers run as tasks of their own
}
`;

/** Runs a program in the mode, and returns the lines on standard error, in which files are without their folder. */
async function said(
  source: string,
  env: Record<string, string> = { ZMQ_DEBUG: "1" },
  flags: readonly string[] = ["-A"],
): Promise<string[]> {
  const { code, signal, stderr } = await run(source + COLLECT, {
    flags: [...flags, "--v8-flags=--expose-gc"],
    env,
  });
  assertEquals([code, signal], [0, null], stderr);
  const lines = stderr.split("\n").filter((line) => line !== "");
  return lines.map((line) => line.replace(/file:\S+\//, "")).sort();
}

const opened = (what: string, place: string) =>
  `deno-zmq: ${what} was collected, and hadn't been closed. It was opened at program.ts:${place}`;

// The places depend on the lines and columns of this text.
const DROPS = `import { Context, Poller, Pull, Push } from "$MOD";

(() => {
  new Push().connect("tcp://127.0.0.1:5555");
  const make = () => new Pull();
  make();
  new Poller();
  new Context().shutdown();
  using closed = new Push();
  new Push().close();
  const context = new Context();
  new Push({ context });
  context.close();
  new Poller().close();
  new Context(); // in which nothing was ever opened
})();
`;

Deno.test("with ZMQ_DEBUG, a program's stacks stay as long as they were", async () => {
  const source = `import { Pull } from "$MOD";
    Error.stackTraceLimit = 7;
    new Pull().close();
    if (Error.stackTraceLimit !== 7) console.error(Error.stackTraceLimit);
  `;
  assertEquals(await said(source), []);
});

Deno.test("with ZMQ_DEBUG, what is collected open is named, and where it was opened", async () => {
  assertEquals(
    await said(DROPS),
    [
      opened("Pull", "5:22"),
      opened("Push at tcp://127.0.0.1:5555", "4:3"),
      opened("a Poller", "7:3"),
      opened("a context", "8:3"),
    ],
  );
});

Deno.test("without ZMQ_DEBUG, with 0 or without the permission to read it, nothing is said", async () => {
  assertEquals(await said(DROPS, {}), []);
  assertEquals(await said(DROPS, { ZMQ_DEBUG: "" }), []);
  assertEquals(await said(DROPS, { ZMQ_DEBUG: "0" }), []);
  assertEquals(await said(DROPS, { ZMQ_DEBUG: "1" }, ["--allow-ffi"]), []);
});

Deno.test("with ZMQ_DEBUG, sockets of the drop-ins are named as well", async () => {
  const lines = await said(`import * as zmq from "$ROOT/zeromq.ts";
import * as v5 from "$ROOT/zeromq_v5_compat.ts";
(() => {
  new zmq.Push();
  v5.socket("push");
  new zmq.Push().close();
})();
`);
  assertEquals(lines, [opened("Push", "4:3"), opened("Push", "5:6")]);
});

Deno.test("a socket that was opened deep within a program's own wrappers has the nearest one's place", async () => {
  const lines = await said(`import { Push } from "$MOD";
(() => {
  const deep = (n: number) => void (n === 0 ? new Push() : deep(n - 1));
  deep(30);
})();
`);
  assertEquals(lines, [opened("Push", "3:47")]);
});

Deno.test("every module of the library counts as its own, and nothing beside them", () => {
  for (const path of MODULES) assert(isOwn(`${ROOT}${path}`), path);
  for (const path of ["examples/hello.ts", "tests/util.ts", "bench/run.ts", "program.ts"]) {
    assert(!isOwn(`${ROOT}${path}`), path);
  }
  assert(!isOwn("file:///program/mod.ts"));
});

Deno.test("a stack's place is the first that is neither the library's nor the runtime's", () => {
  const stack = (...lines: string[]) =>
    ["Error", ...lines.map((line) => `    at ${line}`)].join("\n");
  assertEquals(
    placeIn(stack(
      `new Socket (${ROOT}socket/socket.ts:1:2)`,
      "Array.map (<anonymous>)",
      "node:events:1:2",
      "emit (ext:core/01_core.js:1:2)",
      "async Promise.all (index 0)",
      "async main (file:///a%20(b)/c.ts:3:4)",
      "file:///d.ts:5:6",
    )),
    "file:///a%20(b)/c.ts:3:4",
  );
  assertEquals(placeIn(stack("async file:///a.ts:3:4")), "file:///a.ts:3:4");
  assertEquals(placeIn(stack(`${ROOT}mod.ts:1:2`)), undefined);
});
