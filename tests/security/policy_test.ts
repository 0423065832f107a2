import { certificates } from "./support.ts";
import { deepStrictEqual as assertEquals, throws } from "node:assert/strict";
import { Context } from "../../mod.ts";
import { Authenticator, Certificate, curveKeyPair, z85Decode } from "../../security/mod.ts";
import {
  callsProgram,
  curveHandler,
  DomainPolicy,
  gssapiHandler,
  nullHandler,
  plainHandler,
} from "../../security/policy.ts";

// Misuse, and what is printed.

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

// deno-lint-ignore no-explicit-any -- what the types refuse is to be refused at run time, too
type Any = any;

Deno.test("a policy that is none of its mechanism's is a TypeError", () => {
  const wrong: [make: (policy: Any) => unknown, ...policies: unknown[]][] = [
    [plainHandler, undefined, null, 5, "any", { ada: 5 }, { "": "x" }, { ada: "a\0" }],
    [plainHandler, { ada: "x".repeat(256) }, { ["x".repeat(256)]: "y" }, new Map([[5, "x"]])],
    [curveHandler, undefined, null, 5, "all", {}, ["short"], [5]],
    [gssapiHandler, undefined, null, 5, "all", {}, ["ada", 5]],
    [nullHandler, undefined, null, 5, "all", {}, []],
  ];
  for (const [make, ...policies] of wrong) {
    for (const policy of policies) throws(() => make(policy), { name: "TypeError" }, make.name);
  }
});

Deno.test("a peer whose address isn't known is refused only where addresses are allowed or denied", () => {
  const reasonFor = (...lists: ("allowed" | "denied")[]) => {
    const policy = new DomainPolicy();
    for (const list of lists) policy[list].add("10.0.0.1");
    return policy.denyReason("vsock");
  };
  assertEquals(reasonFor(), undefined);
  assertEquals(reasonFor("denied"), "Address unknown");
  assertEquals(reasonFor("allowed"), "Address not allowed");
});

Deno.test(certificates("a policy lets in whom it names, and no one else", () => {
  const [ada, eve] = [curveKeyPair(), curveKeyPair()].map(({ publicKey }) => publicKey);
  const plain = (policy: Any) => {
    const handler = plainHandler(policy) as Any;
    const given = [["ada", "hers"], ["ada", "her"], ["ada", ""], ["eve", "hers"], ["eve", ""]];
    given.push(["eve", "\0".repeat(16)]); // as many as an unknown name's password is compared with
    return given.map(([username, password]) => handler({ username, password }));
  };
  for (const policy of [{ ada: "hers" }, new Map([["ada", "hers"]])]) {
    assertEquals(plain(policy), [true, false, false, false, false, false]);
  }
  const longest = "x".repeat(255);
  const handler = plainHandler({ [longest]: longest }) as Any;
  assertEquals(handler({ username: longest, password: longest }), true);
  const curve = (policy: Any) =>
    [ada, eve].map((publicKey) => (curveHandler(policy) as Any)({ publicKey }));
  for (const policy of [[ada], new Set([z85Decode(ada)]), [new Certificate({ publicKey: ada })]]) {
    assertEquals(curve(policy), [true, false]);
  }
  assertEquals([curve("any"), curve([])], [[true, true], [false, false]]);
  const gssapi = (policy: Any) =>
    ["ada", "eve"].map((principal) => (gssapiHandler(policy) as Any)({ principal }));
  assertEquals([gssapi(["ada"]), gssapi("any")], [[true, false], [true, true]]);
  assertEquals((nullHandler("any") as Any)({}), true);
}));

Deno.test("a program's function is called after what is being served, and counts as one that may take time", async () => {
  for (const make of [plainHandler, curveHandler, gssapiHandler, nullHandler] as Any[]) {
    let called = false;
    const handler = make(() => called = true);
    const result = handler({});
    assertEquals([called, callsProgram(handler), await result], [false, true, true], make.name);
  }
  assertEquals(callsProgram(nullHandler("any")), false);
});
