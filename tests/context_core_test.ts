import { deepStrictEqual as assertEquals, ok as assert, rejects } from "node:assert/strict";
import { Context, context, Pair, Pull, Push, type Socket } from "../mod.ts";
import "./util.ts";
import { turn } from "./waiting.ts";

Deno.test("closing a context closes its sockets, and no others", async () => {
  const own = new Context();
  const sockets = [
    new Pair({ context: own }),
    new Pull({ context: own }),
    new Push({ context: own }),
  ];
  using other = new Pair();
  const fails = (sockets[1] as Pull).receive();
  const ends = (async () => {
    for await (const _ of sockets[0] as Pair) throw new Error("there was a message");
  })();
  await turn();
  own.close();
  assert(own.closed);
  await rejects(fails, { code: "EBADF", call: "zmq_msg_recv" });
  await ends;
  for (const socket of sockets) {
    assert(socket.closed);
    assert(socket.context === own);
    socket.close();
  }
  assertEquals([other.closed, context.closed], [false, false]);
});

Deno.test("a closed socket gives its place in the context back", async () => {
  using own = new Context({ maxSockets: 4 });
  for (let i = 0; i < 30; i++) {
    let socket: Socket | undefined;
    while (socket === undefined) {
      try {
        socket = new Pair({ context: own });
      } catch (error) {
        // libzmq closes sockets on a thread of its own.
        assertEquals((error as { code?: string }).code, "EMFILE");
        await turn();
      }
    }
    socket.close();
  }
});
