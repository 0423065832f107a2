import { throws } from "node:assert/strict";
import { capability, type Socket, version } from "../../mod.ts";
import { ALL } from "./drafts.ts";

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
