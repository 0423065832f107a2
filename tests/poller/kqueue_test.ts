/** kqueue(2) is held to the backends' contract, in `backend_<topic>_test.ts`, wherever there is one. */

import { ok as assert } from "node:assert/strict";
import { kinds } from "../../poller/create.ts";
import { CONTRACTS } from "./contract.ts";

const missing = !kinds().includes("kqueue");
const reason = missing ? " (skipped: neither the system nor LIBKQUEUE_PATH has a kqueue)" : "";

Deno.test({
  name: `kqueue: the contract is examined${reason}`,
  ignore: missing,
  fn: () => assert(CONTRACTS.some(({ kind }) => kind === "kqueue")),
});
