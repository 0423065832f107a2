/** Draft sockets: each pattern, with what its messages have beside their bytes. They run where libzmq has them. */

import { deepStrictEqual as assertEquals, ok as assert, rejects, throws } from "node:assert/strict";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { capability, type Frame, metadataOf, type Socket, version } from "../../mod.ts";
import {
  Channel,
  Client,
  Datagram,
  Dish,
  Gather,
  Peer,
  Radio,
  Scatter,
  Server,
} from "../../socket/draft.ts";
import { freshAddress, join } from "../util.ts";
import { groupBytes } from "../../socket/draft_core.ts";
import { eachTransportOfDrafts } from "./drafts.ts";
import { all, finish } from "./observing.ts";
import { pattern, received, sameBytes, texts } from "./support.ts";
import { soon } from "../waiting.ts";

const ALL = { Server, Client, Radio, Dish, Gather, Scatter, Peer, Channel, Datagram };

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

for (const over of eachTransportOfDrafts("tcp")) {
  Deno.test(over("a Dish receives the groups that it has joined, and no others", async () => {
    using radio = new Radio();
    using dish = new Dish();
    dish.join("weather", new Uint8Array([0xff, 0xfe]), "");
    await join(radio, dish, freshAddress("tcp"));
    // Until a join has arrived, messages of its group are dropped.
    const until = async (group: string | Uint8Array) => {
      const wanted = groupBytes(group);
      const timer = setInterval(() => radio.send("sign", { group }), 5);
      try {
        for (;;) {
          const [text, to] = await soon(dish.receive());
          assertEquals(String(text), "sign");
          if (sameBytes(to.group, wanted)) return;
        }
      } finally {
        clearInterval(timer);
      }
    };
    for (const group of ["", new Uint8Array([0xff, 0xfe]), "weather"]) await until(group);
    await radio.send("not for it", { group: "news" });
    await radio.send("for it", { group: "weather" });
    let message;
    do message = await soon(dish.receive()); while (String(message[0]) === "sign");
    assertEquals([String(message[0]), String(message[1].group)], ["for it", "weather"]);
    dish.leave("weather");
    throws(() => dish.leave("weather"), { name: "ZmqError", code: "EINVAL" });
    dish.join("weather");
    throws(() => dish.join("weather"), { name: "ZmqError", code: "EINVAL" });
  }));

  Deno.test(over("what can't be a group is refused before libzmq sees it", () => {
    using radio = new Radio();
    using dish = new Dish();
    for (const group of [1, null, undefined, {}] as unknown as string[]) {
      throws(() => dish.join(group), { name: "TypeError" });
      throws(() => radio.send("x", { group }), { name: "TypeError" });
    }
    throws(() => dish.join("a\0b"), { name: "TypeError" });
    throws(() => dish.join("x".repeat(256)), { name: "RangeError" });
    throws(() => radio.trySend("x", { group: "x".repeat(256) }), { name: "RangeError" });
    throws(() => radio.send("x", undefined as never), { name: "TypeError" });
    // What is wrong with one of several keeps all of them out.
    throws(() => dish.join("good", "a\0b"), { name: "TypeError" });
    dish.join("good", "x".repeat(255));
  }));

  Deno.test(over("a Radio and a Dish over UDP", async () => {
    const port = await freePort();
    using dish = new Dish();
    dish.join("weather");
    await dish.bind(`udp://127.0.0.1:${port}`);
    using radio = new Radio();
    radio.connect(`udp://127.0.0.1:${port}`);
    await radio.send("rain", { group: "weather" });
    const [text, { group }] = await soon(dish.receive());
    assertEquals([String(text), String(group)], ["rain", "weather"]);
  }));

  Deno.test(over("a Datagram exchanges datagrams with any UDP socket", async () => {
    const peer = createSocket("udp4");
    peer.bind(0, "127.0.0.1");
    await once(peer, "listening");
    using socket = new Datagram();
    const port = await freePort();
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
    socket.metadata = ["Peer-Address"];
    peer.send("once more", port, "127.0.0.1");
    const [from, text] = await soon(socket.receive());
    await socket.send([from, `${text}!`]);
    assertEquals(String((await again)[0]), "once more!");
    const closed = once(peer, "close");
    peer.close();
    await closed;
    for (const message of ["one part", ["one part"], ["three", "parts", "now"]]) {
      throws(() => socket.send(message), { name: "TypeError", message: /two parts/ });
    }
  }));

  Deno.test(over("messages have one part: others are refused, and nothing goes out", async () => {
    using server = new Server();
    using client = new Client();
    await join(server, client, freshAddress("inproc"));
    for (const parts of [["two", "parts"], []]) {
      throws(() => client.send(parts), { name: "TypeError", message: /one part/ });
      throws(() => client.trySend(parts), { name: "TypeError" });
      throws(() => server.send(parts as never, { routingId: 1 }), { name: "TypeError" });
    }
    await client.send(["one"]);
    const [text, from] = await soon(server.receive());
    assertEquals(String(text), "one");
    await server.send(["also one"], from);
    assertEquals(await received(client), ["also one"]);
  }));

  Deno.test(over("a Server needs a routing id, and says when no one has it", async () => {
    using server = new Server();
    await server.bind(freshAddress("inproc"));
    throws(() => server.send("x", undefined as never), { name: "TypeError" });
    throws(() => server.send("x", {} as never), { name: "TypeError" });
    throws(() => server.send("x", { routingId: "1" } as never), { name: "TypeError" });
    for (const routingId of [0, -1, 1.5, 2 ** 32, NaN]) {
      throws(() => server.send("x", { routingId }), { name: "RangeError" });
    }
    await rejects(server.send("x", { routingId: 4711 }), {
      name: "ZmqError",
      code: "EHOSTUNREACH",
    });
    throws(() => server.trySend("x", { routingId: 4711 }), { code: "EHOSTUNREACH" });
    throws(() => server.sendSync("x", { routingId: 4711 }), { code: "EHOSTUNREACH" });
  }));

  Deno.test(over("a message's properties come beside its routing id", async () => {
    using server = new Server({ metadata: ["Peer-Address", "Socket-Type"] } as object);
    using client = new Client();
    await join(server, client);
    assertEquals(server.metadata, ["Peer-Address", "Socket-Type"]);
    await client.send("hello");
    const message = await soon(server.receive());
    assert(message[1].routingId > 0);
    assertEquals(metadataOf(message as never), {
      "Peer-Address": "127.0.0.1",
      "Socket-Type": "CLIENT",
    });
    server.metadata = [];
    await client.send("again");
    const again = await soon(server.receive());
    assertEquals(again[1], message[1]);
    assertEquals(metadataOf(again as never), undefined);
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

/** A port of UDP's that no one uses. */
async function freePort(): Promise<number> {
  const socket = createSocket("udp4");
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  const { port } = socket.address();
  const closed = once(socket, "close");
  socket.close();
  await closed;
  return port;
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
