/** Each kind of event with what it carries. */

import {
  deepStrictEqual as assertEquals,
  match as assertMatch,
  ok as assert,
  throws,
} from "node:assert/strict";
import { capability, Pair, Pull, Push, type SocketEvent, ZmqError } from "../../mod.ts";
import { toEvent } from "../../socket/events.ts";
import { openDescriptors, openedSince } from "../fds.ts";
import { curveKeyPair } from "./curve.ts";
import { freshAddress, join, withFolder } from "../util.ts";
import { all, finish, next } from "./observing.ts";
import { run } from "../program.ts";
import { futureAddress, portOf } from "./support.ts";
import { ZapHandler } from "./zap.ts";
import { soon } from "../waiting.ts";

/** A raw event of each number, and what becomes of it. An error is given by its code. */
const KINDS: [number: number, values: number[], expected: Record<string, unknown>][] = [
  [0x0001, [7], { type: "connect", fd: 7 }],
  [0x0002, [115], { type: "connect:delay", errno: 115 }],
  [0x0004, [123], { type: "connect:retry", interval: 123 }],
  [0x0008, [7], { type: "bind", fd: 7 }],
  [0x0010, [98], { type: "bind:error", error: "EADDRINUSE" }],
  [0x0020, [7], { type: "accept", fd: 7 }],
  [0x0040, [24], { type: "accept:error", error: "EMFILE" }],
  [0x0080, [7], { type: "close", fd: 7 }],
  [0x0100, [9], { type: "close:error", error: "EBADF" }],
  [0x0200, [7], { type: "disconnect", fd: 7 }],
  [0x0800, [32], { type: "handshake:error:other", error: "EPIPE" }],
  [0x1000, [0], { type: "handshake" }],
  [0x2000, [0x11000002], {
    type: "handshake:error:protocol",
    error: "ERR_ZMTP_MECHANISM_MISMATCH",
  }],
  [0x2000, [0x20000002], { type: "handshake:error:protocol", error: "ERR_ZAP_BAD_REQUEST_ID" }],
  [0x2000, [0x12345678], { type: "handshake:error:protocol", error: "ERR_PROTOCOL_0x12345678" }],
  [0x4000, [300], { type: "handshake:error:auth", error: "ERR_ZAP_STATUS_300", status: 300 }],
  [0x4000, [400], { type: "handshake:error:auth", error: "ERR_ZAP_STATUS_400", status: 400 }],
  [0x10000, [3, 4], { type: "pipes:stats", outbound: 3, inbound: 4 }],
  [0x20000, [1, 2, 3], { type: "unknown", event: 0x20000, values: [1, 2, 3] }],
];

for (const [event, values, expected] of KINDS) {
  const name = `0x${event.toString(16)} of ${values.map((value) => `0x${value.toString(16)}`)}`;
  Deno.test({
    name: `libzmq's event ${name} is read as "${expected.type}"`,
    ignore: typeof expected.error === "string" && Deno.build.os !== "linux",
    fn: () => {
      const raw = { event, values, address: "tcp://here:1", peer: undefined };
      const { address, error, ...rest } = toEvent(raw) as unknown as Record<string, unknown>;
      assertEquals(address, "tcp://here:1");
      if (error !== undefined) {
        assert(error instanceof ZmqError);
        assertEquals([error.errno, error.address], [values[0], "tcp://here:1"]);
        rest.error = error.code;
      }
      assertEquals(rest, expected);
      const told = toEvent({ ...raw, peer: "tcp://there:2" });
      assertEquals((told as { peer?: string }).peer, "tcp://there:2");
    },
  });
}

Deno.test(`libzmq's event 0x400 is read as "end", with nothing beside`, () => {
  assertEquals(toEvent({ event: 0x400, values: [0], address: "", peer: undefined }), {
    type: "end",
  });
});

Deno.test("the error of an event names the call that libzmq has made", () => {
  const callOf = (event: number) => {
    const raw = { event, values: [9], address: "tcp://here:1", peer: undefined };
    return (toEvent(raw) as { error: ZmqError }).error.call;
  };
  assertEquals([0x0010, 0x0040, 0x0100].map(callOf), ["zmq_bind", "accept", "close"]);
});

Deno.test("a failed bind is told as such", async () => {
  const [one, other] = [new Pull(), new Pull()];
  await one.bind(freshAddress("tcp"));
  const { events } = other;
  await other.bind(one.lastEndpoint!).catch(() => {});
  assertEquals((await next(events, "bind:error")).error.code, "EADDRINUSE");
  one.close();
  await finish(other);
});

