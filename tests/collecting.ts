/** Programs in which garbage is collected at will. */

import { deepStrictEqual as assertEquals } from "node:assert/strict";
import { claims } from "./claims.ts";
import { run } from "./program.ts";

/**
 * Runs a program in which `collect()` collects garbage, and `until(condition)` does so until that holds. Claims that it
 * ends well, and returns what it printed.
 */
export const printed = claims(async function printed(source: string): Promise<string> {
  const { code, signal, stdout, stderr } = await run(
    `
    import { Context, context, Dealer, Pair, Poller, Pull, Push } from "$MOD";
    import { Proxy } from "$ROOT/proxy.ts";
    const turn = () => new Promise((resolve) => setTimeout(resolve, 1));
    const collect = async () => {
      for (let i = 0; i < 5; i++) {
        await turn(); // what a stack still holds is let go
        gc();
        await turn(); // finalizers run as tasks of their own
      }
    };
    const until = async (condition) => {
      while (!condition()) await collect();
    };
    ${source}
    `,
    { flags: ["-A", "--v8-flags=--expose-gc"] },
  );
  assertEquals([code, signal, stderr], [0, null, ""]);
  return stdout.trim();
});
