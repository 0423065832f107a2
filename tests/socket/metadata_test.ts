/** What is known of a message beside its bytes: what can be asked for, and by which ways it comes. */

import { deepStrictEqual as assertEquals, ok as assert, throws } from "node:assert/strict";
import {
  Dealer,
  Frame,
  type Metadata,
  metadataOf,
  Pair,
  Pull,
  Push,
  type Receiver,
  Reply,
  Request,
  Router,
  type Sender,
  type Socket,
  Stream,
  Subscriber,
  XPublisher,
  XSubscriber,
} from "../../mod.ts";
import { freshAddress, join, until, withFolder } from "../util.ts";
import { portOf, texts, useUpBudget } from "./support.ts";
import { ZapHandler } from "./zap.ts";
import { soon, turn } from "../waiting.ts";

/** ZMQ_METADATA: what a socket says of itself. */
const METADATA = 95;

/** The metadata of the next message. */
async function next(socket: Receiver): Promise<Metadata | undefined> {
  return metadataOf(await soon(socket.receive()));
}

Deno.test("tcp: a message has its peer's address and type of socket", async () => {
  using pull = new Pull({ receivedProperties: ["Peer-Address", "Socket-Type"] });
  using push = new Push();
  await join(pull, push);
  await push.send("x");
  assertEquals({ ...await next(pull) }, { "Peer-Address": "127.0.0.1", "Socket-Type": "PUSH" });
});

Deno.test({
  name: "ipc: a message has its peer's user, group and process",
  ignore: Deno.build.os !== "linux",
  fn: () =>
    withFolder(async (folder) => {
      using pull = new Pull({ receivedProperties: ["Peer-Address"] });
      using push = new Push();
      await join(pull, push, freshAddress("ipc", folder));
      await push.send("x");
      const address = `localhost:${Deno.uid()}:${Deno.gid()}:${Deno.pid}`;
      assertEquals({ ...await next(pull) }, { "Peer-Address": address });
    }),
});

Deno.test("a Router's message had lost its properties after a look on libzmq 4.3.4", async () => {
  using router = new Router({ receivedProperties: ["Peer-Address", "Socket-Type"] });
  using dealer = new Dealer();
  await join(router, dealer);
  const expected = { "Peer-Address": "127.0.0.1", "Socket-Type": "DEALER" };
  const receives: [string, () => Promise<Frame[] | undefined> | Frame[] | undefined][] = [
    ["receive", () => router.receive()],
    ["tryReceive", () => router.tryReceive()],
    ["receiveSync", () => router.receiveSync()],
    ["drain", () => router.drain().next().value],
    ["iterate", async () => (await router.iterate().next()).value],
  ];
  for (const [name, receive] of receives) {
    await dealer.send(["a", "b"]);
    await until(router);
    assert(router.readable);
    const message = (await receive())!;
    assertEquals([name, texts(message).slice(1)], [name, ["a", "b"]]);
    assertEquals([name, { ...metadataOf(message) }], [name, expected]);
  }
});

Deno.test("a Router with limits reads a message's properties after a look as well", async () => {
  using router = new Router({ receivedProperties: ["Socket-Type"], maxMessageParts: 5 });
  using dealer = new Dealer();
  await join(router, dealer);
  await dealer.send(["a", "b"]);
  await until(router);
  assert(router.readable);
  assertEquals({ ...await next(router) }, { "Socket-Type": "DEALER" });
});

Deno.test("inproc: a message has no properties at all", async () => {
  using pull = new Pull({ receivedProperties: ["Peer-Address", "Socket-Type", "Identity"] });
  using push = new Push();
  await join(pull, push, freshAddress("inproc"));
  await push.send("x");
  assertEquals({ ...await next(pull) }, {});
});

Deno.test("Identity is the peer's routing id, empty where it has set none", async () => {
  for (const routingId of ["näme", undefined]) {
    using dealer = new Dealer({ receivedProperties: ["Identity"] });
    using peer = new Dealer({ routingId });
    await join(dealer, peer);
    await peer.send("x");
    assertEquals({ ...await next(dealer) }, { Identity: routingId ?? "" });
  }
});

