import { deepStrictEqual as assertEquals } from "node:assert/strict";

Deno.test("what a socket can't do doesn't compile, and what it gives has its type", async () => {
  const command = new Deno.Command(Deno.execPath(), {
    args: ["check", "--no-lock", new URL("types.ts", import.meta.url).pathname],
    env: { NO_COLOR: "1" },
    stdout: "piped",
    stderr: "piped",
  });
  const { code, stderr } = await command.output();
  const errors = new TextDecoder().decode(stderr);
  assertEquals([code, errors.match(/^TS\d+.*$/gm)], [0, null], errors);
});
