import "../util.ts";
import { throws } from "node:assert/strict";
import { Context } from "../../mod.ts";
import { Authenticator } from "../../security/mod.ts";

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
