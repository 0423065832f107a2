import { strictEqual as assertEquals } from "node:assert/strict";
import { AS_ELSEWHERE, run } from "../program.ts";

const FUNCTIONS = { linux: "true false", darwin: "false true", freebsd: "false false" };

for (const [os, expected] of Object.entries(FUNCTIONS)) {
  Deno.test({
    name: `${os} has the calls that only Linux has, or those that only macOS has, or neither`,
    ignore: AS_ELSEWHERE.length > 0, // the module is another one there
    fn: async () => {
      const { stdout } = await run(
        `Object.defineProperty(Deno, "build", { value: { ...Deno.build, os: "${os}" } });
        const { HAS_LINUX_CALLS, HAS_DISPATCH } = await import("$ROOT/ffi/system.ts");
        console.log(HAS_LINUX_CALLS, HAS_DISPATCH);`,
      );
      assertEquals(stdout, expected + "\n");
    },
  });
}
