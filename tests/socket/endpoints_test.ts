import { strictEqual as assertEquals } from "node:assert/strict";
import { Pair } from "../../mod.ts";
import { handleOf } from "../../socket/handle.ts";
import "../util.ts";

Deno.test("a socket has no last address before it's bound or connected, and its last one afterwards", () => {
  using pair = new Pair();
  const { endpoints } = handleOf(pair);
  assertEquals(endpoints.last, null);
  endpoints.bind("inproc://endpoints-1");
  assertEquals(endpoints.last, "inproc://endpoints-1");
  endpoints.connect("inproc://endpoints-2");
  assertEquals(endpoints.last, "inproc://endpoints-2");
});

Deno.test("an address that is longer than 1,024 bytes is read back whole", () => {
  using pair = new Pair();
  const { endpoints } = handleOf(pair);
  const address = `inproc://${"x".repeat(3000)}`;
  endpoints.bind(address);
  assertEquals(endpoints.last, address);
});
