/** Who comes in where an authenticator decides, over real connections; and what it means for the program. */

import { deepStrictEqual as assertEquals, ok as assert, throws } from "node:assert/strict";
import { inspect } from "node:util";
import { capability, Context, metadataOf, Pull, Push, Subscriber, XPublisher } from "../../mod.ts";
import {
  Authenticator,
  type AuthRequest,
  Certificate,
  curveKeyPair,
  z85Decode,
} from "../../security/mod.ts";
import { freshAddress, join, run, withFolder } from "../util.ts";
import { portOf, received, soon, texts } from "../socket/support.ts";
import { systemLibrary } from "../ffi/programs.ts";
import { letIn, refused, statusOf } from "./support.ts";

const ADA = { plainUsername: "ada", plainPassword: "lovelace" };
const HOME = { zapDomain: "home", zapEnforceDomain: true };
const PLAIN_SERVER = { plainServer: true, ...HOME };
/** Where there is nobody to ask, libzmq lets the handshake's time run out. */
const IMPATIENT = { handshakeInterval: 300 };

/** Whether this machine has the loopback address of IPv6. */
const hasIpv6 = (() => {
  try {
    Deno.listen({ hostname: "::1", port: 0 }).close();
    return true;
  } catch {
    return false;
  }
})();

// Addresses.

Deno.test("addresses: who isn't allowed, or is denied, stays out", async () => {
  using context = new Context();
  using authenticator = new Authenticator({ context });
  const comesIn = async (address: string, domain?: string) => {
    return await statusOf(context, "NULL", [], { address, domain }) === "200";
  };
  const claim = async (yes: string[], no: string[]) => {
    for (const address of yes) assert(await comesIn(address), `${address} comes in`);
    for (const address of no) assert(!await comesIn(address), `${address} stays out`);
  };
  await claim([], ["127.0.0.1"]);
  authenticator.allow("127.0.0.1");
  await claim(["127.0.0.1", "::ffff:127.0.0.1"], ["127.0.0.2", "::1", "", "127.0.0.1.example"]);
  authenticator.allow(["10.0.0.0/9", "192.168.1.128/25", "::1", "fd00::/8", "2001:db8::/33"]);
  await claim(
    ["10.0.0.0", "10.127.255.255", "192.168.1.255", "::1", "fdff::1", "2001:db8:7fff::1"],
    ["10.128.0.0", "11.0.0.0", "192.168.1.127", "::2", "fe00::", "2001:db8:8000::1"],
  );
  await claim(["fd00::1%eth0", "::ffff:10.1.2.3"], ["localhost:0:0:1", "::ffff:11.0.0.0"]);
  authenticator.deny(["10.5.0.0/16", "fd00::dead"]);
  await claim(["10.4.0.0", "fd00::beef"], ["10.5.0.0", "10.5.255.255", "fd00::dead"]);
  authenticator.allow("ipc");
  await claim(["localhost:1000:1000:7", "10.4.0.0"], ["localhost", "localhost:1", "somewhere"]);
  authenticator.deny("ipc");
  await claim(["10.4.0.0"], ["localhost:1000:1000:7"]);
});

Deno.test("addresses: a network of one family holds nobody of the other", async () => {
  for (const [network, other] of [["0.0.0.0/0", "::1"], ["::/0", "127.0.0.1"]]) {
    using context = new Context();
    using authenticator = new Authenticator({ context });
    authenticator.allow(network);
    assertEquals(await statusOf(context, "NULL", [], { address: other }), "400");
    const address = network.split("/")[0];
    assertEquals(await statusOf(context, "NULL", [], { address }), "200");
  }
});

Deno.test("addresses: with a list of whom to keep out alone, others come to their mechanism's check", async () => {
  using context = new Context();
  using authenticator = new Authenticator({ context });
  authenticator.deny("10.0.0.0/8");
  authenticator.configurePlain({ ada: "lovelace" });
  const of = (mechanism: string, address: string, ...credentials: string[]) =>
    statusOf(context, mechanism, credentials, { address });
  assertEquals(await of("PLAIN", "11.0.0.1", "ada", "lovelace"), "200");
  assertEquals(await of("PLAIN", "10.0.0.1", "ada", "lovelace"), "400");
  assertEquals(await of("PLAIN", "11.0.0.1", "ada", "babbage"), "400");
  assertEquals(await of("NULL", "11.0.0.1"), "400");
  // Who can't be told from those that are meant.
  assertEquals(await of("PLAIN", "", "ada", "lovelace"), "400");
  authenticator.configureNull("any");
  assertEquals(await of("NULL", "11.0.0.1"), "200");
});

