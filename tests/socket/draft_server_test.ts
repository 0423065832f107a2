/** Server, Client and Peer. They run where libzmq has them. */

import { deepStrictEqual as assertEquals, throws } from "node:assert/strict";
import { capability, type ZmqError } from "../../mod.ts";
import { Client, Peer, Server } from "../../socket/draft.ts";
import { join } from "../util.ts";
import { soon } from "../waiting.ts";
import { eachTransportOfDrafts } from "./drafts.ts";
import { received } from "./support.ts";

for (const over of eachTransportOfDrafts()) {
  Deno.test(over("a Server answers each Client by its number", async (address) => {
    using server = new Server();
    using one = new Client();
    using other = new Client();
    await join(server, one, address);
    other.connect(server.lastEndpoint!);
    await one.send("one");
    await other.send("other");
    const ids: number[] = [];
    for (let i = 0; i < 2; i++) {
      const [text, from] = await soon(server.receive());
      ids.push(from.routingId);
      await server.send(`${text}!`, from);
    }
    assertEquals(new Set(ids).size, 2);
    assertEquals(await received(one), ["one!"]);
    assertEquals(await received(other), ["other!"]);
  }));

  Deno.test(
    over("a Peer sends first to whom it has connected, and gets its answer", async (address) => {
      using one = new Peer();
      using other = new Peer();
      await one.bind(address);
      const routingId = other.connectPeer(one.lastEndpoint!);
      await other.send("hello", { routingId });
      const [text, from] = await soon(one.receive());
      assertEquals(String(text), "hello");
      await one.send("hello back", from);
      const [answer, { routingId: id }] = await soon(other.receive());
      assertEquals([String(answer), id], ["hello back", routingId]);
    }),
  );
}

Deno.test({
  name: "drafts: the error of a refused connectPeer shows no user information",
  ignore: !capability.draft,
  fn() {
    using peer = new Peer();
    throws(() => peer.connectPeer("tcp://ada:secret@127.0.0.1:80"), (error: ZmqError) => {
      assertEquals([error.call, error.address], ["zmq_connect_peer", "tcp://127.0.0.1:80"]);
      assertEquals(Deno.inspect(error).includes("secret"), false);
      return true;
    });
  },
});
