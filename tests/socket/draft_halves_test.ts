import { deepStrictEqual as assertEquals, ok as assert, rejects, throws } from "node:assert/strict";
import { metadataOf } from "../../mod.ts";
import { Client, Dish, Peer, Radio, Server } from "../../socket/draft.ts";
import { freshAddress, join } from "../util.ts";
import { groupBytes } from "../../socket/draft_core.ts";
import { eachTransportOfDrafts } from "./drafts.ts";
import { received, sameBytes } from "./support.ts";
import { soon } from "../waiting.ts";

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

  Deno.test(over("what can't be a group is refused before libzmq sees it", async () => {
    using radio = new Radio();
    using dish = new Dish();
    for (const group of [1, null, undefined, {}] as unknown as string[]) {
      throws(() => dish.join(group), { name: "TypeError" });
      await rejects(radio.send("x", { group }), { name: "TypeError" });
    }
    throws(() => Reflect.apply(dish.join, dish, []), { name: "TypeError" });
    throws(() => Reflect.apply(dish.leave, dish, []), { name: "TypeError" });
    throws(() => dish.join("a\0b"), { name: "TypeError" });
    throws(() => dish.join("x".repeat(256)), { name: "RangeError" });
    throws(() => radio.trySend("x", { group: "x".repeat(256) }), { name: "RangeError" });
    await rejects(radio.send("x", undefined as never), { name: "TypeError" });
    // What is wrong with one of several keeps all of them out.
    throws(() => dish.join("good", "a\0b"), { name: "TypeError" });
    dish.join("good", "x".repeat(255));
  }));

  Deno.test(over("messages have one part: others are refused, and nothing goes out", async () => {
    using server = new Server();
    using client = new Client();
    await join(server, client, freshAddress("inproc"));
    for (const parts of [["two", "parts"], []]) {
      await rejects(client.send(parts), { name: "TypeError", message: /one part/ });
      throws(() => client.trySend(parts), { name: "TypeError" });
      await rejects(server.send(parts as never, { routingId: 1 }), { name: "TypeError" });
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
    await rejects(server.send("x", undefined as never), { name: "TypeError" });
    await rejects(server.send("x", {} as never), { name: "TypeError" });
    await rejects(server.send("x", { routingId: "1" } as never), { name: "TypeError" });
    for (const routingId of [0, -1, 1.5, 2 ** 32, NaN]) {
      await rejects(server.send("x", { routingId }), { name: "RangeError" });
    }
    await rejects(server.send("x", { routingId: 4711 }), {
      name: "ZmqError",
      code: "EHOSTUNREACH",
    });
    throws(() => server.trySend("x", { routingId: 4711 }), { code: "EHOSTUNREACH" });
    throws(() => server.sendSync("x", { routingId: 4711 }), { code: "EHOSTUNREACH" });
  }));

  Deno.test(
    over(
      "a third argument of a Radio's send was taken for a part, of which it has one",
      async () => {
        using radio = new Radio();
        const three = ["rain", { group: "weather" }, "more"];
        await rejects(Reflect.apply(radio.send, radio, three), {
          name: "TypeError",
          message:
            "send takes one message of one part, and an object of options, such as { group }",
        });
      },
    ),
  );

  Deno.test(
    over("what is wrong with the options of a send to a peer is said as for others", async () => {
      using server = new Server();
      await server.bind(freshAddress("inproc"));
      const to = { routingId: 1 };
      const wrong = { ...to, timout: 5 };
      const unknown = { name: "TypeError", message: /no option timout; did you mean timeout\?/ };
      await rejects(server.send("x", wrong), unknown);
      throws(() => server.sendSync("x", wrong), unknown);
      throws(() => server.trySend("x", { ...to, timeout: 5 } as never), {
        name: "TypeError",
        message: /trySend has no option timeout/,
      });
      await rejects(server.send("x", { ...to, timeout: -1 }), { name: "RangeError" });
    }),
  );

  Deno.test(over("a message's properties come beside its routing id", async () => {
    using server = new Server({ receivedProperties: ["Peer-Address", "Socket-Type"] } as object);
    using client = new Client();
    await join(server, client);
    assertEquals(server.receivedProperties, ["Peer-Address", "Socket-Type"]);
    await client.send("hello");
    const message = await soon(server.receive());
    assert(message[1].routingId > 0);
    assertEquals(metadataOf(message as never), {
      "Peer-Address": "127.0.0.1",
      "Socket-Type": "CLIENT",
    });
    server.receivedProperties = [];
    await client.send("again");
    const again = await soon(server.receive());
    assertEquals(again[1], message[1]);
    assertEquals(metadataOf(again as never), undefined);
  }));
}