Deno.test("addresses: an allowed one isn't enough where a mechanism asks for more", async () => {
  using context = new Context();
  using authenticator = new Authenticator({ context });
  authenticator.allow("127.0.0.1");
  assertEquals(await statusOf(context, "NULL"), "200");
  assertEquals(await statusOf(context, "PLAIN", ["ada", "lovelace"]), "400");
  assertEquals(await statusOf(context, "CURVE", [new Uint8Array(32)]), "400");
  assertEquals(await statusOf(context, "GSSAPI", ["ada@HOME"]), "400");
  authenticator.configureNull(() => false);
  assertEquals(await statusOf(context, "NULL"), "400");
});

Deno.test("addresses: a domain's own list comes on top of the common one", async () => {
  using context = new Context();
  using authenticator = new Authenticator({ context });
  const of = (address: string, domain: string) =>
    statusOf(context, "NULL", [], { address, domain });
  authenticator.allow("10.0.0.0/8");
  authenticator.allow("10.1.0.0/16", { domain: "home" });
  authenticator.deny("10.2.0.0/16", { domain: "away" });
  assertEquals(await of("10.1.0.1", "home"), "200");
  assertEquals(await of("10.2.0.1", "home"), "400");
  assertEquals(await of("10.1.0.1", "away"), "200");
  assertEquals(await of("10.2.0.1", "away"), "400");
  assertEquals(await of("10.2.0.1", "elsewhere"), "200");
});

