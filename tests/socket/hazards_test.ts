/**
 * Combinations of options with which libzmq would end the process, or admit untrusted peers, are refused, whichever part comes
 * last. No test gets beyond the refusal: the dangerous state itself is never entered.
 */

import { deepStrictEqual as assertEquals, ok as assert, rejects, throws } from "node:assert/strict";
import {
  capability,
  Context,
  Dealer,
  Pair,
  Pull,
  Push,
  Reply,
  Request,
  Router,
  type Socket,
  Stream,
  XSubscriber,
} from "../../mod.ts";
import { Datagram, Dish, Peer, Radio } from "../../socket/draft.ts";
import { type Handle, handleOf } from "../../socket/handle.ts";
import { assertSafeDisconnect } from "../../socket/hazards.ts";
import { freshAddress, join } from "../util.ts";
import { curveKeyPair } from "./curve.ts";
import "./drafts.ts";
import { pattern, portOf, received, sameBytes } from "./support.ts";
import { soon } from "../waiting.ts";

const HEARTBEAT_IVL = 75;
const PLAIN_SERVER = 44;
const ZAP_ENFORCE_DOMAIN = 93;
const ZAP_DOMAIN = 55;
const CURVE_SERVER = 47;
const CURVE_SECRET_KEY = 49;
const WS = "ws://127.0.0.1:*";

/** An int as bytes. */
const bytes = (value: number) => new Uint8Array(new Int32Array([value]).buffer);

// A REP with a ROUTER's options.

const ROUTER_OPTIONS = {
  mandatory: 33,
  rawMode: 41,
  probeRouter: 51,
  handover: 56,
  "a peer's routing id": 61,
  "notifications": 97,
};

