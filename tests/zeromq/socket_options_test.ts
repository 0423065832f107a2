import { Buffer } from "node:buffer";
import { deepStrictEqual as assertEquals, throws } from "node:assert/strict";
import {
  capability,
  curveKeyPair,
  Dealer,
  Publisher,
  Pull,
  Push,
  Reply,
  Request,
  Router,
  type Socket,
  Stream,
  Subscriber,
  XPublisher,
  XSubscriber,
} from "../../zeromq.ts";
import { EAGAIN, rejectsShape, throwsShape, untyped, using, warningsOf } from "./support.ts";

const EINVAL = { message: "Invalid argument", code: "EINVAL", errno: 22 };
const LATE = "Socket option will not take effect until next connect/bind.";
const ROUNDED =
  "Value is larger than Number.MAX_SAFE_INTEGER and may have been rounded inaccurately.";
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

const BY_NUMBER: [kind: string, option: number, before: unknown, ...values: unknown[]][] = [
  ["Bool", 39, false, true, false],
  ["Int32", 19, 100, 75],
  ["Uint32", 57, 0, 75],
  ["Int64", 22, -1, 0xffffffffffff],
  ["Uint64", 4, 0, 0xffffffffffff],
  ["String", 5, null, ID],
  ["String", 68, null, "foo", null],
  ["Int32", 27, -1, 20],
  ["Int32", 28, -1, 20],
];
for (const [kind, option, before, ...values] of BY_NUMBER) {
  Deno.test(`get${kind}Option and set${kind}Option work on the option ${option}`, async () => {
    await using(untyped(new Dealer()), (socket) => {
      assertEquals(socket[`get${kind}Option`](option), before);
      for (const value of values) {
        socket[`set${kind}Option`](option, value);
        assertEquals(socket[`get${kind}Option`](option), value);
      }
    });
  });
}

Deno.test("a uint64 beyond all is the greatest there is, and reads as the same double", async () => {
  await using(untyped(new Dealer()), async (socket) => {
    await warningsOf(() => {
      socket.setUint64Option(4, 2 ** 64);
      assertEquals(socket.getUint64Option(4), 2 ** 64);
      socket.setUint64Option(4, -5);
      assertEquals(socket.getUint64Option(4), 0);
    });
  });
});

const KINDS: [kind: string, wrong: unknown, message: string][] = [
  ["Bool", 1, "Option value must be a boolean"],
  ["Int32", "1", "Option value must be a number"],
  ["Uint32", null, "Option value must be a number"],
  ["Int64", 1n, "Option value must be a number"],
  ["Uint64", true, "Option value must be a number"],
  ["String", 1, "Option value must be a string or buffer"],
  ["String", undefined, "Option value must be a string or buffer"],
];
for (const [kind, wrong, message] of KINDS) {
  Deno.test(`set${kind}Option(19, ${typeof wrong}): ${message}`, async () => {
    await using(untyped(new Dealer()), (socket) => {
      throws(() => socket[`set${kind}Option`](19, wrong), { name: "TypeError", message });
      const identifier = { name: "TypeError", message: "Identifier must be a number" };
      throws(() => socket[`set${kind}Option`]("x", 1), identifier);
      throws(() => socket[`get${kind}Option`]("x"), identifier);
    });
  });
}

Deno.test("an option that libzmq doesn't know, or doesn't read: EINVAL", async () => {
  await using(untyped(new Router()), (socket) => {
    throwsShape(() => socket.getInt32Option(9999), EINVAL);
    throwsShape(() => socket.setInt32Option(9999, 1), EINVAL);
    throwsShape(() => socket.mandatory, EINVAL);
    throwsShape(() => socket.tcpAcceptFilter, EINVAL);
    throwsShape(() => socket.sendTimeout = -5, EINVAL);
  });
});

