import { deepStrictEqual as assertEquals, ok as assert } from "node:assert/strict";
import { run } from "../program.ts";
import { freshAddress, withFolder } from "../util.ts";

for (const [direction, step] of [["back", -3_600_000], ["forward", 3_600_000]] as const) {
  Deno.test({
    name: `a wall clock set ${direction} by an hour once ${
      step < 0 ? "cut the end's wait short" : "prolonged the end's wait"
    }`,
    fn: () =>
      withFolder(async (folder) => {
        const started = performance.now();
        const { stderr, code } = await run(
          `import { context, Push } from "$MOD";
          const now = Date.now;
          Date.now = () => now() + ${step};
          context.exitLinger = 800;
          const push = new Push();
          push.connect(Deno.args[0]);
          await push.send("to no one");`,
          { args: [freshAddress("ipc", folder)] },
        );
        const time = performance.now() - started;
        assert(/^deno-zmq: waiting up to 800 ms/.test(stderr), stderr);
        assert(time >= 800, `it took ${time} ms`);
        assertEquals(code, 0);
      }),
  });
}
