/** Connections to names of inproc:// to which no one is ever bound, when the context ends. */

import { deepStrictEqual as assertEquals } from "node:assert/strict";
import { Context, Pair, Pull, Push } from "../../mod.ts";
import { run } from "../program.ts";
import "../util.ts";
import { soon } from "../waiting.ts";

const DROP_IN = new URL("../../zeromq.ts", import.meta.url).href;

/** Of 1,023 places, so many sockets left libzmq too few. */
const CLOSED = "for (let i = 0; i < 600; i++) open(`inproc://${i}`).close();";
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
      `import { Context, Push } from "$MOD"; ${OPEN} ${source}`,
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