Deno.test("a bind to an address that is taken was told twice, since it was made again", async () => {
  const [one, other] = [new Pull(), new Pull()];
  await one.bind(freshAddress("tcp"));
  const { events } = other;
  await other.bind(one.lastEndpoint!).catch(() => {});
  await other.bind(freshAddress("tcp"));
  const types: string[] = [];
  do types.push((await soon(events.receive())).type); while (types.at(-1) !== "bind");
  assertEquals(types.filter((type) => type === "bind:error").length, 1);
  one.close();
  await finish(other);
});

Deno.test("a peer that isn't there is told as tries, each with its interval", async () => {
  const push = new Push({ linger: 0, reconnectInterval: 10 });
  const { events } = push;
  const address = futureAddress();
  push.connect(address);
  await next(events, "connect:delay");
  await next(events, "close");
  const retry = await next(events, "connect:retry");
  assertEquals(retry.address, address);
  // libzmq adds a random part of up to the interval itself.
  assert(retry.interval >= 10 && retry.interval <= 20, `${retry.interval}`);
  await finish(push);
});

Deno.test("ipc has the same events, with its address", async () => {
  await withFolder(async (folder) => {
    const [pull, push] = [new Pull(), new Push()];
    const told = all(pull.events);
    const address = await join(pull, push, freshAddress("ipc", folder));
    await push.send("hello");
    await soon(pull.receive());
    pull.close();
    const list = await soon(told);
    assertEquals(list.map(({ type }) => type), ["bind", "accept", "handshake", "close", "end"]);
    assertEquals((list[1] as { address: string }).address, address);
    push.close();
  });
});

Deno.test("a peer whom the ZAP handler refuses is told on both sides, with the status", async () => {
  await using _zap = await ZapHandler.start(() => undefined);
  const pull = new Pull({ plainServer: true, zapDomain: "home" });
  const push = new Push({ plainUsername: "eve", plainPassword: "guess", linger: 0 });
  const [server, client] = [pull.events, push.events];
  await join(pull, push);
  for (const events of [server, client]) {
    const { error, status } = await next(events, "handshake:error:auth");
    assertEquals([status, error.code], [400, "ERR_ZAP_STATUS_400"]);
  }
  await finish(push, pull);
});

Deno.test("a peer with another mechanism is told as one, in words", async () => {
  const pull = new Pull({ plainServer: true });
  const push = new Push({ linger: 0 });
  const { events } = pull;
  await join(pull, push);
  const { error } = await next(events, "handshake:error:protocol");
  assertEquals(error.code, "ERR_ZMTP_MECHANISM_MISMATCH");
  assertMatch(error.message, /another security mechanism .*ERR_ZMTP_MECHANISM_MISMATCH/);
  await finish(push, pull);
});

