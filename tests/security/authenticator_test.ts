/** Who comes in where an authenticator decides, by each mechanism. */

import { deepStrictEqual as assertEquals, ok as assert, throws } from "node:assert/strict";
import { capability, Context, metadataOf, Pull, Push, Reply, Request } from "../../mod.ts";
import { idle } from "../../poller/reactor.ts";
import { Authenticator, type AuthRequest, Certificate, z85Decode } from "../../security/mod.ts";
import { Dish, Radio } from "../../socket/draft.ts";
import { curve } from "../socket/curve.ts";
import "../socket/drafts.ts";
import { freshAddress, join } from "../util.ts";
import { finish, next } from "../socket/observing.ts";
import { letIn, refused, statusOf } from "./support.ts";
import { pause, soon } from "../waiting.ts";

const ADA = { plainUsername: "ada", plainPassword: "lovelace" };
const HOME = { zapDomain: "home", zapEnforceDomain: true };
const PLAIN_SERVER = { plainServer: true, ...HOME };
/** Where there is no one to ask, libzmq lets the handshake's time run out. */
const IMPATIENT = { handshakeInterval: 300 };

// PLAIN.

Deno.test("PLAIN: those in the table come in with their own passwords, and under their names", async () => {
  await using authenticator = new Authenticator();
  authenticator.configurePlain({ ada: "lovelace", bab: "bage" });
  using pull = new Pull({ ...PLAIN_SERVER, receivedProperties: ["User-Id"] });
  using push = new Push(ADA);
  await join(pull, push);
  await push.send("x");
  assertEquals(metadataOf(await soon(pull.receive()))?.["User-Id"], "ada");
  await refused(PLAIN_SERVER, { ...ADA, plainPassword: "bage" });
  await refused(PLAIN_SERVER, { ...ADA, plainUsername: "bab" });
  await refused(PLAIN_SERVER, { ...ADA, plainUsername: "eve" });
});

