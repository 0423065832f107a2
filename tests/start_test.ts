/** What an import of the library costs, where that isn't a matter of the machine. */

import { deepStrictEqual as assertEquals, match } from "node:assert/strict";
import { run } from "./util.ts";

const FLAGS = ["-A", "--v8-flags=--trace-gc"];
const MOD = new URL("../mod.ts", import.meta.url);

Deno.test("an import ends before the collector's first run", async () => {
  const source = 'import "$MOD";';
  await run(source, { flags: FLAGS }); // V8's compiled code is kept for the next start
  const { code, stdout } = await run(source, { flags: FLAGS });
  assertEquals({ code, stdout }, { code: 0, stdout: "" });
  const control = await run("for (let i = 0; i < 1e7; i++) Object(i);", { flags: FLAGS });
  match(control.stdout, /Scavenge/);
});

// V8 takes a source with another character in it as a copy, of one or even two bytes a character.
Deno.test("the modules that a program imports are plain ASCII", async () => {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", "--no-lock", MOD.href],
    stderr: "inherit",
  }).output();
  const { modules } = JSON.parse(new TextDecoder().decode(stdout)) as {
    modules: { specifier: string; local?: string }[];
  };
  const files = modules.flatMap(({ local }) => local ?? []);
  assertEquals(files.length > 50, true);
  const others = files.filter((file) => /[^\0-\x7f]/.test(Deno.readTextFileSync(file)));
  assertEquals(others, []);
});
