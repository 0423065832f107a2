/** The end of a program whose messages no one receives. */

import { ok as assert, strictEqual as assertEquals } from "node:assert/strict";
import { awaitAtExit, waitForUnsent } from "../../process/exit_wait.ts";
import { type Outcome, Program } from "../program.ts";
import { replaced } from "../replacing.ts";
import { freshAddress, withFolder } from "../util.ts";

/** Far longer than any end may take that isn't to wait. */
const LONG = 60_000;

/** Runs a program whose messages no one receives, and measures how long its end takes. */
async function endAlone(
  source: string,
): Promise<Outcome & { time: number; address: string }> {
  return await withFolder(async (folder) => {
    const address = freshAddress("ipc", folder);
    const started = performance.now();
    await using program = await Program.start(
      `import { Context, context, Pull, Push } from "$MOD";
      async function send(options) {
        const push = new Push(options);
        push.connect(Deno.args[0]);
        await push.send("to no one");
        return push;
      }
      ${source}
      console.log("end");`,
      { args: [address] },
    );
    assertEquals(await program.line(), "end");
    const outcome = await program.outcome();
    assertEquals(outcome.signal, null);
    assertEquals(outcome.stdout, "");
    return { ...outcome, time: performance.now() - started, address };
  });
}

/** What a long end says, in two lines. */
const said = (limit: number, contexts: string) =>
  `deno-zmq: waiting up to ${limit} ms for messages that are still to be sent. ` +
  "See the linger of sockets, and exitLinger of their context.\n" +
  `deno-zmq: gave up after ${limit} ms. ` +
  `Messages that were still to be sent are lost: those of ${contexts}.\n`;

Deno.test("with no one there, the end waits for exitLinger, and says so on standard error", async () => {
  const { code, stderr, time, address } = await endAlone("context.exitLinger = 800; await send();");
  assertEquals(stderr, said(800, `the default context (Push at ${address})`));
  assert(time >= 800, `it took ${time} ms`);
  assertEquals(code, 0);
});

Deno.test("with no one there, Deno.exit waits the same time, and keeps its status", async () => {
  const { code, stderr, time, address } = await endAlone(
    "context.exitLinger = 800; await send(); console.log('end'); Deno.exit(7);",
  );
  assertEquals(stderr, said(800, `the default context (Push at ${address})`));
  assert(time >= 800, `it took ${time} ms`);
  assertEquals(code, 7);
});

Deno.test("what has gone after all, once the end had said that it waits, isn't said to be lost", () => {
  let now = performance.now();
  const said: string[] = [];
  using _clock = replaced(performance, "now", () => now += 100);
  using _said = replaced(console, "error", (text) => said.push(text));
  awaitAtExit({ haveGone: () => said.length > 0, limit: LONG, context: "a context" });
  waitForUnsent(false);
  assertEquals(said.length, 1);
});

Deno.test("each context is waited for as long as its exitLinger says, if it was closed before as well", async () => {
  const { code, stderr, time, address } = await endAlone(
    `context.exitLinger = 100;
    await send();
    const own = new Context({ exitLinger: 900 });
    await send({ context: own });
    own.close();
    new Push({ context: new Context({ exitLinger: ${LONG} }) });`,
  );
  assertEquals(stderr, said(900, `a context (Push at ${address})`));
  assert(time < LONG / 2, `it took ${time} ms`);
  assertEquals(code, 0);
});

Deno.test("an end that gives up says so once for all contexts, and names their last sockets", async () => {
  const { code, stderr, address } = await endAlone(
    `context.exitLinger = 600;
    for (let i = 0; i < 3; i++) {
      const push = new Push();
      push.connect(Deno.args[0] + i);
      (await send()).close();
      await push.send("x");
      push.close();
    }
    await send({ linger: 0 });
    const pull = new Pull(); // which has nothing to send
    pull.connect(Deno.args[0]);
    pull.close();
    const own = new Context({ exitLinger: 600 });
    await send({ context: own });`,
  );
  const names = `Push at ${address}1, Push at ${address}, Push at ${address}2`;
  assertEquals(
    stderr,
    said(
      600,
      `the default context (${names}, and another before) and a context (Push at ${address})`,
    ),
  );
  assertEquals(code, 0);
});

Deno.test("an end that gave up once named the longest limit for contexts of other limits, too", async () => {
  const { code, stderr, address } = await endAlone(
    `context.exitLinger = 1000;
    await send();
    await send({ context: new Context({ exitLinger: 600 }) });
    const third = new Push({ context: new Context({ exitLinger: 600 }) });
    third.connect(Deno.args[0] + 3);
    await third.send("x");`,
  );
  const [, gaveUp, ...rest] = stderr.split("\n");
  assertEquals(
    gaveUp,
    "deno-zmq: gave up after 600 to 1000 ms. Messages that were still to be sent are lost: " +
      `those of a context (Push at ${address}) and a context (Push at ${address}3) after 600 ms, ` +
      `and those of the default context (Push at ${address}) after 1000 ms.`,
  );
  assertEquals(rest.join(), "");
  assertEquals(code, 0);
});

Deno.test("an end on a machine that stood still beyond its limit lost its messages without a word", async () => {
  const { code, stderr, address } = await endAlone(
    `context.exitLinger = 600;
    await send();
    const now = performance.now.bind(performance);
    performance.now = () => 1e6 * now();`,
  );
  assertEquals(stderr, said(600, `the default context (Push at ${address})`));
  assertEquals(code, 0);
});

