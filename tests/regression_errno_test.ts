import { deepStrictEqual as assertEquals, throws } from "node:assert/strict";
import { ENOENT } from "../ffi/errno.ts";
import { libc } from "../ffi/libc.ts";
import { pipeline } from "./socket/support.ts";

/** Has error numbers read as ENOENT, so many after the next `from`, until the end of the block. */
function overwritten(times: number, from = 0): Disposable {
  const functions = libc() as { errno: () => number };
  const { errno } = functions;
  let asked = 0;
  functions.errno = () => {
    const real = errno();
    const at = asked++ - from;
    return at >= 0 && at < times ? ENOENT : real;
  };
  return { [Symbol.dispose]: () => void (functions.errno = errno) };
}

Deno.test("an error number that was overwritten once ended a worker's send to a full queue", async () => {
  using sockets = await pipeline(1);
  while (sockets.push.trySend("x"));
  using _ = overwritten(1);
  assertEquals(sockets.push.trySend("y"), false);
});

Deno.test("an error number that was overwritten once doesn't end a receive from an empty queue", async () => {
  using sockets = await pipeline(1);
  using _ = overwritten(1);
  assertEquals(sockets.pull.tryReceive(), undefined);
});

Deno.test("an error number that was overwritten once doesn't end a receive that blocks", async () => {
  using sockets = await pipeline(1);
  using _ = overwritten(1, 1); // after the first try
  throws(() => sockets.pull.receiveSync({ timeout: 5 }), { code: "EAGAIN" });
});

Deno.test("an error that comes twice is thrown", async () => {
  using sockets = await pipeline(1);
  while (sockets.push.trySend("x"));
  using _ = overwritten(2);
  throws(() => sockets.push.trySend("y"), { code: "ENOENT", call: "zmq_send" });
});
