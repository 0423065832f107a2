import { deepStrictEqual as assertEquals, ok as assert, rejects, throws } from "node:assert/strict";
import { zmq } from "../../ffi/libzmq.ts";
import { capability, Context, metadataOf } from "../../mod.ts";
import { Authenticator } from "../../security/mod.ts";
import { Client, Dish, Radio, Server } from "../../socket/draft.ts";
import { watched } from "../replacing.ts";
import { freshAddress, join } from "../util.ts";
import { eachTransportOfDrafts } from "./drafts.ts";
import { curveKeyPair } from "./curve.ts";
import { received } from "./support.ts";
import { soon } from "../waiting.ts";

for (const over of eachTransportOfDrafts("tcp")) {
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
    let freed = 0;
    using _ = watched(zmq(), "zmq_msg_close", () => void freed++);
    throws(() => server.trySend("x".repeat(100), { routingId: 4711 }), { code: "EHOSTUNREACH" });
    assertEquals(freed, 1); // the native message
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

const MAXMSGSIZE = 22;
const LONGEST = "g".repeat(255);

for (const over of eachTransportOfDrafts("tcp")) {
  const server = capability.curve ? curveKeyPair() : undefined;
  const client = capability.curve ? curveKeyPair() : undefined;
  const MECHANISMS = {
    "without a mechanism": [{}, {}, 260],
    "with PLAIN": [{ plainServer: true }, { plainUsername: "ada", plainPassword: "x" }, 260],
    "with CURVE": [
      { curveServer: true, curveSecretKey: server?.secretKey },
      {
        curveServerKey: server?.publicKey,
        curvePublicKey: client?.publicKey,
        curveSecretKey: client?.secretKey,
      },
      293,
    ],
  } as const;
  for (const [mechanism, [own, others, limit]] of Object.entries(MECHANISMS)) {
    const test = over(
      `a Radio took parts of any length from its peers; ${mechanism}, the longest group still gets through`,
      async (address) => {
        using context = new Context();
        using authenticator = new Authenticator({ context });
        authenticator.configurePlain({ ada: "x" });
        if (capability.curve) authenticator.configureCurve("any");
        using radio = new Radio({ context, noDrop: true, ...own });
        using dish = new Dish({ context, ...others });
        assertEquals(radio.maxMessageSize, -1);
        await join(radio, dish, address);
        assertEquals(radio.maxMessageSize, limit);
        dish.join(LONGEST);
        const timer = setInterval(() => radio.trySend("rain", { group: LONGEST }), 1);
        const [text, { group }] = await soon(dish.receive());
        clearInterval(timer);
        assertEquals([String(text), String(group)], ["rain", LONGEST]);
      },
    );
    Deno.test({ ...test, ignore: test.ignore || own === MECHANISMS["with CURVE"][0] && !server });
  }

  Deno.test(over("a Radio's limit is the program's, where it has set one", async (address) => {
    using radio = new Radio({ maxMessageSize: 1000 });
    radio.linger = 0;
    await radio.bind(address);
    assertEquals(radio.maxMessageSize, 1000);
    using other = new Radio();
    await other.bind(address);
    other.maxMessageSize = 500;
    await other.bind(address);
    assertEquals(other.maxMessageSize, 500);
  }));

  Deno.test(over("a Radio whose program had set no limit got one", async (address) => {
    using radio = new Radio({ maxMessageSize: -1 });
    using other = new Radio();
    other.setOption(MAXMSGSIZE, -1n);
    for (const socket of [radio, other]) {
      await socket.bind(address);
      assertEquals(socket.maxMessageSize, -1);
      socket.close();
    }
  }));

  Deno.test(over("a group that is too long for udp was sent there all the same", async () => {
    const tooLong = { name: "RangeError", message: /^Over udp:\/\/ .* at most 127 bytes$/ };
    const [fits, long] = ["g".repeat(127), "g".repeat(128)];
    using radio = new Radio();
    radio.trySend("rain", { group: long });
    radio.connect("udp://127.0.0.1:5555");
    throws(() => radio.trySend("rain", { group: long }), tooLong);
    throws(() => radio.sendSync("rain", { group: long }), tooLong);
    await rejects(radio.send("rain", { group: long }), tooLong);
    await radio.send("rain", { group: fits });
    radio.disconnect("udp://127.0.0.1:5555");
    radio.trySend("rain", { group: long });

    using dish = new Dish();
    dish.join(long);
    await rejects(dish.bind("udp://127.0.0.1:*"), tooLong);
    dish.leave(long);
    await dish.bind("udp://127.0.0.1:*");
    throws(() => dish.join(long), tooLong);
    dish.join(fits);
  }));
}
