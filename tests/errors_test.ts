import "./util.ts";
import "./fds.ts";
import { deepStrictEqual as assertEquals, ok as assert, throws } from "node:assert/strict";
import { constants } from "node:os";
import { errorOf } from "../ffi/errno.ts";
import { doAll } from "../errors.ts";
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

Deno.test("each step is taken, also after some that have failed, and the first failure is thrown", () => {
  const taken: string[] = [];
  const step = (name: string, fails: boolean) => () => {
    taken.push(name);
    if (fails) throw new Error(name);
  };
  const steps = [step("a", false), step("b", true), step("c", true), step("d", false)];
  throws(() => doAll(steps), { message: "b" });
  assertEquals(taken, ["a", "b", "c", "d"]);
});

Deno.test("an error that a program makes keeps its cause", () => {
  const [cause, details] = [new Error("why"), { code: "EIO", errno: 5, call: "read" }];
  assertEquals(new ZmqError("read failed", { ...details, cause }).cause, cause);
  assertEquals("cause" in new ZmqError("read failed", details), false);
});
