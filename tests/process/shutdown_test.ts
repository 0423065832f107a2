import { strictEqual as assertEquals } from "node:assert/strict";
import { type Ending, endsSo } from "../endings.ts";
import { printed } from "../collecting.ts";
import { Program, run } from "../program.ts";

/** Two connected sockets, which each program begins with. */
const SOCKETS = `
import { Dealer, Poller, Pull, Push, Router } from "$MOD";
const pull = new Pull(), push = new Push();
await pull.bind("tcp://127.0.0.1:*");
push.connect(pull.lastEndpoint);
await push.send("first");
await pull.receive();
`;

/** Messages that go to and fro without end, so that the end comes in the middle of them. */
const TRAFFIC = `
const server = new Router(), client = new Dealer();
await server.bind("tcp://127.0.0.1:*");
client.connect(server.lastEndpoint);
(async () => { for await (const message of server) server.trySend(message); })();
let rounds = 0;
async function talk() {
  while (true) {
    client.trySend(["hello", new Uint8Array(1000)]);
    await client.receive();
    if (++rounds === 200) atFullSpeed();
  }
}
`;

const ENDINGS: Ending[] = [
  {
    claim: "falling off the end with sockets open: status 0",
    source: `${SOCKETS} console.log("end");`,
    code: 0,
    stdout: "end\n",
  },
  {
    claim: "falling off the end with messages that no one has received: status 0",
    source: `${SOCKETS} for (let i = 0; i < 100; i++) await push.send("x");`,
    code: 0,
  },
  {
    claim: "falling off the end with sockets closed: status 0",
    source: `${SOCKETS} pull.close(); push.close();`,
    code: 0,
  },
  {
    claim: "falling off the end with the context closed: status 0",
    source: `${SOCKETS} push.context.close();`,
    code: 0,
  },
  {
    claim: "falling off the end with sockets dropped: status 0",
    source: `
      import { Context, Pull, Push } from "$MOD";
      await (async () => {
        const context = new Context();
        const pull = new Pull({ context }), push = new Push({ context });
        await pull.bind("inproc://dropped");
        push.connect("inproc://dropped");
        await push.send("x");
        await pull.receive();
      })();
      gc();
    `,
    code: 0,
  },
  {
    claim: "an idle bound socket doesn't keep the process alive",
    source: `${SOCKETS}
      Deno.unrefTimer(setTimeout(() => console.log("still alive"), 5000));
    `,
    code: 0,
    stdout: "",
  },
  {
    claim: "the process ends by itself when the last wait has ended",
    source: `${SOCKETS}
      Deno.unrefTimer(setTimeout(() => console.log("still alive"), 5000));
      pull.receiveTimeout = 50;
      pull.receive().catch(({ code }) => console.log(code));
    `,
    code: 0,
    stdout: "EAGAIN\n",
  },
  {
    claim: "the process ends by itself when a waiting receive was aborted",
    source: `${SOCKETS}
      const abort = new AbortController();
      pull.receive({ signal: abort.signal }).catch((reason) => console.log(reason));
      setTimeout(() => abort.abort("enough"), 10);
    `,
    code: 0,
    stdout: "enough\n",
  },
  {
    claim: "a socket closed while it receives rejects, and the process ends",
    source: `${SOCKETS}
      pull.receive().catch(({ code }) => console.log(code));
      setTimeout(() => pull.close(), 10);
    `,
    code: 0,
    stdout: "EBADF\n",
  },
  {
    claim: "a socket closed while it's iterated ends the loop, and the process",
    source: `${SOCKETS}
      setTimeout(() => pull.close(), 10);
      for await (const message of pull) console.log(String(message));
      console.log("done");
    `,
    code: 0,
    stdout: "done\n",
  },
  {
    claim: "a Poller closed while it waits rejects, and the process ends",
    source: `${SOCKETS}
      const poller = new Poller();
      poller.add(pull);
      poller.wait().catch(({ code }) => console.log(code));
      setTimeout(() => poller.close(), 10);
    `,
    code: 0,
    stdout: "EBADF\n",
  },
  {
    claim: "an uncaught throw: status 1",
    source: `${SOCKETS} throw new Error("on purpose");`,
    code: 1,
    stderr: /on purpose/,
  },
  {
    claim: "an uncaught throw with a receive waiting: status 1",
    source: `${SOCKETS}
      pull.receive();
      setTimeout(() => { throw new Error("on purpose"); }, 10);
    `,
    code: 1,
    stderr: /on purpose/,
  },
  {
    claim: "an uncaught throw under full traffic: status 1",
    source: `${SOCKETS}${TRAFFIC}
      function atFullSpeed() { queueMicrotask(() => { throw new Error("on purpose"); }); }
      talk();
    `,
    code: 1,
    stderr: /on purpose/,
  },
  {
    claim: "an unhandled rejection with a receive waiting: status 1",
    source: `${SOCKETS}
      pull.receive();
      Promise.reject(new Error("on purpose"));
    `,
    code: 1,
    stderr: /on purpose/,
  },
  {
    claim: "a receive's own rejection, unhandled: status 1",
    source: `${SOCKETS} pull.receiveTimeout = 10; pull.receive();`,
    code: 1,
    stderr: /ZmqError: No message came within 10 ms/,
  },
  {
    claim: "Deno.exit from a macrotask with a receive waiting: its status",
    source: `${SOCKETS} pull.receive(); setTimeout(() => Deno.exit(7), 10);`,
    code: 7,
  },
  {
    claim: "Deno.exit from a microtask with a receive waiting: its status",
    source: `${SOCKETS} pull.receive(); queueMicrotask(() => Deno.exit(7));`,
    code: 7,
  },
  {
    claim: "Deno.exit in the task that began to receive: its status",
    source: `${SOCKETS} pull.receive(); Deno.exit(7);`,
    code: 7,
  },
  {
    claim: "Deno.exit in the task of a receive that was woken: its status",
    source: `${SOCKETS}
      pull.receive().then(() => { pull.receive(); Deno.exit(7); });
      setTimeout(() => push.send("go"), 10);
    `,
    code: 7,
  },
  {
    claim: "Deno.exit with a Poller's wait outstanding: its status",
    source: `${SOCKETS}
      const poller = new Poller();
      poller.add(pull);
      poller.wait();
      setTimeout(() => Deno.exit(7), 10);
    `,
    code: 7,
  },
  {
    claim: "Deno.exit within visit: its status",
    source: `${SOCKETS}
      setTimeout(() => push.send("go"), 10);
      pull.visit(() => {}, { timeout: 0 });
      push.sendSync("go");
      pull.visit(() => Deno.exit(7), { timeout: 10_000 });
    `,
    code: 7,
  },
  {
    claim: "Deno.exit under full traffic: its status",
    source: `${SOCKETS}${TRAFFIC} const atFullSpeed = () => Deno.exit(7); talk();`,
    code: 7,
  },
  {
    claim: "process.exit under full traffic: its status",
    source: `import process from "node:process";
      ${SOCKETS}${TRAFFIC} const atFullSpeed = () => process.exit(7); talk();`,
    code: 7,
  },
  {
    claim: "process.exit with a receive waiting: its status",
    source: `import process from "node:process";
      ${SOCKETS} pull.receive(); setTimeout(() => process.exit(7), 10);`,
    code: 7,
  },
  {
    claim: "Deno.exitCode of a program that falls off its end: its status",
    source: `${SOCKETS} Deno.exitCode = 7;`,
    code: 7,
  },
];

