import "./util.ts";
import "./fds.ts";
import { deepStrictEqual as assertEquals, ok as assert } from "node:assert/strict";
import { constants } from "node:os";
import { errorOf } from "../ffi/errno.ts";
import { ZmqError } from "../mod.ts";

Deno.test("an error says what was done to what, the system's reason, the call, and the code", () => {
  const error = errorOf(constants.errno.EADDRINUSE, "zmq_bind", { address: "tcp://*:5555" });
  assert(error instanceof ZmqError && error instanceof Error);
  assertEquals(error.name, "ZmqError");
  assertEquals(error.code, "EADDRINUSE");
  assertEquals(error.errno, constants.errno.EADDRINUSE);
  assertEquals(error.call, "zmq_bind");
  assertEquals(error.address, "tcp://*:5555");
  assertEquals(error.option, undefined);
  assert(
    error.message.startsWith(
      "Binding to tcp://*:5555 failed: address already in use (zmq_bind: EADDRINUSE). ",
    ),
    error.message,
  );
});

Deno.test("an error about an option names it", () => {
  const error = errorOf(constants.errno.EINVAL, "zmq_setsockopt", { option: "linger" });
  assertEquals([error.option, error.address], ["linger", undefined]);
  assert(error.message.startsWith("Setting the option linger failed: "), error.message);
});
