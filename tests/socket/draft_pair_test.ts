/** Channel and Datagram. They run where libzmq has them. */

import { deepStrictEqual as assertEquals, rejects } from "node:assert/strict";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { metadataOf } from "../../mod.ts";
import { Channel, Datagram } from "../../socket/draft.ts";
import { freePortOfUdp } from "../ports.ts";
import { join, until } from "../util.ts";
import { soon } from "../waiting.ts";
import { eachTransportOfDrafts, untilReceived } from "./drafts.ts";
import { received, texts } from "./support.ts";

for (const over of eachTransportOfDrafts()) {
  Deno.test(over("two Channels talk both ways", async (address) => {
    using one = new Channel();
    using other = new Channel();
    await join(one, other, address);
    await other.send("hello");
    assertEquals(await received(one), ["hello"]);
    await one.send("hello back");
    assertEquals(await received(other), ["hello back"]);
  }));
}

for (const over of eachTransportOfDrafts("tcp")) {
  Deno.test(over("a visit showed a datagram's address with the NUL that ends it", async () => {
    const [here, there] = [await freePortOfUdp(), await freePortOfUdp()];
    using one = new Datagram();
    await one.bind(`udp://127.0.0.1:${here}`);
    using other = new Datagram();
    await other.bind(`udp://127.0.0.1:${there}`);
    await untilReceived(until(other), () => one.send([`127.0.0.1:${there}`, "\0"]));
    const shown: string[] = [];
    other.visit((bytes) => void shown.push(new TextDecoder().decode(bytes)), { limit: 1 });
    assertEquals(shown, [`127.0.0.1:${here}`, "\0"]);
  }));

  Deno.test(over("a Datagram exchanges datagrams with any UDP socket", async () => {
    const peer = createSocket("udp4");
    peer.bind(0, "127.0.0.1");
    await once(peer, "listening");
    using socket = new Datagram();
    const port = await freePortOfUdp();
    await socket.bind(`udp://127.0.0.1:${port}`);
    const arrived = once(peer, "message");
    await socket.send([`127.0.0.1:${peer.address().port}`, "hello"]);
    const [bytes] = await arrived;
    assertEquals(String(bytes), "hello");
    peer.send("hello back", port, "127.0.0.1");
    assertEquals(texts(await soon(socket.receive())), [
      `127.0.0.1:${peer.address().port}`,
      "hello back",
    ]);
    // What it's received with can be sent to.
    const again = once(peer, "message");
    socket.receivedProperties = ["Peer-Address"];
    peer.send("once more", port, "127.0.0.1");
    const message = await soon(socket.receive());
    assertEquals(metadataOf(message), {}); // over udp, libzmq knows of none
    const [from, text] = message;
    await socket.send([from, `${text}!`]);
    assertEquals(String((await again)[0]), "once more!");
    const closed = once(peer, "close");
    peer.close();
    await closed;
    for (const message of ["one part", ["one part"], ["three", "parts", "now"]]) {
      await rejects(socket.send(message), { name: "TypeError", message: /two parts/ });
    }
  }));
}