for (const { claim, source, ...end } of ENDINGS) {
  const flags = ["-A", "--v8-flags=--expose-gc"];
  Deno.test(claim, () => endsSo(end, () => run(source, { flags })));
}

/** What a program waits for; with no one there, indefinitely. */
const WAITS: Record<string, string> = {
  "a pending receive": `pull.receive();`,
  "an iteration": `(async () => { for await (const _ of pull); })();`,
  "a pending send": `push.disconnect(pull.lastEndpoint); push.send("x");`,
  "a Poller's wait for a socket": `
    const poller = new Poller();
    poller.add(pull);
    poller.wait();`,
  "a Poller's wait for a file descriptor": `
    const poller = new Poller();
    poller.add(0);
    poller.wait();`,
  "the wait of a Poller with nothing in it": `new Poller().wait();`,
  "the iteration of a Poller": `
    const poller = new Poller();
    poller.add(pull);
    (async () => { for await (const _ of poller); })();`,
};

for (const [wait, source] of Object.entries(WAITS)) {
  Deno.test(`${wait} keeps the process alive`, async () => {
    // A timer that doesn't count fires only if something else keeps the process alive.
    await using program = await Program.start(
      `${SOCKETS}${source}
      Deno.unrefTimer(setTimeout(() => console.log("alive"), 100));`,
    );
    assertEquals(await program.line(), "alive");
    program.kill("SIGTERM");
    const { signal, stdout, stderr } = await program.outcome();
    assertEquals(stderr, "");
    assertEquals(stdout, "");
    assertEquals(signal, "SIGTERM");
  });
}

Deno.test("a context that was closed isn't kept for the end of the program", async () => {
  const text = await printed(`
    import { coreOf } from "$ROOT/context.ts";
    const closed = () => {
      const context = new Context();
      new Push({ context, linger: 0 }).close();
      context.close();
      return new WeakRef(coreOf(context));
    };
    const core = closed();
    await until(() => core.deref() === undefined);
    console.log("collected");
  `);
  assertEquals(text, "collected");
});
