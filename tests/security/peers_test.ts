import { deepStrictEqual as assertEquals, ok as assert, strictEqual } from "node:assert/strict";
import { inspect } from "node:util";
import { abortSignal, toRequest } from "../../security/peers.ts";
import { Frame } from "../../socket/frame.ts";

const text = (text: string) => Frame.from(new TextEncoder().encode(text)) as Frame;
const common = { domain: "home", address: "::1", routingId: new Uint8Array([7]) };
/** A request as a handler gets it. */
function peer(mechanism: string, ...credentials: string[]) {
  return toRequest({ ...common, mechanism, credentials: credentials.map(text) })!;
}

Deno.test("a request can be posted to another thread, without a PLAIN peer's password", () => {
  const request = peer("PLAIN", "ada", "her-own-password");
  assert(request.mechanism === "plain" && request.password === "her-own-password");
  strictEqual(request.signal.aborted, false);
  assertEquals(
    structuredClone(request),
    { ...common, mechanism: "plain", username: "ada" } as never,
  );
  const other = peer("GSSAPI", "ada@HOME");
  assertEquals(
    structuredClone(other),
    { ...common, mechanism: "gssapi", principal: "ada@HOME" } as never,
  );
});

Deno.test("a printed request has what is known of the peer, and for a password that there is one", () => {
  for (const print of [Deno.inspect, inspect]) {
    assert(/mechanism: .null./.test(print(peer("NULL"))) && !/\w \{/.test(print(peer("NULL"))));
    const plain = print(peer("PLAIN", "ada", "her-own-password"));
    assert(/username: .ada.,\s+password: .<hidden>./.test(plain), plain);
  }
});

Deno.test("a request has one signal, with the same end whenever a handler takes it", () => {
  const [early, late] = [peer("NULL"), peer("NULL")];
  const { signal } = early;
  strictEqual(early.signal, signal);
  const reason = new DOMException("It's over", "TimeoutError");
  for (const request of [early, late]) abortSignal(request, reason);
  for (const { signal } of [early, late]) {
    assertEquals([signal.aborted, signal.reason], [true, reason]);
  }
  strictEqual(early.signal, signal);
});