Deno.test("a peer's text that begins with a byte order mark read as another one's without it", async () => {
  using pull = new Pull({ receivedProperties: ["X-Name"] });
  using push = new Push({ metadata: { "X-Name": "\ufeffada" } });
  await join(pull, push);
  await push.send("x");
  assertEquals({ ...await next(pull) }, { "X-Name": "\ufeffada" });
});

Deno.test("what a socket says of itself, its peers have with each message, in both directions", async () => {
  using one = new Pair({ receivedProperties: ["X-Room", "X-Floor"] });
  using other = new Pair({ receivedProperties: ["X-Room", "X-Floor"] });
  one.setOption(METADATA, "X-Room:kitchen");
  one.setOption(METADATA, "X-Floor:4: the top");
  other.setOption(METADATA, "X-Room:bath, größer");
  await join(one, other);
  for (let i = 0; i < 3; i++) {
    await one.send("x");
    await other.send("x");
    assertEquals({ ...await next(other) }, { "X-Room": "kitchen", "X-Floor": "4: the top" });
    assertEquals({ ...await next(one) }, { "X-Room": "bath, größer" });
  }
});

Deno.test("only what was asked for is there, and what a connection doesn't have isn't", async () => {
  using pull = new Pull({ receivedProperties: ["X-Asked", "X-No-One", "User-Id", "Resource"] });
  using push = new Push();
  push.setOption(METADATA, "X-Asked:yes");
  push.setOption(METADATA, "X-Other:unasked");
  await join(pull, push);
  await push.send("x");
  assertEquals(Object.entries((await next(pull))!), [["X-Asked", "yes"]]);
});

Deno.test("a property that isn't one's own to set is refused by libzmq", () => {
  using push = new Push();
  for (const property of ["Room:kitchen", "X-Room", ":kitchen", "X-Room:", ""]) {
    throws(() => push.setOption(METADATA, property), { name: "ZmqError", code: "EINVAL" });
  }
});

Deno.test("User-Id is whom the ZAP handler let in, and no one else can claim it", async () => {
  await using zap = await ZapHandler.start(({ address }) => `user at ${address}`);
  using pull = new Pull({ zapDomain: "test", receivedProperties: ["User-Id"] });
  using push = new Push();
  throws(() => push.setOption(METADATA, "User-Id:root"), { code: "EINVAL" });
  await join(pull, push);
  await push.send("x");
  assertEquals({ ...await next(pull) }, { "User-Id": "user at 127.0.0.1" });
  assertEquals(zap.requests.map(({ domain, mechanism }) => [domain, mechanism]), [[
    "test",
    "NULL",
  ]]);
});

Deno.test("each message has the properties of its own peer", async () => {
  using pull = new Pull({ receivedProperties: ["X-Number"] });
  await pull.bind(freshAddress("tcp"));
  const pushes = Array.from({ length: 8 }, (_, i) => {
    const push = new Push();
    push.setOption(METADATA, `X-Number:${i}`);
    push.connect(pull.lastEndpoint!);
    return push;
  });
  try {
    for (let round = 0; round < 10; round++) {
      for (const [i, push] of pushes.entries()) await push.send([`${i}`, "x"]);
    }
    for (let i = 0; i < 80; i++) {
      const message = await soon(pull.receive());
      assertEquals(metadataOf(message)!["X-Number"], message[0].text());
    }
  } finally {
    for (const push of pushes) push.close();
  }
});

// Every type of socket that receives, with a peer that sends to it.
const PEERS: [receiver: () => Socket & Receiver, sender: () => Socket & Sender, type: string][] = [
  [() => new Pair(), () => new Pair(), "PAIR"],
  [() => new Pull(), () => new Push(), "PUSH"],
  [() => new Subscriber(), () => new XPublisher(), "XPUB"],
  [() => new XSubscriber(), () => new XPublisher(), "XPUB"],
  [() => new XPublisher(), () => new XSubscriber(), "XSUB"],
  [() => new Reply(), () => new Request(), "REQ"],
  [() => new Router(), () => new Request(), "REQ"],
  [() => new Router(), () => new Dealer(), "DEALER"],
  [() => new Dealer(), () => new Dealer(), "DEALER"],
];

