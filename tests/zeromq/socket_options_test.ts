import { Buffer } from "node:buffer";
import { deepStrictEqual as assertEquals, ok, rejects, throws } from "node:assert/strict";
import {
  capability,
  curveKeyPair,
  Dealer,
  Reply,
  Router,
  Stream,
  XPublisher,
  XSubscriber,
} from "../../zeromq.ts";
import { PARTICULAR } from "../../socket/options_table.ts";
import { ROOT } from "../files.ts";
import { descriptions } from "../write_options.ts";
import { EAGAIN, rejectsShape, untyped, using } from "./support.ts";

Deno.test("options that the library has too are described as there: if not, run tests/write_options.ts", async () => {
  let described = 0;
  for (const [file, text, count] of await descriptions()) {
    assertEquals(await Deno.readTextFile(new URL(file, ROOT)), text, file);
    described += count;
  }
  ok(described >= 70, `${described}`);
});

Deno.test("options that have come to libzmq since zeromq.js's day aren't there", () => {
  const later = ["socksUsername", "socksPassword", "priority", "busyPoll", "reconnectStop"];
  later.push("manualLastValue", "onlyFirstSubscribe", "multicastLoop", "rawMode", "useFd");
  for (const Class of [Dealer, Router, Reply, XPublisher, XSubscriber, Stream]) {
    assertEquals(later.filter((name) => name in Class.prototype), [], Class.name);
  }
  ok("linger" in Dealer.prototype && "sendTimeout" in Dealer.prototype);
});

const ID = "åbçdéfghïjk";

const BY_NAME: [name: string, before: unknown, ...values: [set: unknown, read: unknown][]][] = [
  ["immediate", false, [true, true]],
  ["backlog", 100, [75, 75]],
  ["maxMessageSize", -1, [0xffffffff, 0xffffffff], [-1, -1]],
  ["affinity", 0, [0xffffffff, 0xffffffff]],
  ["typeOfService", 0, [95, 95]],
  ["routingId", null, [ID, ID], [Buffer.from(ID), ID]],
  ["socksProxy", null, [Buffer.from("foo"), "foo"], [null, null], ["bar", "bar"]],
  ["sendTimeout", -1, [50, 50], [0, 0]],
  ["receiveTimeout", -1, [50, 50], [0, 0]],
  ["linger", -1, [50, 50]],
];
for (const [name, before, ...values] of BY_NAME) {
  Deno.test(`the option ${name} is ${before} at first, and what it's set to later`, async () => {
    await using(new Dealer(), (socket) => {
      assertEquals(untyped(socket)[name], before);
      for (const [set, read] of values) {
        untyped(socket)[name] = set;
        assertEquals(untyped(socket)[name], read);
      }
    });
  });
}

Deno.test("a PLAIN server that enforces a domain and has none is refused where it's bound or connected, and not before", async () => {
  await using(
    new Dealer({ linger: 0, plainServer: true, zapEnforceDomain: true }),
    async (socket) => {
      const refused = { name: "TypeError", message: /needs a zapDomain/ };
      await rejects(socket.bind("tcp://127.0.0.1:*"), refused);
      throws(() => socket.connect("tcp://127.0.0.1:5555"), refused);
      socket.zapDomain = "home";
      await socket.bind("tcp://127.0.0.1:*");
    },
  );
});

Deno.test("what only admits unknown peers is taken, as zeromq.js takes it", async () => {
  const options = [{ zapEnforceDomain: true }, ...capability.curve ? [{ curveServer: true }] : []];
  for (const insecure of options) {
    await using(
      new Dealer({ linger: 0, ...insecure }),
      (socket) => socket.bind("tcp://127.0.0.1:*"),
    );
  }
});

Deno.test("the mechanism is a word, after the last option that has set one", async () => {
  await using(new Dealer(), (socket) => {
    assertEquals(socket.securityMechanism, null);
    socket.plainServer = true;
    assertEquals(socket.securityMechanism, "plain");
  });
});

Deno.test({
  name: "CURVE keys can be read, and are null at first",
  ignore: !capability.curve,
  fn: async () => {
    const { publicKey, secretKey } = curveKeyPair();
    await using(new Dealer(), (socket) => {
      assertEquals([socket.curvePublicKey, socket.curveServerKey], [null, null]);
      socket.curvePublicKey = publicKey;
      socket.curveSecretKey = secretKey;
      assertEquals([socket.curvePublicKey, socket.curveSecretKey], [publicKey, secretKey]);
    });
  },
});

Deno.test("a routing id of any bytes is set and read whole", async () => {
  await using(new Router(), (socket) => {
    const binary = Buffer.from([1, 0, 0xff, 0]);
    socket.routingId = untyped(binary);
    assertEquals(untyped(socket.routingId), binary);
    socket.routingId = "a\0b";
    assertEquals(socket.routingId, "a\0b");
  });
});

Deno.test("a receive time-out ends a receive, a send time-out a send", async () => {
  await using(new Dealer({ receiveTimeout: 2, sendTimeout: 2 }), async (socket) => {
    await rejectsShape(socket.receive(), EAGAIN);
    await rejectsShape(socket.send("x"), EAGAIN);
    socket.receiveTimeout = socket.sendTimeout = 0;
    await rejectsShape(socket.receive(), EAGAIN);
    await rejectsShape(socket.send("x"), EAGAIN);
  });
});

Deno.test("what would make libzmq end the process is refused", async () => {
  await using(untyped(new Reply()), (socket) => {
    throws(() => socket.setBoolOption(33, true), TypeError);
  });
  // Of two options that were set by number, each is known when the other one is set.
  const { rawMode, probeRouter } = PARTICULAR;
  for (const [first, second] of [[rawMode, probeRouter], [probeRouter, rawMode]]) {
    await using(untyped(new Router()), (socket) => {
      socket.setBoolOption(first.number, true);
      throws(() => socket.setBoolOption(second.number, true), TypeError);
    });
  }
});
