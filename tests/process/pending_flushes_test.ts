import { deepStrictEqual as assertEquals, ok as assert } from "node:assert/strict";
import { PendingFlushes } from "../../process/pending_flushes.ts";
import { run } from "../program.ts";
import { replaced } from "../replacing.ts";
import { withWorkers } from "../workers.ts";
import { HAS_LINUX_CALLS } from "../../ffi/system.ts";

const WORKERS = `
  async hold({ token }) {
    const context = Context.join(token);
    const socket = new Pair({ context });
    tell("bound");
    for await (const message of socket) await socket.send(message);
  },`;

Deno.test({
  name:
    "the end of the process waits for the main isolate's own messages, though a worker still uses the context",
  ignore: !HAS_LINUX_CALLS,
  async fn() {
    const { stdout, stderr, code } = await withWorkers(
      WORKERS,
      `const worker = start("Web Worker", "hold", { token: context.share() });
      await worker.next();
      const socket = new Push({ linger: 60_000 });
      socket.connect("ipc://" + import.meta.dirname + "/absent");
      socket.trySend("x");
      // The end comes sooner by a faster clock.
      const now = performance.now.bind(performance);
      performance.now = () => 20 * now();
      Deno.exit(3);`,
    );
    // It says so after half a second, by that clock.
    assertEquals([stdout, code], ["", 3]);
    assert(/^deno-zmq: waiting up to /.test(stderr), stderr);
  },
});

/** Where a socket of the main isolate's is closed, and what the program does beside. */
const LOST: Record<string, string> = {
  "in a shared context that the main isolate had closed": `await joined();
    socket.close();
    shared.close();`,
  "in a shared context, before a worker had joined it": `shared.share();
    socket.close();
    await joined();`,
};

for (const [where, closing] of Object.entries(LOST)) {
  Deno.test({
    name: `the end of the process lost what was sent by a socket that was closed ${where}`,
    ignore: !HAS_LINUX_CALLS,
    async fn() {
      const { stdout, stderr, code } = await withWorkers(
        WORKERS,
        `const shared = new Context({ exitLinger: 600 });
        const joined = () => start("Web Worker", "hold", { token: shared.share() }).next();
        const socket = new Push({ context: shared });
        socket.connect("ipc://" + import.meta.dirname + "/absent");
        socket.trySend("x");
        ${closing}
        Deno.exit(3);`,
      );
      assertEquals([stdout, code], ["", 3]);
      assert(/^deno-zmq: waiting up to 600 ms /.test(stderr), stderr);
    },
  });
}

Deno.test("of a thousand closed sockets whose messages stay, each was looked at as each further one was closed", () => {
  let looks = 0;
  const flushes = new PendingFlushes({
    mark() {},
    isMarked: () => looks++ >= 0,
  });
  for (let fd = 0; fd < 1000; fd++) flushes.add(fd, -1);
  assert(looks > 0 && looks <= 2000, `${looks}`);
});

Deno.test({
  name: "the end waited ten seconds for messages of a shared context, whatever its exitLinger was",
  ignore: !HAS_LINUX_CALLS,
  async fn() {
    const { stdout, stderr, code } = await withWorkers(
      WORKERS,
      `context.exitLinger = 800;
      const worker = start("Web Worker", "hold", { token: context.share() });
      await worker.next();
      const socket = new Push();
      socket.connect("ipc://" + import.meta.dirname + "/absent");
      socket.trySend("x");
      Deno.exit(3);`,
    );
    assertEquals([stdout, code], ["", 3]);
    const [waiting, gaveUp] = stderr.split("\n");
    assert(/^deno-zmq: waiting up to 800 ms /.test(waiting), stderr);
    assert(/^deno-zmq: gave up after 800 ms\./.test(gaveUp), stderr);
  },
});

Deno.test({
  name:
    "the end waited for a closed socket of a shared context whose descriptor was another one's since",
  ignore: !HAS_LINUX_CALLS,
  async fn() {
    const { stdout, stderr, code } = await run(
      `import { ContextCore } from "$ROOT/context_core.ts";
      import { idIn } from "$ROOT/process/shared_contexts.ts";
      import { openEventfd } from "$ROOT/ffi/eventfd.ts";
      const core = new ContextCore();
      core.pointer("zmq_socket");
      // A second user, so that the context can't be terminated before the end.
      new ContextCore(idIn(core.share())).pointer("zmq_socket");
      const fd = openEventfd();
      const socket = (linger) => ({
        ...{ fd, linger, what: undefined, description: "", sends: true },
        close() {
          core.remove(this);
        },
        onShared() {},
      });
      const before = socket(-1);
      core.add(before);
      before.close();
      core.add(socket(0));
      console.log("end");`,
    );
    assertEquals([stdout, stderr, code], ["end\n", "", 0]);
  },
});

Deno.test({
  name:
    "the end waited ten seconds for a closed socket of a shared context whose descriptor's number was another file's since",
  ignore: !HAS_LINUX_CALLS,
  async fn() {
    const { stdout, stderr, code } = await run(
      `import { ContextCore } from "$ROOT/context_core.ts";
      import { idIn } from "$ROOT/process/shared_contexts.ts";
      import { openEventfd } from "$ROOT/ffi/eventfd.ts";
      import { libc } from "$ROOT/ffi/libc.ts";
      const core = new ContextCore();
      core.pointer("zmq_socket");
      new ContextCore(idIn(core.share())).pointer("zmq_socket");
      const fd = openEventfd();
      const socket = { fd, linger: -1, what: undefined, description: "", sends: true };
      core.add(socket);
      core.remove(socket);
      libc().close(fd);
      console.log(openEventfd() === fd);`,
    );
    assertEquals([stdout, stderr, code], ["true\n", "", 0]);
  },
});

Deno.test("a closed socket is waited for until its linger is over, and without a limit if it has none", () => {
  let now = 5000;
  using _ = replaced(performance, "now", () => now);
  const flushes = new PendingFlushes({ mark() {}, isMarked: () => true });
  const hasGone = (time: number) => {
    now = time;
    return flushes.haveGone();
  };
  flushes.add(1, 0);
  assert(hasGone(5000));
  flushes.add(1, 1000);
  assertEquals([6000, 6001].map(hasGone), [false, true]);
  flushes.add(1, -1);
  assertEquals(hasGone(1e12), false);
});