/** What the first line of a long end adds about a socket whose receivers were in the program. */
const OWN =
  / Those of (\w+ at \S+) were for this program itself, where no one receives them now\.$/;

/** Runs a program with a backlog that a socket of its own receives no more, and returns what the first line adds. */
async function endWithOwn(
  source: string,
  { bound = "ipc://*", options = "" } = {},
): Promise<string | undefined> {
  const { code, stderr } = await endAlone(
    `import { Dealer, Router } from "$MOD";
    context.exitLinger = 600;
    // More than the system's buffers hold, which can be some 40 MB for a connection over tcp.
    const backlog = (socket) => {
      for (let i = 0; i < 500; i++) socket.trySend(new Uint8Array(100_000));
      return socket;
    };
    const push = (address) => {
      const push = new Push({ sendHighWaterMark: 0, ${options} });
      push.connect(address);
      return backlog(push);
    };
    const pull = new Pull({ receiveHighWaterMark: 1 });
    const address = await pull.bind("${bound}");
    ${source}`,
  );
  assertEquals(code, 0);
  const [line] = stderr.split("\n");
  assert(line.startsWith("deno-zmq: waiting up to 600 ms for messages"), stderr);
  return OWN.exec(line)?.[1].replace(/(?:ipc|tcp):\S+/, "it");
}

const OWN_BACKLOGS = {
  "both are open": "push(address);",
  "the sender was closed first": "push(address).close(); pull.close();",
  "the receiver was closed first": "const one = push(address); pull.close(); one.close();",
  "another context has the receiver":
    `const other = new Pull({ context: new Context(), receiveHighWaterMark: 1 });
     push(await other.bind("tcp://127.0.0.1:*"));`,
};
for (const [claim, source] of Object.entries(OWN_BACKLOGS)) {
  Deno.test(`an end that waited for a receiver of the program itself spoke of peers only: ${claim}`, async () => {
    assertEquals(await endWithOwn(source), "Push at it");
  });
}

Deno.test("a receiver of the program itself is recognised by another name of this machine", async () => {
  const source = 'push(address.replace("0.0.0.0", "localhost"));';
  assertEquals(await endWithOwn(source, { bound: "tcp://0.0.0.0:*" }), "Push at it");
});

Deno.test("a Dealer that sends to a Router of the program is recognised, though both send", async () => {
  const source = `const router = new Router({ receiveHighWaterMark: 1 });
    const dealer = new Dealer({ sendHighWaterMark: 0 });
    dealer.connect(await router.bind("tcp://127.0.0.1:*"));
    backlog(dealer);`;
  assertEquals(await endWithOwn(source), "Dealer at it");
});

Deno.test("messages for others are never said to be for the program itself", async () => {
  // To a place where no one is, to two of which one is the program's, and to one that it has left.
  const source = `push(Deno.args[0]);
    const both = push(address);
    both.connect(Deno.args[0]);
    const left = await pull.bind("tcp://127.0.0.1:*");
    push(left);
    await pull.unbind(left);`;
  assertEquals(await endWithOwn(source), undefined);
});

const SILENT = {
  "an exitLinger of less than half a second ends silently":
    "context.exitLinger = 100; await send();",
  "an exitLinger of 0 ends at once": "context.exitLinger = 0; await send();",
  "a linger of 0 ends at once": `context.exitLinger = ${LONG}; await send({ linger: 0 });`,
  "a linger of 50 ms bounds the end": `context.exitLinger = ${LONG}; await send({ linger: 50 });`,
  "a context that isn't blocky ends at once":
    `await send({ context: new Context({ blocky: false, exitLinger: ${LONG} }) });`,
  "a socket closed with a linger of 0 ends at once":
    `context.exitLinger = ${LONG}; (await send({ linger: 0 })).close();`,
};
for (const [claim, source] of Object.entries(SILENT)) {
  Deno.test(`with no one there, ${claim}`, async () => {
    const { code, stderr, time } = await endAlone(source);
    assertEquals(stderr, "");
    assert(time < LONG / 2, `it took ${time} ms`);
    assertEquals(code, 0);
  });
}

Deno.test("a signal at the beginning of the wait goes where it went before, and so does one after it", async () => {
  await using program = await Program.start(`
    import { awaitAtExit, waitForUnsent } from "$ROOT/process/exit_wait.ts";
    const heard = new Set();
    for (const signal of ["SIGINT", "SIGTERM"]) {
      Deno.addSignalListener(signal, () => {
        if (heard.add(signal).size === 2) Deno.exit(7);
      });
    }
    let looks = 0;
    const haveGone = () => {
      if (++looks === 2) Deno.kill(Deno.pid, "SIGINT");
      return false;
    };
    awaitAtExit({ haveGone, limit: 300, context: "a context" });
    waitForUnsent(false);
    Deno.kill(Deno.pid, "SIGTERM");
    setInterval(() => {}, 1000);
  `);
  const { code, signal } = await program.outcome();
  assertEquals(`${code} ${signal}`, "7 null");
});

Deno.test("what has gone is forgotten when the next context is closed", () => {
  const looks = [0, 0, 0];
  for (const at of looks.keys()) {
    const haveGone = () => ++looks[at] > 0;
    awaitAtExit({ haveGone, limit: 0, context: "a context" });
  }
  assertEquals(looks.join(), "1,1,0");
});