Deno.test("addresses: what isn't one is a TypeError that names it, and changes nothing", async () => {
  using context = new Context();
  using authenticator = new Authenticator({ context });
  const wrong = [
    ...[
      "",
      "localhost",
      "*",
      "1.2.3",
      "1.2.3.4.5",
      "256.0.0.1",
      "01.2.3.4",
      "1.2.3.4/33",
      "1.2.3.4/",
    ],
    ...["1.2.3.4/-1", "1.2.3.4:80", ":::", "1::2::3", "1:2:3:4:5:6:7:8:9", "12345::", "::/129"],
    ...["::ffff:0:0/95", "::1.2.3", "tcp://1.2.3.4", " 1.2.3.4"],
    ...[5, null, undefined, {}, ["1.2.3.4"]],
  ] as never[];
  for (const one of wrong) {
    for (const add of ["allow", "deny"] as const) {
      if (!Array.isArray(one)) throws(() => authenticator[add](one), { name: "TypeError" });
      throws(() => authenticator[add](["127.0.0.1", one]), { name: "TypeError" });
    }
  }
  throws(() => authenticator.allow("localhost"), { message: /^"localhost" isn't an address/ });
  assertEquals(await statusOf(context, "NULL"), "400");
});

Deno.test("addresses: peers over tcp, and over ipc", () =>
  withFolder(async (folder) => {
    using context = new Context();
    const denied = Promise.withResolvers<string>();
    using authenticator = new Authenticator({
      context,
      onDenied: ({ address }) => denied.resolve(address),
    });
    authenticator.allow("127.0.0.0/8");
    const server = { context, zapDomain: "home" };
    await letIn(server, { context });
    using pull = new Pull(server);
    using stranger = new Push({ context, linger: 0 });
    await join(pull, stranger, freshAddress("ipc", folder));
    await stranger.send("refused");
    assertEquals(await soon(denied.promise), `localhost:${Deno.uid()}:${Deno.gid()}:${Deno.pid}`);
    authenticator.allow("ipc");
    using push = new Push({ context });
    push.connect(pull.lastEndpoint!);
    await push.send("over ipc");
    assertEquals(await received(pull), ["over ipc"]);
    authenticator.deny("127.0.0.1");
    await refused(server, { context });
  }));

Deno.test({
  name: "addresses: an IPv4 peer of a socket that speaks both is known by its IPv4 address",
  ignore: !hasIpv6,
  fn: async () => {
    using context = new Context({ ipv6: true });
    using authenticator = new Authenticator({ context });
    authenticator.allow("127.0.0.1");
    using pull = new Pull({ context, zapDomain: "home" });
    await pull.bind("tcp://*:*");
    const port = portOf(pull);
    using push = new Push({ context });
    push.connect(`tcp://127.0.0.1:${port}`);
    await push.send("IPv4");
    assertEquals(await received(pull), ["IPv4"]);
    authenticator.allow("::1");
    authenticator.deny("127.0.0.1");
    using other = new Push({ context });
    other.connect(`tcp://[::1]:${port}`);
    await other.send("IPv6");
    assertEquals(await received(pull), ["IPv6"]);
  },
});

// PLAIN.

Deno.test("PLAIN: those in the table come in with their own passwords, and under their names", async () => {
  await using authenticator = new Authenticator();
  authenticator.configurePlain({ ada: "lovelace", bab: "bage" });
  using pull = new Pull({ ...PLAIN_SERVER, metadata: ["User-Id"] });
  using push = new Push(ADA);
  await join(pull, push);
  await push.send("x");
  assertEquals(metadataOf(await soon(pull.receive()))?.["User-Id"], "ada");
  await refused(PLAIN_SERVER, { ...ADA, plainPassword: "bage" });
  await refused(PLAIN_SERVER, { ...ADA, plainUsername: "bab" });
  await refused(PLAIN_SERVER, { ...ADA, plainUsername: "eve" });
});

Deno.test("PLAIN: the table is copied; names that objects have by themselves are nobody's", async () => {
  using context = new Context();
  using authenticator = new Authenticator({ context });
  const table: Record<string, string> = { ada: "lovelace" };
  authenticator.configurePlain(table);
  table.eve = "x";
  const of = (...credentials: string[]) => statusOf(context, "PLAIN", credentials);
  assertEquals(await of("eve", "x"), "400");
  for (const name of ["__proto__", "constructor", "toString", ""]) {
    for (const password of ["", "x", "undefined", "\0".repeat(16)]) {
      assertEquals(await of(name, password), "400");
    }
  }
  for (const almost of ["lovelac", "lovelacE", "lovelacee", "", "\ufefflovelace"]) {
    assertEquals(await of("ada", almost), "400");
  }
  assertEquals(await of("\ufeffada", "lovelace"), "400");
  authenticator.configurePlain(new Map([["bob", "builder"]]));
  assertEquals([await of("bob", "builder"), await of("ada", "lovelace")], ["200", "400"]);
});

Deno.test("PLAIN: what isn't a table of names and passwords is a TypeError that shows none", () => {
  using context = new Context();
  using authenticator = new Authenticator({ context });
  const secret = "a-password-with-a-slip";
  const wrong = [
    ...[null, undefined, secret, 5, { ada: 5 }, { ada: "" }, { "": secret }, {
      ada: `${secret}\0`,
    }],
    ...[{ ada: secret.repeat(20) }, { ["ü".repeat(128)]: secret }, new Map([[5, secret]])],
  ] as never[];
  for (const table of wrong) {
    throws(() => authenticator.configurePlain(table), (error: Error) => {
      return error instanceof TypeError && !Deno.inspect(error).includes("with-a-slip");
    });
  }
});

Deno.test("PLAIN: a function may decide at its leisure, by domain, name and properties", async () => {
  await using authenticator = new Authenticator();
  const asked: AuthRequest[] = [];
  authenticator.configurePlain(async (request) => {
    asked.push(request);
    await new Promise((resolve) => setTimeout(resolve, 20));
    return request.password === "lovelace" &&
      { userId: `countess ${request.username}`, metadata: { "X-Role": "programmer" } };
  });
  using pull = new Pull({ ...PLAIN_SERVER, metadata: ["User-Id", "X-Role"] });
  using push = new Push(ADA);
  await join(pull, push);
  await push.send("x");
  assertEquals({ ...metadataOf(await soon(pull.receive())) }, {
    "User-Id": "countess ada",
    "X-Role": "programmer",
  });
  await refused(PLAIN_SERVER, { ...ADA, plainPassword: "babbage" });
  assertEquals(asked.map(({ domain, address }) => [domain, address]), [
    ["home", "127.0.0.1"],
    ["home", "127.0.0.1"],
  ]);
});

Deno.test("PLAIN: a domain's own table takes the place of the common one", async () => {
  using context = new Context();
  using authenticator = new Authenticator({ context });
  authenticator.configurePlain({ ada: "lovelace" });
  authenticator.configurePlain({ bob: "builder" }, { domain: "away" });
  const of = (domain: string, ...credentials: string[]) =>
    statusOf(context, "PLAIN", credentials, { domain });
  assertEquals(await of("home", "ada", "lovelace"), "200");
  assertEquals(await of("", "ada", "lovelace"), "200");
  assertEquals(await of("away", "ada", "lovelace"), "400");
  assertEquals(await of("away", "bob", "builder"), "200");
  assertEquals(await of("home", "bob", "builder"), "400");
  for (const domain of ["", "*", 5, null] as never[]) {
    throws(() => authenticator.configurePlain({}, { domain }), { name: "TypeError" });
  }
});

// CURVE.

/** Registers a test that needs a libzmq with CURVE. */
function curve(name: string, body: () => Promise<void> | void): void {
  Deno.test({ name: `CURVE: ${name}`, ignore: !capability.curve, fn: body });
}

curve("those whose keys are known come in, under their key, and strangers don't", async () => {
  const [server, ada, bob, eve] = Array.from({ length: 4 }, () => Certificate.create());
  await using authenticator = new Authenticator();
  authenticator.configureCurve([ada.publicKey, z85Decode(bob.publicKey)]);
  const options = { ...server.serverOptions(), ...HOME };
  using pull = new Pull({ ...options, metadata: ["User-Id"] });
  using push = new Push(ada.clientOptions(server));
  await join(pull, push);
  await push.send("x");
  assertEquals(metadataOf(await soon(pull.receive()))?.["User-Id"], ada.publicKey);
  await letIn(options, bob.clientOptions(server.publicKey));
  await refused(options, eve.clientOptions(server));
  authenticator.configureCurve([eve]);
  await letIn(options, eve.clientOptions(server));
  await refused(options, ada.clientOptions(server));
});

curve("with any, everybody who has the server's key comes in, and nobody else", async () => {
  const [server, other] = [Certificate.create(), Certificate.create()];
  await using authenticator = new Authenticator();
  authenticator.configureCurve("any");
  const options = { ...server.serverOptions(), ...HOME };
  await letIn(options, Certificate.create().clientOptions(server));
  await refused(options, Certificate.create().clientOptions(other));
});

curve("a function decides by the key, and names the user", async () => {
  const [server, ada, eve] = Array.from({ length: 3 }, () => Certificate.create());
  await using authenticator = new Authenticator();
  authenticator.configureCurve(({ publicKey }) => publicKey === ada.publicKey ? "ada" : null);
  const options = { ...server.serverOptions(), ...HOME };
  using pull = new Pull({ ...options, metadata: ["User-Id"] });
  using push = new Push(ada.clientOptions(server));
  await join(pull, push);
  await push.send("x");
  assertEquals(metadataOf(await soon(pull.receive()))?.["User-Id"], "ada");
  await refused(options, eve.clientOptions(server));
});

curve("what isn't a policy is a TypeError that shows no key", () => {
  using context = new Context();
  using authenticator = new Authenticator({ context });
  const key = "a-key-with-a-slip".padEnd(39, "x");
  const wrong = ["all", key, null, undefined, 5, {}, [key], [null], [new Uint8Array(31)]];
  for (const policy of wrong as never[]) {
    throws(() => authenticator.configureCurve(policy), (error: Error) => {
      return error instanceof TypeError && !Deno.inspect(error).includes("with-a-slip");
    });
  }
});

curve(
  "PLAIN's clients and those without a mechanism don't come in where CURVE is asked for",
  async () => {
    await using authenticator = new Authenticator();
    authenticator.allow("127.0.0.1");
    authenticator.configureNull("any");
    authenticator.configurePlain(() => true);
    authenticator.configureCurve("any");
    const server = { ...Certificate.create().serverOptions(), ...HOME };
    await refused(server, ADA);
    await refused(server, {});
    const client = Certificate.create().clientOptions(Certificate.create());
    await refused(PLAIN_SERVER, client);
    await refused(PLAIN_SERVER, {});
    await refused(HOME, client);
    await refused(HOME, ADA);
  },
);

curve(
  "with an enforced domain nobody comes in before there is an authenticator, nor after it",
  async () => {
    const server = Certificate.create();
    const options = { ...server.serverOptions(), ...HOME, ...IMPATIENT };
    const client = Certificate.create().clientOptions(server);
    await refused(options, client);
    {
      await using authenticator = new Authenticator();
      authenticator.configureCurve("any");
      await letIn(options, client);
    }
    await refused(options, client);
  },
);

// GSSAPI, which takes a Kerberos server to talk: asked as libzmq would ask.

Deno.test("GSSAPI: principals, any of them, or a function", async () => {
  using context = new Context();
  using authenticator = new Authenticator({ context });
  const of = (principal: string) => statusOf(context, "GSSAPI", [principal]);
  authenticator.configureGssapi(["ada@HOME", "bob@HOME"]);
  assertEquals([await of("ada@HOME"), await of("bob@HOME"), await of("eve@HOME")], [
    "200",
    "200",
    "400",
  ]);
  authenticator.configureGssapi(({ principal }) => principal.endsWith("@HOME"));
  assertEquals([await of("eve@HOME"), await of("eve@AWAY")], ["200", "400"]);
  authenticator.configureGssapi("any");
  assertEquals(await of("eve@AWAY"), "200");
  for (const wrong of ["all", null, 5, {}, [5]] as never[]) {
    throws(() => authenticator.configureGssapi(wrong), { name: "TypeError" });
  }
});

// The program.

Deno.test("options and policies of the wrong type are TypeErrors", () => {
  using context = new Context();
  const wrong = [null, 5, "x", { context: {} }, { onError: 5 }, { onDenied: "x" }, { allow: [] }];
  for (const options of wrong as never[]) {
    throws(() => new Authenticator(options), { name: "TypeError" });
  }
  using authenticator = new Authenticator({ context });
  for (const wrong of ["all", null, 5, {}] as never[]) {
    throws(() => authenticator.configureNull(wrong), { name: "TypeError" });
  }
});

Deno.test("what is printed of an authenticator, its requests and certificates shows no secret", async () => {
  using context = new Context();
  const requests: unknown[] = [];
  using authenticator = new Authenticator({
    context,
    onDenied: (request) => requests.push(request),
  });
  const pair = capability.curve ? curveKeyPair() : { publicKey: "", secretKey: "none of these" };
  authenticator.configurePlain({ ada: "her-own-password" });
  if (capability.curve) authenticator.configureCurve([new Certificate(pair)]);
  await statusOf(context, "PLAIN", ["eve", "a-guessed-password"]);
  assertEquals(requests.length, 1);
  const error = new Error("x", { cause: requests[0] });
  const things: unknown[] = [authenticator, requests, error];
  if (capability.curve) things.push(new Certificate(pair), new Certificate(pair).serverOptions());
  for (const thing of things) {
    for (const print of [Deno.inspect, inspect]) {
      for (const options of [{}, { depth: 20, showHidden: true, getters: true }]) {
        const text = print(thing, options as Deno.InspectOptions);
        for (const secret of ["her-own-password", "a-guessed-password", pair.secretKey]) {
          assert(!text.includes(secret), text);
        }
      }
    }
  }
  assert(Deno.inspect(requests).includes("eve"));
  assert(!JSON.stringify([requests, authenticator]).includes("password"));
});

Deno.test("a socket that blocks this thread lets its peers in all the same", async () => {
  await using authenticator = new Authenticator();
  authenticator.configurePlain({ ada: "lovelace" });
  using pull = new Pull(PLAIN_SERVER);
  using push = new Push(ADA);
  await join(pull, push);
  await push.send("x");
  assertEquals(texts(pull.receiveSync({ timeout: 10_000 })), ["x"]);
});

Deno.test("a publisher on which nobody waits lets its subscribers in", async () => {
  await using authenticator = new Authenticator();
  authenticator.configurePlain({ ada: "lovelace" });
  using publisher = new XPublisher(PLAIN_SERVER);
  using subscriber = new Subscriber(ADA);
  await publisher.bind(freshAddress("tcp"));
  subscriber.subscribe("x");
  subscriber.connect(publisher.lastEndpoint!);
  // Only timers run: nothing here waits for a socket.
  while (!publisher.readable) await new Promise((resolve) => setTimeout(resolve, 5));
  publisher.trySend("x!");
  assertEquals(await received(subscriber), ["x!"]);
});

const SECURITY = "$ROOT/security/mod.ts";

Deno.test("an authenticator keeps no program alive", async () => {
  const { code, signal, stdout, stderr } = await run(`
    import { Authenticator } from "${SECURITY}";
    const authenticator = new Authenticator();
    authenticator.allow("127.0.0.1");
    console.log("done");
  `);
  assertEquals([code, signal, stdout, stderr], [0, null, "done\n", ""]);
});

Deno.test("an authenticator whose context was shut down keeps no program alive either", async () => {
  const { code, signal, stderr } = await run(`
    import { Context } from "$MOD";
    import { Authenticator } from "${SECURITY}";
    const context = new Context();
    const authenticator = new Authenticator({ context });
    context.shutdown();
  `);
  assertEquals([code, signal, stderr], [0, null, ""]);
});

Deno.test("a server that waits for messages keeps the program alive, and lets peers in meanwhile", async () => {
  const { code, stdout, stderr } = await run(`
    import { Pull } from "$MOD";
    import { Authenticator } from "${SECURITY}";
    new Authenticator().configurePlain({ ada: "lovelace" });
    const pull = new Pull({ plainServer: true, zapDomain: "home", zapEnforceDomain: true });
    await pull.bind("tcp://127.0.0.1:*");
    const source = \`
      import { Push } from "$MOD";
      const push = new Push({ plainUsername: "ada", plainPassword: "lovelace" });
      push.connect("\${pull.lastEndpoint}");
      await push.send("from elsewhere");
    \`;
    const file = import.meta.resolve("./client.ts");
    await Deno.writeTextFile(new URL(file), source);
    const args = ["run", "-A", "--no-check", "--no-lock", file];
    const client = new Deno.Command(Deno.execPath(), { args }).spawn();
    console.log(String(await pull.receive()));
    await client.status;
  `);
  assertEquals([code, stdout, stderr], [0, "from elsewhere\n", ""]);
});

Deno.test("an authenticator that the program has dropped stays in force", async () => {
  const { code, stdout, stderr } = await run(
    `
    import { Pull, Push } from "$MOD";
    import { Authenticator } from "${SECURITY}";
    (() => new Authenticator().configurePlain({ ada: "lovelace" }))();
    for (let times = 0; times < 10; times++) {
      gc();
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    using pull = new Pull({ plainServer: true, receiveTimeout: 10_000 });
    await pull.bind("tcp://127.0.0.1:*");
    using push = new Push({ plainUsername: "ada", plainPassword: "lovelace" });
    push.connect(pull.lastEndpoint);
    await push.send("let in");
    console.log(String(await pull.receive()));
  `,
    { flags: ["-A", "--v8-flags=--expose-gc"] },
  );
  assertEquals([code, stdout, stderr], [0, "let in\n", ""]);
});

Deno.test("a handler's failure is told on standard error, without the password", async () => {
  const { code, stdout, stderr } = await run(`
    import { Pull, Push } from "$MOD";
    import { Authenticator } from "${SECURITY}";
    const refused = Promise.withResolvers();
    new Authenticator().configurePlain(() => {
      setTimeout(refused.resolve, 50);
      throw new Error("the table is gone");
    });
    using pull = new Pull({ plainServer: true });
    await pull.bind("tcp://127.0.0.1:*");
    using push = new Push({ linger: 0, plainUsername: "ada", plainPassword: "lovelace" });
    push.connect(pull.lastEndpoint);
    await refused.promise;
    console.log(pull.tryReceive() ?? "nothing");
  `);
  assertEquals([code, stdout], [0, "nothing\n"]);
  assert(stderr.includes("the peer at 127.0.0.1 was refused"), stderr);
  assert(stderr.includes("the table is gone") && !stderr.includes("lovelace"), stderr);
});

Deno.test({
  name: "with libzmq's path alone as the only permission, keys and an authenticator work",
  ignore: systemLibrary === undefined,
  fn: async () => {
    const { code, stderr } = await run(
      `
      import { capability, Pull, Push } from "$MOD";
      import { Authenticator, Certificate } from "${SECURITY}";
      const certificate = capability.curve && Certificate.create();
      const [own, its] = certificate
        ? [certificate.serverOptions(), Certificate.create().clientOptions(certificate)]
        : [{ plainServer: true }, { plainUsername: "ada", plainPassword: "lovelace" }];
      using authenticator = new Authenticator();
      authenticator.configureCurve("any");
      authenticator.configurePlain({ ada: "lovelace" });
      using pull = new Pull({ ...own, receiveTimeout: 10_000 });
      await pull.bind("tcp://127.0.0.1:*");
      using push = new Push(its);
      push.connect(pull.lastEndpoint);
      await push.send("x");
      await pull.receive();
    `,
      { flags: [`--allow-ffi=${systemLibrary}`] },
    );
    assertEquals([code, stderr], [0, ""]);
  },
});

Deno.test({
  name: "imported alone, the module finds libzmq by itself",
  ignore: !capability.curve,
  fn: async () => {
    const { code, stdout, stderr } = await run(`
      import { curveKeyPair } from "${SECURITY}";
      console.log(curveKeyPair().publicKey.length);
    `);
    assertEquals([code, stdout, stderr], [0, "40\n", ""]);
  },
});
