import { deepStrictEqual as assertEquals } from "node:assert/strict";

/** Left out by deno.json, since checking it needs npm's package. */
const FILE = new URL("zeromq/types.ts", import.meta.url).pathname;

/** Whether zeromq.js's declarations can be had here: they're fetched, where the cache lacks them. */
const fetched = await new Deno.Command(Deno.execPath(), {
  args: ["cache", "--no-lock", "npm:zeromq@6.8.0"],
  stdout: "null",
  stderr: "null",
}).output();

Deno.test({
  name: "zeromq.js's declarations and the drop-in's agree, member by member" +
    (fetched.success ? "" : " (zeromq.js's can't be had here)"),
  ignore: !fetched.success,
  fn: async () => {
    const { code, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["check", "--no-config", "--no-lock", FILE],
      env: { NO_COLOR: "1" },
      stdout: "piped",
      stderr: "piped",
    }).output();
    const errors = new TextDecoder().decode(stderr);
    assertEquals([code, errors.match(/^TS\d+.*$/gm)], [0, null], errors);
  },
});
