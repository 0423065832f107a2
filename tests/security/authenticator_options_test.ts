/** What the classes of security take as options, and what an authenticator prints. */

import { deepStrictEqual as assertEquals, ok as assert, rejects, throws } from "node:assert/strict";
import { inspect } from "node:util";
import { Context } from "../../mod.ts";
import { Authenticator, Certificate } from "../../security/mod.ts";
import "../util.ts";

// deno-lint-ignore no-explicit-any -- what the types refuse is to be refused at run time, too
type Any = any;

Deno.test("an unknown option of an authenticator or a rule is a TypeError with the nearest name", () => {
  using context = new Context();
  throws(
    () => new Authenticator({ context, onDenid: () => {} } as Any),
    {
      name: "TypeError",
      message: /^An Authenticator has no option onDenid; did you mean onDenied/,
    },
  );
  using authenticator: Any = new Authenticator({ context });
  const domain = { name: "TypeError", message: /has no option domian; did you mean domain\?/ };
  const bad = { domian: "home" };
  throws(() => authenticator.allow("10.0.0.1", bad), domain);
  throws(() => authenticator.deny("10.0.0.1", bad), domain);
  throws(() => authenticator.configureNull("any", bad), domain);
  throws(() => authenticator.configurePlain({ ada: "secret" }, bad), domain);
  throws(() => authenticator.configureCurve("any", bad), domain);
  throws(() => authenticator.configureGssapi("any", bad), domain);
  assertEquals(
    Deno.inspect(authenticator),
    "Authenticator { mechanisms: [], domains: {}, closed: false }",
  );
});

Deno.test("limits of an authenticator that can't be meant are refused", () => {
  using context = new Context();
  const made = (options: Any) => () => new Authenticator({ context, ...options });
  for (const name of ["timeout", "maxPendingRequests"]) {
    throws(made({ [name]: "5" }), TypeError);
    throws(made({ [name]: -1 }), { name: "RangeError", message: /Infinity/ });
  }
  for (const wrong of [0, 1.5, NaN]) throws(made({ maxPendingRequests: wrong }), RangeError);
  made({ timeout: Infinity, maxPendingRequests: Infinity })().close();
});

Deno.test("a context or a domain in place of the options is a TypeError that shows what's meant", () => {
  using context = new Context();
  throws(() => new Authenticator(context as Any), { name: "TypeError", message: /\{ context \}/ });
  using authenticator: Any = new Authenticator({ context });
  throws(() => authenticator.allow("10.0.0.1", "home"), /\{ domain: "home" \}/);
  throws(() => authenticator.allow("10.0.0.1", "10.0.0.2", "10.0.0.3"), TypeError);
  throws(() => authenticator.configureNull("any", {}, "home"), TypeError);
});

Deno.test("an unknown option of a certificate is a TypeError, and saving one rejects", async () => {
  throws(() => new Certificate({ publickey: "x" } as Any), /did you mean publicKey\?/);
  for (const options of [undefined, null, "x".repeat(40)]) {
    throws(() => new Certificate(options as Any), (error: Error) => {
      return error.name === "TypeError" && error.message.includes("{ publicKey }") &&
        !error.message.includes("xxx");
    });
  }
  const certificate: Any = new Certificate({ publicKey: new Uint8Array(32) });
  for (const options of [{ overwite: true }, true, { overwrite: 1 }]) {
    await rejects(certificate.save("/nowhere/at/all.key", options), { name: "TypeError" });
  }
});

Deno.test("an authenticator prints for which mechanisms it has a policy, and no secret", () => {
  using context = new Context();
  const authenticator = new Authenticator({ context });
  authenticator.configurePlain({ ada: "her-own-password" });
  authenticator.configureNull("any", { domain: "home" });
  for (const print of [Deno.inspect, inspect]) {
    const text = print(authenticator).replaceAll("'", '"').replace(/\s+/g, " ");
    assertEquals(
      text,
      'Authenticator { mechanisms: [ "plain" ], domains: { home: [ "null" ] }, closed: false }',
    );
  }
  authenticator.close();
  assert(Deno.inspect(authenticator).includes("closed: true"));
});

Deno.test("a context's printed sockets aren't those of its authenticator", async () => {
  await using context = new Context();
  await using _ = new Authenticator({ context });
  assertEquals(Deno.inspect(context).split(",")[0], "Context { sockets: []");
});

Deno.test("an authenticator takes no properties, and a closed one no rules", () => {
  const authenticator = new Authenticator();
  throws(() => Object.assign(authenticator, { onDenied: () => {} }), {
    name: "TypeError",
    message: "An Authenticator has no property onDenied",
  });
  authenticator.close();
  const closed = { name: "ZmqError", code: "EBADF", message: "The authenticator is closed" };
  throws(() => authenticator.allow("127.0.0.1"), closed);
  throws(() => authenticator.configureCurve("any"), closed);
});

Deno.test("a certificate's metadata are an object", () => {
  for (const metadata of ["Ada", ["Ada"], 5]) {
    throws(() => new Certificate({ publicKey: "0".repeat(40), metadata: metadata as never }), {
      name: "TypeError",
      message: /an object of texts/,
    });
  }
});
