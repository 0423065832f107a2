/** Connections to names of inproc:// to which no one is ever bound, when the context ends. */

import { deepStrictEqual as assertEquals, rejects, throws } from "node:assert/strict";
import { zmq } from "../../ffi/libzmq.ts";
import { Context, Pair, Pull, Push, Reply, Router } from "../../mod.ts";
import { UnboundNames } from "../../process/unbound_names.ts";
import { HAS_LINUX_CALLS } from "../../ffi/system.ts";
import { run } from "../program.ts";
import { replaced } from "../replacing.ts";
import "../util.ts";
import { soon } from "../waiting.ts";
import { withWorkers } from "../workers.ts";

const DROP_IN = new URL("../../zeromq.ts", import.meta.url).href;

/** Of 1,023 places, so many sockets left libzmq too few. */
const CLOSED = "for (let i = 0; i < 600; i++) open(`inproc://${i}`).close();";
/** libzmq's thread that closes sockets had these connections under way while they were bound. */
const MANY_NAMES =
  "const one = open('inproc://0'); for (let i = 1; i < 1100; i++) one.connect(`inproc://${i}`);";
const ENDS: Record<string, string> = {
  "closed sockets": CLOSED,
  "open sockets": "const all = []; for (let i = 0; i < 600; i++) all.push(open(`inproc://${i}`));",
  "as many sockets as there are places": `
    const all = [];
    try {
      for (let i = 0;; i++) all.push(open(\`inproc://\${i}\`));
    } catch (error) {
      if (error.code !== "EMFILE" || all.length < 1000) throw error;
    }`,
  "contexts with two places, of which one is being freed": `
    for (let i = 0; i < 200; i++) {
      const context = new Context({ maxSockets: 2 });
      new Push({ context, linger: 0 }).connect("inproc://no-one");
      new Push({ context });
      context.close();
    }`,
  "a single socket": MANY_NAMES,
  "a single socket that was closed": `${MANY_NAMES} one.close();`,
  "as many sockets as a small context has places": `
    const small = new Context({ maxSockets: 3 });
    for (let i = 0; i < 3; i++) new Push({ linger: 0, context: small }).connect("inproc://no-one");`,
  "as many closed sockets as a small context has places": `
    const small = new Context({ maxSockets: 3 });
    for (let i = 0; i < 3; i++) {
      const push = new Push({ linger: 0, context: small });
      push.connect("inproc://no-one");
      push.close();
    }`,
  "names that a socket had until it was closed": `
    const [pull, other] = [new Pull({ context }), new Pull({ context })];
    for (let i = 0; i < 600; i++) pull.bindSync("inproc://" + i);
    pull.close();
    // Its names are free a moment later, all at once.
    for (let taken = true; taken;) {
      try {
        other.bindSync("inproc://0");
        taken = false;
      } catch ({ code }) {
        if (code !== "EADDRINUSE") throw code;
      }
    }
    other.unbindSync("inproc://0");
    ${CLOSED}`,
  "a Pair that is bound to the names of a socket that was just closed": `
    for (let round = 0; round < 10; round++) {
      const context = new Context();
      const push = new Push({ linger: 0, context });
      const names = Array.from({ length: 300 + 70 * round }, (_, i) => "inproc://" + i);
      for (const name of names) push.connect(name);
      const pair = new Pair({ context });
      push.close();
      for (const name of names) pair.bindSync(name);
      context.close();
    }`,
  "a few sockets of a context that was full": `
    const all = [];
    for (let i = 0; i < 10; i++) open(\`inproc://\${i}\`);
    for (let i = 0; i < 1013; i++) all.push(new Push({ linger: 0, context }));`,
  "a context that is shut down": `${CLOSED} context.shutdown();`,
  "a context that is closed before the end": `${CLOSED} context.close();`,
  "Deno.exit": `${CLOSED} Deno.exit(0);`,
};
const OPEN = `
  const context = new Context();
  const open = (name) => {
    const push = new Push({ linger: 0, context });
    push.connect(name);
    return push;
  };`;
for (const [claim, source] of Object.entries(ENDS)) {
  Deno.test(`names that no one was bound to had libzmq end the process at the end: ${claim}`, async () => {
    const { code, signal, stderr } = await run(
      `import { Context, Pair, Pull, Push } from "$MOD"; ${OPEN} ${source}`,
    );
    assertEquals([code, signal, stderr], [0, null, ""]);
  });
}

Deno.test("names that no one was bound to had libzmq end the process at the end: the drop-in's default context", async () => {
  const { code, signal, stderr } = await run(`import * as zmq from "${DROP_IN}";
    for (let i = 0; i < 600; i++) {
      const push = new zmq.Push({ linger: 0 });
      push.connect(\`inproc://\${i}\`);
      push.close();
    }`);
  assertEquals([code, signal, stderr], [0, null, ""]);
});

Deno.test("what a socket has sent to a thousand names before it was closed arrives where someone is bound to them at once", async () => {
  using context = new Context();
  const push = new Push({ context });
  using pull = new Pull({ context });
  const names = Array.from({ length: 1000 }, (_, i) => `inproc://left-${i}`);
  for (const name of names) push.connect(name);
  for (const name of names) await push.send(name);
  push.close();
  for (const name of names) pull.bindSync(name);
  const received = new Set<string>();
  for (const _ of names) received.add(String(await soon(pull.receive())));
  assertEquals(received, new Set(names));
});

