import { deepStrictEqual as assertEquals, throws } from "node:assert/strict";
import { zmqDrafts } from "../../ffi/drafts.ts";
import { zmq } from "../../ffi/libzmq.ts";
import { capability, Publisher, Push, type Socket, version } from "../../mod.ts";
import { reactor } from "../../poller/reactor.ts";
import { RECEIVING } from "../../socket/options_table.ts";
import { replaced, watched } from "../replacing.ts";
import { ALL } from "./drafts.ts";

Deno.test("a Publisher had a receive high-water mark, with its dangers, though no option told of it", () => {
  const drafts = capability.draft ? [ALL.Radio, ALL.Scatter] : [];
  for (const Class of [Publisher, Push, ...drafts]) {
    using socket = new Class();
    assertEquals(socket.getOption(RECEIVING.receiveHighWaterMark.number, "int"), 0);
  }
});

for (const Class of [Push, ALL.Scatter]) {
  Deno.test({
    name: `a ${Class.name} that can't be registered leaves nothing open`,
    ignore: Class !== Push && !capability.draft,
    fn: () => {
      const open = new Set<unknown>();
      let destroyed = 0;
      const { zmq_socket } = zmq();
      using _register = watched(reactor(), "register", () => {
        throw new Error("no descriptor");
      });
      using _socket = replaced(zmq(), "zmq_socket", (...all) => {
        const made = zmq_socket(...all);
        open.add(made);
        return made;
      });
      using _close = watched(zmq(), "zmq_close", (socket) => void open.delete(socket));
      using _destroy = Class === Push
        ? undefined
        : watched(zmqDrafts(), "zmq_poller_destroy", () => void destroyed++);
      throws(() => new Class(), { message: "no descriptor" });
      assertEquals([open.size, destroyed], [0, Class === Push ? 0 : 1]);
    },
  });
}

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
