import { strictEqual as assertEquals } from "node:assert/strict";
import { capability } from "../../mod.ts";
import { run } from "../program.ts";

/** Opens the two tables, and prints whether that worked. */
const OPEN = `
  import { zmqDrafts, zmqPeers } from "$ROOT/ffi/drafts.ts";
  for (const open of [zmqDrafts, zmqPeers]) {
    try {
      console.log(Object.values(open()).every((one) => typeof one === "function"));
    } catch (error) {
      console.log(error.name);
    }
  }
`;

Deno.test({
  name: "a libzmq with the draft API has all the functions of draft sockets",
  ignore: !capability.draft,
  fn: async () => assertEquals((await run(OPEN)).stdout, "true\ntrue\n"),
});
