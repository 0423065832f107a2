import { deepStrictEqual as assertEquals, ok as assert } from "node:assert/strict";
import { inspect } from "node:util";
import { capability, Context } from "../../mod.ts";
import { Authenticator, Certificate, curveKeyPair } from "../../security/mod.ts";
import { statusOf } from "./support.ts";

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
