import "../util.ts";
import { deepStrictEqual as assertEquals, throws } from "node:assert/strict";
import { Context } from "../../mod.ts";

Deno.test("libzmq's record of a message is as large as zmq.h has it, which can't be changed", () => {
  using context = new Context();
  assertEquals(context.msgTSize, 64);
  throws(() => (context as { msgTSize: number }).msgTSize = 1, TypeError);
  throws(() => new Context({ msgTSize: 64 } as object), TypeError);
});