Deno.test("a client with the wrong key for its server is told on both sides, in words", async () => {
  const [server, client, wrong] = [curveKeyPair(), curveKeyPair(), curveKeyPair()];
  const pull = new Pull({ curveServer: true, curveSecretKey: server.secretKey });
  const push = new Push({
    curvePublicKey: client.publicKey,
    curveSecretKey: client.secretKey,
    curveServerKey: wrong.publicKey,
    linger: 0,
  });
  const [events, ofClient] = [pull.events, push.events];
  await join(pull, push);
  const { error } = await next(events, "handshake:error:protocol");
  assertEquals(error.code, "ERR_ZMTP_CRYPTOGRAPHIC");
  assertMatch(error.message, /its key for this server isn't this server's public key/);
  const { error: other } = await next(ofClient, "handshake:error:other");
  assertMatch(other.message, /may have refused this side's key or security mechanism/);
  await finish(push, pull);
});

Deno.test("a connection that breaks off in the handshake is told", async () => {
  const pull = new Pull();
  const { events } = pull;
  await pull.bind(freshAddress("tcp"));
  const connection = await Deno.connect({ hostname: "127.0.0.1", port: portOf(pull) });
  await next(events, "accept");
  connection.close();
  assert((await next(events, "handshake:error:other")).error instanceof ZmqError);
  await finish(pull);
});

Deno.test("a peer's coming and going are told with its address, IPv6 included", async () => {
  for (const host of ["127.0.0.1", "[::1]"]) {
    const pull = new Pull({ ipv6: host === "[::1]" });
    const { events } = pull;
    await pull.bind(`tcp://${host}:*`);
    const hostname = host.replaceAll(/[[\]]/g, "");
    const connection = await Deno.connect({ hostname, port: portOf(pull) });
    const { peer } = await next(events, "accept");
    assertEquals(peer, `tcp://${host}:${(connection.localAddr as Deno.NetAddr).port}`);
    connection.close();
    assertEquals((await next(events, "disconnect")).peer, peer);
    await finish(pull);
  }
});

Deno.test({
  name: "a disconnect had no peer where its descriptor's number was that of the handshake's error",
  ignore: Deno.build.os !== "linux", // EPIPE is its 32
  fn: async () => {
    const { code, stdout } = await run(`
      import { closeSync, openSync } from "node:fs";
      import { Pull } from "$MOD";
      // Below 32 one number is left for the client's descriptor.
      const held = [];
      do held.push(openSync("/dev/null", "r")); while (held.at(-1) < 32);
      const pull = new Pull();
      const { events } = pull;
      await pull.bind("tcp://127.0.0.1:*");
      const port = Number(pull.lastEndpoint.split(":").at(-1));
      held.slice(-2).forEach(closeSync);
      const connection = await Deno.connect({ port });
      for await (const { type, fd, peer, error } of events) {
        if (type === "accept") connection.close();
        if (fd) console.log(type, fd, typeof peer);
        if (error) console.log(type, error.errno);
        if (type === "disconnect") break;
      }
      pull.close();`);
    assertEquals(code, 0);
    assertEquals(stdout.split("\n").slice(1, -1), [
      "accept 32 string",
      "handshake:error:other 32",
      "disconnect 32 string",
    ]);
  },
});

Deno.test({
  name: "a peer that has gone before anyone could ask is told rightly, or not at all",
  ignore: Deno.build.os !== "linux", // it reads /proc
  fn: async () => {
    const pull = new Pull();
    const { events } = pull;
    await pull.bind(freshAddress("tcp"));
    const connect = () => {
      const push = new Push({ linger: 0 });
      push.connect(pull.lastEndpoint!);
      push.sendSync("x", { timeout: 5000 });
      while (pull.tryReceive() === undefined);
      return push;
    };
    connect().close();
    await next(events, "disconnect");
    // No turn of the event loop in between: the descriptors come back as other connections', unseen.
    const before = openDescriptors();
    for (let i = 0; i < 20; i++) {
      connect().close();
      while (openedSince(before).length > 0);
    }
    const last = connect();
    const told: string[] = [];
    for (let i = 0; i < 21; i++) {
      const { peer } = await next(events, "accept");
      if (peer !== undefined) told.push(peer);
    }
    assertEquals(told.length, new Set(told).size);
    assert(capability.draft ? told.length === 21 : told.length <= 1, `${told}`);
    last.close();
    await finish(pull);
  },
});

Deno.test("of more peers than one turn takes events, the accept of each had no peer", async () => {
  const pull = new Pull();
  const { events } = pull;
  await pull.bind(freshAddress("tcp"));
  // No turn of the event loop in between: each connection makes two events.
  const peers = Array.from({ length: 150 }, () => {
    const push = new Push({ linger: 0 });
    push.connect(pull.lastEndpoint!);
    push.sendSync("x", { timeout: 5000 });
    while (pull.tryReceive() === undefined);
    return push;
  });
  const told = new Set<string | undefined>();
  for (const _ of peers) told.add((await next(events, "accept")).peer);
  assertEquals([told.size, told.has(undefined)], [peers.length, false]);
  for (const push of peers) push.close();
  await finish(pull);
});

// Drafts ------------------------------------------------------------------------------------------

Deno.test({
  name: "drafts: events tell the peer's address, and whose is whose on both sides",
  ignore: !capability.draft,
  fn: async () => {
    const [pull, push] = [new Pull(), new Push()];
    const [server, client] = [pull.events, push.events];
    const address = await join(pull, push);
    const accepted = await next(server, "accept");
    assertEquals(accepted.address, address);
    assert(/^tcp:\/\/127\.0\.0\.1:\d+$/.test(accepted.peer!) && accepted.peer !== address);
    const shaken = await next(server, "handshake");
    assertEquals([shaken.address, shaken.peer], [address, accepted.peer]);
    for (const type of ["connect:delay", "connect", "handshake"] as const) {
      const event = await next(client, type);
      const peer = type === "connect:delay" ? undefined : address;
      assertEquals([event.address, event.peer], [address, peer]);
    }
    push.close();
    assertEquals((await next(server, "disconnect")).peer, accepted.peer);
    await finish(pull);
  },
});

Deno.test("a peer over ipc, whose end has no address, was told to be at ipc://", async () => {
  await withFolder(async (folder) => {
    const [pull, push] = [new Pull(), new Push()];
    const [server, client] = [pull.events, push.events];
    const address = await pull.bind(`ipc://${folder}/socket`);
    push.connect(address);
    for (const type of ["accept", "handshake"] as const) {
      const { peer, ...event } = await next(server, type);
      assertEquals([event.address, peer], [address, undefined]);
    }
    const { peer } = await next(client, "connect");
    assertEquals(peer, capability.draft ? address : undefined);
    push.close();
    await finish(pull);
  });
});

Deno.test({
  name: "drafts: who begins to observe an established connection learns its addresses rightly",
  ignore: !capability.draft,
  fn: async () => {
    const [pull, push] = [new Pull(), new Push()];
    const address = await join(pull, push);
    await push.send("hello");
    await soon(pull.receive());
    const { events } = pull;
    push.close();
    const { address: told, peer } = await next(events, "disconnect");
    assertEquals(told, address);
    assert(peer !== undefined && peer !== address);
    await finish(pull);
  },
});

Deno.test({
  name:
    "drafts: the end of a connection that stood before the observing had this side's own address, but for the last one",
  ignore: !capability.draft,
  fn: async () => {
    const [one, other] = [new Pull(), new Pull()];
    using push = new Push({ linger: 0 });
    const address = await join(one, push);
    await join(other, push, freshAddress("tcp"));
    for (let i = 0; i < 2; i++) await push.send("hello");
    for (const pull of [one, other]) await soon(pull.receive());
    const { events } = push;
    one.close();
    const { address: told, peer } = await next(events, "disconnect");
    assertEquals([told, peer], [address, address]);
    other.close();
    await finish(push);
  },
});

Deno.test({
  name: "drafts: the numbers of waiting messages can be asked for",
  ignore: !capability.draft,
  fn: async () => {
    const [pull, push] = [new Pull(), new Push({ linger: 0 })];
    const { events } = pull;
    throws(() => events.requestStatistics(), { name: "ZmqError", code: "EAGAIN" });
    const address = await join(pull, push);
    for (let i = 0; i < 3; i++) await push.send(`${i}`);
    await next(events, "handshake");
    while (!pull.readable);
    let stats: SocketEvent;
    do {
      events.requestStatistics();
      stats = await next(events, "pipes:stats");
    } while (stats.inbound < 3);
    assertEquals([stats.address, stats.inbound, stats.outbound], [address, 3, 0]);
    push.close();
    pull.close();
    await soon(all(events));
    throws(() => events.requestStatistics(), { name: "ZmqError", code: "EBADF" });
  },
});

const ENDS: Record<string, (pull: Pull, push: Push, address: string) => unknown> = {
  disconnect: (_, push, address) => push.disconnect(address),
  unbind: (pull, _, address) => pull.unbind(address),
  close: (_, push) => push.close(),
};

for (const [how, end] of Object.entries(ENDS)) {
  Deno.test(`the end of a connection by ${how} is told to the other side, and not to this one`, async () => {
    const pull = new Pull();
    const push = new Push({ reconnectInterval: -1 });
    const events = [pull.events, push.events];
    const [own, other] = how === "unbind" ? events : events.toReversed();
    const address = await pull.bind("tcp://127.0.0.1:*");
    push.connect(address);
    for (const each of events) await next(each, "handshake");
    await end(pull, push, address);
    await next(other, "disconnect");
    for (const socket of [pull, push]) socket.close();
    const types = (await soon(all(own))).map(({ type }) => type);
    await soon(all(other));
    assertEquals(types.filter((type) => type === "disconnect"), []);
  });
}

Deno.test({
  name: "without drafts, asking for statistics is refused with a clear error",
  ignore: capability.draft,
  fn: () => {
    const pair = new Pair();
    throws(() => pair.events.requestStatistics(), {
      name: "ZmqError",
      code: "ENOTSUP",
      message: /draft API/,
    });
    pair.events.close();
    pair.close();
  },
});
