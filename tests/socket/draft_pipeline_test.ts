/** Scatter and Gather. They run where libzmq has them. */

import { deepStrictEqual as assertEquals, ok as assert } from "node:assert/strict";
import { Gather, Scatter } from "../../socket/draft.ts";
import { join } from "../util.ts";
import { soon } from "../waiting.ts";
import { eachTransportOfDrafts } from "./drafts.ts";
import { all, finish } from "./observing.ts";
import { pattern, sameBytes } from "./support.ts";

for (const over of eachTransportOfDrafts()) {
  Deno.test(over(
    "a Scatter's messages reach its Gathers in turn, in order and whole",
    async (address) => {
      using gather = new Gather();
      using scatter = new Scatter();
      await join(gather, scatter, address);
      const sizes = [0, 1, 33, 34, 5000, 3_000_000];
      for (const size of sizes) await scatter.send(pattern(size, size));
      for (const size of sizes) {
        const message = await soon(gather.receive());
        assertEquals(message.length, 1);
        assert(sameBytes(message[0], pattern(size, size)), `${size} bytes`);
      }
    },
  ));
}

for (const over of eachTransportOfDrafts("tcp")) {
  Deno.test(over("events of a draft socket are told", async () => {
    const gather = new Gather();
    const scatter = new Scatter();
    const told = all(gather.events);
    await join(gather, scatter);
    await scatter.send("x");
    await soon(gather.receive());
    gather.close();
    assertEquals((await soon(told)).map(({ type }) => type), [
      "bind",
      "accept",
      "handshake",
      "close",
      "end",
    ]);
    await finish(scatter);
  }));
}