Deno.test("PLAIN: the table is copied; names that objects have by themselves are no one's", async () => {
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

Deno.test("a Request that is the server loses the reply of whom it has let in; one that is bound and the client doesn't", async () => {
  await using authenticator = new Authenticator();
  authenticator.configurePlain({ ada: "lovelace" });
  const server = new Request({ ...PLAIN_SERVER, linger: 0 });
  const { events } = server;
  {
    using reply = new Reply({ ...ADA, reconnectInterval: -1 });
    await join(server, reply);
    await server.send("question");
    await soon(reply.receive());
    await reply.send("answer");
    await next(events, "disconnect");
  }
  await finish(server);

  using request = new Request(ADA);
  using reply = new Reply(PLAIN_SERVER);
  await join(request, reply);
  await request.send("question");
  assertEquals(String(await soon(reply.receive())), "question");
  await reply.send("answer");
  assertEquals(String(await soon(request.receive())), "answer");
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
    await pause(20);
    return request.password === "lovelace" &&
      { userId: `countess ${request.username}`, metadata: { "X-Role": "programmer" } };
  });
  using pull = new Pull({ ...PLAIN_SERVER, receivedProperties: ["User-Id", "X-Role"] });
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

Deno.test("a domain's own policy holds for no other domain, whatever the mechanism", async () => {
  using context = new Context();
  using authenticator = new Authenticator({ context });
  const home = { domain: "home" };
  authenticator.configureNull("any", home);
  authenticator.configurePlain({ ada: "lovelace" }, home);
  authenticator.configureCurve("any", home);
  authenticator.configureGssapi("any", home);
  const credentials = {
    NULL: [],
    PLAIN: ["ada", "lovelace"],
    CURVE: [new Uint8Array(32)],
    GSSAPI: ["ada@HOME"],
  };
  for (const [mechanism, given] of Object.entries(credentials)) {
    const of = (domain: string) => statusOf(context, mechanism, given, { domain });
    assertEquals([mechanism, await of("home"), await of("away")], [mechanism, "200", "400"]);
  }
});

// CURVE.

Deno.test(
  curve("peers whose keys are known are admitted, under their key, and others aren't", async () => {
    const [server, ada, bob, eve] = Array.from({ length: 4 }, () => Certificate.create());
    await using authenticator = new Authenticator();
    authenticator.configureCurve([ada.publicKey, z85Decode(bob.publicKey)]);
    const options = { ...server.serverOptions(), ...HOME };
    using pull = new Pull({ ...options, receivedProperties: ["User-Id"] });
    using push = new Push(ada.clientOptions(server));
    await join(pull, push);
    await push.send("x");
    assertEquals(metadataOf(await soon(pull.receive()))?.["User-Id"], ada.publicKey);
    await letIn(options, bob.clientOptions(server.publicKey));
    await refused(options, eve.clientOptions(server));
    authenticator.configureCurve([eve]);
    await letIn(options, eve.clientOptions(server));
    await refused(options, ada.clientOptions(server));
  }),
);

Deno.test(
  curve("with any, everyone who has the server's key comes in, and no one else", async () => {
    const [server, other] = [Certificate.create(), Certificate.create()];
    await using authenticator = new Authenticator();
    authenticator.configureCurve("any");
    const options = { ...server.serverOptions(), ...HOME };
    await letIn(options, Certificate.create().clientOptions(server));
    await refused(options, Certificate.create().clientOptions(other));
  }),
);

Deno.test(curve("a function decides by the key, and names the user", async () => {
  const [server, ada, eve] = Array.from({ length: 3 }, () => Certificate.create());
  await using authenticator = new Authenticator();
  authenticator.configureCurve(({ publicKey }) => publicKey === ada.publicKey ? "ada" : null);
  const options = { ...server.serverOptions(), ...HOME };
  using pull = new Pull({ ...options, receivedProperties: ["User-Id"] });
  using push = new Push(ada.clientOptions(server));
  await join(pull, push);
  await push.send("x");
  assertEquals(metadataOf(await soon(pull.receive()))?.["User-Id"], "ada");
  await refused(options, eve.clientOptions(server));
}));

Deno.test(
  curve("a server that connects asks about whom it meets, as one that is bound does", async () => {
    const [server, ada, eve] = Array.from({ length: 3 }, () => Certificate.create());
    const denied = Promise.withResolvers<AuthRequest>();
    await using authenticator = new Authenticator({ onDenied: denied.resolve });
    authenticator.configureCurve([ada]);
    const options = { ...server.serverOptions(), ...HOME, receivedProperties: ["User-Id"] };
    for (const client of [eve, ada]) {
      using push = new Push({ ...client.clientOptions(server), linger: 0 });
      using pull = new Pull(options);
      await join(push, pull);
      const sent = push.send("x").catch(() => {}); // a bound socket waits for a peer that comes in
      if (client === ada) {
        await sent;
        assertEquals(metadataOf(await soon(pull.receive()))?.["User-Id"], ada.publicKey);
      } else {
        const request = await soon(denied.promise);
        assert(request.mechanism === "curve" && request.publicKey === eve.publicKey);
        assertEquals(pull.tryReceive(), undefined);
      }
    }
  }),
);

Deno.test(curve("what isn't a policy is a TypeError that shows no key", () => {
  using context = new Context();
  using authenticator = new Authenticator({ context });
  const key = "a-key-with-a-slip".padEnd(39, "x");
  const wrong = ["all", key, null, undefined, 5, {}, [key], [null], [new Uint8Array(31)]];
  for (const policy of wrong as never[]) {
    throws(() => authenticator.configureCurve(policy), (error: Error) => {
      return error instanceof TypeError && !Deno.inspect(error).includes("with-a-slip");
    });
  }
}));

Deno.test(curve(
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
));

Deno.test(curve(
  "with an enforced domain no one comes in before there is an authenticator, nor after it",
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
));

// GSSAPI, asked as libzmq would ask. With a Kerberos server: tests/interop/kerberos_test.ts.

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

Deno.test({
  name:
    "a Dish that is the server loses what those whom it has let in send; a Radio that is doesn't",
  ignore: !capability.draft,
  fn: async () => {
    await using authenticator = new Authenticator();
    authenticator.configurePlain({ ada: "lovelace" });
    const rain = (radio: Radio) => {
      const timer = setInterval(() => radio.trySend("rain", { group: "weather" }), 5);
      return { [Symbol.dispose]: () => clearInterval(timer) };
    };
    const server = new Dish({ ...PLAIN_SERVER, linger: 0 });
    server.join("weather");
    const { events } = server;
    {
      using radio = new Radio({ ...ADA, reconnectInterval: -1, linger: 0 });
      radio.connect(await server.bind(freshAddress("tcp")));
      using _ = rain(radio);
      await next(events, "disconnect");
      assertEquals(server.tryReceive(), undefined);
    }
    await finish(server);

    using radio = new Radio({ ...PLAIN_SERVER, linger: 0 });
    using dish = new Dish(ADA);
    dish.join("weather");
    dish.connect(await radio.bind(freshAddress("tcp")));
    using _ = rain(radio);
    assertEquals(String((await soon(dish.receive()))[0]), "rain");
  },
});

Deno.test("await using closes an authenticator, and waits until the runtime has its threads back", async () => {
  const order: string[] = [];
  {
    using context = new Context();
    await using _ = new Authenticator({ context });
    idle().then(() => order.push("given back"));
  }
  assertEquals(order, ["given back"]);
});
