import "./support.ts";
import { deepStrictEqual as assertEquals } from "node:assert/strict";
import { capability } from "../../mod.ts";
import { run } from "../program.ts";

Deno.test({
  name: "imported alone, the module finds libzmq by itself",
  ignore: !capability.curve,
  fn: async () => {
    const { code, stdout, stderr } = await run(`
      import { curveKeyPair } from "$ROOT/security/mod.ts";
      console.log(curveKeyPair().publicKey.length);
    `);
    assertEquals([code, stdout, stderr], [0, "40\n", ""]);
  },
});
