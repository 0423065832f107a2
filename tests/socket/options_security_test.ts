/** Options of security: who gets in with PLAIN and CURVE, who doesn't, and what a ZAP handler is told. */

import { deepStrictEqual as assertEquals, ok as assert, throws } from "node:assert/strict";
import {
  capability,
  Dealer,
  Pair,
  Pull,
  type PullOptions,
  Push,
  type PushOptions,
} from "../../mod.ts";
import { freshAddress, join } from "../util.ts";
import { curve, type CurveKeyPair, curveKeyPair } from "./curve.ts";
import { Relay } from "./relay.ts";
import { received } from "./support.ts";
import { letIn, refused } from "../security/support.ts";
import { ZapHandler } from "./zap.ts";

// PLAIN.

const ADA = { plainUsername: "ada", plainPassword: "lovelace" };

Deno.test("PLAIN: the handler is told who wants in, where from and to, and decides", async () => {
  await using zap = await ZapHandler.start(({ credentials: [name, password] }) => {
    return password.text() === "lovelace" ? name.text() : undefined;
  });
  await letIn({ plainServer: true, zapDomain: "home" }, ADA);
  await refused({ plainServer: true, zapDomain: "home" }, { ...ADA, plainPassword: "guess" });
  const [first, second] = zap.requests.map(({ credentials, ...rest }) => ({
    ...rest,
    credentials: credentials.map(String),
  }));
  const common = { domain: "home", address: "127.0.0.1", routingId: "", mechanism: "PLAIN" };
  assertEquals(first, { ...common, credentials: ["ada", "lovelace"] });
  assertEquals(second, { ...common, credentials: ["ada", "guess"] });
});

Deno.test("PLAIN: name and password have 1 to 255 bytes, and arrive whole", async () => {
  await using zap = await ZapHandler.start(() => "anybody");
  const [name, password] = ["ü".repeat(127), "x".repeat(255)];
  await letIn({ plainServer: true }, { plainUsername: name, plainPassword: password });
  assertEquals(zap.requests[0].credentials.map(String), [name, password]);
  using push = new Push();
  for (const option of ["plainUsername", "plainPassword"] as const) {
    for (const value of ["", "x".repeat(256), "ü".repeat(128)]) {
      throws(() => push[option] = value, { name: "RangeError", message: /1 to 255 bytes/ });
    }
    for (const value of [5, true, undefined, {}] as never[]) {
      throws(() => push[option] = value, { name: "TypeError" });
    }
    throws(() => push[option] = "a\0b", { name: "TypeError", message: /NUL/ });
  }
});

// Where there is no one to ask, libzmq lets the handshake's time run out.
const IMPATIENT = { handshakeInterval: 300 };

Deno.test("PLAIN: without a handler no one gets in, whatever the domain", async () => {
  await refused({ plainServer: true, ...IMPATIENT }, ADA);
  await refused({ plainServer: true, zapDomain: "home", ...IMPATIENT }, ADA);
  const enforced = { plainServer: true, zapDomain: "home", zapEnforceDomain: true };
  await refused({ ...enforced, ...IMPATIENT }, ADA);
});

Deno.test("PLAIN: with an enforced domain, those whom the handler knows get in", async () => {
  await using zap = await ZapHandler.start(({ domain }) => domain === "home" ? "ada" : undefined);
  await letIn({ plainServer: true, zapDomain: "home", zapEnforceDomain: true }, ADA);
  await refused({ plainServer: true, zapDomain: "elsewhere", zapEnforceDomain: true }, ADA);
  assertEquals(zap.requests.map(({ domain }) => domain), ["home", "elsewhere"]);
});

Deno.test("sides of different mechanisms don't get through to each other", async () => {
  await refused({ plainServer: true }, {});
  await refused({}, ADA);
});

Deno.test("a plainUsername or plainPassword of null turns PLAIN off", async () => {
  for (const option of ["plainUsername", "plainPassword"] as const) {
    using push = new Push(ADA);
    assertEquals(push.securityMechanism, "plain");
    push[option] = null;
    assertEquals(push.securityMechanism, null);
    using pull = new Pull();
    await join(pull, push);
    await push.send("without");
    assertEquals(await received(pull), ["without"]);
  }
});

// NULL.

