import { deepStrictEqual as assertEquals } from "node:assert/strict";
import { Dealer } from "../../zeromq.ts";
import { eachTransport } from "../socket/support.ts";
import { BLOCKED, throwsShape, using } from "./support.ts";

for (const over of eachTransport()) {
  Deno.test(over(
    "while a bind is pending the socket is blocked, and the bind succeeds",
    async (address) => {
      await using(new Dealer(), async (socket) => {
        const bound = socket.bind(address);
        for (
          const action of [
            () => socket.bind("inproc://other"),
            () => socket.unbind("inproc://other"),
            () => socket.bindSync("inproc://other"),
            () => socket.connect("inproc://other"),
            () => socket.disconnect("inproc://other"),
            () => socket.send("x"),
            () => socket.receive(),
          ]
        ) {
          throwsShape(action, BLOCKED);
        }
        assertEquals([socket.readable, socket.linger], [false, -1]); // these still answer
        assertEquals(await bound, undefined);
        await using(new Dealer(), (peer) => peer.connect(socket.lastEndpoint!));
      });
    },
  ));

  Deno.test(over(
    "while an unbind is pending the socket is blocked, and the unbind succeeds",
    async (address) => {
      await using(new Dealer(), async (socket) => {
        await socket.bind(address);
        const place = socket.lastEndpoint!;
        const unbound = socket.unbind(place);
        throwsShape(() => socket.unbind(place), BLOCKED);
        assertEquals(await unbound, undefined);
      });
    },
  ));
}

Deno.test("a bind that fails unblocks the socket", async () => {
  await using(new Dealer(), async (socket) => {
    await socket.bind("foo-bar").catch(() => {});
    await socket.bind("inproc://after-failure");
  });
});
