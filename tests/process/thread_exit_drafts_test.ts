/** Workers with draft sockets that are terminated from outside, where libzmq has these. */

import { deepStrictEqual as assertEquals } from "node:assert/strict";
import { capability } from "../../mod.ts";
import { HAS_LINUX_CALLS } from "../../ffi/system.ts";
import { ended } from "./terminated.ts";

Deno.test({
  name: "drafts: draft sockets in a worker that is terminated leave nothing",
  ignore: !HAS_LINUX_CALLS || !capability.draft,
  async fn() {
    const { stdout, stderr, code } = await ended({ kind: "Web Worker", name: "drafts", times: 5 });
    assertEquals([stdout, stderr, code], ["nothing\ntrue\n", "", 0]);
  },
});