Deno.test("with a zapDomain, the handler is asked about peers without any mechanism, too", async () => {
  await using zap = await ZapHandler.start(({ domain }) => domain === "home" ? "" : undefined);
  await letIn({}, {});
  assertEquals(zap.requests.length, 0);
  await letIn({ zapDomain: "home" }, {});
  await refused({ zapDomain: "elsewhere" }, {});
  assertEquals(
    zap.requests.map(({ domain, mechanism, credentials }) => {
      return [domain, mechanism, credentials.length];
    }),
    [["home", "NULL", 0], ["elsewhere", "NULL", 0]],
  );
});

Deno.test("without a handler, a zapDomain keeps out all only where it's enforced", async () => {
  await letIn({ zapDomain: "home" }, {});
  await refused({ zapDomain: "home", zapEnforceDomain: true, ...IMPATIENT }, {});
});

Deno.test("the handler is told the routing id of the socket that is to let a peer in", async () => {
  await using zap = await ZapHandler.start(() => "anybody");
  using dealer = new Dealer({ zapDomain: "home", routingId: "näme" });
  using peer = new Dealer({ routingId: "the peer" });
  await join(dealer, peer);
  await peer.send("x");
  assertEquals(await received(dealer), ["x"]);
  assertEquals(zap.requests.map(({ routingId }) => routingId), ["näme"]);
});

Deno.test("a zapDomain has 1 to 255 bytes, and can't be taken back", () => {
  using pull = new Pull();
  assertEquals(pull.zapDomain, null);
  for (const value of ["", "x".repeat(256)]) {
    throws(() => pull.zapDomain = value, { name: "RangeError", message: /1 to 255 bytes/ });
  }
  for (const value of [null, 5, undefined] as never[]) {
    throws(() => pull.zapDomain = value, { name: "TypeError" });
  }
  assertEquals(pull.zapDomain, null);
});

// CURVE.

function server({ secretKey, secretBytes }: CurveKeyPair, asBytes = false): PullOptions {
  return { curveServer: true, curveSecretKey: asBytes ? secretBytes : secretKey };
}

function client(server: CurveKeyPair, own: CurveKeyPair, asBytes = false): PushOptions {
  return {
    curveServerKey: asBytes ? server.publicBytes : server.publicKey,
    curvePublicKey: asBytes ? own.publicBytes : own.publicKey,
    curveSecretKey: asBytes ? own.secretBytes : own.secretKey,
  };
}

Deno.test(curve(
  "a client that has the server's key gets through, with keys as text or as bytes",
  async () => {
    const [ours, its] = [curveKeyPair(), curveKeyPair()];
    for (const [one, other] of [[false, false], [false, true], [true, false], [true, true]]) {
      await letIn(server(ours, one), client(ours, its, other));
    }
  },
));

Deno.test(curve("a client with the wrong keys doesn't get through", async () => {
  const [ours, its, other] = [curveKeyPair(), curveKeyPair(), curveKeyPair()];
  await refused(server(ours), client(other, its));
  await refused(server(ours), {
    ...client(ours, its),
    curveSecretKey: other.secretKey, // not that of its public key
  });
  await refused(server(ours), {});
  await refused({}, client(ours, its));
}));

Deno.test(curve("the handler is told the client's key, and decides", async () => {
  const [ours, friend, unknown] = [curveKeyPair(), curveKeyPair(), curveKeyPair()];
  await using zap = await ZapHandler.start(({ credentials: [key] }) => {
    return key.toHex() === friend.publicBytes.toHex() ? "friend" : undefined;
  });
  await letIn(server(ours), client(ours, friend));
  await refused(server(ours), client(ours, unknown));
  assertEquals(
    zap.requests.map(({ mechanism, credentials }) => [mechanism, credentials[0].toHex()]),
    [friend, unknown].map(({ publicBytes }) => ["CURVE", publicBytes.toHex()]),
  );
}));

Deno.test(curve("what is sent can't be read on its way, as it can without", async () => {
  const [ours, its] = [curveKeyPair(), curveKeyPair()];
  for (
    const [options, more, readable] of [
      [{}, {}, true],
      [server(ours), client(ours, its), false],
    ] as const
  ) {
    using pull = new Pull(options);
    await pull.bind(freshAddress("tcp"));
    await using relay = new Relay(pull);
    using push = new Push({ linger: 0, ...more });
    push.connect(relay.address);
    await push.send("a secret");
    assertEquals(await received(pull), ["a secret"]);
    assertEquals(relay.sent.includes("a secret"), readable);
  }
}));