for (const [receiver, sender, type] of PEERS) {
  const [from, to] = [sender(), receiver()].map((socket) => {
    socket.close();
    return socket.constructor.name;
  });
  Deno.test(`a ${to} learns of what a ${from} sends, in one part or several`, async () => {
    using receiving = receiver();
    using sending = sender();
    receiving.receivedProperties = ["Peer-Address", "Socket-Type", "X-Room"];
    sending.setOption(METADATA, "X-Room:kitchen");
    await join(receiving, sending);
    await subscribed(receiving, sending);
    for (const parts of [["\x01one", "two"], ["\x01one"]]) {
      await sending.send(parts);
      assertEquals({ ...await next(receiving) }, {
        "Peer-Address": "127.0.0.1",
        "Socket-Type": type,
        "X-Room": "kitchen",
      });
      if (sending instanceof Request) break; // it owes its turn to the reply
    }
  });
}

Deno.test("a Request learns of its reply, and a Router's peer of what the Router sends", async () => {
  using reply = new Reply();
  using request = new Request({ receivedProperties: ["Socket-Type"] });
  await join(reply, request);
  await request.send("x");
  await soon(reply.receive());
  await reply.send("y");
  assertEquals({ ...await next(request) }, { "Socket-Type": "REP" });
  using router = new Router();
  using dealer = new Dealer({ receivedProperties: ["Socket-Type"], routingId: "dealer" });
  await join(router, dealer);
  await dealer.send("x");
  await soon(router.receive());
  await router.send(["dealer", "y"]);
  assertEquals({ ...await next(dealer) }, { "Socket-Type": "ROUTER" });
});

Deno.test("a Stream learns its peers' addresses, for connecting, bytes and leaving", async () => {
  using stream = new Stream({ receivedProperties: ["Peer-Address", "Socket-Type"] });
  await stream.bind(freshAddress("tcp"));
  const peer = await Deno.connect({ hostname: "127.0.0.1", port: portOf(stream) });
  await peer.write(new TextEncoder().encode("hello"));
  for (const bytes of ["", "hello"]) {
    const message = await soon(stream.receive());
    assertEquals(message[1].text(), bytes);
    assertEquals(metadataOf(message)!["Peer-Address"], "127.0.0.1");
  }
  peer.close();
});

// Every way to receive.
const WAYS: Record<string, (pull: Pull, send: () => Promise<void>) => Promise<readonly Frame[]>> = {
  "receive, at once": async (pull, send) => {
    await send();
    await until(pull);
    return await pull.receive();
  },
  "receive, after a wait": async (pull, send) => {
    const message = pull.receive();
    await turn();
    await send();
    return await soon(message);
  },
  "receive, when the tick's budget is used up": async (pull, send) => {
    await send();
    await until(pull);
    useUpBudget();
    return await soon(pull.receive());
  },
  tryReceive: async (pull, send) => {
    await send();
    await until(pull);
    return pull.tryReceive()!;
  },
  receiveSync: async (pull, send) => {
    await send();
    return pull.receiveSync({ timeout: 10_000 });
  },
  drain: async (pull, send) => {
    await send();
    await until(pull);
    return [...pull.drain()][0];
  },
  "for await": async (pull, send) => {
    await send();
    for await (const message of pull) return message;
    throw new Error("it ended");
  },
  "a stream": async (pull, send) => {
    const reader = pull.toReadableStream().getReader();
    const reading = reader.read();
    await send();
    return (await soon(reading)).value!;
  },
};

for (const [way, take] of Object.entries(WAYS)) {
  Deno.test(`a message received by ${way} has its metadata`, async () => {
    using pull = new Pull({ receivedProperties: ["Socket-Type"] });
    using push = new Push();
    await join(pull, push);
    const message = await take(pull, () => push.send(["x", "y"]));
    assertEquals({ ...metadataOf(message) }, { "Socket-Type": "PUSH" });
  });
}

