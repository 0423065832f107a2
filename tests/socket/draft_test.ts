/** Draft sockets: each pattern, with what its messages have beside their bytes. They run where libzmq has them. */

import { deepStrictEqual as assertEquals, ok as assert, rejects } from "node:assert/strict";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { type Frame } from "../../mod.ts";
import { Channel, Datagram, Dish, Gather, Radio, Scatter, Server } from "../../socket/draft.ts";
import { freePortOfUdp } from "../ports.ts";
import { join, until } from "../util.ts";
import { ALL, eachTransportOfDrafts } from "./drafts.ts";
import { all, finish } from "./observing.ts";
import { pattern, received, sameBytes, texts } from "./support.ts";
import { held, pause, soon } from "../waiting.ts";

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
  Deno.test(over("a Radio and a Dish over UDP", async () => {
    const port = await freePortOfUdp();
    using dish = new Dish();
    dish.join("weather");
    await dish.bind(`udp://127.0.0.1:${port}`);
    using radio = new Radio();
    radio.connect(`udp://127.0.0.1:${port}`);
    const received = held(dish.receive());
    await untilReceived(received, () => radio.send("rain", { group: "weather" }));
    const [text, { group }] = await received;
    assertEquals([String(text), String(group)], ["rain", "weather"]);
  }));

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
    const [from, text] = await soon(socket.receive());
    await socket.send([from, `${text}!`]);
    assertEquals(String((await again)[0]), "once more!");
    const closed = once(peer, "close");
    peer.close();
    await closed;
    for (const message of ["one part", ["one part"], ["three", "parts", "now"]]) {
      await rejects(socket.send(message), { name: "TypeError", message: /two parts/ });
    }
  }));

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

Deno.test("what a draft type can't do isn't there", () => {
  const cannot: Record<string, string[]> = {
    Server: ["visit", "toReadableStream", "toWritableStream", "join", "conflate"],
    Peer: ["visit", "toReadableStream", "toWritableStream"],
    Radio: ["receive", "visit", "receiveTimeout", "join"],
    Dish: ["send", "trySend", "sendSync", "sendTimeout", "visit"],
    Gather: ["send", "sendTimeout"],
    Scatter: ["receive", "visit", "receiveTimeout"],
  };
  for (const [name, members] of Object.entries(cannot)) {
    const { prototype } = ALL[name as keyof typeof ALL];
    for (const member of members) assert(!(member in prototype), `${name}.${member}`);
  }
});

/**
 * Sends until something has come: libzmq opens what receives datagrams on its I/O thread, after `bind` has resolved, and what
 * comes before that is lost.
 */
async function untilReceived(received: Promise<unknown>, send: () => Promise<void>): Promise<void> {
  let waiting = true;
  const come = soon(received).finally(() => waiting = false);
  while (waiting) {
    await send();
    await pause(1);
  }
  await come;
}

/** What doesn't compile; never called. */
export const REFUSED = (server: Server, radio: Radio, dish: Dish, gather: Gather): void => {
  // @ts-expect-error -- whom it's for is missing
  server.send("x");
  // @ts-expect-error -- a number
  server.send("x", { routingId: "1" });
  // @ts-expect-error -- one part
  server.send(["two", "parts"], { routingId: 1 });
  // @ts-expect-error -- a group is missing
  radio.send("x", {});
  // @ts-expect-error -- it doesn't receive
  radio.receive();
  // @ts-expect-error -- it doesn't send
  dish.send("x");
  // @ts-expect-error -- it shows bytes only
  server.visit(() => {});
  // @ts-expect-error -- it doesn't send
  gather.send("x");
  server.send("x", { routingId: 1, signal: AbortSignal.timeout(1) });
  const of: Promise<[Frame, { routingId: number }]> = server.receive();
  const group: Promise<[Frame, { group: Frame }]> = dish.receive();
  void [of, group];
};
