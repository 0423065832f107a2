import { deepStrictEqual as assertEquals, ok as assert, throws } from "node:assert/strict";
import { inspect } from "node:util";
import { capability, Context, Pull, Push } from "../../mod.ts";
import { Authenticator, Certificate, curveKeyPair, hardenedOptions } from "../../security/mod.ts";
import * as zeromq from "../../zeromq.ts";
import { certificates, letIn, refused, statusOf } from "./support.ts";

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

Deno.test(
  certificates("options that were spread showed their secret key when they were printed", () => {
    const [server, client] = [Certificate.create(), Certificate.create()];
    const secrets = [server.secretKey!, client.secretKey!, "her-own-password"];
    const own = server.serverOptions({ zapDomain: "home", plainPassword: secrets[2] });
    const pair = curveKeyPair();
    const things = [
      own,
      { ...own, linger: 0 },
      Object.assign({}, own, { linger: 0 }),
      { ...{ ...client.clientOptions(server) } },
      [{ deep: { ...client.clientOptions(server, { linger: 0 }) } }],
      { ...pair },
    ];
    for (const thing of things) {
      for (const print of [Deno.inspect, inspect]) {
        for (const options of [{}, { depth: 20, showHidden: true, getters: true }]) {
          const text = print(thing, options as Deno.InspectOptions);
          assert(text.includes("<hidden>") && !text.includes("customInspect"), text);
          for (const secret of [...secrets, pair.secretKey]) assert(!text.includes(secret), text);
        }
      }
    }
    assert(Deno.inspect({ ...own }).includes('zapDomain: "home"'));
  }),
);

Deno.test(
  certificates(
    "key pairs, and a certificate's options, can't be posted, since a copy would print its key",
    () => {
      const [server, client] = [Certificate.create(), Certificate.create()];
      const preset = hardenedOptions(Pull, server, { domain: "home" });
      const all = [server.serverOptions(), client.clientOptions(server), preset, curveKeyPair()];
      for (const options of all) {
        throws(() => structuredClone(options), { name: "DataCloneError" });
        throws(() => structuredClone({ options }), { name: "DataCloneError" });
      }
    },
  ),
);

Deno.test(
  certificates(
    "a certificate's options have those that they are made with, and let sockets talk",
    async () => {
      const [server, client] = [Certificate.create(), Certificate.create()];
      const context = new Context();
      using authenticator = new Authenticator({ context });
      authenticator.configureCurve([client], { domain: "home" });
      const more = { context, zapEnforceDomain: true };
      const mine = client.clientOptions(server, { context, linger: 0 });
      assertEquals([mine.linger, mine.curveServerKey], [0, server.publicKey]);
      await letIn(server.serverOptions({ ...more, zapDomain: "home" }), mine);
      await refused(server.serverOptions({ ...more, zapDomain: "others" }), mine);
      const misused: (() => unknown)[] = [
        () => server.serverOptions({ curveServer: false }),
        () => server.serverOptions({ curveSecretKey: client.secretKey }),
        () => client.clientOptions(server, { curvePublicKey: server.publicKey }),
        () => server.serverOptions(null as never),
        () => server.serverOptions("home" as never),
        () => client.clientOptions(server, [] as never),
      ];
      for (const misuse of misused) throws(misuse, { name: "TypeError" });
      context.close();
    },
  ),
);

Deno.test(
  certificates("sockets of each interface take spread options, and print as they did", () => {
    const options = Certificate.create().serverOptions();
    using pull = new Pull({ ...options });
    Object.assign(pull, options);
    const printed = "Pull { bound: [], connected: [], closed: false }";
    assertEquals([Deno.inspect(pull), inspect(pull)], [printed, printed]);
    const own = new zeromq.Pull(options);
    Object.assign(own, { ...options });
    assertEquals([Deno.inspect(own), own.curveSecretKey], ["Pull {}", options.curveSecretKey]);
    own.close();
  }),
);

Deno.test("a secret in the place of an option's name was shown by the error", () => {
  using push = new Push();
  using context = new Context();
  const secret = "rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7";
  const wrong = { [secret]: 1 };
  const misused: (() => unknown)[] = [
    () => new Push(wrong as never),
    () => Object.assign(push, wrong),
    () => Object.assign(context, wrong),
    () => new Context(wrong as never),
    () => push.sendSync("x", wrong as never),
    () => new Authenticator(wrong as never),
    () => new Certificate(wrong as never),
  ];
  for (const misuse of misused) {
    throws(misuse, (error: Error) => {
      assert(error instanceof TypeError && error.message.includes("40 characters"), error.message);
      return !inspect(error, { showHidden: true }).includes(secret);
    });
  }
  throws(() => Object.assign(push, { lingr: 0 }), /no property lingr; did you mean linger/);
});
