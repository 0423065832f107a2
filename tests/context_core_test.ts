import { deepStrictEqual as assertEquals, ok as assert, rejects } from "node:assert/strict";
import { Context, context, Pair, Pull, Push, type Socket, Subscriber } from "../mod.ts";
import "./util.ts";
import { STEP_BY_STEP } from "./fds.ts";
import { run } from "./program.ts";
import { turn } from "./waiting.ts";
import { coreOf } from "../context.ts";
import { ContextCore } from "../context_core.ts";
import { handleOf } from "../socket/handle.ts";
import { open } from "../socket/open.ts";
import { TYPES } from "../socket/types.ts";

Deno.test("closing a context closes its sockets, and no others", async () => {
  const own = new Context();
  const sockets = [
    new Pair({ context: own }),
    new Pull({ context: own }),
    new Push({ context: own }),
  ];
  using other = new Pair();
  const fails = (sockets[1] as Pull).receive();
  const ends = (async () => {
    for await (const _ of sockets[0] as Pair) throw new Error("there was a message");
  })();
  await turn();
  own.close();
  assert(own.closed);
  await rejects(fails, { code: "EBADF", call: "zmq_msg_recv" });
  await ends;
  for (const socket of sockets) {
    assert(socket.closed);
    assert(socket.context === own);
    socket.close();
  }
  assertEquals([other.closed, context.closed], [false, false]);
});

Deno.test("a closed socket gives its place in the context back", async () => {
  using own = new Context({ maxSockets: 4 });
  for (let i = 0; i < 30; i++) {
    let socket: Socket | undefined;
    while (socket === undefined) {
      try {
        socket = new Pair({ context: own });
      } catch (error) {
        // libzmq closes sockets on a thread of its own.
        assertEquals((error as { code?: string }).code, "EMFILE");
        await turn();
      }
    }
    socket.close();
  }
});

for (const ioThreads of [1, 3]) {
  Deno.test({
    name:
      `a context with ${ioThreads} I/O threads that finds too few descriptors for its first socket rejects with EMFILE, and doesn't end the process`,
    ignore: Deno.build.os !== "linux",
    fn: async () => {
      const outcome = await run(
        `import { Context, Pull } from "$MOD";
        ${STEP_BY_STEP}
        const other = new Pull(); // what the reactor needs is open; closed, it would give its descriptor back a moment later
        const context = new Context({ ioThreads: ${ioThreads} });
        context.maxMessageSize; // makes the native one
        await stepByStep(() => new Pull({ context }));`,
      );
      assertEquals([outcome.stderr, outcome.code, outcome.signal], ["", 0, null]);
      const refused = Array(2 * ioThreads + 3).fill("EMFILE zmq_socket\n").join("");
      assertEquals(outcome.stdout, `${refused}works\n`);
    },
  });
}

// Which of the two the collector finds first isn't known.
Deno.test("a context that was dropped before its sockets once stayed when the last of them had closed", () => {
  const core = new ContextCore();
  const sockets = [open(core, TYPES.Pull), open(core, TYPES.Push)];
  core.drop();
  for (const socket of sockets) {
    assertEquals(core.closed, false);
    socket.close();
  }
  assertEquals(core.closed, true);
});

Deno.test("a look at a conflating Subscriber whose context was shut down threw into others' waits", () => {
  using context = new Context();
  using subscriber = new Subscriber({ context, conflate: true });
  coreOf(context).shutdown();
  handleOf(subscriber).serve();
});
