/** The example of a Jupyter console, with Deno's own kernel. */

import { deepStrictEqual as assertEquals, match as assertMatch, rejects } from "node:assert/strict";
import { Kernel } from "../../examples/jupyter/kernel.ts";
import { replaced } from "../replacing.ts";
import { withFolder } from "../util.ts";
import { example } from "./examples.ts";

const help = await new Deno.Command(Deno.execPath(), { args: ["jupyter", "--help"] }).output();
const ignore = !help.success;

Deno.test({
  name: "jupyter: lines run one after another in one kernel, and completions are shown",
  ignore,
  fn: async () => {
    await using running = example("jupyter/console.ts");
    await running.write(
      "let number = 6\nconsole.log(`é ${number}`)\nnumber * 7\nDeno.readTextFileS?\n",
    );
    await running.end();
    assertEquals(await running.lines(), ["é 6", "42", "readTextFileSync"]);
    assertEquals((await running.ended()).status, 0);
  },
});

Deno.test({
  name: "jupyter: Ctrl-C interrupts what runs, and the kernel keeps what it had",
  ignore,
  fn: async () => {
    await using running = example("jupyter/console.ts");
    await running.write('let kept = "kept"\nconsole.log("begins"); for (;;) {}\nkept\n');
    await running.printed("begins");
    running.kill("SIGINT");
    await running.printed('"kept"');
    await running.end();
    assertEquals((await running.ended()).status, 0);
  },
});

Deno.test({
  name: "jupyter: a file runs as a whole, and its error is the console's exit status",
  ignore,
  fn: () =>
    withFolder(async (folder) => {
      const file = `${folder}/code.ts`;
      await Deno.writeTextFile(file, 'console.log("one");\nthrow new RangeError("on purpose");\n');
      await using running = example("jupyter/console.ts", file);
      assertEquals(await running.lines(), ["one"]);
      const { status, errors } = await running.ended();
      assertEquals(status, 1);
      assertMatch(errors, /RangeError: on purpose/);
    }),
});

Deno.test("jupyter: a kernel that ends doesn't leave the console waiting", async () => {
  await using running = example("jupyter/console.ts", "-", Deno.execPath(), "eval", "0", "--");
  const { status, errors } = await running.ended();
  assertEquals(status, 1);
  assertMatch(errors, /closed/);
});

Deno.test("jupyter: a kernel that had ended by itself left its key in a file", () =>
  withFolder(async (folder) => {
    const { makeTempFileSync } = Deno;
    using _ = replaced(Deno, "makeTempFileSync", () => makeTempFileSync({ dir: folder }));
    await rejects(Kernel.start([Deno.execPath(), "eval", "0", "--"]), { code: "EBADF" });
    assertEquals([...Deno.readDirSync(folder)], []);
  }));
