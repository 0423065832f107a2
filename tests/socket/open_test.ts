import { deepStrictEqual as assertEquals, throws } from "node:assert/strict";
import { capability, Publisher, Push, type Socket, version } from "../../mod.ts";
import { RECEIVING } from "../../socket/options_table.ts";
import { ALL } from "./drafts.ts";

Deno.test("a Publisher had a receive high-water mark, with its dangers, though no option told of it", () => {
  const drafts = capability.draft ? [ALL.Radio, ALL.Scatter] : [];
  for (const Class of [Publisher, Push, ...drafts]) {
    using socket = new Class();
    assertEquals(socket.getOption(RECEIVING.receiveHighWaterMark.number, "int"), 0);
  }
});

for (const [name, Class] of Object.entries(ALL)) {
  Deno.test({
    name: `without drafts a ${name} is refused when it's made, which the error explains`,
    ignore: capability.draft,
    fn: () => {
      throws(() => new (Class as new () => Socket)(), {
        name: "ZmqError",
        code: "ENOTSUP",
        message: new RegExp(`draft API.*${version.replaceAll(".", "\\.")}.*LIBZMQ_PATH`),
      });
    },
  });
}
