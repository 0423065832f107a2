/** The example of one loop over many kinds of descriptor. */

import { deepStrictEqual as assertEquals, match as assertMatch } from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { kinds } from "../../poller/create.ts";
import { withFolder } from "../util.ts";
import { Running } from "./support.ts";

const EXAMPLE = fileURLToPath(new URL("../../examples/one_loop.ts", import.meta.url));
const LINUX = Deno.build.os === "linux";

function oneLoop(env: Record<string, string> = {}): Running {
  return new Running([Deno.execPath(), "run", "-A", EXAMPLE], env);
}

/** What each part has said, in its order, without the times. */
async function saidBy(running: Running): Promise<{ title: string; said: Map<string, string[]> }> {
  const [title, ...lines] = new TextDecoder().decode(await running.output()).trimEnd().split("\n");
  const said = new Map<string, string[]>();
  for (const line of lines) {
    const [, name, what] = /^ *\d+ ms {2}(\w+) +(.*)$/.exec(line)!;
    said.set(name, [...said.get(name) ?? [], what]);
  }
  return { title, said };
}

for (const backend of kinds()) {
  Deno.test({
    name: `one_loop: over ${backend}, every kind of descriptor and the timer have their say`,
    ignore: !LINUX,
    fn: async () => {
      await using running = oneLoop({ ZMQ_POLLER: backend });
      await running.write("typed, and\ntyped again\n");
      await running.end();
      const { title, said } = await saidBy(running);
      assertEquals(await running.ended(), { status: 0, errors: "" });
      assertEquals(title, `One Poller (${backend}) over 6 descriptors and a timer:`);
      assertEquals([...said.keys()].sort(), [
        ...["clock", "folder", "program", "socket", "stdin", "terminal", "timer"],
      ]);
      const numbers = ["1", "2", "3"];
      assertEquals(said.get("socket"), [...numbers.map((i) => `"message ${i}"`), "done"]);
      assertEquals(said.get("folder"), [...numbers.map((i) => `file ${i} was written`), "done"]);
      assertEquals(said.get("program"), [...numbers.map((i) => `"line ${i}"`), "done"]);
      assertEquals(said.get("stdin"), ['"typed, and"', '"typed again"', "done"]);
      const terminal = said.get("terminal")!;
      // Who comes first, what was typed or the question, is up to the two programs.
      assertEquals(terminal.slice(0, 2).sort(), ['"the loop"', '"who is there?"']);
      assertEquals(terminal.slice(2), ['"hello, the loop"', "done"]);
      const timer = said.get("timer")!;
      for (const i of numbers) {
        assertMatch(timer[Number(i) - 1], new RegExp(`^turn ${i}, [\\d.]+ ms late, \\d+ missed$`));
      }
      assertEquals(timer.slice(3), ["done"]);
      // One that is found late may have ticked more than once.
      const clock = said.get("clock")!;
      for (const tick of clock.slice(0, -1)) assertMatch(tick, /^tick \d+$/);
      assertEquals(clock.at(-1), "done");
    },
  });
}

Deno.test({
  name: "one_loop: it ends by itself, though standard input doesn't, and leaves nothing behind",
  ignore: !LINUX,
  fn: () =>
    withFolder(async (folder) => {
      await using running = oneLoop({ TMPDIR: folder });
      const { said } = await saidBy(running);
      assertEquals(await running.ended(), { status: 0, errors: "" });
      assertEquals(said.has("stdin"), false);
      assertEquals([...Deno.readDirSync(folder)], []);
    }),
});

Deno.test({
  name: "one_loop: elsewhere than on Linux it says that it can't be run",
  ignore: LINUX,
  fn: async () => {
    await using running = oneLoop();
    const { status, errors } = await running.ended();
    assertEquals(status, 1);
    assertMatch(errors, /only Linux/);
  },
});