Deno.test("without being told, a socket reads none; [] ends it; and both hold for what has come", async () => {
  using pull = new Pull();
  using push = new Push();
  await join(pull, push);
  for (let i = 0; i < 4; i++) await push.send("x");
  await until(pull);
  assertEquals(await next(pull), undefined);
  pull.receivedProperties = ["Socket-Type"];
  assertEquals({ ...await next(pull) }, { "Socket-Type": "PUSH" });
  pull.receivedProperties = ["Peer-Address"];
  assertEquals({ ...await next(pull) }, { "Peer-Address": "127.0.0.1" });
  pull.receivedProperties = [];
  assertEquals(await next(pull), undefined);
});

Deno.test("metadata is that of the array which was received, and of no copy", async () => {
  using pull = new Pull({ receivedProperties: ["Socket-Type"] });
  using push = new Push();
  await join(pull, push);
  await push.send("x");
  const message = await soon(pull.receive());
  assertEquals(metadataOf([...message]), undefined);
  assertEquals(metadataOf(message), metadataOf(message));
  assertEquals(metadataOf([]), undefined);
});

Deno.test("the option receivedProperties reads as it was set, [] by default, and can't be changed from outside", () => {
  using pull = new Pull();
  assertEquals(pull.receivedProperties, []);
  const names = ["Peer-Address", "X-Room"];
  pull.receivedProperties = names;
  names.push("X-Later");
  assertEquals(pull.receivedProperties, ["Peer-Address", "X-Room"]);
  throws(() => (pull.receivedProperties as string[]).push("X-Later"), TypeError);
  using other = new Dealer({ receivedProperties: ["Identity"] });
  assertEquals(other.receivedProperties, ["Identity"]);
});

Deno.test("the option receivedProperties takes an array of names only, and keeps what it was where it refuses", () => {
  using pull = new Pull({ receivedProperties: ["Peer-Address"] });
  for (
    const names of ["Peer-Address", null, undefined, 5, {}, [5], [null], [""], ["a\0b"]] as never[]
  ) {
    throws(() => pull.receivedProperties = names, { name: "TypeError" });
    if (names !== undefined) {
      throws(() => new Pull({ receivedProperties: names }), { name: "TypeError" });
    }
  }
  assertEquals(pull.receivedProperties, ["Peer-Address"]);
  throws(() => new Push({ receivedProperties: ["Peer-Address"] } as never), { name: "TypeError" });
  assert(!("receivedProperties" in Push.prototype));
});

Deno.test("on a closed socket, the option receivedProperties can be neither read nor set", () => {
  const pull = new Pull({ receivedProperties: ["Peer-Address"] });
  pull.close();
  throws(() => pull.receivedProperties, { name: "ZmqError", code: "EBADF" });
  throws(() => pull.receivedProperties = [], { name: "ZmqError", code: "EBADF" });
});

/** Has a subscriber subscribe to everything, and waits until the subscription has arrived. */
async function subscribed(receiving: Socket, sending: Socket & Sender): Promise<void> {
  if (!(sending instanceof XPublisher)) return;
  if (receiving instanceof Subscriber) receiving.subscribe("");
  else await (receiving as XSubscriber).send("\x01");
  await soon(sending.receive());
}

Deno.test("a misspelt name of libzmq's own was taken, and no message had it", () => {
  using pull = new Pull();
  for (
    const [wrong, right] of [
      ...[["peer-address", "Peer-Address"], ["PeerAddress", "Peer-Address"]],
      ...[["User-ID", "User-Id"], ["Socket-Typ", "Socket-Type"], ["Identitiy", "Identity"]],
    ]
  ) {
    throws(() => pull.receivedProperties = ["X-Room", wrong], {
      name: "TypeError",
      message: `receivedProperties has "${wrong}", which no message has; did you mean "${right}"?`,
    });
  }
  const others = ["X-peer-address", "Address", "Routing-Id", "Username", "Region"];
  pull.receivedProperties = others;
  assertEquals(pull.receivedProperties, others);
});

Deno.test("metadataOf takes a whole message, and no frame of one", () => {
  for (const wrong of [new Frame(5), undefined, "text"] as never[]) {
    throws(() => metadataOf(wrong), { name: "TypeError", message: /the array of frames/ });
  }
});
