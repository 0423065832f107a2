import { deepStrictEqual as assertEquals } from "node:assert/strict";
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
