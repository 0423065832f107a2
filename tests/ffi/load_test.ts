import { deepStrictEqual as assertEquals, match, ok as assert } from "node:assert/strict";
import { loadLibrary } from "../../ffi/load.ts";
import { capability, libraryPath, Pair, version } from "../../mod.ts";
import { withFolder } from "../util.ts";

/** Enough runs that an end which crashes in some of them does so here. */
import { run } from "../program.ts";

const TIMES = 10;

/** Contexts with threads of their own at work, which an end that unloads libzmq pulls the ground from. */
const AT_WORK = `
import { Context, Pull, Push } from "$MOD";
for (let i = 0; i < 4; i++) {
  const context = new Context({ ioThreads: 2 });
  const pull = new Pull({ context }), push = new Push({ context });
  await pull.bind("tcp://127.0.0.1:*");
  push.connect(pull.lastEndpoint);
  for (let i = 0; i < 100; i++) await push.send("x");
  await pull.receive();
}
`;

/** Runs a program so many times, some at once. */
async function endings(source: string): Promise<(number | string)[]> {
  const ends: (number | string)[] = [];
  const runner = async () => {
    while (ends.length < TIMES) {
      const at = ends.push("running") - 1;
      const { code, signal } = await run(source);
      ends[at] = signal ?? code;
    }
  };
  await Promise.all([runner(), runner()]);
  return ends;
}

Deno.test("libzmq stays in memory: a program that ends with contexts at work dies of no signal", async () => {
  assertEquals(await endings(AT_WORK), new Array(TIMES).fill(0));
});

Deno.test("libzmq stays in memory: a program that throws with contexts at work dies of no signal", async () => {
  assertEquals(await endings(`${AT_WORK} throw 1;`), new Array(TIMES).fill(1));
});

Deno.test("version is that of the library, and its path is the one in use", () => {
  match(version, /^4\.\d+\.\d+$/);
  assertEquals(libraryPath, loadLibrary().path);
  assert(loadLibrary() === loadLibrary());
});

Deno.test("capability has a truth value for each name, and can't be changed", () => {
  const values = new Set(Object.values(capability).map((value) => typeof value));
  assertEquals(values, new Set(["boolean"]));
  assert(Object.isFrozen(capability));
});

Deno.test("what capability says of ipc and ws is what binding finds", async () => {
  await withFolder(async (folder) => {
    for (const [name, address] of [["ipc", `ipc://${folder}/a`], ["ws", "ws://127.0.0.1:*"]]) {
      using socket = new Pair();
      const bound = await socket.bind(address).then(() => true, ({ code }) => code);
      assertEquals(bound, capability[name as "ipc" | "ws"] ? true : "EPROTONOSUPPORT");
    }
  });
});