Deno.test("options of a closed socket: ENOTSOCK", () => {
  const socket = new Dealer();
  socket.close();
  const shape = {
    message: "Socket operation on non-socket",
    code: "ENOTSOCK",
    errno: Deno.build.os === "linux" ? 88 : 38,
  };
  throwsShape(() => socket.linger, shape);
  throwsShape(() => socket.linger = 5, shape);
  throwsShape(() => socket.lastEndpoint, shape);
  throwsShape(() => socket.routingId, shape);
  throwsShape(() => socket.maxMessageSize, shape);
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

Deno.test("readable and writable go the engine's way when asked for by number", async () => {
  await using(untyped(new Publisher()), (socket) => {
    assertEquals(socket.getInt32Option(15), 2);
  });
});

const WRITE_ONLY: [Class: new () => Socket, values: Record<string, unknown>][] = [
  [Publisher, { noDrop: true, conflate: true }],
  [Subscriber, { conflate: true }],
  [Request, { probeRouter: true, correlate: true, relaxed: true }],
  [Dealer, { probeRouter: true, conflate: true }],
  [Router, { probeRouter: true, handover: true }],
  [Pull, { conflate: true }],
  [Push, { conflate: true }],
  [XPublisher, { noDrop: true, manual: true, welcomeMessage: "hi", verbosity: "allSubs" }],
  [Stream, { notify: false }],
];
for (const [Class, values] of WRITE_ONLY) {
  Deno.test(`what a ${Class.name} can't read of itself is undefined, and can be set`, async () => {
    await using(untyped(new Class()), (socket) => {
      for (const [name, value] of Object.entries(values)) {
        assertEquals(socket[name], undefined, name);
        socket[name] = value;
      }
    });
  });
}

const OF_CLASSES: [Class: new () => Socket, has: string[], lacks: string[]][] = [
  [Publisher, ["sendTimeout", "multicastHops"], ["receiveTimeout", "routingId"]],
  [Subscriber, ["receiveTimeout"], ["sendTimeout", "noDrop"]],
  [Request, ["routingId", "sendTimeout", "receiveTimeout"], ["mandatory", "conflate"]],
  [Reply, ["routingId"], ["probeRouter", "correlate"]],
  [Router, ["routingId", "mandatory"], ["conflate", "relaxed"]],
  [XSubscriber, ["sendTimeout", "receiveTimeout"], ["noDrop", "invertMatching"]],
];
for (const [Class, has, lacks] of OF_CLASSES) {
  Deno.test(`a ${Class.name} has its own options, and no other's`, () => {
    for (const name of has) assertEquals(name in Class.prototype, true, name);
    for (const name of lacks) assertEquals(name in Class.prototype, false, name);
  });
}

Deno.test("a socket that's bound or connected warns of options that come too late, once each", async () => {
  await using(new Dealer(), async (socket) => {
    assertEquals(await warningsOf(() => socket.routingId = "first"), []);
    socket.connect("inproc://nobody");
    assertEquals(await warningsOf(() => socket.routingId = "asdf"), [LATE]);
  });
  await using(new Dealer(), async (socket) => {
    const bound = socket.bind("inproc://late");
    assertEquals(await warningsOf(() => socket.routingId = "during"), [LATE]);
    await bound;
    assertEquals(await warningsOf(() => socket.routingId = "after"), [LATE]);
    await socket.unbind("inproc://late");
    assertEquals(await warningsOf(() => socket.routingId = "free"), []);
  });
});

Deno.test("options that take effect at once don't warn", async () => {
  const at = (socket: Socket) => socket.connect("inproc://nobody");
  const warnings = await warningsOf(async () => {
    await using(new Subscriber(), (socket) => {
      at(socket);
      socket.subscribe("a");
      socket.unsubscribe("a");
      socket.receiveHighWaterMark = socket.receiveTimeout = socket.linger = 5;
    });
    await using(new Request(), (socket) => {
      at(socket);
      socket.probeRouter = socket.correlate = socket.relaxed = true;
      socket.sendTimeout = socket.sendHighWaterMark = 5;
    });
    await using(new Router(), (socket) => {
      at(socket);
      socket.mandatory = socket.handover = true;
    });
    await using(new XPublisher(), (socket) => {
      at(socket);
      socket.verbosity = "allSubs";
      socket.verbosity = "allSubsUnsubs";
      socket.verbosity = null;
    });
  });
  assertEquals(warnings, []);
});

Deno.test("a uint64 that a double can't hold exactly warns when it's set", async () => {
  await using(untyped(new Dealer()), async (socket) => {
    const value = 0xfffffff7fab7fb;
    assertEquals(await warningsOf(() => socket.setUint64Option(4, value)), [ROUNDED]);
    assertEquals(await warningsOf(() => assertEquals(socket.affinity, value)), []);
    assertEquals(await warningsOf(() => socket.affinity = Number.MAX_SAFE_INTEGER), []);
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
});