Deno.test(curve("keys read as text, however they were set, and as null before", () => {
  const { publicKey, secretKey, publicBytes, secretBytes } = curveKeyPair();
  using pair = new Pair();
  assertEquals(
    [pair.curvePublicKey, pair.curveSecretKey, pair.curveServerKey],
    Array(3).fill(null),
  );
  for (const [one, other] of [[publicKey, secretKey], [publicBytes, secretBytes]]) {
    pair.curvePublicKey = one;
    pair.curveSecretKey = other;
    pair.curveServerKey = one;
    assertEquals([pair.curvePublicKey, pair.curveSecretKey, pair.curveServerKey], [
      publicKey,
      secretKey,
      publicKey,
    ]);
  }
}));

Deno.test(curve("what is no key is refused, and not shown", () => {
  using pair = new Pair();
  const secret = "my-secret-with-a-slip";
  const wrong = [
    ...[secret, secret.padEnd(41, "x"), `${secret.padEnd(39, "x")}ü`, `${secret.padEnd(39, "x")} `],
    ...["", null, undefined, 5, {}, new Uint8Array(31), new Uint8Array(40), new ArrayBuffer(32)],
  ] as never[];
  for (const name of ["curvePublicKey", "curveSecretKey", "curveServerKey"] as const) {
    for (const key of wrong) {
      throws(() => pair[name] = key, (error: Error) => {
        assertEquals(error.name, "TypeError");
        assert(error.message.includes(name) && !error.stack!.includes(secret), error.message);
        return true;
      });
    }
  }
  assertEquals(pair.securityMechanism, null);
}));

// Which mechanism.

Deno.test("the last option of security that was set decides which mechanism is in force", () => {
  using pair = new Pair();
  assertEquals(pair.securityMechanism, null);
  pair.plainServer = true;
  assertEquals(pair.securityMechanism, "plain");
  if (capability.curve) {
    pair.curveServer = true;
    assertEquals([pair.securityMechanism, pair.plainServer], ["curve", false]);
    pair.plainUsername = "ada";
    assertEquals([pair.securityMechanism, pair.curveServer], ["plain", false]);
    pair.curveServerKey = curveKeyPair().publicKey;
    assertEquals(pair.securityMechanism, "curve");
  }
  pair.plainUsername = "ada";
  pair.plainUsername = null;
  assertEquals(pair.securityMechanism, null);
  throws(() => (pair as { securityMechanism: unknown }).securityMechanism = "plain", TypeError);
});

// GSSAPI, which takes a Kerberos server to talk.

const GSSAPI = {
  gssapiServer: [false, true],
  gssapiPrincipal: [null, "host/ours"],
  gssapiServicePrincipal: [null, "host/theirs"],
  gssapiPlainText: [false, true],
  gssapiPrincipalNameType: ["hostBased", "userName", "krb5Principal"],
  gssapiServicePrincipalNameType: ["hostBased", "krb5Principal", "userName"],
} as const;

for (const [name, [before, ...values]] of Object.entries(GSSAPI)) {
  Deno.test({
    name: `${name} reads as it was set, where libzmq has GSSAPI`,
    ignore: !capability.gssapi,
    fn: () => {
      using pair = new Pair();
      assertEquals(Reflect.get(pair, name), before);
      for (const value of values) {
        Reflect.set(pair, name, value, pair);
        assertEquals(Reflect.get(pair, name), value);
      }
      throws(() => Reflect.set(pair, name, 5, pair), { name: "TypeError" });
    },
  });

  Deno.test({
    name: `${name} is EINVAL where libzmq has no GSSAPI, and says so`,
    ignore: capability.gssapi,
    fn: () => {
      using pair = new Pair();
      const missing = { name: "ZmqError", code: "EINVAL", message: /built with gssapi/ };
      throws(() => Reflect.get(pair, name), missing);
      throws(() => Reflect.set(pair, name, values[0], pair), missing);
      throws(() => new Pair({ [name]: values[0] }), missing);
    },
  });
}

for (const name of ["gssapiPrincipal", "gssapiServicePrincipal"] as const) {
  Deno.test({
    name: `a ${name} has 1 to 255 bytes`,
    ignore: !capability.gssapi,
    fn: () => {
      using pair = new Pair();
      const longest = "x".repeat(255);
      pair[name] = longest;
      for (const value of ["", `${longest}x`]) {
        throws(() => pair[name] = value, { name: "RangeError", message: /1 to 255 bytes/ });
      }
      assertEquals(pair[name], longest);
    },
  });
}