for (const type of ["Router", "Reply"]) {
  Deno.test(`a ${type} that waits at two names had libzmq end the process when its context was shut down`, async () => {
    const { code, stderr } = await run(`import { Context, ${type} } from "$MOD";
      const context = new Context();
      const socket = new ${type}({ context });
      socket.connect("inproc://one");
      socket.connect("inproc://two");
      context.shutdown();`);
    assertEquals([code, stderr], [0, ""]);
  });

  Deno.test(`a ${type} that was disconnected from a name had libzmq end the process when someone was bound there`, async () => {
    using context = new Context();
    using socket = type === "Router" ? new Router({ context }) : new Reply({ context });
    using pull = new Pull({ context });
    socket.connect("inproc://late");
    for (const end of ["disconnect", "unbind"] as const) {
      await rejects(async () => await socket[end]("inproc://late"), {
        name: "TypeError",
        message: /to which no one is bound.*closed/,
      });
    }
    await pull.bind("inproc://late");
    socket.disconnect("inproc://late");
  });
}

Deno.test("a name that was unbound by disconnect still passed for a bound one, and one that another had disconnected from by unbind for none", async () => {
  using context = new Context();
  using pull = new Pull({ context });
  using router = new Router({ context });
  await pull.bind("inproc://given-up");
  pull.disconnect("inproc://given-up");
  router.connect("inproc://given-up");
  // With this one, libzmq would end the process once someone is bound there.
  throws(() => router.disconnect("inproc://given-up"), { name: "TypeError" });
  await pull.bind("inproc://held");
  using push = new Push({ context });
  push.connect("inproc://held");
  await push.unbind("inproc://held");
  router.connect("inproc://held");
  router.disconnect("inproc://held");
});

Deno.test("many sockets that connect before their peers are bound get all that was sent, and every place", async () => {
  using context = new Context({ maxSockets: 100 });
  const pushes: Push[] = [];
  for (let i = 0; i < 40; i++) {
    const push = new Push({ context });
    push.connect(`inproc://late-${i}`);
    await push.send(`${i}`);
    pushes.push(push);
  }
  const pulls: Pull[] = [];
  for (let i = 0; i < 40; i++) {
    const pull = new Pull({ context });
    await pull.bind(`inproc://late-${i}`);
    pulls.push(pull);
    assertEquals(String(await soon(pull.receive())), `${i}`);
  }
  // The place that was kept for the end is free again a moment after the last bind.
  const others: Pair[] = [];
  const started = performance.now();
  while (others.length < 20) {
    assertEquals(performance.now() - started < 10_000, true, "a place is missing");
    try {
      others.push(new Pair({ context }));
    } catch (error) {
      assertEquals((error as { code?: string }).code, "EMFILE");
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  }
});

Deno.test("a context whose names someone was bound to ends without a socket of the library's own", async () => {
  const context = new Context();
  const push = new Push({ context });
  push.connect("inproc://later");
  await using pull = new Pull({ context });
  await pull.bind("inproc://later");
  using _none = replaced(zmq(), "zmq_socket", () => {
    throw new Error("a socket is opened");
  });
  context.close();
});

Deno.test("of the sockets that wait at names, those whose names were all bound don't count", () => {
  const names = new UnboundNames();
  const context = zmq().zmq_ctx_new()!;
  for (const name of ["inproc://bound", "inproc://unbound"]) {
    names.addConnected(name, new Set(), context);
  }
  names.addBound("inproc://bound");
  let bound = 0;
  {
    using _ = replaced(zmq(), "zmq_bind", () => {
      bound++;
      return 0;
    });
    names.closeLast(context, () => 2);
    assertEquals(bound, 0);
    names.closeLast(context, () => 1);
    assertEquals(bound, 1);
  }
  zmq().zmq_ctx_term(context);
});

Deno.test("of more names than ten thousand the latest are known", () => {
  const names = new UnboundNames();
  const context = zmq().zmq_ctx_new()!;
  const waiting = new Set<string>();
  for (let i = 0; i <= 10_000; i++) names.addConnected(`inproc://${i}`, waiting, context);
  const bound: string[] = [];
  {
    using _ = replaced(zmq(), "zmq_bind", (_socket, address) => {
      bound.push(new TextDecoder().decode(address as Uint8Array).replace("\0", ""));
      return 0;
    });
    names.connectAll(context);
  }
  assertEquals([bound.length, bound[0], bound.at(-1)], [10_000, "inproc://1", "inproc://10000"]);
  zmq().zmq_ctx_term(context);
});

Deno.test({
  name:
    "the end of a worker's thread doesn't close the socket for its names again once it's closed",
  ignore: !HAS_LINUX_CALLS,
  fn: async () => {
    const { stdout, stderr } = await withWorkers(
      `async names() {
        const { pthreadKeys } = await import("$ROOT/ffi/pthread.ts");
        const functions = pthreadKeys();
        const { pthread_setspecific } = functions;
        const values = new Map();
        functions.pthread_setspecific = (key, value) => {
          if (value === null) values.delete(key);
          else values.set(key, value);
          return pthread_setspecific(key, value);
        };
        const context = new Context();
        const push = new Push({ context }), pull = new Pull({ context });
        const before = values.size;
        const names = Array.from({ length: 20 }, (_, i) => "inproc://" + i);
        for (const name of names) push.connect(name);
        const meanwhile = values.size - before;
        for (const name of names) pull.bindSync(name);
        tell([meanwhile, values.size - before].join());
      },`,
      `console.log(await start("Web Worker", "names").next());
      Deno.exit();`,
    );
    assertEquals([stdout, stderr], ["1,0\n", ""]);
  },
});
