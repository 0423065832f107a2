/** Code of the program's that runs in the middle of a call, such as a getter, and closes the socket there. */

import { ok as assert, rejects } from "node:assert/strict";
import { Pull, Push, type Socket } from "../../mod.ts";
import { freshAddress } from "../util.ts";
import { soon } from "../waiting.ts";

/** An object with a getter that returns a value, and closes a socket when it's read for the nth time. */
function closing<T extends object>(
  target: T,
  name: string,
  socket: Socket,
  n: number,
  value?: unknown,
): T {
  let reads = 0;
  const get = () => {
    if (++reads === n) socket.close();
    return value;
  };
  return Object.defineProperty(target, name, { get, enumerable: true });
}

/** Calls, by what is read in them. The options are checked first, at which they're read for the first time. */
const PUSHES: Record<string, (push: Push) => unknown> = {
  "send, by its signal": (push) => push.send("x", closing({}, "signal", push, 2)),
  "send, by its timeout": (push) => push.send("x", closing({}, "timeout", push, 2, 1000)),
  "sendSync, by its timeout": (push) => push.sendSync("x", closing({}, "timeout", push, 2, 0)),
  "send, by a part": (push) => push.send(closing(["a", "b"], "1", push, 1, "b")),
  "trySend, by a part": (push) => push.trySend(closing(["a", "b"], "1", push, 1, "b")),
  "sendSync, by a part": (push) => push.sendSync(closing(["a", "b"], "1", push, 1, "b")),
};
const PULLS: Record<string, (pull: Pull) => unknown> = {
  "receive, by its signal": (pull) => pull.receive(closing({}, "signal", pull, 2)),
  "receive, by its timeout": (pull) => pull.receive(closing({}, "timeout", pull, 2, 1000)),
  "receiveSync, by its timeout": (pull) => pull.receiveSync(closing({}, "timeout", pull, 2, 0)),
  "visit, by its timeout": (pull) => pull.visit(() => {}, closing({}, "timeout", pull, 2, 0)),
  "wait, by its signal": (pull) => pull.wait(closing({}, "signal", pull, 2)),
  "wait, by its timeout": (pull) => pull.wait(closing({}, "timeout", pull, 2, 1000)),
  "waitSync, by its timeout": (pull) => pull.waitSync(closing({}, "timeout", pull, 2, 0)),
};
const CLOSED = { name: "ZmqError", code: "EBADF", message: /^The socket is closed/ };

for (const isBound of [true, false]) {
  for (const [calls, Class] of [[PUSHES, Push], [PULLS, Pull]] as const) {
    for (const [what, call] of Object.entries<(socket: never) => unknown>(calls)) {
      const where = isBound ? "a bound socket" : "a socket that isn't bound";
      Deno.test(`freed memory was used where ${where} was closed within ${what}`, async () => {
        using socket = new Class();
        if (isBound) await socket.bind(freshAddress("inproc"));
        // deno-lint-ignore require-await -- what is thrown becomes a rejection
        await soon(rejects(async () => call(socket as never), CLOSED));
      });
    }
  }
}

Deno.test("freed memory was used where an iteration's signal closed the socket", async () => {
  using pull = new Pull();
  const { signal } = new AbortController();
  const iteration = pull.iterate({ signal });
  closing(signal, "aborted", pull, 1, false);
  await soon(iteration.next().then(({ done }) => assert(done)));
});
