import { deepStrictEqual as assertEquals, ok as assert } from "node:assert/strict";
import { capability } from "../zeromq.ts";
import { run } from "./program.ts";
import { warningsOf } from "./zeromq/support.ts";

const DROP_IN = new URL("../zeromq_draft.ts", import.meta.url).href;

Deno.test({
  name: "without the draft API, importing zeromq/draft fails and says what to do",
  ignore: capability.draft,
  fn: async () => {
    const { code, stdout } = await run(`
      await import("${DROP_IN}").catch((error) => console.log(error.message));
    `);
    assertEquals(code, 0);
    assert(stdout.startsWith("ZeroMQ draft features are not enabled in this build."), stdout);
    assert(stdout.includes("LIBZMQ_PATH"), stdout);
  },
});

Deno.test({
  name: "zeromq/draft has seven names, and warns when it's imported",
  ignore: !capability.draft,
  fn: async () => {
    let names: string[] = [];
    const warnings = await warningsOf(async () => {
      names = Object.keys(await import("../zeromq_draft.ts"));
    });
    assertEquals(names, [
      "Client",
      "Datagram",
      "Dish",
      "Gather",
      "Radio",
      "Scatter",
      "Server",
    ]);
    assertEquals(warnings, [
      "ZeroMQ draft features are experimental and could change at any time.",
    ]);
  },
});