for (const [name, option] of Object.entries(ROUTER_OPTIONS)) {
  Deno.test(`a Reply can't have a Router's option: ${name}`, async () => {
    using reply = new Reply();
    using request = new Request();
    await join(reply, request);
    for (const value of [1, 0, true, bytes(1), "name"]) {
      throws(() => reply.setOption(option, value), { name: "TypeError", message: /Router's/ });
    }
    assertEquals(name in reply, false);
    throws(() => new Reply({ [name]: true }), { name: "TypeError" });
    await request.send("question");
    assertEquals(await received(reply), ["question"]);
    await reply.send("answer");
    assertEquals(await received(request), ["answer"]);
  });
}

Deno.test("a Router, a Dealer and a Request can have theirs, and a Reply its routing id", async () => {
  using router = new Router({ mandatory: true, handover: true, probeRouter: true });
  router.setOption(ROUTER_OPTIONS.mandatory, 1);
  router.setOption(ROUTER_OPTIONS.handover, true);
  using dealer = new Dealer({ routingId: "dealer", probeRouter: true });
  dealer.setOption(ROUTER_OPTIONS.probeRouter, 1);
  using request = new Request({ probeRouter: false });
  request.setOption(ROUTER_OPTIONS.probeRouter, 0);
  using _reply = new Reply({ routingId: "reply" });
  await join(router, dealer);
  assertEquals(await received(router), ["dealer", ""]);
});

// Heartbeats on ws://.

const HEARTBEATS = { name: "TypeError", message: /ws:\/\// };

Deno.test("a socket with heartbeats can't be bound or connected to a ws:// address", async () => {
  for (const address of ["ws://127.0.0.1:*", "ws://127.0.0.1:80/path", "wss://127.0.0.1:*"]) {
    using inConstructor = new Pair({ heartbeatInterval: 1000 });
    using asProperty = new Pair();
    asProperty.heartbeatInterval = 1000;
    using byNumber = new Pair();
    byNumber.setOption(HEARTBEAT_IVL, 1000);
    for (const socket of [inConstructor, asProperty, byNumber]) {
      await rejects(socket.bind(address), HEARTBEATS);
      throws(() => socket.connect(address), HEARTBEATS);
      assertEquals(socket.lastEndpoint, null);
    }
  }
});

Deno.test({
  name: "a socket that was bound or connected to a ws:// address can't have heartbeats any more",
  ignore: !capability.ws,
  fn: async () => {
    using bound = new Pull();
    await bound.bind(WS);
    using connected = new Push({ linger: 0 });
    connected.connect(bound.lastEndpoint!);
    await bound.bind(freshAddress("tcp"));
    connected.connect(bound.lastEndpoint!);
    for (const socket of [bound, connected]) {
      throws(() => socket.heartbeatInterval = 1, HEARTBEATS);
      for (const value of [1, true, bytes(1)]) {
        throws(() => socket.setOption(HEARTBEAT_IVL, value), HEARTBEATS);
      }
      assertEquals(socket.heartbeatInterval, 0);
      socket.heartbeatInterval = 0;
      socket.setOption(HEARTBEAT_IVL, 0);
    }
    await connected.send("works");
    assertEquals(await received(bound), ["works"]);
  },
});

Deno.test({
  name: "heartbeats that were turned off, or never on, are no hindrance to a ws:// address",
  ignore: !capability.ws,
  fn: async () => {
    using pull = new Pull({ heartbeatTimeToLive: 500, heartbeatTimeout: 500 });
    pull.heartbeatInterval = 1000;
    pull.heartbeatInterval = 0;
    using push = new Push({ heartbeatInterval: 0 });
    await join(pull, push, WS);
    await push.send("works");
    assertEquals(await received(pull), ["works"]);
  },
});

Deno.test({
  name: "a ws:// address that couldn't be bound to is no hindrance to heartbeats",
  ignore: !capability.ws,
  fn: async () => {
    using first = new Pull();
    await first.bind(WS);
    using second = new Pull();
    await rejects(second.bind(first.lastEndpoint!), { code: "EADDRINUSE" });
    second.heartbeatInterval = 1000;
    assertEquals(second.heartbeatInterval, 1000);
  },
});

Deno.test("a socket with heartbeats works over tcp, also after a ws:// address was refused", async () => {
  using pull = new Pull({ heartbeatInterval: 10, heartbeatTimeout: 5000 });
  using push = new Push({ heartbeatInterval: 10, heartbeatTimeout: 5000 });
  await rejects(pull.bind(WS), HEARTBEATS);
  await join(pull, push);
  // Some heartbeats pass before the message.
  await rejects(pull.receive({ signal: AbortSignal.timeout(50) }), { name: "TimeoutError" });
  await push.send("works");
  assertEquals(await received(pull), ["works"]);
});

Deno.test({
  name: "a GSSAPI client that connected to a ws:// address ended the process",
  ignore: !capability.ws || !capability.gssapi,
  fn: () => {
    const clients: Step[] = [
      (socket) => socket.gssapiPrincipal = "ada",
      (socket) => socket.gssapiServicePrincipal = "service",
    ];
    for (const client of clients) {
      using socket = new Pair({ linger: 0 });
      client(socket);
      throws(() => socket.connect("ws://127.0.0.1:80"), {
        name: "TypeError",
        message: /GSSAPI can't be used with ws/,
      });
    }
  },
});

// An enforced domain, and none set; a CURVE server without a key. Both are judged where libzmq copies the options.

const LINGERLESS = { linger: 0 };
type Step = (socket: Socket) => void;
/** In how many ways each of the options comes to be set. */
const SERVER: Step[] = [
  (socket) => socket.plainServer = true,
  (socket) => socket.setOption(PLAIN_SERVER, 1),
  (socket) => socket.setOption(PLAIN_SERVER, true),
  (socket) => socket.setOption(PLAIN_SERVER, bytes(1)),
];
const ENFORCE: Step[] = [
  (socket) => socket.zapEnforceDomain = true,
  (socket) => socket.setOption(ZAP_ENFORCE_DOMAIN, 1),
  (socket) => socket.setOption(ZAP_ENFORCE_DOMAIN, true),
  (socket) => socket.setOption(ZAP_ENFORCE_DOMAIN, bytes(1)),
];
const DOMAIN: Step[] = [
  (socket) => socket.zapDomain = "home",
  (socket) => socket.setOption(ZAP_DOMAIN, "home"),
  (socket) => socket.setOption(ZAP_DOMAIN, new TextEncoder().encode("home")),
];

/** Claims that a socket is refused wherever it's bound or connected, and has no address afterwards. */
async function refusesAddresses(socket: Socket, error: { name: string; message: RegExp }) {
  await rejects(socket.bind("tcp://127.0.0.1:*"), error);
  throws(() => socket.bindSync("inproc://refused"), error);
  await rejects(socket.bindToRandomPort("tcp://127.0.0.1"), error);
  throws(() => socket.connect("tcp://127.0.0.1:5555"), error);
  assertEquals(socket.lastEndpoint, null);
}

const NO_DOMAIN = { name: "TypeError", message: /zapEnforceDomain needs a zapDomain/ };

Deno.test("zapEnforceDomain without a zapDomain is refused at bind and connect, whatever the mechanism", async () => {
  for (const enforce of ENFORCE) {
    for (
      const options of [
        {},
        { plainServer: true },
        { plainUsername: "ada", plainPassword: "x" },
        ...capability.curve
          ? [{ curveServer: true, curveSecretKey: curveKeyPair().secretKey }]
          : [],
      ]
    ) {
      using socket = new Pair({ ...LINGERLESS, ...options });
      enforce(socket);
      await refusesAddresses(socket, NO_DOMAIN);
    }
  }
  using socket = new Pair({ zapEnforceDomain: true });
  await refusesAddresses(socket, NO_DOMAIN);
  using router = new Router({ zapEnforceDomain: true });
  throws(() => router.connect("tcp://127.0.0.1:5555", { routingId: "peer" }), NO_DOMAIN);
});

Deno.test("plainServer, zapEnforceDomain and a zapDomain are taken in any order, and in any way", async () => {
  for (const server of SERVER) {
    for (const enforce of ENFORCE) {
      for (const domain of DOMAIN) {
        for (const steps of permutations([server, enforce, domain])) {
          using socket = new Pair();
          for (const step of steps) step(socket);
          const { plainServer, zapEnforceDomain, zapDomain } = socket;
          assertEquals([plainServer, zapEnforceDomain, zapDomain], [true, true, "home"]);
        }
        using socket = new Pair();
        server(socket);
        enforce(socket);
        await refusesAddresses(socket, NO_DOMAIN);
        domain(socket);
        await socket.bind(freshAddress("tcp"));
      }
    }
  }
});

Deno.test("each of the two is taken alone, and both with one turned off", async () => {
  using server = new Pair({ plainServer: true, zapEnforceDomain: true });
  server.zapEnforceDomain = false;
  await server.bind(freshAddress("tcp"));
  using enforcing = new Pair({ zapEnforceDomain: true });
  enforcing.setOption(ZAP_ENFORCE_DOMAIN, 0);
  await enforcing.bind(freshAddress("tcp"));
});

Deno.test("a zapDomain can't be taken back, so that the combination can't come about by that", () => {
  using socket = new Pair({ plainServer: true, zapEnforceDomain: true, zapDomain: "home" });
  throws(() => socket.zapDomain = null as never, { name: "TypeError" });
  throws(() => socket.zapDomain = "", { name: "RangeError" });
  throws(() => socket.setOption(ZAP_DOMAIN, ""), { name: "ZmqError", code: "EINVAL" });
  throws(() => socket.setOption(ZAP_DOMAIN, null), { name: "ZmqError", code: "EINVAL" });
  assertEquals(socket.zapDomain, "home");
});

const NO_KEY = { name: "TypeError", message: /CURVE server needs its curveSecretKey/ };

Deno.test({
  name: "a CURVE server without a secret key is refused at bind and connect, until it has one",
  ignore: !capability.curve,
  fn: async () => {
    const { publicKey, secretKey, secretBytes } = curveKeyPair();
    const servers: Step[] = [
      (socket) => socket.curveServer = true,
      (socket) => socket.setOption(CURVE_SERVER, 1),
      (socket) => socket.setOption(CURVE_SERVER, bytes(1)),
    ];
    const keys: Step[] = [
      (socket) => socket.curveSecretKey = secretKey,
      (socket) => socket.setOption(CURVE_SECRET_KEY, secretKey),
      (socket) => socket.setOption(CURVE_SECRET_KEY, secretBytes),
    ];
    for (const server of servers) {
      for (const key of keys) {
        using socket = new Pair(LINGERLESS);
        server(socket);
        socket.curvePublicKey = publicKey; // which a server doesn't need
        await refusesAddresses(socket, NO_KEY);
        key(socket);
        await socket.bind(freshAddress("tcp"));
        using before = new Pair(LINGERLESS);
        key(before);
        server(before);
        await before.bind(freshAddress("tcp"));
      }
    }
    using inConstructor = new Pair({ curveServer: true });
    await refusesAddresses(inConstructor, NO_KEY);
  },
});

Deno.test({
  name: "a CURVE client that lacks a key is refused at bind and connect, until it has all three",
  ignore: !capability.curve,
  fn: async () => {
    const [own, server] = [curveKeyPair(), curveKeyPair()];
    const keys = {
      curveServerKey: server.publicKey,
      curvePublicKey: own.publicKey,
      curveSecretKey: own.secretKey,
    };
    for (const name of Object.keys(keys) as (keyof typeof keys)[]) {
      const { [name]: missing, ...others } = keys;
      using socket = new Pair({ ...LINGERLESS, ...others });
      await refusesAddresses(socket, {
        name: "TypeError",
        message: new RegExp(`CURVE client needs its ${name} `),
      });
      socket[name] = missing;
      await socket.bind(freshAddress("tcp"));
    }
  },
});

Deno.test({
  name: "what was a CURVE server and is none any more needs no key",
  ignore: !capability.curve,
  fn: async () => {
    using socket = new Pair({ curveServer: true });
    socket.plainServer = true;
    await socket.bind(freshAddress("tcp"));
  },
});

const PLAIN_USERNAME = 45;
const PLAIN_PASSWORD = 46;
const GSSAPI_SERVER = 62;

/** What says that a mechanism isn't to be in force, by its name. */
const NO: Record<"plain" | "curve" | "gssapi", Step[]> = {
  plain: [
    (socket) => socket.plainServer = false,
    (socket) => socket.setOption(PLAIN_SERVER, 0),
    (socket) => socket.setOption(PLAIN_SERVER, bytes(0)),
    (socket) => socket.plainUsername = null,
    (socket) => socket.setOption(PLAIN_USERNAME, null),
    (socket) => socket.plainPassword = null,
    (socket) => socket.setOption(PLAIN_PASSWORD, null),
  ],
  curve: [
    (socket) => socket.curveServer = false,
    (socket) => socket.setOption(CURVE_SERVER, false),
    (socket) => socket.setOption(CURVE_SERVER, bytes(0)),
  ],
  gssapi: [
    (socket) => socket.gssapiServer = false,
    (socket) => socket.setOption(GSSAPI_SERVER, 0),
  ],
};

Deno.test("an option that says no to one mechanism turned off another, and let everyone in", () => {
  const { publicKey, secretKey } = capability.curve ? curveKeyPair() : {};
  const inForce: [keyof typeof NO, object][] = [["plain", { plainServer: true }]];
  if (capability.curve) {
    inForce.push(["curve", { curveServer: true, curveSecretKey: secretKey }]);
    const client = { curveServerKey: publicKey, curvePublicKey: publicKey };
    inForce.push(["curve", { ...client, curveSecretKey: secretKey }]);
  }
  for (const [mechanism, options] of inForce) {
    for (const [other, steps] of Object.entries(NO)) {
      if (other === mechanism || (other !== "plain" && !capability[other as "curve"])) continue;
      for (const step of steps) {
        using socket = new Pair({ ...LINGERLESS, ...options });
        step(socket);
        assertEquals(socket.securityMechanism, mechanism, `${step} ${Object.keys(options)}`);
      }
    }
  }
  // What names the mechanism's other side isn't the mechanism.
  using server = new Pair({ plainServer: true });
  server.plainUsername = null;
  assertEquals(server.securityMechanism, "plain");
  using client = new Pair({ plainUsername: "ada", plainPassword: "x" });
  client.plainServer = false;
  assertEquals(client.securityMechanism, "plain");
});

Deno.test("what says no to the mechanism that is in force turns it off", () => {
  using plain = new Pair({ plainServer: true });
  plain.plainServer = false;
  assertEquals(plain.securityMechanism, null);
  if (!capability.curve) return;
  using curve = new Pair({ curveServer: true });
  curve.curveServer = false;
  assertEquals(curve.securityMechanism, null);
});

const noHandshake = (what: string) => ({
  name: "TypeError",
  message: new RegExp(`^${what}, which has no handshake: no option of security has any effect`),
});
const RAW = noHandshake("A Router in raw mode speaks raw TCP");
const UDP = noHandshake("udp:// sends datagrams");

/** Options that are to keep someone out. */
const STRICT = [
  { plainServer: true },
  { plainUsername: "ada", plainPassword: "x" },
  { zapDomain: "home" },
  { zapEnforceDomain: true },
  ...capability.curve ? [{ curveServer: true }] : [],
];

Deno.test("a Stream, or a Router in raw mode, let everyone in whatever its options of security said", async () => {
  for (const options of STRICT) {
    using stream = new Stream({ ...LINGERLESS, ...options });
    await refusesAddresses(stream, noHandshake("A Stream speaks raw TCP"));
    using router = new Router({ ...LINGERLESS, ...options, rawMode: true });
    await refusesAddresses(router, RAW);
  }
});

Deno.test("a Router whose raw mode was turned off again let everyone in all the same", async () => {
  const ROUTER_RAW = 41;
  const refused = { name: "TypeError", message: /can't be turned off/ };
  using byName = new Router(LINGERLESS);
  using byNumber = new Router(LINGERLESS);
  byName.rawMode = false; // which it is
  byName.rawMode = true;
  byNumber.setOption(ROUTER_RAW, 1);
  for (const router of [byName, byNumber]) {
    throws(() => router.rawMode = false, refused);
    for (const value of [0, false, bytes(0)]) {
      throws(() => router.setOption(ROUTER_RAW, value), refused);
    }
    assertEquals(router.rawMode, true);
    router.zapDomain = "home";
    await refusesAddresses(router, RAW);
  }
});

Deno.test({
  name:
    "drafts: a socket on udp:// took datagrams from everyone whatever its options of security said",
  ignore: !capability.draft,
  fn: async () => {
    for (const options of STRICT) {
      for (const Class of [Dish, Radio, Datagram]) {
        using socket = new Class({ ...LINGERLESS, ...options });
        await rejects(socket.bind("udp://127.0.0.1:*"), UDP);
        throws(() => socket.connect("udp://127.0.0.1:5555"), UDP);
      }
    }
  },
});

Deno.test({
  name: "a Peer that connects to another is judged as everywhere",
  ignore: !capability.draft,
  fn: () => {
    const connect = (options: object, address = "tcp://127.0.0.1:5555") => () => {
      using peer = new Peer({ ...LINGERLESS, ...options });
      peer.connectPeer(address);
    };
    throws(connect({ zapEnforceDomain: true }), NO_DOMAIN);
    throws(connect({ curveServer: true }), NO_KEY);
    throws(connect({ heartbeatInterval: 100 }, "ws://127.0.0.1:80"), HEARTBEATS);
  },
});

// ws:// itself.

for (const path of ["", "/path"]) {
  Deno.test({
    name: `ws:// carries a conversation, in parts of any size (${path || "without a path"})`,
    ignore: !capability.ws,
    fn: async () => {
      using router = new Router();
      using dealer = new Dealer({ routingId: "dealer" });
      await join(router, dealer, WS + path);
      assert(router.lastEndpoint!.startsWith("ws://127.0.0.1:"), router.lastEndpoint!);
      for (const size of [0, 1, 33, 125, 126, 127, 4096, 65535, 65536, 300_000]) {
        const part = pattern(size, size);
        await dealer.send(["question", part]);
        const [id, question, bytes] = await soon(router.receive());
        assertEquals([id.text(), question.text()], ["dealer", "question"]);
        assert(sameBytes(bytes, part), `${size}`);
        await router.send([id, bytes, "answer"]);
        const [back, answer] = await soon(dealer.receive());
        assert(sameBytes(back, part), `${size}`);
        assertEquals(answer.text(), "answer");
      }
    },
  });
}

Deno.test({
  name: "a ws:// address can be unbound from, and a ws:// connection ended",
  ignore: !capability.ws,
  fn: async () => {
    using pull = new Pull();
    using push = new Push({ linger: 0 });
    const address = await join(pull, push, WS);
    await push.send("works");
    assertEquals(await received(pull), ["works"]);
    push.disconnect(address);
    await pull.unbind(address);
    await join(pull, push, freshAddress("tcp"));
    await push.send("elsewhere");
    assertEquals(await received(pull), ["elsewhere"]);
  },
});

Deno.test("a Stream can have heartbeats set, which raw TCP hasn't", async () => {
  using stream = new Stream({ heartbeatInterval: 10 });
  await stream.bind(freshAddress("tcp"));
  using peer = await Deno.connect({ hostname: "127.0.0.1", port: portOf(stream) });
  await peer.write(new TextEncoder().encode("hello"));
  assertEquals((await received(stream))[1], "");
  assertEquals((await received(stream))[1], "hello");
});

function* permutations<T>(all: T[]): Generator<T[]> {
  if (all.length === 0) yield [];
  for (const [i, one] of all.entries()) {
    for (const rest of permutations(all.toSpliced(i, 1))) yield [one, ...rest];
  }
}

const IN_BATCH_SIZE = 101;
const XSUB_VERBOSE_UNSUBSCRIBE = 115;

Deno.test("an inBatchSize of a few bytes had libzmq overwrite memory at a peer's handshake", () => {
  using dealer = new Dealer(LINGERLESS);
  const small = { name: "RangeError", message: /from 64|at least 64/ };
  for (const value of [1, 5, 63, bytes(1), true]) {
    throws(() => dealer.setOption(IN_BATCH_SIZE, value), small);
  }
  throws(() => dealer.inBatchSize = 63, small);
});

Deno.test("an int set by number to a value of another length ended the process, on an XSubscriber", () => {
  using socket = new XSubscriber(LINGERLESS);
  for (const value of ["", null, new Uint8Array(0), new Uint8Array(3), 1n]) {
    throws(() => socket.setOption(XSUB_VERBOSE_UNSUBSCRIBE, value), {
      name: "ZmqError",
      code: "EINVAL",
      message: "The option 115 (verboseUnsubscribe) is set to a boolean or a number",
    });
  }
});

Deno.test("where other isolates may be bound to a name, a Router or a Reply can be disconnected from it", () => {
  const refused = { name: "TypeError", message: /^A \w+ must not be disconnected from a name/ };
  for (const Class of [Router, Reply]) {
    using context = new Context();
    using socket = new Class({ context });
    socket.connect("inproc://elsewhere");
    throws(() => socket.disconnect("inproc://elsewhere"), refused);
    const { type } = handleOf(socket);
    assertSafeDisconnect({ type, context: { isShared: true } } as Handle, true);
  }
});
